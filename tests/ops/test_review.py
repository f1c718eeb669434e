"""The dry run of BigCommerce's review: every point is found wrong, and nothing is left out."""

from typing import Any

import pytest

from ops.check.http_client import Client, Response, UnreachableError
from ops.check.review import ReviewChecks
from ops.check.review_report import review_report
from portal.fields import CALLBACK_FIELDS, CallbackField
from portal.oauth_scopes import OAUTH_SCOPES
from tests.ops.examples import outputs, ready, registration

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        "frame-ancestors https://*.mybigcommerce.com https://*.bigcommerce.com"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000",
}
PAGE = "<title>App</title><style>p{}</style><p>Which store?</p>"
MODIFY = tuple(key for key, scope in OAUTH_SCOPES.items() if scope.permission == "modify")


def found(monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], **values: Any) -> list[str]:
    """What is wrong with an app of these values whose answers are changed like this."""

    def get(_: Client, url: str, query: dict[str, str] | None = None) -> Response:
        if isinstance(changed.get(url), Exception):
            raise changed[url]
        here = changed if changed.get("only", url) == url else {}
        text = here.get("text", PAGE) + str(query if here.get("echo") else "")
        status = changed.get(url, 400 if "apps.example.com" in url else 200)
        headers = {"X-Asked": str(query)} if here.get("echo_in_header") else {}
        return Response(status, HEADERS | here.get("headers", {}) | headers, text)

    monkeypatch.setattr(Client, "get", get)
    app = ready(**{"partner_id": "4711", **values})
    results = [check.run() for check in ReviewChecks(outputs(registration(app))).of_app(app)]
    assert all(result.failure is None or result.failure.commands for result in results)
    return [f"{result.name}: {result.failure}" for result in results if result.failure]


def test_an_app_that_is_fit_for_the_review_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch, {}) == []


def test_a_mail_address_for_support_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "mailto:help@example.com"
    called = {address: AssertionError("it was called")}
    assert found(monkeypatch, called, support_url=address) == []


@pytest.mark.parametrize(
    ("changed", "values", "point"),
    [
        ({}, {"base_url": "http://localhost:4570"}, "every URL on HTTPS: http://localhost:4570"),
        ({"headers": {"Content-Type": "application/json"}}, {}, "Load Callback URL shows a page"),
        ({"text": "<title>App</title><p> </p>"}, {}, "Auth Callback URL shows a page: its page is"),
        ({"headers": {"X-Frame-Options": "DENY"}}, {}, "shows a page: X-Frame-Options forbids"),
        ({"headers": {"Set-Cookie": "a=b"}}, {}, "no cookie is set: Auth Callback URL sets a"),
        ({"echo": True}, {}, "nothing sensitive comes back: Auth Callback URL repeats"),
        ({}, {"multiple_users": False}, "multiple users: the marketplace takes multi-user"),
        ({}, {"support_url": None}, "support link: the pages of the app name no support"),
        ({"https://support.example.com": 404}, {}, "support link: https://support.example.com a"),
        ({"https://support.example.com": UnreachableError("no answer")}, {}, "com: no answer"),
        ({}, {"partner_id": None}, "Partner ID: none is recorded"),
        ({}, {"scopes": MODIFY}, "least scopes: it modifies everything"),
    ],
)
def test_each_point_is_found_where_it_does_not_hold(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], values: dict[str, Any], point: str
) -> None:
    assert any(point in each for each in found(monkeypatch, changed, **values))


@pytest.mark.parametrize(
    ("changed", "point"),
    [
        ({"headers": {"Set-Cookie": "a=b"}}, "no cookie is set: {} sets a cookie"),
        ({"echo": True}, "nothing sensitive comes back: {} repeats what it was called with"),
        (
            {"echo_in_header": True},
            "nothing sensitive comes back: {} repeats what it was called with",
        ),
    ],
)
@pytest.mark.parametrize("field", CALLBACK_FIELDS, ids=str)
def test_what_is_wrong_with_one_callback_alone_is_found(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], point: str, field: CallbackField
) -> None:
    only = {"only": ready().callback_urls[field]}
    assert found(monkeypatch, changed | only) == [point.format(field.label)]


def test_callbacks_of_an_app_that_awaits_registration_are_not_called_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each would answer 503, and five of those are an alarm."""
    callbacks = ready().callback_urls.values()
    called = {url: AssertionError(f"{url} was called") for url in callbacks}
    assert found(monkeypatch, called, client_id=None) == [
        "answers of the callbacks: not looked at yet: they wait for the app's registration"
    ]


def test_report_has_every_result_and_what_is_left_to_a_person(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found(monkeypatch, {})
    app = ready(
        name="A | b",
        scopes=("store_content_checkout",),
        partner_id=None,
        support_url="mailto:help@example.com",
    )
    results = [check.run() for check in ReviewChecks(outputs(registration(app))).of_app(app)]
    report = review_report("dev", {"A | b (acme)": results}, [app], "Made today.")
    assert report.startswith("# Before BigCommerce's review: stack dev\n\nMade today.\n")
    assert "| Partner ID | **no** | none is recorded\\," in report
    assert "| support link | not determined | mailto" in report
    assert report.count("| yes |") == len(results) - 2
    assert "## For a person: A \\| b \\(acme\\)\n" in report
    assert "- [ ] The app needs Checkout Content\\: modify" in report
    assert "security team assesses" in report
