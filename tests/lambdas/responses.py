"""The functions' answers as tests read them, and each error answer."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

BROWSER_CALLBACKS = ("redirect-url", "load")
FRAME_ANCESTORS = "https://*.mybigcommerce.com https://*.bigcommerce.com"
REQUEST_ID = "JKJaXmPLvHcESHA="


class Page(HTMLParser):
    """A page's text, its elements and their attributes, as a browser would find them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self._text).split())

    @property
    def links(self) -> list[str | None]:
        return [attributes.get("href") for tag, attributes in self.elements if tag == "a"]


@dataclass(frozen=True)
class Response:
    """A handler's answer."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def is_html(self) -> bool:
        return self.headers["Content-Type"] == "text/html; charset=utf-8"

    @property
    def page(self) -> Page:
        assert self.is_html
        return Page(self.body)

    @property
    def json(self) -> Any:
        assert self.headers["Content-Type"] == "application/json"
        return json.loads(self.body)

    def assert_secure(self) -> None:
        """Check the security headers. They allow only the style sheet in the page."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert not {"x-frame-options", "set-cookie"} & set(headers)
        policy = headers["content-security-policy"]
        assert dict(part.strip().split(" ", 1) for part in policy.split(";")) == {
            "default-src": "'none'",
            "style-src": self._style_source(),
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": FRAME_ANCESTORS,
        }

    def _style_source(self) -> str:
        """Return the hash of the page's style sheet, which a browser compares with the policy."""
        if not self.is_html:
            return "'none'"
        (style,) = re.findall(r"<style>(.*?)</style>", self.body, re.DOTALL)
        return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


@dataclass(frozen=True)
class ExpectedError:
    """How a callback refuses: its status, its code, and the words that say what to do.

    `server_words` are in the response to a server instead, if the words differ.
    """

    status: int
    code: str
    words: str
    retry_after: str | None = None
    server_words: str | None = None

    def assert_is(self, answer: Response, callback: str) -> None:
        assert answer.status == self.status
        assert answer.headers.get("Retry-After") == self.retry_after
        if callback in BROWSER_CALLBACKS:
            assert self.words in answer.page.text
            assert f"Request ID {REQUEST_ID}, {self.code}" in answer.page.text
        else:
            message = answer.json["message"]
            assert (self.server_words or self.words) in message
            assert not re.search(r"control panel|your|again|[Aa]sk |pulumi", message)
            assert (answer.json["error"], answer.json["request_id"]) == (self.code, REQUEST_ID)


UNKNOWN_ORGANIZATION = ExpectedError(
    404,
    "unknown_organization",
    "Check the callback URLs in the developer portal.",
    server_words="No app is set up at this address.",
)
NOT_REGISTERED = ExpectedError(
    503,
    "app_not_registered",
    "Add the client ID and the client secret to the stack, and deploy it again.",
    retry_after="60",
    server_words="The app has no credentials yet",
)
INVALID_PAYLOAD = ExpectedError(
    401, "invalid_signed_payload", "could not be verified as coming from BigCommerce"
)
OUTDATED = ExpectedError(
    401,
    "outdated_payload",
    "The app was installed again since this page was opened. Open the app again",
    server_words="must arrive within five minutes.",
)
NOT_INSTALLED = ExpectedError(
    404, "store_not_installed", "Install it from Apps in your BigCommerce control panel"
)
NOT_ALLOWED = ExpectedError(
    403, "user_not_allowed", "Ask the store owner to open", server_words="only the store's owner"
)
CODE_REFUSED = ExpectedError(
    400,
    "code_refused",
    "nothing new was stored. If the app is already installed, open it. Otherwise, start the "
    "installation again from your BigCommerce control panel.",
)
UNREACHABLE = ExpectedError(
    502, "bigcommerce_unavailable", "BigCommerce did not answer as expected, so nothing was stored."
)
TOO_SLOW = ExpectedError(504, "bigcommerce_timeout", "BigCommerce took too long to answer")
NO_SCOPE = ExpectedError(502, "no_scope_granted", "its answer grants the app no permissions")
BUSY = ExpectedError(
    503,
    "service_unavailable",
    "Try again in a few seconds.",
    retry_after="5",
    server_words="A retry in a few seconds may succeed.",
)
NOT_STORED = ExpectedError(
    503, "installation_not_stored", "it could not be stored. Start the installation again"
)
DEFECT = ExpectedError(
    500,
    "internal_error",
    "If this happens again, contact support.",
    server_words="the app's back end has a bug",
)


def invalid_parameter(name: str, problem: str) -> ExpectedError:
    return ExpectedError(400, "invalid_parameter", f"{name} {problem}.")
