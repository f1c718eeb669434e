"""The app that takes the handoff, as a process that the deployed callbacks redirect to."""

import os
import re
import runpy
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import urllib3

from local.backend import APPS, HANDOFF_KEYS, LocalBackend
from local.bigcommerce import App, Store, load_url
from local.loopback_http import Response, get
from tests.documents import ROOT, snippet
from tests.examples.conftest import TIMEOUT_SECONDS, install

EXAMPLE = ROOT / "examples/handoff_app/app.py"


def test_the_document_shows_the_example() -> None:
    *imports, function = snippet("read_handoff_token").split("\n\n", 2)
    text = EXAMPLE.read_text()
    assert function in text
    assert all(line in text for block in imports for line in block.splitlines())


@pytest.fixture(scope="module")
def app_origin(deployed: LocalBackend) -> Iterator[str]:
    """The example's origin, while it runs."""
    url = urlsplit(deployed.config[APPS][0]["appUrl"])
    origin = f"{url.scheme}://{url.netloc}"
    settings = {
        "HANDOFF_KEY": deployed.config[HANDOFF_KEYS]["acme"],
        "BASE_URL": deployed.outputs["baseUrl"],
        "APP_ORIGIN": origin,
        "PORT": str(url.port),
    }
    with subprocess.Popen(
        [sys.executable, EXAMPLE], env={**os.environ, **settings}, stderr=subprocess.DEVNULL
    ) as process:
        try:
            starting = urllib3.Retry(connect=9, backoff_factor=0.05)  # for 25 seconds
            urllib3.request("GET", origin, retries=starting)
            yield origin
        finally:
            process.kill()


def visit(origin: str, page: Response) -> dict[str, Any]:
    """Call the example's API as the page does."""
    (authorization,) = re.findall(r'Authorization: "([^"]+)"', page.text)
    address = origin.replace("localhost", "127.0.0.1")
    answer = urllib3.request(
        "GET", f"{address}/api/visit", headers={"Authorization": authorization}
    )
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    visit: dict[str, Any] = answer.json()
    return visit


@pytest.mark.emulated
def test_installing_and_opening_lead_to_the_app(
    deployed: LocalBackend, app: App, store: Store, app_origin: str
) -> None:
    (assistant,) = store.staff
    installed = install(deployed, store)
    opened = get(load_url(app, store, assistant), TIMEOUT_SECONDS)
    for user, answer in ((store.owner, installed), (assistant, opened)):
        page = get(answer.headers["Location"], TIMEOUT_SECONDS)
        assert page.status == 200
        assert f"<h1>stores/{store.hash}</h1>" in page.text
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "mybigcommerce.com" in page.headers["Content-Security-Policy"]
        assert visit(app_origin, page) == {
            "store": f"stores/{store.hash}",
            "user": str(user.id),
            "url": "/",
        }


@pytest.mark.emulated
def test_a_token_is_taken_once_and_the_api_needs_a_session(
    deployed: LocalBackend, store: Store, app_origin: str
) -> None:
    location = install(deployed, store).headers["Location"]
    assert [get(location, TIMEOUT_SECONDS).status for _ in range(2)] == [200, 401]
    assert get(f"{app_origin}/api/visit", TIMEOUT_SECONDS).status == 401


@pytest.mark.emulated
@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "https://other.example.com"},
        {"iss": "https://other.example.com"},
        {"exp": int(time.time()) - 60},
        {"opened_at": int(time.time()) - 3600},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_token_that_is_not_valid_is_refused(
    deployed: LocalBackend, store: Store, app_origin: str, wrong: dict[str, Any]
) -> None:
    location = install(deployed, store).headers["Location"]
    (token,) = parse_qs(urlsplit(location).query)["handoff_token"]
    key = deployed.config[HANDOFF_KEYS]["acme"]
    claims = jwt.decode(token, options={"verify_signature": False}) | {"jti": "another"}

    def status(claims: dict[str, Any], key: str) -> int:
        changed = jwt.encode(claims, key, algorithm="HS256")
        return get(f"{app_origin}/bigcommerce?handoff_token={changed}", TIMEOUT_SECONDS).status

    assert status(claims | wrong, key) == 401
    assert status(claims, "0" * 64) == 401
    assert status({**claims, "jti": str(wrong)}, key) == 200  # or nothing else was tested


def test_a_token_stays_used_while_it_is_valid_and_a_session_is_dropped_after_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = {"base_url": "https://api.example.com", "app_origin": "https://app.example.com"}
    handoff_app = runpy.run_path(str(EXAMPLE))["HandoffApp"]("0" * 64, **settings)
    now = time.time()

    def opened(jti: str, at: float) -> str:
        """The answer's status, `at` seconds later; PyJWT does not read the patched clock."""
        claims = {"iss": settings["base_url"], "aud": settings["app_origin"], "sub": "stores/a"}
        times = {"iat": int(now), "exp": int(now) + 7200, "opened_at": int(now + at)}
        token = jwt.encode({**claims, **times, "jti": jti}, "0" * 64, algorithm="HS256")
        environ = {"PATH_INFO": "/bigcommerce", "QUERY_STRING": f"handoff_token={token}"}
        statuses: list[str] = []
        with monkeypatch.context() as patch:
            patch.setattr(time, "time", lambda: now + at)
            list(handoff_app(environ, lambda status, _: statuses.append(status)))
        return statuses[0]

    assert opened("first", 0) == "200 OK"
    assert opened("first", 600) == "401 Unauthorized"
    assert opened("second", 3700) == "200 OK"
    assert len(handoff_app._sessions) == 1
