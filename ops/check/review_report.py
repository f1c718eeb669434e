"""The report of a review, in Markdown, to be attached where somebody asks for it."""

from collections.abc import Mapping, Sequence

from ops.check.checks import Result
from ops.check.review import left_to_people
from portal.model import AppRegistration
from portal.sheet.review import scope_warning
from portal.sheet.text import escape_markdown

_PASSED = {True: "yes", False: "**no**", None: "not determined"}


def review_report(
    stack: str,
    results: Mapping[str, Sequence[Result]],
    apps: Sequence[AppRegistration],
    made: str,
) -> str:
    """What was checked of each subject, then for each app what only a person can see.

    `made` says when and by what the report was made.
    """
    lines = [f"# Before BigCommerce's review: stack {stack}", "", made]
    for subject, checked in results.items():
        lines += ["", f"## {escape_markdown(subject)}", "", "| Point | Result | Found |"]
        lines += ["| --- | --- | --- |", *map(_row, checked)]
    for app in apps:
        warnings = [
            f"{parameter}: {warning}"
            for parameter in app.scopes
            if (warning := scope_warning(parameter))
        ]
        name = f"{app.name} ({app.organization_id})"
        lines += ["", f"## For a person: {escape_markdown(name)}", ""]
        lines += [f"- [ ] {escape_markdown(each)}" for each in left_to_people(app, warnings)]
    return "\n".join(lines) + "\n"


def _row(result: Result) -> str:
    found = escape_markdown(str(result.failure or result.observed))
    return f"| {escape_markdown(result.name)} | {_PASSED[result.passed]} | {found} |"
