"""The emulator says how its APIs answered a URL, and keeps no URL."""

import asyncio
from collections.abc import Iterator, MutableMapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.api_answers import REMEMBERED_ANSWERS, status_middleware, status_path
from local.asgi import Application
from local.emulator import Emulator
from local.loopback_http import get

API_URL = "http://0a1b2c3d.execute-api.localhost:4566"


class Api:
    """An application that answers with `status`, and remembers being asked."""

    status = 200

    def __init__(self) -> None:
        self.paths: list[str] = []

    async def __call__(self, scope: MutableMapping[str, Any], _receive: Any, send: Any) -> None:
        self.paths.append(scope["path"])
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b"content"})


def ask(application: Application, url: str) -> tuple[int, bytes]:
    """GET a URL; give the status and the body."""
    parts = urlsplit(url)
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        raise AssertionError("a GET has no body")

    scope = {
        "type": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "headers": [(b"host", parts.netloc.encode())],
    }
    asyncio.run(application(scope, receive, send))
    start, body = sent
    return start["status"], body["body"]


def status_of(application: Application, url: str) -> tuple[int, bytes]:
    return ask(application, f"http://127.0.0.1:4566{status_path(url)}")


@pytest.mark.parametrize("path", ["/org/load", "/org/load?code=a%2Fb&scope=c+d"])
def test_the_latest_answer_is_told(path: str) -> None:
    api = Api()
    application = status_middleware(api)
    assert status_of(application, API_URL + path) == (404, b"")
    for api.status in (200, 503):
        assert ask(application, API_URL + path) == (api.status, b"content")
        assert status_of(application, API_URL + path) == (200, b"%d" % api.status)
    assert status_of(application, API_URL + path + "x") == (404, b"")
    assert api.paths == ["/org/load"] * 2


def test_what_is_not_an_api_is_not_remembered() -> None:
    application = status_middleware(Api())
    url = "http://127.0.0.1:4566/table"
    assert ask(application, url) == (200, b"content")
    assert status_of(application, url) == (404, b"")


def test_only_the_latest_answers_are_remembered() -> None:
    application = status_middleware(Api())
    urls = [f"{API_URL}/{number}" for number in range(REMEMBERED_ANSWERS + 1)]
    for url in urls:
        ask(application, url)
    assert [status_of(application, url)[0] for url in (urls[0], urls[1], urls[-1])] == [
        404,
        200,
        200,
    ]


def test_a_status_path_does_not_hold_the_url() -> None:
    assert "confidential" not in status_path(f"{API_URL}/org/load?code=confidential")


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(log=tmp_path_factory.mktemp("emulator") / "emulator.log") as emulator:
        yield emulator


def test_the_emulator_can_be_asked(emulator: Emulator) -> None:
    url = f"http://0a1b2c3d.execute-api.localhost:{emulator.port}/org/load?code=a%2Fb"
    assert emulator.api_status(url) is None
    answer = get(url, timeout=5)
    assert emulator.api_status(url) == str(answer.status)


def test_an_emulator_that_is_gone_says_nothing() -> None:
    assert Emulator().api_status(API_URL) is None
