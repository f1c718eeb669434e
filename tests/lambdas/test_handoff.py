"""Opening the app at its own URL: the redirect, and the token that names the user."""

import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest

from lambdas.callbacks.handoff import Visitor, handoff_url
from tests.documents import snippet
from tests.lambdas.backend import BASE_URL, EXTERNAL, Callbacks, forget_apps, forget_credentials
from tests.lambdas.conftest import ORGANIZATION_ID, Clock, Logs
from tests.lambdas.responses import Response

APP_URL = "https://orders.example.com/bigcommerce?tab=&theme=plain"
APP_ORIGIN = "https://orders.example.com"
KEY = "4b1d9f0c7e5a4c1e8b6f2a9d3c7e1f50a8d4b2c6e9f1a3d5"


@pytest.fixture
def opening(installed: Callbacks) -> Callbacks:
    """The callbacks of an installed app with its own URL."""
    installed.backend.deploy(installed.app, app_url=APP_URL, handoff_key=KEY)
    forget_apps()
    forget_credentials()
    return installed


def made(**changes: str) -> str:
    """Return a valid token except for these arguments; the visitor opens the app now."""
    arguments = {"app_url": APP_URL, "key": KEY, "issuer": BASE_URL} | changes
    visitor = Visitor("abc", "1", opened_at=int(time.time()))
    url = handoff_url(visitor=visitor, organization_id=ORGANIZATION_ID, **arguments)
    return token_in(url)


def token_in(url: str) -> str:
    return dict(parse_qsl(urlsplit(url).query))["handoff_token"]


def token(answer: Response) -> str:
    return token_in(answer.headers["Location"])


def verified(handoff_token: str) -> dict[str, Any]:
    """Verify the token as the app does, by the code of docs/handoff.md."""
    names: dict[str, Any] = {}
    exec(snippet("read_handoff_token"), names)  # noqa: S102 (our own document)
    claims: dict[str, Any] = names["read_handoff_token"](
        handoff_token, KEY, base_url=BASE_URL, app_origin=APP_ORIGIN
    )
    return claims


@pytest.mark.parametrize(
    ("deep_link", "path"),
    [("/orders/7", "/orders/7"), ("https://evil.example.net/", "/"), ("//evil.example.net", "/")],
)
def test_a_load_redirects_to_the_app_with_a_token_that_names_the_user_and_a_path(
    deep_link: str, path: str, clock: Clock, opening: Callbacks
) -> None:
    (assistant,) = opening.store.staff
    clock.advance(60)
    answer = opening.get("load", assistant, url=deep_link, channel_id=3)

    assert answer.status == 302
    assert answer.headers["Location"].startswith(f"{APP_URL}&handoff_token=")
    claims = verified(token(answer))
    assert claims.pop("exp") - claims["iat"] == 60
    assert claims.pop("opened_at") == claims.pop("iat") == clock.now
    assert len(claims.pop("jti")) == 36
    assert claims == {
        "iss": BASE_URL,
        "aud": APP_ORIGIN,
        "sub": f"stores/{opening.store.hash}",
        "organization_id": ORGANIZATION_ID,
        "user": {"id": str(assistant.id), "locale": "en-US"},
        "url": path,
        "channel_id": 3,
    }


def test_an_installation_redirects_to_the_app(clock: Clock, opening: Callbacks) -> None:
    (assistant,) = opening.store.staff
    answer = opening.get("redirect-url", assistant)

    assert answer.status == 302
    claims = verified(token(answer))
    assert claims["sub"] == f"stores/{opening.store.hash}"
    assert claims["user"] == {"id": str(assistant.id), "locale": None}
    assert claims["opened_at"] == clock.now
    assert opening.backend.decrypt(opening.app, opening.store) not in claims.values()


def test_an_external_install_still_returns_to_bigcommerce(opening: Callbacks) -> None:
    assert opening.get(EXTERNAL).headers["Location"].endswith("/install/succeeded")


def test_a_key_that_has_not_arrived_yet_shows_the_page(installed: Callbacks, logs: Logs) -> None:
    installed.backend.deploy(installed.app, app_url=APP_URL)
    forget_apps()
    answer = installed.get("load")

    assert answer.status == 200
    assert "Order Sync is installed" in answer.page.text
    assert "no handoff key" in logs.lines[-2]["message"]


def test_a_repeated_loads_token_has_the_time_of_opening(clock: Clock, opening: Callbacks) -> None:
    url = opening.url("load")
    opened_at = verified(token(opening.backend.get(url)))["opened_at"]
    clock.advance(295)
    assert verified(token(opening.backend.get(url)))["opened_at"] == opened_at
    clock.advance(10)
    late = opening.backend.get(url)

    assert late.status == 302
    with pytest.raises(jwt.InvalidTokenError, match="opened too long ago"):
        verified(token(late))


@pytest.mark.parametrize(
    ("seconds", "holds"), [(0, True), (69, True), (70, False)], ids=["now", "edge", "late"]
)
def test_the_token_holds_for_a_minute_and_leeway(clock: Clock, seconds: int, holds: bool) -> None:
    handoff_token = made()
    clock.advance(seconds)

    if holds:
        assert verified(handoff_token)["sub"] == "stores/abc"
    else:
        with pytest.raises(jwt.ExpiredSignatureError):
            verified(handoff_token)


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": KEY[::-1]},
        {"issuer": "https://callbacks.example.net"},
        {"app_url": "https://orders.example.net/"},
    ],
    ids=["another key", "another back end", "for another app"],
)
def test_the_apps_check_refuses_tokens_that_are_not_meant_for_it(wrong: dict[str, str]) -> None:
    with pytest.raises(jwt.InvalidTokenError):
        verified(made(**wrong))
