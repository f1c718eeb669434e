"""Every answer: its security headers, and that nothing in it is alive but what we wrote."""

import base64
import hashlib
import json
import re
from dataclasses import replace

import pytest

from lambdas.callbacks import apps
from local.bigcommerce import App, BigCommerce, Store, faults
from local.bigcommerce.messages import Response as TokenResponse
from tests.lambdas.conftest import SUPPORT_URL
from tests.lambdas.harness import (
    BASE_URL,
    CALLBACKS,
    FRAME_ANCESTORS,
    SIGNED_CALLBACKS,
    Backend,
    Page,
    Response,
    api_event,
    callback_url,
    signed_url,
)
from tests.lambdas.tokens import claims, sign

ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "main", "section", "footer"),
    *("h1", "p", "span", "a", "dl", "dt", "dd", "ul", "li", "code", "time", "div"),
}
PAGES_WITH_FOREIGN_VALUES = "values with HTML in them: rendered inert, or not at all"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title></style></main><iframe src=//evil.example>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;script&gt;",
    "\u202e\x00\ufffe",
]


def assert_secure(answer: Response) -> None:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert "x-frame-options" not in headers
    assert "set-cookie" not in headers
    policy = dict(part.strip().split(" ", 1) for part in _policy(answer).split(";"))
    assert policy.pop("style-src") in {"'none'", _style_source(answer)}
    assert policy == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": FRAME_ANCESTORS,
    }


def _policy(answer: Response) -> str:
    return answer.headers["Content-Security-Policy"]


def _style_source(answer: Response) -> str:
    """What a browser compares with the policy: the hash of the style sheet in the page."""
    (style,) = re.findall(r"<style>(.*?)</style>", answer.body, re.DOTALL) or [""]
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


def assert_inert(page: Page) -> None:
    """No element, attribute or link but those of the templates."""
    for element, attributes in page.elements:
        assert element in ELEMENTS
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
    assert set(page.links) <= {SUPPORT_URL}


@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
def test_a_success_has_the_security_headers(
    callback: str, backend: Backend, app: App, installed_store: Store
) -> None:
    answer = backend.get(signed_url(app, callback, installed_store, installed_store.owner))

    assert answer.status == 200
    assert_secure(answer)


def test_an_installation_has_the_security_headers(
    backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    answer = backend.get(bigcommerce.auth_callback_url(app, store, store.owner))

    assert answer.status == 200
    assert_secure(answer)


@pytest.mark.parametrize("fail", [False, True], ids=["succeeded", "failed"])
def test_the_redirect_of_an_external_install_has_the_security_headers(
    fail: bool, backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    if fail:
        bigcommerce.token_endpoint.next_answers.append(faults.html)

    answer = backend.get(bigcommerce.external_auth_callback_url(app, store, store.owner))

    assert answer.status == 302
    assert_secure(answer)


@pytest.mark.parametrize("callback", CALLBACKS)
@pytest.mark.parametrize(
    ("path", "status"),
    [("/nobody", 404), ("/9d3c5a70-6f55-4f0c-9f6f-0b8d8e1f2a44", 400)],
    ids=["unknown organization", "no parameters"],
)
def test_an_error_has_the_security_headers(
    callback: str, path: str, status: int, backend: Backend, app: App
) -> None:
    answer = backend.get(f"{BASE_URL}{path}/{callback}")

    assert answer.status == status
    assert_secure(answer)


@pytest.mark.parametrize("callback", ["redirect-url", "load"])
def test_the_style_of_a_page_is_the_one_its_policy_allows(
    callback: str, backend: Backend, app: App
) -> None:
    answer = backend.get(f"{BASE_URL}/{app.organization_id}/{callback}")

    assert answer.page.text
    assert f"style-src {_style_source(answer)};" in _policy(answer)


@pytest.mark.parametrize("callback", ["uninstall", "remove-user"])
def test_an_answer_for_a_machine_allows_no_style(callback: str, backend: Backend, app: App) -> None:
    answer = backend.get(f"{BASE_URL}/{app.organization_id}/{callback}")

    assert answer.json["error"]
    assert "style-src 'none';" in _policy(answer)


@pytest.mark.figures(PAGES_WITH_FOREIGN_VALUES)
@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_a_hostile_app_name_is_shown_as_it_is(
    hostile: str, backend: Backend, app: App, installed_store: Store
) -> None:
    backend.deploy(replace(app, name=hostile), support_url=SUPPORT_URL)
    apps.forget()

    loaded = backend.get(signed_url(app, "load", installed_store, installed_store.owner)).page
    error = backend.get(f"{BASE_URL}/{app.organization_id}/load").page

    for page in (loaded, error):
        assert_inert(page)
        assert " ".join(hostile.split()) in page.text.replace("\ufffd", "\x00")


@pytest.mark.figures(PAGES_WITH_FOREIGN_VALUES)
@pytest.mark.parametrize("hostile", HOSTILE[:4], ids=ascii)
def test_hostile_scopes_are_shown_as_they_are(
    hostile: str, backend: Backend, app: App, bigcommerce: BigCommerce, store: Store
) -> None:
    word = hostile.replace(" ", "/")
    bigcommerce.token_endpoint.next_answers.append(faults.with_fields(scope=word))

    page = backend.get(bigcommerce.auth_callback_url(app, store, store.owner)).page

    assert_inert(page)
    assert page.text.count(word) == 2  # granted, and not configured


@pytest.mark.figures(PAGES_WITH_FOREIGN_VALUES)
@pytest.mark.parametrize("hostile", HOSTILE[:4], ids=ascii)
@pytest.mark.parametrize("person", ["user", "owner"])
def test_hostile_names_and_addresses_of_who_installs_are_not_shown(
    *,
    person: str,
    hostile: str,
    backend: Backend,
    app: App,
    bigcommerce: BigCommerce,
    store: Store,
) -> None:
    hostile_person = {"id": 1, "username": hostile, "email": hostile}
    fault = faults.with_fields(**{person: hostile_person})
    bigcommerce.token_endpoint.next_answers.append(fault)

    answer = backend.get(bigcommerce.auth_callback_url(app, store, store.owner))

    assert answer.status == 200
    assert_inert(answer.page)
    assert hostile not in answer.page.text


@pytest.mark.figures(PAGES_WITH_FOREIGN_VALUES)
@pytest.mark.parametrize("hostile", HOSTILE[:4], ids=ascii)
@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
def test_hostile_claims_are_not_shown(
    callback: str, hostile: str, backend: Backend, app: App, installed_store: Store
) -> None:
    person = {"id": 1, "email": hostile, "locale": hostile}
    changes = {"user": person, "owner": person, "url": hostile, "jti": hostile, "name": hostile}
    payload = sign(
        claims(app, installed_store, installed_store.owner, **changes), app.client_secret
    )

    answer = backend.get(callback_url(app, callback, signed_payload_jwt=payload))

    assert answer.status == 200
    assert hostile not in answer.body
    if answer.is_html:
        assert_inert(answer.page)


@pytest.mark.figures(PAGES_WITH_FOREIGN_VALUES)
@pytest.mark.parametrize("hostile", HOSTILE[:4], ids=ascii)
@pytest.mark.parametrize("status", [200, 400, 429, 500])
def test_hostile_error_texts_of_bigcommerce_are_not_shown(
    *,
    status: int,
    hostile: str,
    backend: Backend,
    app: App,
    bigcommerce: BigCommerce,
    store: Store,
) -> None:
    content = json.dumps({"error": hostile, "error_description": hostile}).encode()
    fault = TokenResponse(status, content, {"Retry-After": hostile, "Content-Type": "text/html"})
    bigcommerce.token_endpoint.next_answers.extend([lambda _: fault] * 3)

    answer = backend.get(bigcommerce.auth_callback_url(app, store, store.owner))

    assert answer.status in {400, 502}
    assert_inert(answer.page)
    assert hostile not in answer.page.text
    assert hostile not in str(answer.headers)


@pytest.mark.figures(PAGES_WITH_FOREIGN_VALUES)
@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_a_hostile_request_id_is_shown_as_it_is(hostile: str, backend: Backend, app: App) -> None:
    event = api_event(app.organization_id, "load", "")
    event["requestContext"]["requestId"] = hostile

    page = backend.handle("load", event).page

    assert_inert(page)
    assert " ".join(hostile.split()) in page.text.replace("\ufffd", "\x00")


@pytest.mark.figures(PAGES_WITH_FOREIGN_VALUES)
@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_a_hostile_support_link_stays_one_attribute(
    hostile: str, backend: Backend, app: App
) -> None:
    backend.deploy(app, support_url=f"https://support.example.com/{hostile}")

    page = backend.get(f"{BASE_URL}/{app.organization_id}/load").page

    assert {element for element, _ in page.elements} <= ELEMENTS
    (link,) = [attributes for element, attributes in page.elements if element == "a"]
    assert set(link) == {"href", "target", "rel"}
    assert link["rel"] == "noopener noreferrer"


@pytest.mark.figures(PAGES_WITH_FOREIGN_VALUES)
@pytest.mark.parametrize("callback", CALLBACKS)
@pytest.mark.parametrize("hostile", HOSTILE[:4], ids=ascii)
def test_what_a_stranger_sends_is_not_sent_back(
    callback: str, hostile: str, backend: Backend, app: App
) -> None:
    query = "&".join(
        f"{name}={hostile}"
        for name in ("code", "scope", "context", "account_uuid", "signed_payload_jwt", "error")
    )

    answer = backend.get(f"{BASE_URL}/{app.organization_id}/{callback}?{query}")

    assert answer.status in {400, 401}
    assert "alert(1)" not in answer.body
    assert "evil.example" not in answer.body
    if answer.is_html:
        assert_inert(answer.page)


@pytest.mark.parametrize("page_of", ["installed", "loaded", "error"])
def test_a_page_is_whole_and_says_its_language(
    *,
    page_of: str,
    backend: Backend,
    app: App,
    bigcommerce: BigCommerce,
    store: Store,
) -> None:
    answers = {
        "error": backend.get(f"{BASE_URL}/nobody/load"),
        "installed": backend.get(bigcommerce.auth_callback_url(app, store, store.owner)),
        "loaded": backend.get(signed_url(app, "load", store, store.owner)),
    }
    answer = answers[page_of]

    elements = [element for element, _ in answer.page.elements]
    assert answer.body.startswith("<!doctype html>")
    assert answer.page.elements[0] == ("html", {"lang": "en"})
    assert (elements.count("h1"), elements.count("title"), elements.count("main")) == (1, 1, 1)
    assert_inert(answer.page)
