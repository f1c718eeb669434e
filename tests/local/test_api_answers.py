"""The emulator says how its APIs answered a URL, and keeps no URL."""

import pytest

from local.emulator import Emulator
from local.emulator_middleware import status_path
from local.loopback_http import get


@pytest.mark.parametrize("path", ["/org/load", "/org/load?code=a%2Fb&scope=c+d"])
def test_the_latest_answer_is_told(emulator: Emulator, path: str) -> None:
    url = f"http://0a1b2c3d.execute-api.localhost:{emulator.port}{path}"
    assert emulator.api_status(url) is None
    answer = get(url, timeout=5)
    assert emulator.api_status(url) == str(answer.status)
    assert emulator.api_status(f"{url}x") is None


def test_what_is_not_an_api_is_not_remembered(emulator: Emulator) -> None:
    url = f"{emulator.endpoint_url}/_ministack/health"
    assert get(url, timeout=5).status == 200
    assert emulator.api_status(url) is None


def test_a_status_path_does_not_hold_the_url() -> None:
    assert "confidential" not in status_path("http://localhost/org/load?code=confidential")


def test_an_emulator_that_is_gone_says_nothing() -> None:
    assert Emulator().api_status("http://localhost/org/load") is None
