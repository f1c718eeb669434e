"""An app at its own URL: the frame ends there, with a valid handoff token."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from local.backend import HANDOFF_KEYS
from local.bigcommerce import App, User
from tests.browser.merchant import Merchant
from tests.documents import snippet

pytestmark = pytest.mark.browser

Verify = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def read_handoff_token() -> Verify:
    """The function in docs/handoff.md."""
    names: dict[str, Any] = {}
    exec(snippet("read_handoff_token"), names)  # noqa: S102
    verify: Verify = names["read_handoff_token"]
    return verify


def expect_the_app(
    merchant: Merchant, app: App, user: User, app_origin: str, verify: Verify
) -> None:
    """Expect the app's own page in the frame, with a token of the user and the store."""
    merchant.expect_heading("The app itself")
    url = urlsplit(merchant.window.framed.url)
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{app_origin}/bigcommerce"
    query = parse_qs(url.query)
    assert query["theme"] == ["plain"]
    (token,) = query["handoff_token"]
    key = merchant.backend.config[HANDOFF_KEYS][app.organization_id]
    values = {"base_url": merchant.backend.outputs["baseUrl"], "app_origin": app_origin}
    claims = verify(token, key, **values)
    assert claims["sub"] == merchant.store.context
    assert claims["organization_id"] == app.organization_id
    assert claims["user"]["id"] == str(user.id)
    with pytest.raises(jwt.InvalidSignatureError):
        verify(token, "0" * 64, **values)


def test_installing_and_opening_lead_to_the_app(
    merchant: Merchant, elsewhere_app: App, app_origin: str, read_handoff_token: Verify
) -> None:
    owner, (assistant,) = merchant.store.owner, merchant.store.staff
    merchant.consent(elsewhere_app)
    merchant.confirm()
    expect_the_app(merchant, elsewhere_app, owner, app_origin, read_handoff_token)
    merchant.window.examine("app-url")
    merchant.open(elsewhere_app, assistant)
    expect_the_app(merchant, elsewhere_app, assistant, app_origin, read_handoff_token)
