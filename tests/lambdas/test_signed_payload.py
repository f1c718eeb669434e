"""The signed payload: what BigCommerce signs is read, and everything else is refused.

Signatures, headers and segments are those of `vectors/hs256.json`, in the layout of the Wycheproof
project: a group for each client secret. Its signatures were made apart from the code under test,
and compared with those of OpenSSL.
"""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from lambdas.callbacks.signed_payload import verify
from lambdas.records.claims import BigCommerceUser, SignedPayload
from lambdas.shared.errors import InvalidSignedPayloadError
from local.bigcommerce import App, Store, User, signed_payload
from tests.lambdas.conftest import Clock
from tests.lambdas.tokens import HEADER, claims, sign

# Not of chance: the values are part of the tests' names.
APP = App(
    "organization",
    "Order Sync",
    ("store_v2_orders",),
    client_id="k3v9x1q7m5b8c2n4z6l0p9o8i7u6y5t",
    client_secret="5ec0de" + "0123456789abcdef" * 3 + "c0ffee0123",
)
OWNER = User(1_234_567, "owner", "owner@example.com")
ASSISTANT = User(2_345_678, "assistant", "assistant@example.com", locale="de-DE")
STORE = Store("abc123def4", "Flowers", OWNER, (ASSISTANT,))
DAY = 24 * 60 * 60

VECTORS = json.loads((Path(__file__).parent / "vectors" / "hs256.json").read_text("utf-8"))
VECTORS_ISSUED_AT = 1_772_323_200  # 2026-03-01T00:00:00Z


def vectors() -> list[Any]:
    """The parameters of every test: its token, its group's client secret, and whether it holds."""
    return [
        pytest.param(
            test["jws"],
            _client_secret(group),
            test["result"] == "valid",
            id=f"{test['tcId']} {test['comment']}",
        )
        for group in VECTORS["testGroups"]
        for test in group["tests"]
    ]


def _client_secret(group: dict[str, dict[str, str]]) -> str:
    key = group["private"]["k"]
    return base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)).decode()


def verified(token: str, client_secret: str = APP.client_secret) -> SignedPayload:
    return verify(token, client_id=APP.client_id, client_secret=client_secret)


def token(**changes: Any) -> str:
    """Return a valid payload except for these claims."""
    return sign(claims(APP, STORE, ASSISTANT, **changes), APP.client_secret)


def token_without(claim: str) -> str:
    content = claims(APP, STORE, ASSISTANT)
    del content[claim]
    return sign(content, APP.client_secret)


def assert_refused(forged: str, client_secret: str = APP.client_secret) -> None:
    with pytest.raises(InvalidSignedPayloadError) as refusal:
        verified(forged, client_secret)
    assert refusal.value.status == 401
    assert refusal.value.message == InvalidSignedPayloadError.message
    # Nor may the traceback that a log could hold lead to an error whose text quotes the token.
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None
    assert client_secret not in refusal.value.reason


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize(("token", "client_secret", "holds"), vectors())
def test_each_vectors_result(token: str, client_secret: str, holds: bool, clock: Clock) -> None:
    clock.now = VECTORS_ISSUED_AT

    if holds:
        assert verified(token, client_secret).store_hash == "abc123def4"
    else:
        assert_refused(token, client_secret)


def test_a_payload_from_bigcommerce_holds_and_is_read_whole(clock: Clock) -> None:
    payload = verified(signed_payload(APP, STORE, ASSISTANT, url="/orders?id=5", channel_id=3))

    assert payload == SignedPayload(
        client_id=APP.client_id,
        store_hash="abc123def4",
        user=BigCommerceUser(id="2345678", email="assistant@example.com", locale="de-DE"),
        owner=BigCommerceUser(id="1234567", email="owner@example.com"),
        issued_at=clock.now,
        url="/orders?id=5",
        channel_id=3,
    )


def test_the_user_is_the_owner_when_the_ids_are_equal() -> None:
    assert verified(signed_payload(APP, STORE, OWNER)).is_owner
    assert not verified(signed_payload(APP, STORE, ASSISTANT)).is_owner
    assert verified(token(user={"id": OWNER.id, "email": "renamed@example.com"})).is_owner
    assert verified(token(user={"id": str(OWNER.id)})).is_owner
    assert not verified(token(user={"id": ASSISTANT.id, "email": OWNER.email})).is_owner


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        *((claim, ...) for claim in ("nbf", "jti", "url", "channel_id")),
        *(("jti", value) for value in (5, ["a"], "\ud800")),
        *(("url", value) for value in [None, "", 5, ["/"], "/\udfff", "https://evil.example.net/"]),
        *(("url", f"/{more}") for more in ("/evil.example.net", "\\evil.example.net", "\t/evil")),
        *(("channel_id", value) for value in ["", "one", "01", 1.5, True, [1]]),
        ("timezone", {"": "\ud800"}),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_an_optional_claim_is_left_out_if_it_cannot_be_read(claim: str, value: object) -> None:
    payload = verified(token_without(claim) if value is ... else token(**{claim: value}))

    assert (payload.url, payload.channel_id, payload.user.id) == ("/", None, "2345678")


@pytest.mark.parametrize("text", [None, "", 5, True, [], {}, "\ud800@example.com", ...], ids=ascii)
def test_an_unreadable_address_or_locale_is_left_out(text: object) -> None:
    more = {} if text is ... else {"email": text, "locale": text}
    readable = {"id": "1", "email": "owner@example.com", "locale": 5}

    payload = verified(token(user={"id": "2345678", **more}, owner=readable, channel_id="12"))

    assert payload.user == BigCommerceUser("2345678", None, None)
    assert payload.owner == BigCommerceUser("1", "owner@example.com", None)
    assert payload.channel_id == 12


@pytest.mark.parametrize("store_hash", ["a", "ABC123", "0", "a" * 64])
def test_a_store_hash_is_up_to_64_letters_and_digits(store_hash: str) -> None:
    undocumented = {"another_claim": {"a": 1}}
    assert verified(token(sub=f"stores/{store_hash}", **undocumented)).store_hash == store_hash


def with_header(header: object) -> str:
    return sign(claims(APP, STORE, ASSISTANT), APP.client_secret, header)


@pytest.mark.parametrize(
    "forged",
    [
        *(pytest.param(text, id=ascii(text)) for text in ("...", "é.é.é", "{}.{}.{}")),
        pytest.param("\ud800.\ud800.\ud800", id="no text"),
        pytest.param(200 * "A" + token(), id="a valid token with more before it"),
        pytest.param(with_header(b"[" * 4000), id="deeply nested header"),
        pytest.param(with_header({"alg": {"HS256": 1}}), id="algorithm is an object"),
        pytest.param(with_header(HEADER | {"kid": 5}), id="key id of another type"),
    ],
)
def test_text_that_is_not_a_token_with_an_hs256_header_is_refused(forged: str) -> None:
    assert_refused(forged)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"gibberish", b"null", b"5", b'"text"', b"[]", b"[{}]", b"{}", b"{", b"\xff\xfe"),
        pytest.param(b"[" * 100_000, id="deeply nested"),
        pytest.param(b'{"iat": ' + b"9" * 5_000 + b"}", id="number too long to read"),
    ],
)
def test_signed_content_that_is_not_an_object_of_claims_is_refused(content: bytes) -> None:
    assert_refused(sign(content, APP.client_secret))


NOT_NUMBERS: list[Any] = [None, True, "soon", "", [], {}, [1], float("nan")]
NOT_TEXTS: list[Any] = [None, 5, True, [], {}]
NOT_IDS: list[Any] = [None, "", "02", "+2", "-2", "2.0", " 2", "\u0662", "9" * 41, 1.0, True, []]
NOT_PEOPLE: list[Any] = [
    *(None, 5, "owner", [], {}, [{"id": 1, "email": "a@example.com"}]),
    *({"id": id_, "email": "a@example.com"} for id_ in NOT_IDS),
    {"email": "a@example.com"},
]


REQUIRED_CLAIMS = ("aud", "iss", "iat", "exp", "sub", "user", "owner")
REFUSED_VALUES: dict[str, list[Any]] = {
    "aud": [
        *NOT_TEXTS,
        *("", "another", APP.client_id.upper(), [APP.client_id]),
        *([APP.client_id, "another"], {APP.client_id: 1}),
    ],
    "iss": [*NOT_TEXTS, "", "BC", "bc ", ["bc"]],
    "iat": [*NOT_NUMBERS, "1700000000", float("inf"), float("-inf"), 0, -1, 10**400, -(10**400)],
    "exp": [*NOT_NUMBERS, "4102444800", float("inf"), float("-inf"), 0, -1],
    "nbf": [*NOT_NUMBERS, "0", float("inf"), 2**40],
    "sub": [
        *NOT_TEXTS,
        *("", "stores", "stores/", "abc123def4", "Stores/abc123def4", "stores/abc123def4\n"),
        *("stores/abc123def4/more", "stores/abc 123", "stores/abc\u0661", "/stores/abc123def4"),
        *("stores//abc123def4", "stores/abc-123", "stores/" + "a" * 65, ["stores/abc123def4"]),
    ],
    **dict.fromkeys(("user", "owner"), NOT_PEOPLE),
}


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        *((claim, ...) for claim in REQUIRED_CLAIMS),
        *((claim, value) for claim, values in REFUSED_VALUES.items() for value in values),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_a_missing_or_wrong_required_claim_is_refused(claim: str, value: object) -> None:
    assert_refused(token_without(claim) if value is ... else token(**{claim: value}))


@pytest.mark.parametrize(
    ("claim", "limit", "beyond"),
    [("iat", 10, 11), ("nbf", 10, 11), ("exp", -9, -10), ("iat", -DAY - 10, -DAY - 11)],
)
def test_clocks_may_differ_by_10_seconds(claim: str, limit: int, beyond: int, clock: Clock) -> None:
    assert verified(token(**{claim: clock.now + limit}))
    assert_refused(token(**{claim: clock.now + beyond}))


def test_a_payload_does_not_hold_longer_than_24_hours_whatever_its_exp(clock: Clock) -> None:
    issued = token(exp=clock.now + 365 * DAY)
    clock.advance(DAY + 11)

    assert_refused(issued)


def test_a_time_with_a_fraction_is_rounded_down(clock: Clock) -> None:
    assert verified(token(iat=clock.now - 1 + 0.75)).issued_at == clock.now - 1
