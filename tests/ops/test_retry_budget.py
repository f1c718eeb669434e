"""The check right after a deployment, and on a machine without network."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from ops.aws_errors import explained
from ops.check.checks import Checks
from ops.check.report import check_deployment
from ops.check.retry_budget import RetryBudget
from ops.errors import CommandError
from ops.http_client import Client, Response, UnreachableError, UnresolvedError
from portal.fields import LOAD
from tests.ops.examples import app, outputs, registration

OUTPUTS = outputs(registration(app()))
# 400: the function still has credentials that were taken out.
NOT_YET = [400, 403, 404, 500, 502, 504, UnresolvedError("no answer: no such name")]


def unsigned_load(monkeypatch: pytest.MonkeyPatch, answers: Callable[[], object]) -> str:
    """Return the finding of an unsigned request, with a clock that only sleeping moves."""

    def get(_: Client, __: str, ___: object = None) -> Response:
        answer = answers()
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, int)
        return Response(answer, {}, "")

    monkeypatch.setattr(Client, "get", get)
    now, said = [0.0], list[str]()
    budget = RetryBudget(
        60, said.append, clock=lambda: now[0], sleep=lambda seconds: now.append(now.pop() + seconds)
    )
    found = list(Checks(OUTPUTS, budget).of_app(OUTPUTS.registration.apps[0]))[1].run()
    return f"{len(said)} said, {now[0]:.0f} s: {found.found}"


@pytest.mark.parametrize("first", NOT_YET, ids=str)
def test_what_has_not_taken_effect_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, first: object
) -> None:
    answers = iter([first, first, 503])
    assert unsigned_load(monkeypatch, lambda: next(answers)).startswith(
        "1 said, 6 s: Cache-Control"
    )


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (404, "1 said, 60 s: it answers 404, not 503"),
        (200, "0 said, 0 s: it answers 200, not 503"),
        (UnreachableError("no answer"), "0 said, 0 s: https://apps.example.com/acme/load"),
    ],
)
def test_it_is_not_asked_for_ever_and_what_is_wrong_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch, answer: object, found: str
) -> None:
    assert unsigned_load(monkeypatch, lambda: answer).startswith(found)


def test_nothing_is_called_if_the_deployment_on_this_machine_has_ended() -> None:
    ended = outputs(registration(app(base_url="http://localhost:1")))
    printed = io.StringIO()
    with pytest.raises(CommandError, match="on this machine has ended"):
        check_deployment(ended, ended.registration.apps, Console(file=printed), 60)
    assert printed.getvalue() == ""


def test_a_signature_that_aws_refuses_points_at_the_clock() -> None:
    refused: Any = {"Error": {"Code": "InvalidSignatureException"}}
    assert explained(ClientError(refused, "Scan")).endswith(
        "Check this machine's clock, and the secret key."
    )


def test_one_callback_is_called_for_all_apps_that_await_registration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    called: list[str] = []

    def get(_: Client, url: str, __: object = None) -> Response:
        called.append(url)
        return Response(503, {}, "")

    monkeypatch.setattr(Client, "get", get)
    first, second = app(), app("globex")
    checks = Checks(outputs(registration(first, second)), RetryBudget(0, print))
    found = [[check.run() for check in checks.of_app(each)] for each in (first, second)]
    called_or_not = [result.outcome for result in found[1][:3]]
    assert called_or_not == ["passed", "unknown", "passed"]
    assert called == [first.callback_urls[LOAD], *[first.support_url] * 2]
    assert "not called: it has the route and the function of acme" in [
        result.found for result in found[1]
    ]
