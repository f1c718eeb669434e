"""A callback's request, read from API Gateway's event."""

from typing import Any

import pytest

from lambdas.callbacks.errors import InvalidParameterError
from lambdas.callbacks.request import CallbackRequest


def request(query: str) -> CallbackRequest:
    return CallbackRequest.from_event({"rawQueryString": query})


def test_the_organization_and_the_request_id_are_those_of_the_event() -> None:
    event = {
        "pathParameters": {"organization_id": "an-organization"},
        "requestContext": {"requestId": "JKJaXmPLvHcESHA="},
    }

    read = CallbackRequest.from_event(event)

    assert (read.organization_id, read.request_id) == ("an-organization", "JKJaXmPLvHcESHA=")


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(
            {"rawQueryString": None, "pathParameters": None, "requestContext": None}, id="null"
        ),
        pytest.param(
            {"pathParameters": {"organization_id": ["a"]}, "requestContext": {"requestId": 5}},
            id="other types inside",
        ),
        pytest.param(
            {"requestContext": {"requestId": "\ud800"}}, id="a request id that is no text"
        ),
        pytest.param(None, id="no event"),
    ],
)
def test_an_event_without_any_of_it_is_an_empty_request(event: Any) -> None:
    read = CallbackRequest.from_event(event)

    assert (read.organization_id, read.request_id, read.query) == ("", "", {})


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("code=store_v2_orders+store_cart", "store_v2_orders store_cart"),
        ("code=stores%2Fabc", "stores/abc"),
        ("code=%2541", "%41"),
        ("code=a,b", "a,b"),
        ("code=\u20ac", "\u20ac"),
        ("code=%F0%9F%98%80", "\U0001f600"),
        ("code=%FF%FE", "\ufffd\ufffd"),
        pytest.param(f"code={'a' * 8192}", "a" * 8192, id="the greatest length"),
    ],
    ids=ascii,
)
def test_a_value_is_decoded_once(query: str, value: str) -> None:
    assert request(query).required("code") == value
    assert request(query).optional("code") == value


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        *((query, "is given more than once") for query in ("code=a&code=a", "code=&code=a")),
        *((f"code={value}", "is not text") for value in ("\ud800", "a\udc80b", "\ude00\ud83d")),
        pytest.param(f"code={'a' * 8193}", "is too long", id="too long"),
    ],
    ids=ascii,
)
def test_a_malformed_value_is_refused_without_being_quoted(query: str, problem: str) -> None:
    for read in (request(query).required, request(query).optional):
        with pytest.raises(InvalidParameterError) as refusal:
            read("code")
        assert refusal.value.reason == f"code {problem}"
        assert refusal.value.message.startswith(f"The parameter code {problem}.")


@pytest.mark.parametrize("query", ["", "code", "code=", "Code=a", "code%00=a", "&&", "=a"])
def test_a_missing_or_empty_value_is_refused_where_it_is_required(query: str) -> None:
    assert request(query).optional("code") is None
    with pytest.raises(InvalidParameterError, match=r"^code is missing$"):
        request(query).required("code")


def test_a_parameter_without_a_value_is_there() -> None:
    assert request("external_install").has("external_install")
    assert not request("code=external_install").has("external_install")
