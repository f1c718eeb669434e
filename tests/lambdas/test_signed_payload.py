"""The signed payload: what BigCommerce signs is read, and everything else is refused alike."""

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lambdas.callbacks.errors import InvalidSignedPayloadError
from lambdas.callbacks.signed_payload import PayloadUser, SignedPayload, verify
from local.bigcommerce import App, Store, User, signed_payload
from tests.lambdas.conftest import Clock
from tests.lambdas.tokens import HEADER, claims, encoded, sign

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

pytestmark = pytest.mark.figures("signed payloads, forged or odd, each made for its case")


def verified(token: str) -> SignedPayload:
    return verify(token, client_id=APP.client_id, client_secret=APP.client_secret)


def token(**changes: Any) -> str:
    """A payload that holds, but for these claims."""
    return sign(claims(APP, STORE, ASSISTANT, **changes), APP.client_secret)


def token_without(claim: str) -> str:
    content = claims(APP, STORE, ASSISTANT)
    del content[claim]
    return sign(content, APP.client_secret)


def assert_refused(forged: str) -> None:
    with pytest.raises(InvalidSignedPayloadError) as refusal:
        verified(forged)
    assert refusal.value.status == 401
    assert refusal.value.message == InvalidSignedPayloadError.message
    # Nor may the traceback that a log could hold lead to an error whose text quotes the token.
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None
    assert APP.client_secret not in refusal.value.reason


def test_a_payload_from_bigcommerce_holds_and_is_read_whole(clock: Clock) -> None:
    payload = verified(signed_payload(APP, STORE, ASSISTANT, url="/orders?id=5", channel_id=3))

    assert payload == SignedPayload(
        client_id=APP.client_id,
        store_hash="abc123def4",
        user=PayloadUser(id="2345678", email="assistant@example.com", locale="de-DE"),
        owner=PayloadUser(id="1234567", email="owner@example.com"),
        issued_at=clock.now,
        url="/orders?id=5",
        channel_id=3,
    )


def test_the_user_is_the_owner_when_the_ids_are_equal() -> None:
    assert verified(signed_payload(APP, STORE, OWNER)).is_owner
    assert not verified(signed_payload(APP, STORE, ASSISTANT)).is_owner


@pytest.mark.parametrize("claim", ["nbf", "jti", "url", "channel_id"])
def test_a_claim_that_decides_nothing_may_be_missing(claim: str) -> None:
    payload = verified(token_without(claim))

    assert (payload.url, payload.channel_id) == ("/", None)


def test_claims_that_are_not_documented_are_ignored() -> None:
    assert verified(token(another_claim={"a": 1})).store_hash == "abc123def4"


def test_of_a_repeated_claim_the_last_counts_as_rfc_7519_has_it() -> None:
    last = sign(claims(APP, STORE, ASSISTANT), APP.client_secret)
    content = f'{{"sub": "stores/another123", {jwt_json(last)[1:]}'.encode()

    assert verified(sign(content, APP.client_secret)).store_hash == "abc123def4"


def test_a_repeated_claim_whose_last_value_is_wrong_is_refused() -> None:
    content = f'{jwt_json(token())[:-1]}, "aud": "another"}}'.encode()

    assert_refused(sign(content, APP.client_secret))


def test_the_signature_is_that_of_rfc_7515_appendix_a_1() -> None:
    key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
    token = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
        "cnVlfQ"
        ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    )

    assert jwt.PyJWS().decode(token, jwt.utils.base64url_decode(key), ["HS256"])


def test_the_key_is_the_secret_as_text_not_the_bytes_its_hexadecimal_digits_stand_for() -> None:
    key = bytes.fromhex(APP.client_secret)

    assert_refused(jwt.encode(claims(APP, STORE, ASSISTANT), key, "HS256"))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_hmac_is_refused(algorithm: str) -> None:
    assert_refused(jwt.encode(claims(APP, STORE, ASSISTANT), APP.client_secret, algorithm))


@pytest.mark.parametrize(
    "header",
    [
        pytest.param({"alg": "none"}, id="none"),
        pytest.param({"alg": "None"}, id="none in another case"),
        pytest.param({"alg": "hs256"}, id="lower case"),
        pytest.param({"alg": "RS256"}, id="RS256 with an HMAC"),
        pytest.param({"alg": ""}, id="empty"),
        pytest.param({"alg": None}, id="null"),
        pytest.param({"alg": ["HS256"]}, id="list"),
        pytest.param({"alg": {"HS256": 1}}, id="object"),
        pytest.param({}, id="missing"),
        pytest.param([], id="header is a list"),
        pytest.param(b"HS256", id="header is not JSON"),
        pytest.param(b"\xff\xfe", id="header is not text"),
        pytest.param(b"[" * 4000, id="header is deeply nested"),
        pytest.param(HEADER | {"crit": ["exp"]}, id="critical extension"),
        pytest.param(HEADER | {"b64": False}, id="detached payload"),
        pytest.param(HEADER | {"kid": 5}, id="key id of another type"),
    ],
)
def test_a_header_other_than_that_of_hs256_is_refused(header: object) -> None:
    assert_refused(sign(claims(APP, STORE, ASSISTANT), APP.client_secret, header))


def test_a_token_signed_with_a_strangers_private_key_is_refused() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    assert_refused(jwt.encode(claims(APP, STORE, ASSISTANT), key, "RS256"))


def test_a_secret_that_is_a_public_key_never_verifies_what_was_signed_with_its_text() -> None:
    public_key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    with pytest.raises(InvalidSignedPayloadError):
        verify(sign(claims(APP, STORE, ASSISTANT), pem), client_id=APP.client_id, client_secret=pem)


def test_an_hmac_with_the_same_secret_but_of_another_token_is_refused() -> None:
    header, _, signature = token().split(".")
    _, another_payload, _ = token(sub="stores/another123").split(".")

    assert_refused(f"{header}.{another_payload}.{signature}")


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param("", id="empty"),
        pytest.param(encoded(b"\x00"), id="a byte"),
        pytest.param(encoded(bytes(32)), id="zeros"),
        pytest.param(encoded(bytes(64)), id="too long"),
        pytest.param("!!!!", id="not base64"),
        pytest.param("A", id="base64 of an impossible length"),
        pytest.param("é", id="not ASCII"),
    ],
)
def test_another_signature_is_refused(signature: str) -> None:
    signing_input = token().rpartition(".")[0]

    assert_refused(f"{signing_input}.{signature}")


def test_a_signature_that_differs_in_one_bit_is_refused() -> None:
    signing_input, _, signature = token().rpartition(".")
    changed = bytearray(jwt.utils.base64url_decode(signature))
    changed[-1] ^= 1

    assert_refused(f"{signing_input}.{encoded(bytes(changed))}")


def test_a_signature_that_is_only_the_beginning_of_the_right_one_is_refused() -> None:
    signing_input, _, signature = token().rpartition(".")

    assert_refused(f"{signing_input}.{encoded(jwt.utils.base64url_decode(signature)[:16])}")


@pytest.mark.parametrize(
    "order",
    ["012", "021", "102", "120", "201", "210"][1:],
)
def test_segments_in_another_order_are_refused(order: str) -> None:
    segments = token().split(".")

    assert_refused(".".join(segments[int(index)] for index in order))


@pytest.mark.parametrize(
    "gibberish",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "gibberish",
        "é.é.é",
        "\x00.\x00.\x00",
        "\ud800.\ud800.\ud800",
        "{}.{}.{}",
    ],
    ids=ascii,
)
def test_what_is_no_token_is_refused(gibberish: str) -> None:
    assert_refused(gibberish)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda right: right + "A", id="longer"),
        pytest.param(lambda right: right + ".A", id="four segments"),
        pytest.param(lambda right: "A" + right, id="longer in front"),
        pytest.param(lambda right: right[:-1], id="shorter"),
        pytest.param(lambda right: right * 200, id="oversized"),
        pytest.param(lambda right: "A" * 5_000_000 + right, id="millions of characters"),
    ],
)
def test_a_token_with_more_or_less_than_it_had_is_refused(change: Any) -> None:
    assert_refused(change(token()))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"gibberish",
        b"null",
        b"5",
        b'"text"',
        b"[]",
        b"[{}]",
        b"{}",
        b"{",
        b"\xff\xfe",
        b"\x00",
        pytest.param(b"[" * 100_000, id="deeply nested"),
        pytest.param(b'{"iat": ' + b"9" * 5_000 + b"}", id="number too long to read"),
    ],
)
def test_signed_content_that_is_no_object_of_claims_is_refused(content: bytes) -> None:
    assert_refused(sign(content, APP.client_secret))


@pytest.mark.parametrize("claim", ["aud", "iss", "iat", "exp", "sub", "user", "owner"])
def test_a_claim_that_decides_something_must_be_there(claim: str) -> None:
    assert_refused(token_without(claim))


NOT_NUMBERS: list[Any] = [None, True, "soon", "", [], {}, [1], float("nan")]
NOT_TEXTS: list[Any] = [None, 5, True, [], {}]
IDS_OF_ANOTHER_TYPE: list[Any] = [None, "", "2345678", 1.0, True, [], {}]


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        *(
            ("aud", value)
            for value in [*NOT_TEXTS, "", "another", APP.client_id.upper(), [APP.client_id]]
        ),
        ("aud", [APP.client_id, "another"]),
        ("aud", {APP.client_id: 1}),
        *(("iss", value) for value in [*NOT_TEXTS, "", "BC", "bc ", ["bc"]]),
        *(
            ("iat", value)
            for value in [*NOT_NUMBERS, "1700000000", float("inf"), float("-inf"), 0, -1]
        ),
        ("iat", 10**400),
        ("iat", -(10**400)),
        *(("exp", value) for value in [*NOT_NUMBERS, float("inf"), float("-inf"), 0, -1]),
        ("exp", "4102444800"),
        *(("nbf", value) for value in [*NOT_NUMBERS, float("inf"), 2**40]),
        ("nbf", "0"),
        *(("sub", value) for value in [*NOT_TEXTS, "", "stores", "stores/", "abc123def4"]),
        ("sub", "Stores/abc123def4"),
        ("sub", "stores/abc123def4\n"),
        ("sub", "stores/abc123def4/more"),
        ("sub", "stores/abc 123"),
        ("sub", "stores/abc\u0661"),
        ("sub", "stores/" + "a" * 65),
        ("sub", ["stores/abc123def4"]),
        *(("jti", value) for value in [5, [], {}]),
        *(("url", value) for value in [*NOT_TEXTS, "/\udfff"]),
        *(("channel_id", value) for value in ["", "1", 1.5, True, [], {}]),
        *(
            (claim, value)
            for claim in ("user", "owner")
            for value in [
                *(None, 5, "owner", [], {}, [{"id": 1, "email": "a@example.com"}]),
                *({"id": id_, "email": "a@example.com"} for id_ in IDS_OF_ANOTHER_TYPE),
                *({"id": 1, "email": email} for email in NOT_TEXTS),
                {"email": "a@example.com"},
                {"id": 1},
                {"id": 1, "email": "a@example.com", "locale": 5},
                {"id": 1, "email": "\ud800@example.com"},
            ]
        ),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_a_claim_with_another_value_or_type_is_refused(claim: str, value: object) -> None:
    assert_refused(token(**{claim: value}))


@pytest.mark.parametrize(
    ("claim", "seconds_from_now"),
    [("iat", 10), ("nbf", 10), ("exp", -9), ("iat", -DAY - 10)],
)
def test_clocks_may_differ_by_ten_seconds(claim: str, seconds_from_now: int, clock: Clock) -> None:
    assert verified(token(**{claim: clock.now + seconds_from_now}))


@pytest.mark.parametrize(
    ("claim", "seconds_from_now"),
    [("iat", 11), ("nbf", 11), ("exp", -10), ("iat", -DAY - 11)],
)
def test_clocks_that_differ_by_more_are_refused(
    claim: str, seconds_from_now: int, clock: Clock
) -> None:
    assert_refused(token(**{claim: clock.now + seconds_from_now}))


def test_a_payload_holds_for_24_hours(clock: Clock) -> None:
    issued = signed_payload(APP, STORE, ASSISTANT)
    clock.advance(DAY)
    assert verified(issued)

    clock.advance(10)
    assert_refused(issued)


def test_a_payload_does_not_hold_longer_than_24_hours_whatever_its_exp(clock: Clock) -> None:
    issued = token(exp=clock.now + 365 * DAY)
    clock.advance(DAY + 11)

    assert_refused(issued)


def test_a_time_with_a_fraction_is_rounded_down(clock: Clock) -> None:
    assert verified(token(iat=clock.now - 1 + 0.75)).issued_at == clock.now - 1


def jwt_json(token: str) -> str:
    """The JSON text of a token's claims."""
    return jwt.utils.base64url_decode(token.split(".")[1]).decode()
