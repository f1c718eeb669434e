"""The emulator says how its APIs answered a URL, and keeps no URL."""

import pytest

from local.api_answers import find_answer
from local.bigcommerce.request_log import Answer
from local.emulator import Emulator
from local.emulator_middleware import answer_path
from local.loopback_http import get


@pytest.mark.parametrize("path", ["/org/load", "/org/load?code=a%2Fb&scope=c+d"])
def test_the_latest_answer_is_told(emulator: Emulator, path: str) -> None:
    url = f"http://0a1b2c3d.execute-api.localhost:{emulator.port}{path}"
    assert find_answer(emulator, url) is None
    answer = get(url, timeout=5)
    assert find_answer(emulator, url) == Answer(str(answer.status))  # no function was asked
    assert find_answer(emulator, f"{url}x") is None


def test_what_is_not_an_api_is_not_remembered(emulator: Emulator) -> None:
    url = f"{emulator.endpoint_url}/_ministack/health"
    assert get(url, timeout=5).status == 200
    assert find_answer(emulator, url) is None


def test_a_answer_path_does_not_hold_the_url() -> None:
    assert "confidential" not in answer_path("http://localhost/org/load?code=confidential")


def test_an_emulator_that_is_gone_says_nothing() -> None:
    assert find_answer(Emulator(), "http://localhost/org/load") is None
