"""A callback's request, read from API Gateway's event."""

from typing import Any
from urllib.parse import unquote

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
        pytest.param({}, id="empty"),
        pytest.param(
            {"rawQueryString": None, "pathParameters": None, "requestContext": None}, id="null"
        ),
        pytest.param({"pathParameters": {}, "requestContext": {}}, id="nothing inside"),
        pytest.param({"rawQueryString": 5}, id="a number as query"),
        pytest.param({"pathParameters": ["a"], "requestContext": "a"}, id="other types"),
        pytest.param(
            {"pathParameters": {"organization_id": ["a"]}, "requestContext": {"requestId": 5}},
            id="other types inside",
        ),
        pytest.param(
            {"requestContext": {"requestId": "\ud800"}}, id="a request id that is no text"
        ),
        pytest.param(None, id="no event"),
        pytest.param([], id="list"),
    ],
)
def test_an_event_without_any_of_it_is_an_empty_request(event: Any) -> None:
    read = CallbackRequest.from_event(event)

    assert (read.organization_id, read.request_id, read.query) == ("", "", {})


def test_a_value_is_decoded_once() -> None:
    read = request("scope=store_v2_orders+store_cart&context=stores%2Fabc&code=%2541")

    assert read.required("scope") == "store_v2_orders store_cart"
    assert read.required("context") == "stores/abc"
    assert read.required("code") == "%41"


def test_a_value_with_a_comma_is_one_value() -> None:
    assert request("code=a,b").required("code") == "a,b"


@pytest.mark.parametrize("query", ["code=a&code=b", "code=a&code=a", "code=&code=a", "code=a&code"])
def test_a_repeated_parameter_is_refused_even_when_it_repeats_itself(query: str) -> None:
    with pytest.raises(InvalidParameterError, match="code is given more than once"):
        request(query).required("code")


@pytest.mark.parametrize("query", ["", "code", "code=", "Code=a", "code%00=a", "&&", "=a"])
def test_a_missing_or_empty_parameter_is_refused(query: str) -> None:
    with pytest.raises(InvalidParameterError, match="code is missing"):
        request(query).required("code")


def test_a_value_of_the_greatest_length_is_read() -> None:
    assert len(request(f"code={'a' * 8192}").required("code")) == 8192


def test_a_longer_value_is_refused_without_being_quoted() -> None:
    with pytest.raises(InvalidParameterError, match=r"^code is too long$") as refusal:
        request(f"code={'a' * 8193}").required("code")
    assert "aaa" not in refusal.value.message


@pytest.mark.parametrize("value", ["\ud800", "\udfff", "a\udc80b", "\ude00\ud83d"], ids=ascii)
def test_a_value_that_is_no_text_is_refused_without_being_quoted(value: str) -> None:
    with pytest.raises(InvalidParameterError, match=r"^code is not text$") as refusal:
        request(f"code={value}").required("code")
    assert value not in refusal.value.message


@pytest.mark.parametrize("value", ["\u20ac", "\U0001f600", "%F0%9F%98%80"], ids=ascii)
def test_a_value_beyond_ascii_is_text(value: str) -> None:
    assert request(f"code={value}").required("code") == unquote(value)


def test_an_optional_parameter_is_its_value_or_none() -> None:
    assert request("account_uuid=a").optional("account_uuid") == "a"
    assert request("").optional("account_uuid") is None
    assert request("account_uuid=").optional("account_uuid") is None


@pytest.mark.parametrize(
    "query",
    ["a=1&a=2", "a=&a=2", f"a={'a' * 8193}", "a=\ud800"],
    ids=lambda query: ascii(query[:9]),
)
def test_an_optional_parameter_that_is_repeated_too_long_or_no_text_is_refused(query: str) -> None:
    with pytest.raises(InvalidParameterError):
        request(query).optional("a")


def test_a_parameter_without_a_value_is_there() -> None:
    assert request("external_install").has("external_install")
    assert not request("code=external_install").has("external_install")


def test_bytes_that_are_no_utf_8_do_not_stop_the_reading() -> None:
    assert request("code=%FF%FE").required("code") == "\ufffd\ufffd"
