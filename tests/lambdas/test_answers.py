"""Pages are complete, and only our own markup in them has an effect.

That every answer has the security headers is asserted wherever a function is called.
"""

from dataclasses import replace
from typing import Any

import pytest

from local.bigcommerce import faults
from tests.lambdas.backend import (
    SIGNED_CALLBACKS,
    Callbacks,
    api_event,
    callback_url,
    forget_apps,
)
from tests.lambdas.responses import Page
from tests.lambdas.tokens import claims, sign

ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "main", "section", "footer"),
    *("h1", "p", "span", "a", "dl", "dt", "dd", "ul", "li", "code", "time", "div"),
}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title></style></main><iframe src=//evil.example>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;script&gt;",
    "\u202e\x00\ufffe",
]

hostile_html = pytest.mark.parametrize("hostile", HOSTILE[:4], ids=ascii)


def assert_inert(page: Page) -> None:
    """No element, attribute or link but those of the templates."""
    for element, attributes in page.elements:
        assert element in ELEMENTS
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
    assert all(str(link).startswith("https://support.example.com/") for link in page.links)


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_hostile_app_name_link_and_request_id_are_inert(hostile: str, installed: Callbacks) -> None:
    url = f"https://support.example.com/{hostile}"
    installed.backend.deploy(replace(installed.app, name=hostile), support_url=url)
    forget_apps()
    event = api_event(installed.app.organization_id, "load", "")
    event["requestContext"]["requestId"] = f"id {hostile}"

    loaded = installed.get("load").page
    error = installed.backend.handle("load", event).page

    shown = " ".join(hostile.split())
    for page, text in ((loaded, shown), (error, shown), (error, f"id {shown}")):
        assert_inert(page)
        assert text in page.text.replace("\ufffd", "\x00")
        (link,) = [attributes for element, attributes in page.elements if element == "a"]
        assert set(link) == {"href", "target", "rel"}
        assert link["rel"] == "noopener noreferrer"


@hostile_html
def test_hostile_scopes_are_shown_as_they_are(hostile: str, callbacks: Callbacks) -> None:
    word = hostile.replace(" ", "/")
    callbacks.bigcommerce.token_endpoint.next_answers.append(faults.with_fields(scope=word))

    page = callbacks.get("redirect-url").page

    assert_inert(page)
    assert word in page.text


@hostile_html
@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
def test_hostile_claims_are_not_shown(callback: str, hostile: str, installed: Callbacks) -> None:
    person = {"id": 1, "email": hostile, "locale": hostile}
    changes: dict[str, Any] = dict.fromkeys(("url", "jti", "name"), hostile)
    changes |= {"user": person, "owner": person}
    app, store = installed.app, installed.store
    payload = sign(claims(app, store, store.owner, **changes), app.client_secret)

    answer = installed.backend.get(callback_url(app, callback, signed_payload_jwt=payload))

    assert answer.status == 200
    assert hostile not in answer.body
    if answer.is_html:
        assert_inert(answer.page)


def test_a_page_is_complete_and_declares_its_language(callbacks: Callbacks) -> None:
    answers = {
        "No such app": callbacks.backend.get(
            callback_url(replace(callbacks.app, organization_id="unknown"), "load")
        ),
        "Next: open Order Sync from Apps": callbacks.get("redirect-url"),
        "Installed since": callbacks.get("load"),
    }

    for heading, answer in answers.items():
        page = answer.page
        elements = [element for element, _ in page.elements]
        assert answer.body.startswith("<!doctype html>")
        assert page.elements[0] == ("html", {"lang": "en"})
        assert (elements.count("h1"), elements.count("title"), elements.count("main")) == (1, 1, 1)
        assert heading in page.text
        assert_inert(page)
