"""Results of checks as JSON, for programs."""

import json
from collections.abc import Mapping, Sequence

from ops.check.checks import Result


def results_json(results: Mapping[str, Sequence[Result]]) -> str:
    """A list with an object for each check.

    Shape: `subject`, `check` (str), `passed` (bool, or null if that could not be determined),
    `found` (str: what was observed, or what is wrong), `commands` (list of str: what fixes it),
    `seconds` (float).
    """
    rows = [_row(subject, result) for subject, checked in results.items() for result in checked]
    return json.dumps(rows, indent=2) + "\n"


def _row(subject: str, result: Result) -> dict[str, object]:
    failure = result.failure
    return {
        "subject": subject,
        "check": result.name,
        "passed": result.passed,
        "found": result.observed if failure is None else str(failure),
        "commands": [] if failure is None else list(failure.commands),
        "seconds": round(result.seconds, 3),
    }
