"""The first app as `pulumi new` asks for it: keys of their own, since its answers have no paths.

They are moved to `apps[0]`, where every other setting of the app is, before anything is checked.
"""

import re
from collections.abc import Mapping
from typing import Any

from .configuration_errors import Problem, in_stack_file, remove_command

# By the key that is asked for, the setting of the app. Source: Pulumi.yaml, `template`.
FIRST_APP = {
    "organizationId": "organizationId",
    "appName": "name",
    "scopes": "scopes",
    "supportUrl": "supportUrl",
}


def with_first_app(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with those of the first app moved to `apps[0]`.

    What that has itself stays where it was: `repeated_answers` says so. Scopes are a list, or a
    text with spaces or commas between them.
    """
    answers = {key: values[key] for key in FIRST_APP if values.get(key)}
    rest = {key: value for key, value in values.items() if key not in FIRST_APP}
    apps = rest.get("apps") or [{}]
    if not answers or not isinstance(apps, list) or not isinstance(apps[0], dict):
        return rest
    if isinstance(answers.get("scopes"), str):
        answers["scopes"] = re.findall(r"[^\s,]+", answers["scopes"])
    moved = {FIRST_APP[key]: value for key, value in answers.items()}
    twice = {key: value for key, value in answers.items() if FIRST_APP[key] in apps[0]}
    return {**rest, **twice, "apps": [moved | apps[0], *apps[1:]]}


def repeated_answers(values: Mapping[str, Any]) -> list[Problem]:
    """The problem of each key that `with_first_app` left where it was."""
    return [
        Problem(key, f"says what apps[0].{setting} says too: keep one", remove_command(key))
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
            return Problem(key, what, in_stack_file(f"correct it in {key}"))
        remedy = problem.remedy.replace(f"'{path}", f"'{key}")
        return Problem(problem.key.replace(path, key, 1), problem.what, remedy)
    return problem
