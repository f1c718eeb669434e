"""The registration sheet: the whole way to a registered app, with one stack's values filled in.

It has two renderings, Markdown and HTML. The sentences stand once, in guide.jinja; the formats
differ in what surrounds them and in what emphasis, code and links look like. Source of the steps:
Rutter's BigCommerce setup guide.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from portal.fields import CALLBACK_FIELDS, PORTAL_URL
from portal.model import AppRegistration, Registration
from portal.sheet import progress
from portal.sheet.commands import Commands
from portal.sheet.install_links import install_links
from portal.sheet.live import NOTHING_KNOWN, Live
from portal.sheet.overview import MOST_IN_FULL, status_summary
from portal.sheet.progress import (
    COMPANY_STEPS,
    app_steps,
    done_by_company,
    done_steps,
    next_step,
    number_of,
)
from portal.sheet.review import app_warnings, review_checklist, scope_warning
from portal.sheet.text import escape_markdown, one_line

_TEMPLATES = Path(__file__).parent / "templates"
_STYLE = (_TEMPLATES / "sheet.css").read_text(encoding="utf-8")
_SCRIPT = (_TEMPLATES / "sheet.js").read_text(encoding="utf-8")


def markdown_sheet(
    registration: Registration,
    apps: Sequence[AppRegistration] | None = None,
    made: str | None = None,
    live: Live = NOTHING_KNOWN,
    given: str = "",
) -> str:
    """Return the sheet of these apps, or of all, in Markdown (CommonMark with tables).

    With more than MOST_IN_FULL apps, it is a table of their statuses. `made` says when the sheet
    was made, and by which version; `live` is the status then. An output has neither, because it
    would change with each deployment. `given` are the options that name the outputs' source.
    """
    apps = apps or registration.apps
    template = "sheet.md" if len(apps) <= MOST_IN_FULL else "overview.md"
    return _markdown.get_template(template).render(
        _values(registration, apps, live, given), made=made
    )


def html_sheet(
    registration: Registration,
    apps: Sequence[AppRegistration] | None = None,
    made: str | None = None,
    live: Live = NOTHING_KNOWN,
    given: str = "",
) -> str:
    """Return the sheet as one HTML page that needs no other file and calls no server.

    Values can be copied with a click, and steps ticked off; the browser remembers the ticks.
    """
    return _html.get_template("sheet.html").render(
        _values(registration, apps or registration.apps, live, given),
        made=made,
        style=Markup(_STYLE),  # noqa: S704 (a file of this package)
        script=Markup(_SCRIPT),  # noqa: S704 (a file of this package)
        style_hash=_hash(_STYLE),
        script_hash=_hash(_SCRIPT),
    )


def _values(
    registration: Registration, apps: Sequence[AppRegistration], live: Live, given: str
) -> dict[str, object]:
    commands = Commands(registration, given)
    return {
        "stack": registration.stack,
        "apps": apps,
        "live": live,
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
        autoescape=autoescape,  # noqa: S701 (where it is off, `text` and the others escape)
    )
    environment.globals.update(
        text=text,
        strong=strong,
        code=code,
        link=link,
        portal_url=PORTAL_URL,
        callback_fields=CALLBACK_FIELDS,
        company_steps=COMPANY_STEPS,
        app_steps=app_steps,
        steps=progress,
        done_steps=done_steps,
        number_of=number_of,
        app_warnings=app_warnings,
        review_checklist=review_checklist,
        scope_warning=scope_warning,
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
