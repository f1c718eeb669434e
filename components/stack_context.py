"""What every component needs to know of the stack it is part of: how to name and tag things."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True)
class StackContext:
    """The project and stack that are being deployed.

    Attributes:
        project: the project's name, as Pulumi.yaml gives it.
        stack: the stack's name, such as `dev`.
        tags: the tags of every resource that takes tags.
    """

    project: str
    stack: str
    tags: Mapping[str, str]

    @classmethod
    def current(cls, tags: Mapping[str, str]) -> "StackContext":
        """The context of the deployment this program runs in."""
        return cls(pulumi.get_project(), pulumi.get_stack(), tags)

    def name(self, part: str) -> str:
        """The physical name of a part: project, stack and part."""
        return f"{self.project}-{self.stack}-{part}"
