"""No web page reaches the embedded AWS, while its deployed APIs are open to browsers."""

import asyncio
from collections.abc import Iterator, MutableMapping
from http.client import HTTPConnection
from typing import Any

import pytest

from local.emulator import Emulator
from local.emulator_guard import guard_middleware, is_allowed

EVIL = "https://evil.example"
API = "0a1b2c3d.execute-api.localhost"


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(log=tmp_path_factory.mktemp("emulator") / "emulator.log") as emulator:
        yield emulator


def scope(host: str, method: str = "POST", **headers: str) -> dict[str, Any]:
    raw = {"host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "type": "http",
        "method": method,
        "headers": [(name.encode(), value.encode()) for name, value in raw.items()],
    }


@pytest.mark.parametrize(
    "request_",
    [
        scope("127.0.0.1:4566"),
        scope("localhost:4566", authorization="AWS4-HMAC-SHA256 Credential=test/..."),
        scope("localhost:4566", "GET", sec_fetch_site="none"),
        scope(
            "0a1b2c3d.execute-api.localhost:4566", "GET", origin=EVIL, sec_fetch_site="cross-site"
        ),
    ],
    ids=["by address", "an SDK", "typed into the address bar", "a page at the deployed API"],
)
def test_what_does_not_come_from_a_page_is_let_through(request_: dict[str, Any]) -> None:
    assert is_allowed(request_)


@pytest.mark.parametrize(
    "request_",
    [
        scope("localhost:4566", origin=EVIL),
        scope("localhost:4566", origin="null"),
        scope("localhost:4566", "GET", sec_fetch_site="cross-site"),
        scope("localhost:4566", "GET", sec_fetch_site="same-site"),
        scope("evil.example:4566"),
        scope("127.0.0.1.evil.example"),
        scope(f"{API}:4566", "POST"),
        scope(f"{API}.evil.example", "GET"),
        {"type": "http", "method": "GET", "headers": []},
    ],
    ids=[
        "a form",
        "a sandboxed page",
        "an image",
        "another port",
        "a name that was rebound",
        "a name that looks like it",
        "more than a route takes",
        "an API of another name",
        "no name",
    ],
)
def test_what_a_page_sends_is_refused(request_: dict[str, Any]) -> None:
    assert not is_allowed(request_)


def test_the_emulator_runs_behind_the_guard(emulator: Emulator) -> None:
    assert _status(emulator, f"localhost:{emulator.port}", {}) != 403
    assert _status(emulator, f"localhost:{emulator.port}", {"Origin": EVIL}) == 403


def test_the_api_hosts_do_not_lead_to_aws(emulator: Emulator) -> None:
    """A GET to a deployed API's host must not be taken for an AWS query."""
    query = (
        "/?Action=ListRoles&Version=2010-05-08&X-Amz-Credential=test/20260101/us-east-1/iam/aws4"
    )
    host = f"0a1b2c3d.execute-api.localhost:{emulator.port}"
    assert _status(emulator, host, {"Origin": EVIL}, query) == 404


def test_lifespan_events_pass() -> None:
    seen: list[str] = []

    async def application(scope: MutableMapping[str, Any], _receive: Any, _send: Any) -> None:
        seen.append(scope["type"])

    async def run() -> None:
        await guard_middleware(application)({"type": "lifespan"}, None, None)  # type: ignore[arg-type]

    asyncio.run(run())
    assert seen == ["lifespan"]


def _status(emulator: Emulator, host: str, headers: dict[str, str], path: str = "/") -> int:
    connection = HTTPConnection("127.0.0.1", emulator.port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": host} | headers)
        return connection.getresponse().status
    finally:
        connection.close()
