"""Read the tokens of an app that ran elsewhere: CSV, one store on each line.

Messages name the line and the column, and never a value: a token may be in the wrong column.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ops.errors import CommandError

REQUIRED = ("store_hash", "access_token", "scope", "owner_id", "owner_email")
OPTIONAL = ("installed_at", "account_uuid")
_MOST_PROBLEMS = 20  # in one message


def _matching(pattern: str) -> Any:
    return Field(pattern=f"^{pattern}$")


def _past(time: datetime) -> datetime:
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    if time >= datetime.now(UTC):
        raise ValueError
    return time


class ForeignInstallation(BaseModel):
    """A store that installed the app elsewhere."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    # Shorter than BigCommerce's tokens, which are letters and digits too: a store hash is printed,
    # and is a part of a URL.
    store_hash: Annotated[
        str,
        BeforeValidator(lambda text: text.removeprefix("stores/")),
        _matching("[A-Za-z0-9]{1,20}"),
    ]
    access_token: Annotated[str, _matching("[!-~]{1,4096}"), Field(repr=False)]
    scope: Annotated[str, _matching("[a-z0-9_]+( [a-z0-9_]+)*")]
    owner_id: Annotated[str, _matching("[0-9]{1,20}")]
    owner_email: Annotated[str, _matching(r"[^\s@]+@[^\s@]+"), Field(repr=False)]
    installed_at: Annotated[datetime, AfterValidator(_past)] | None = None
    account_uuid: Annotated[str, _matching("[A-Za-z0-9-]{1,64}")] | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """The granted scopes, each once."""
        return tuple(dict.fromkeys(self.scope.split()))


def read(path: Path) -> list[ForeignInstallation]:
    """Return the stores in a file, or raise CommandError with every problem."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file, strict=True)
            missing = [name for name in REQUIRED if name not in (lines.fieldnames or ())]
            rows = [(lines.line_num, row) for row in lines]
    except OSError as error:
        raise CommandError(f"Could not read {path}: {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error):
        raise CommandError(f"{path} is not CSV in UTF-8.") from None
    if missing:
        raise CommandError(
            f"The first line of {path} lacks the columns {', '.join(missing)}. "
            f"Required: {', '.join(REQUIRED)}. Optional: {', '.join(OPTIONAL)}."
        )
    stores: dict[str, ForeignInstallation] = {}
    problems = [f"\n  line {line}: {problem}" for line, problem in _parse(rows, stores)]
    if problems:
        hidden = len(problems) - _MOST_PROBLEMS
        more = f"\n  and {hidden} more" if hidden > 0 else ""
        shown = "".join(problems[:_MOST_PROBLEMS])
        raise CommandError(f"{path} is invalid; nothing was imported.{shown}{more}")
    return list(stores.values())


def _parse(
    rows: Iterable[tuple[int, Mapping[Any, Any]]], stores: dict[str, ForeignInstallation]
) -> Iterator[tuple[int, str]]:
    """Add each row's store to `stores`, and yield each problem with its line."""
    for line, row in rows:
        if None in row or None in row.values():
            yield line, "more or fewer values than columns"
            continue
        try:
            store = ForeignInstallation.model_validate({k: v for k, v in row.items() if v})
        except ValidationError as error:
            yield from ((line, f"invalid {each['loc'][0]}") for each in error.errors())
            continue
        if stores.setdefault(store.store_hash, store) is not store:
            yield line, "store_hash is in an earlier line"
