"""Late: settings whose value another resource of the same program may give."""

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import pulumi
from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator

T = TypeVar("T")


def _checked_if_known(given: Any, check: ValidatorFunctionWrapHandler) -> Any:
    return given if isinstance(given, pulumi.Output) else check(given)


if TYPE_CHECKING:
    Late = pulumi.Input[T]
else:

    class Late:
        """`Late[T]`: a T, or an Output that a preview cannot know yet, which is not checked."""

        def __class_getitem__(cls, item: Any) -> Any:
            """Return the type that pydantic reads; its JSON schema has `late`."""
            late = Field(json_schema_extra={"late": True})
            return Annotated[item, WrapValidator(_checked_if_known), late]
