"""Registration: what to enter in BigCommerce's developer portal for each app, and what is next."""

import re
import string
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .callbacks import CALLBACKS
from .oauth_scopes import OAUTH_SCOPES
from .settings import App

Status = Literal["awaiting-registration", "ready"]


def _escape_markdown(text: str) -> str:
    """Text as it is, in one line: a name must not become a heading, a list, a link or a cell.

    Source: CommonMark, "Backslash escapes": any ASCII punctuation character can be escaped.
    """
    return re.sub(f"([{re.escape(string.punctuation)}])", r"\\\1", " ".join(text.split()))


_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701 (Markdown; values are escaped by `text` filter)
)
_environment.filters["text"] = _escape_markdown


@dataclass(frozen=True)
class Registration:
    """An app as it is to be entered in the portal.

    Attributes:
        app: its settings.
        base_url: what stands before `/{organization_id}/` in its callback URLs.
    """

    app: App
    base_url: str

    @property
    def status(self) -> Status:
        """`ready` once the app's credentials are configured."""
        return "ready" if self.app.client_id else "awaiting-registration"

    @property
    def callback_urls(self) -> dict[str, str]:
        """The four callback URLs by the portal's field labels, in the portal's order."""
        return {
            callback.portal_label: callback.url(self.base_url, self.app.organization_id)
            for callback in CALLBACKS
        }

    def technical_tab(self) -> dict[str, object]:
        """The values of the portal's Technical tab (now App information), and the status.

        Shape: the four callback URLs (str), `multipleUsers` (bool), `scopes` (list of str, each a
        row and its permission as the portal names them), `status` (str).
        """
        urls = {
            callback.portal_field: callback.url(self.base_url, self.app.organization_id)
            for callback in CALLBACKS
        }
        return {
            **urls,
            "multipleUsers": self.app.multiple_users,
            "scopes": [_portal_scope(scope) for scope in self.app.scopes],
            "status": self.status,
        }


def registration_sheet(stack: str, registrations: list[Registration]) -> str:
    """The registration sheet: Rutter's guide, in Markdown, with this stack's values filled in.

    Source of the steps: Rutter's BigCommerce setup guide.
    """
    template = _environment.get_template("registration_sheet.md")
    return template.render(stack=stack, registrations=registrations, scopes=OAUTH_SCOPES)


def _portal_scope(parameter: str) -> str:
    scope = OAUTH_SCOPES[parameter]
    return f"{scope.name}: {scope.permission}"
