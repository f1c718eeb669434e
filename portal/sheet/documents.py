"""The registration sheet: the steps to a registered app, with one stack's values filled in.

It has two formats, Markdown and HTML. Both take their sentences from guide.jinja.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from portal.fields import PORTAL_URL
from portal.model import AppRegistration, Registration
from portal.sheet import progress
from portal.sheet.commands import Commands
from portal.sheet.install_links import install_links
from portal.sheet.overview import MOST_IN_FULL, status_summary
from portal.sheet.progress import (
    COMPANY_STEPS,
    MARKETPLACE_STEPS,
    app_steps,
    done_by_company,
    done_steps,
    next_step,
    step_number,
)
from portal.sheet.review import REVIEW_CHECKLIST, app_warnings, scope_warnings
from portal.sheet.text import escape_markdown, one_line
from portal.traffic import Traffic

_TEMPLATES = Path(__file__).parent / "templates"
_STYLE = (_TEMPLATES / "sheet.css").read_text(encoding="utf-8")
_SCRIPT = (_TEMPLATES / "sheet.js").read_text(encoding="utf-8")


def markdown_sheet(
    registration: Registration,
    apps: Sequence[AppRegistration] | None = None,
    made: str | None = None,
    traffic: Mapping[str, Traffic] | None = None,
    commands: Commands | None = None,
) -> str:
    """Return the sheet of these apps, or of all, in Markdown (CommonMark with tables).

    With more than MOST_IN_FULL apps, it is a table of their statuses. `made` says when the sheet
    was made, and by which version; `traffic` is what BigCommerce called, by organization ID. An
    output has neither, because it would change with each deployment. `commands` are those to run
    next.
    """
    apps = apps or registration.apps
    template = "sheet.md" if len(apps) <= MOST_IN_FULL else "overview.md"
    return _markdown.get_template(template).render(
        _values(registration, apps, traffic, commands), made=made
    )


def html_sheet(
    registration: Registration,
    apps: Sequence[AppRegistration] | None = None,
    made: str | None = None,
    traffic: Mapping[str, Traffic] | None = None,
    commands: Commands | None = None,
) -> str:
    """Return the sheet as one HTML page that needs no other file and calls no server.

    Each value has a copy button. The browser remembers which steps are ticked.
    """
    return _html.get_template("sheet.html").render(
        _values(registration, apps or registration.apps, traffic, commands),
        made=made,
        style=Markup(_STYLE),  # noqa: S704 (a file of this package)
        script=Markup(_SCRIPT),  # noqa: S704 (a file of this package)
        style_hash=_hash(_STYLE),
        script_hash=_hash(_SCRIPT),
    )


def _values(
    registration: Registration,
    apps: Sequence[AppRegistration],
    traffic: Mapping[str, Traffic] | None,
    commands: Commands | None,
) -> dict[str, object]:
    commands = commands or Commands(registration)
    return {
        "stack": registration.stack,
        "apps": apps,
        "traffic": traffic or {},
        "summary": status_summary(apps),
        "commands": commands,
        "next_steps": {app.organization_id: next_step(app, commands) for app in apps},
        "done_by_company": done_by_company(registration.apps),
        "install_links": install_links(registration),
    }


def _environment(
    *,
    autoescape: bool,
    text: Callable[[str], str],
    strong: Callable[[str], str],
    code: Callable[[str], str],
    link: Callable[[str, str], str],
) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=autoescape,  # noqa: S701 (if it is off, `text` and the others escape)
    )
    environment.globals.update(
        text=text,
        strong=strong,
        code=code,
        link=link,
        portal_url=PORTAL_URL,
        company_steps=COMPANY_STEPS,
        marketplace_steps=MARKETPLACE_STEPS,
        app_steps=app_steps,
        steps=progress,
        done_steps=done_steps,
        step_number=step_number,
        app_warnings=app_warnings,
        review_checklist=REVIEW_CHECKLIST,
        scope_warnings=scope_warnings,
    )
    return environment


def _breakable(text: str) -> Markup:
    """Return HTML that a browser may break after a slash; copying it returns the same text."""
    return Markup("/<wbr>").join(text.split("/"))


def _hash(content: str) -> str:
    """Return the hash by which a Content-Security-Policy allows an inline style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


_markdown = _environment(
    autoescape=False,
    text=escape_markdown,
    strong=lambda text: f"**{escape_markdown(text)}**",
    code="`{}`".format,  # what is given to it has no backtick
    link=lambda text, url: f"<{url}>" if text == url else f"[{escape_markdown(text)}]({url})",
)
_html = _environment(
    autoescape=True,
    text=one_line,
    strong=lambda text: Markup("<strong>{}</strong>").format(one_line(text)),
    code=Markup("<code>{}</code>").format,
    link=Markup('<a href="{1}">{0}</a>').format,
)
_html.globals.update(breakable=_breakable)
