"""What is wrong with the first app, under the keys that its settings were given with."""

import re
from collections.abc import Mapping
from typing import Any

from .configuration_errors import Problem
from .first_app import FIRST_APP


def repeated_answers(values: Mapping[str, Any]) -> list[Problem]:
    """The problem of each key that `with_first_app` left where it was."""
    return [
        Problem(key, f"says what apps[0].{setting} says too: keep one")
        for key, setting in FIRST_APP.items()
        if key in values
    ]


def as_answered(problem: Problem, given: Mapping[str, Any]) -> Problem:
    """The problem under the key that its value has in `given`, before it was moved."""
    for key, setting in FIRST_APP.items():
        path = f"apps[0].{setting}"
        if not given.get(key) or not re.fullmatch(rf"{re.escape(path)}(\[\d+\])?", problem.key):
            continue
        if key == "scopes" and isinstance(given[key], str):
            what = problem.what.replace("is ", "has ", 1)
            return Problem(key, what)
        command = problem.command.replace(f"'{path}", f"'{key}")
        return Problem(problem.key.replace(path, key, 1), problem.what, command)
    return problem
