"""Read the tokens of an app that ran elsewhere: CSV, a store a line.

Messages name the line and the column, and never a value: a token may be in the wrong column.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ops.errors import CommandError

REQUIRED = ("store_hash", "access_token", "scope", "owner_id", "owner_email")
OPTIONAL = ("installed_at", "account_uuid")

_PATTERNS = {
    # Shorter than BigCommerce's tokens, which are letters and digits too: a store hash is printed,
    # and is a part of a URL.
    "store_hash": re.compile(r"(stores/)?[A-Za-z0-9]{1,20}", re.ASCII),
    "access_token": re.compile(r"[!-~]{1,4096}", re.ASCII),
    "scope": re.compile(r"[a-z0-9_]+( [a-z0-9_]+)*", re.ASCII),
    "owner_id": re.compile(r"[0-9]{1,20}", re.ASCII),
    "owner_email": re.compile(r"[^\s@]+@[^\s@]+"),
    "account_uuid": re.compile(r"[A-Za-z0-9-]{0,64}", re.ASCII),
}
# Problems in one message.
_MOST_PROBLEMS = 20

# A key or a value is None if there are more or fewer values than columns.
_Row = Mapping[str | Any, str | Any]


@dataclass(frozen=True)
class ForeignInstallation:
    """A store that installed the app elsewhere; `installed_at` is in epoch seconds, if known."""

    store_hash: str
    access_token: str = field(repr=False)
    scopes: tuple[str, ...]
    owner_id: str
    owner_email: str = field(repr=False)
    installed_at: int | None
    account_uuid: str | None


def read(path: Path) -> list[ForeignInstallation]:
    """Return the stores in a file.

    Raises:
        CommandError: it cannot be read, or is invalid.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file, strict=True)
            _check_heading(path, lines.fieldnames or ())
            rows = [(lines.line_num, row) for row in lines]
    except OSError as error:
        raise CommandError(f"Could not read {path}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        raise CommandError(f"{path} is not CSV in UTF-8.") from None
    problems = [f"  line {line}: {problem}" for line, problem in _problems(rows)]
    if problems:
        more = f"\n  and {len(problems) - _MOST_PROBLEMS} more" if problems[_MOST_PROBLEMS:] else ""
        shown = "\n".join(problems[:_MOST_PROBLEMS])
        raise CommandError(f"{path} is invalid; nothing was imported.\n{shown}{more}")
    return [_installation(row) for _, row in rows]


def _check_heading(path: Path, names: object) -> None:
    given = set(names) if isinstance(names, list) else set()
    missing = [name for name in REQUIRED if name not in given]
    if missing:
        raise CommandError(
            f"The first line of {path} lacks the columns {', '.join(missing)}. "
            f"Required: {', '.join(REQUIRED)}. Optional: {', '.join(OPTIONAL)}."
        )


def _problems(rows: Iterable[tuple[int, _Row]]) -> Iterator[tuple[int, str]]:
    """Yield each problem with its line."""
    lines: dict[str, int] = {}
    for line, row in rows:
        problems = list(_problems_of(row))
        yield from ((line, problem) for problem in problems)
        if not problems and (first := lines.setdefault(_store_hash(row), line)) != line:
            yield line, f"the same store_hash as line {first}"


def _problems_of(row: _Row) -> Iterator[str]:
    if None in row or None in row.values():
        yield "more or fewer values than columns"
        return
    for name, pattern in _PATTERNS.items():
        if not pattern.fullmatch(row.get(name) or "") and (name in REQUIRED or row.get(name)):
            yield f"invalid {name}"
    if row.get("installed_at") and _time(row["installed_at"]) is None:
        yield "installed_at is not a time in the past, such as 2026-11-20T10:00:00Z"


def _time(text: str | None) -> int | None:
    try:
        time = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    return int(time.timestamp()) if time < datetime.now(UTC) else None


def _installation(row: Mapping[str, str]) -> ForeignInstallation:
    return ForeignInstallation(
        store_hash=_store_hash(row),
        access_token=row["access_token"],
        scopes=tuple(dict.fromkeys(row["scope"].split())),
        owner_id=row["owner_id"],
        owner_email=row["owner_email"],
        installed_at=_time(row.get("installed_at")),
        account_uuid=row.get("account_uuid") or None,
    )


def _store_hash(row: Mapping[str, str]) -> str:
    return row["store_hash"].removeprefix("stores/")
