"""Test vectors for HS256 in the layout of the Wycheproof project, run through `verify`.

`vectors/hs256.json` has a group for each client secret. Its signatures were made apart from the
code under test, and compared with those of OpenSSL.
"""

import base64
import json
from pathlib import Path

import pytest

from lambdas.callbacks.errors import InvalidSignedPayloadError
from lambdas.callbacks.signed_payload import verify
from tests.lambdas.conftest import Clock

VECTORS = json.loads((Path(__file__).parent / "vectors" / "hs256.json").read_text("utf-8"))
CLIENT_ID = "k3v9x1q7m5b8c2n4z6l0p9o8i7u6y5t"
ISSUED_AT = 1_772_323_200  # 2026-03-01T00:00:00Z

pytestmark = [
    pytest.mark.figures("test vectors for HS256"),
    pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning"),
]


def vectors(result: str) -> list[object]:
    """The parameters of every test with this result: its token and its group's client secret."""
    return [
        pytest.param(test["jws"], _client_secret(group), id=f"{test['tcId']} {test['comment']}")
        for group in VECTORS["testGroups"]
        for test in group["tests"]
        if test["result"] == result
    ]


def _client_secret(group: dict[str, dict[str, str]]) -> str:
    key = group["private"]["k"]
    return base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)).decode()


@pytest.fixture(autouse=True)
def _issued_just_now(clock: Clock) -> None:
    clock.now = ISSUED_AT


@pytest.mark.parametrize(("token", "client_secret"), vectors("valid"))
def test_a_valid_token_holds(token: str, client_secret: str) -> None:
    payload = verify(token, client_id=CLIENT_ID, client_secret=client_secret)

    assert payload.store_hash == "abc123def4"


@pytest.mark.parametrize(("token", "client_secret"), vectors("invalid"))
def test_an_invalid_token_is_refused(token: str, client_secret: str) -> None:
    with pytest.raises(InvalidSignedPayloadError):
        verify(token, client_id=CLIENT_ID, client_secret=client_secret)
