"""The check of the embedded deployment: what passes, and everything that it can find wrong."""

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from local.backend import LocalBackend
from local.bigcommerce import faults, load_url
from local.loopback_http import get
from ops.check.check import Result
from ops.check.checks import Checks
from ops.check.headers import header_problems
from ops.check.retry_budget import RetryBudget
from ops.check.review import review_checks
from ops.http_client import Client, Response, UnreachableError
from ops.outputs import read_outputs
from portal.fields import CALLBACK_FIELDS, LOAD, UNINSTALL
from portal.oauth_scopes import OAUTH_SCOPES
from tests.ops.checking import (
    A,
    B,
    Check,
    aws_environment,
    between,
    failures,
    outputs_text,
    secret,
)
from tests.ops.command import run
from tests.ops.examples import ready

pytestmark = pytest.mark.emulated
CHECK = ("check", "--file", "-")
NO_SECRET = "arn:aws:secretsmanager:us-east-1:000000000000:secret:none-AbCdEf"
MODIFY_ALL = tuple(key for key, scope in OAUTH_SCOPES.items() if scope.permission == "modify")


class TestPasses:
    def test_a_ready_and_an_awaiting_app_pass(self, deployed: LocalBackend, tmp_path: Path) -> None:
        report, text = tmp_path / "check.xml", outputs_text(deployed)
        done = run(*CHECK, "--junit", str(report), piped=text, **aws_environment(deployed))
        assert (done.status, done.err) == (0, "")
        of_a, of_b = done.out.split("\nApp B (org-b)\n")
        assert re.search(r"^  ready$", of_a, re.MULTILINE)
        assert re.search(r"^  awaiting registration$", of_b, re.MULTILINE)
        assert "Next: Create the app in the developer portal" in of_b
        assert not re.search("✗", done.out)
        seen = re.findall(r"^  ([✓?!]) (.+?): (.+)$", of_a, re.MULTILINE)
        assert [tuple(found) for found in seen] == [
            ("✓", "unknown organization", "404"),
            ("✓", "HTTPS", "not needed on this machine: BigCommerce could not call these URLs"),
            ("✓", "Auth Callback URL, unsigned", "400"),
            ("✓", "Load Callback URL, unsigned", "400"),
            ("✓", "Uninstall Callback URL, unsigned", "400"),
            ("✓", "Remove User Callback URL, unsigned", "400"),
            ("✓", "client secret", "belongs to this client ID"),
            ("✓", "Load Callback URL, signed for an unknown store", "404"),
            ("✓", "Uninstall Callback URL, signed for an unknown store", "200"),
            ("✓", "URLs in the developer portal", "recorded as these"),
            (
                "?",
                "calls from BigCommerce",
                "not in the last 30 days: redirect-url, load, uninstall, remove-user",
            ),
            ("?", "scopes in the developer portal", "no consent in the last 30 days"),
            (
                "!",
                "multipleUsers",
                "The marketplace accepts multi-user apps only. Set it to true.",
            ),
            ("!", "supportUrl", "The marketplace requires support in the app's pages."),
            ("!", "partnerId", "The marketplace requires a Partner ID."),
        ]
        suites = ET.parse(report).getroot()  # noqa: S314 (written by the command)
        counts = [
            [each.get(name) for name in ("name", "tests", "failures", "skipped")] for each in suites
        ]
        assert counts == [["stack local", "1", "0", "0"], [A, "14", "0", "5"], [B, "5", "0", "2"]]
        assert len(suites.findall("./testsuite/testcase/skipped")) == 7
        told = done.out + report.read_text(encoding="utf-8")
        assert deployed.apps[0].client_secret not in told
        assert "eyJ" not in told

    def test_only_documented_urls_are_called_and_nothing_is_written(
        self, deployed: LocalBackend, check: Check, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def items() -> list[Any]:
            table = deployed.outputs["installationsTable"]
            return sorted(deployed.emulator.aws.dynamodb.scan(TableName=table)["Items"], key=str)

        before = items()
        asked = between(monkeypatch, lambda _, answer: answer)
        check(outputs_text(deployed))
        assert items() == before
        unsigned = ("redirect-url", "load", "uninstall", "remove-user")
        assert asked[0] == ""  # whether anything answers
        assert asked[2:] == [
            *(f"/org-a/{path}" for path in (*unsigned, "load?", "uninstall?")),
            "/org-b/load",  # which awaits registration, and answers 503
        ]
        assert re.fullmatch(r"/registration-check-[0-9a-f]{16}/load", asked[1])


class TestFindings:
    UP = "pulumi up --stack local"
    LOGS = "pulumi logs --stack local --since 15m"

    @pytest.mark.parametrize(
        ("header", "value", "said"),
        [
            ("X-Frame-Options", "DENY", "X-Frame-Options forbids"),
            ("Content-Security-Policy", "default-src 'none'", "does not let http://localhost"),
            (
                "Content-Security-Policy",
                "default-src http://localhost; frame-ancestors 'self'",
                "does not let http://localhost",
            ),
            ("X-Content-Type-Options", "", "X-Content-Type-Options is not nosniff"),
            ("Cache-Control", "max-age=60", "Cache-Control is not no-store"),
            ("Referrer-Policy", "origin", "Referrer-Policy is not no-referrer"),
            ("Strict-Transport-Security", "", "Strict-Transport-Security is not max-age="),
            ("Set-Cookie", "a=b", "it sets a cookie"),
        ],
    )
    def test_each_wrong_header_is_a_problem(self, header: str, value: str, said: str) -> None:
        right = {
            "Content-Security-Policy": "default-src 'none'; frame-ancestors http://localhost",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "Strict-Transport-Security": "max-age=63072000",
        }
        assert header_problems(right, ["http://localhost"]) == []
        (problem,) = header_problems(right | {header: value}, ["http://localhost"])
        assert said in problem

    def test_a_wrong_answer_fails_with_the_commands_that_fix_it(
        self, deployed: LocalBackend, check: Check, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        statuses = {
            "/org-a/redirect-url": 200,
            "/org-a/load": 401,
            "/org-a/load?": 502,
            "/org-a/uninstall": 404,
            "/org-a/uninstall?": 503,
            "/org-b/load": 400,
        }

        def change(path: str, answer: Response) -> Response:
            if path == "/org-a/remove-user":
                return replace(answer, text="Bad Request")
            if path.startswith("/registration-check-"):
                return replace(answer, status=400)
            return replace(answer, status=statuses.get(path, answer.status))

        between(monkeypatch, change)
        results, printed = check(outputs_text(deployed))
        found = {
            subject: {
                name.replace(" Callback URL, ", " ").removesuffix(" for an unknown store"): (
                    failure.found,
                    failure.commands,
                )
                for name, failure in failures(results, subject).items()
            }
            for subject in results
        }
        up, up_and_logs = (self.UP,), (self.UP, self.LOGS)
        credentials = "the function has other credentials than the secret"
        no_credentials = "the function has no credentials, or an AWS call failed"
        no_route = "no app or no route is deployed at this URL"
        assert found == {
            "stack local": {"unknown organization": ("it answers 400, not 404", up)},
            A: {
                "Auth unsigned": ("it answers 200, not 400", up),
                "Load unsigned": (f"it answers 401, not 400: {credentials}", up),
                "Load signed": ("it answers 502, not 404", up_and_logs),
                "Uninstall unsigned": (f"it answers 404, not 400: {no_route}", up),
                "Uninstall signed": (f"it answers 503, not 200: {no_credentials}", up_and_logs),
                "Remove User unsigned": ("it does not name the missing parameter", up),
            },
            B: {"Load unsigned": ("it answers 400, not 503", up)},
        }
        assert f"      {self.LOGS}\n" in printed
        assert "6 failed" in printed

    def test_a_wrong_header_fails_every_call_of_a_callback(
        self, deployed: LocalBackend, check: Check, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        framed = {"X-Frame-Options": "DENY"}
        between(monkeypatch, lambda _, got: replace(got, headers={**got.headers, **framed}))
        results, _ = check(outputs_text(deployed))
        assert {*failures(results, A)} == {
            *(f"{field.label}, unsigned" for field in CALLBACK_FIELDS),
            *(f"{field.label}, signed for an unknown store" for field in (LOAD, UNINSTALL)),
        }
        assert {*failures(results, B)} == {f"{LOAD.label}, unsigned"}

    def test_an_api_that_does_not_answer_fails_every_call(
        self, deployed: LocalBackend, check: Check
    ) -> None:
        gone = outputs_text(deployed).replace(deployed.outputs["baseUrl"], "http://localhost:1")
        results, printed = check(gone)
        assert len(failures(results, A)) == 6
        assert "http://localhost:1/org-a/load: no answer" in printed
        assert "signed_payload_jwt" not in printed

    @pytest.mark.parametrize(
        ("scheme", "found"),
        [("https", "every URL"), ("http", "BigCommerce calls HTTPS URLs only")],
    )
    def test_urls_must_be_https_unless_they_are_on_this_machine(
        self, deployed: LocalBackend, scheme: str, found: str
    ) -> None:
        moved = f"{scheme}://apps.example.com"
        outputs = read_outputs(outputs_text(deployed).replace(deployed.outputs["baseUrl"], moved))
        checks = Checks(outputs, RetryBudget(0, print)).of_app(outputs.registration.apps[1])
        assert next(checks).run().found == found

    def test_urls_that_are_not_recorded_as_those_in_the_portal_fail(
        self, deployed: LocalBackend, check: Check
    ) -> None:
        outputs = json.loads(outputs_text(deployed))
        app_a, app_b = outputs["registration"]["apps"]
        app_a["registeredBaseUrl"] = None
        app_b["registeredBaseUrl"] = "https://old.example.com"
        results, printed = check(json.dumps(outputs))
        base_url = deployed.outputs["baseUrl"]
        for index, (subject, said) in enumerate(
            [
                (A, "Make sure that the developer portal has the four"),
                (B, "Then record the change."),
            ]
        ):
            (failure,) = failures(results, subject).values()
            assert said in failure.found
            key = f"'apps[{index}].registeredBaseUrl'"
            record = f"pulumi config set --stack local --path {key} {base_url}"
            assert failure.commands == (record, self.UP)
            assert f"      {record}\n" in printed

    @pytest.mark.parametrize(
        ("content", "arns", "said"),
        [
            ("{}", None, "its secret holds no client secret"),
            ("not json", None, "its secret holds no client secret"),
            ('["a"]', None, "its secret holds no client secret"),
            ('{"client_secret": "y"}', None, "its secret is for another client ID"),
            ("{}", {}, "the outputs name no secret for it"),
            ("{}", {"org-a": "none"}, "its secret does not exist"),
            ("{}", {"org-a": NO_SECRET}, "its secret does not exist"),
        ],
    )
    def test_a_secret_that_is_not_the_apps_fails(
        self, deployed: LocalBackend, check: Check, content: str, arns: Any, said: str
    ) -> None:
        outputs = json.loads(outputs_text(deployed))
        if arns is not None:
            outputs["credentialSecretArns"] = arns
        with secret(deployed, "org-a", content):
            results, _ = check(json.dumps(outputs))
        failed = failures(results, A).values()
        assert [(each.found, each.commands) for each in failed] == [(said, (self.UP,))]

    def test_the_functions_refuse_a_client_secret_that_they_do_not_have(
        self, deployed: LocalBackend, check: Check
    ) -> None:
        """As when the outputs are of another deployment than the URLs."""
        other = json.dumps({"client_id": deployed.apps[0].client_id, "client_secret": "y" * 64})
        secrets_manager = deployed.emulator.aws.client("secretsmanager")
        arn = secrets_manager.create_secret(Name="others", SecretString=other)["ARN"]
        own = deployed.outputs["credentialSecretArns"]["org-a"]
        results, _ = check(outputs_text(deployed).replace(own, arn))
        failed = failures(results, A)
        assert list(failed) == [
            "Load Callback URL, signed for an unknown store",
            "Uninstall Callback URL, signed for an unknown store",
        ]
        for failure in failed.values():
            assert "it answers 401" in failure.found
            assert "the function has other credentials than the secret" in failure.found

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"AWS_ACCESS_KEY_ID": ""}, "There are no AWS credentials. Log in"),
            ({"AWS_ENDPOINT_URL": ""}, "The stack is on this machine, but the AWS calls"),
            ({"AWS_ACCESS_KEY_ID": "123456789012"}, "The AWS credentials are for account 123456"),
        ],
    )
    def test_without_the_stacks_aws_credentials_nothing_is_checked(
        self, deployed: LocalBackend, changed: dict[str, str], said: str
    ) -> None:
        no_others = {
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        environment = aws_environment(deployed) | no_others | changed
        done = run(*CHECK, piped=outputs_text(deployed), **environment)
        assert (done.status, done.out) == (2, "")
        assert done.err.startswith(said)

    def test_the_check_fails_if_the_operator_may_not_read_the_secret(
        self, deployed: LocalBackend
    ) -> None:
        iam = deployed.emulator.aws.client("iam")
        iam.create_user(UserName="nobody")
        key = iam.create_access_key(UserName="nobody")["AccessKey"]
        nobody = aws_environment(deployed) | {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        }
        done = run(*CHECK, piped=outputs_text(deployed), **nobody)
        assert done.status == 1
        said = r"could not read its secret: AWS refused GetSecretValue: AccessDenied\w*\. To see"
        assert re.search(said, done.out)
        assert "could not read the logs: AWS refused StartQuery: AccessDenied" in done.out


def test_bigcommerces_last_calls_are_shown_without_the_checks_own(
    deployed: LocalBackend, check: Check
) -> None:
    def seen() -> tuple[Result, Result]:
        results, _ = check(outputs_text(deployed))
        found = {each.name: each for each in results[A]}
        return found["calls from BigCommerce"], found["scopes in the developer portal"]

    seen()
    assert "uninstall" in seen()[0].found.partition("not in the last 30 days: ")[2]
    app, today = deployed.apps[0], datetime.now(UTC).date()
    store = deployed.bigcommerce.add_store("Called")
    assert get(load_url(app, store, store.owner), 30).status == 404
    wrong = faults.with_fields(scope="store_cart store_v2_default")
    deployed.bigcommerce.token_endpoint.next_answers.append(wrong)
    assert get(deployed.bigcommerce.auth_callback_url(app, store, store.owner), 30).status == 200
    calls, scopes = seen()
    assert calls.found.startswith(f"redirect-url {today}; not in the last 30 days: load")
    assert scopes.outcome == "failed"
    assert scopes.found.startswith(
        f"missing store_v2_orders_read_only; extra store_cart ({today}): edit the portal's"
    )
    assert scopes.commands == ("python -m ops sheet --stack local --app org-a",)

    assert get(deployed.bigcommerce.auth_callback_url(app, store, store.owner), 30).status == 200
    assert get(load_url(app, store, store.owner), 30).status == 200
    calls, scopes = seen()
    last = f"redirect-url {today}, load {today}; not in the last 30 days: uninstall, remove-user"
    assert calls.found == last
    assert (scopes.found, scopes.outcome) == (f"as configured ({today})", "passed")

    shown = run("sheet", "--json", "--file", "-", piped=outputs_text(deployed))
    assert json.loads(shown.out)["org-a"]["seen"]["lastCalls"]["loadCallbackUrl"] == str(today)


@pytest.mark.parametrize(
    ("answer", "values", "warning"),
    [
        (200, {}, None),
        (200, {"multiple_users": False}, "multipleUsers: The marketplace accepts multi-user"),
        (200, {"support_url": None}, "supportUrl: The marketplace requires support"),
        (404, {}, "support link: https://support.example.com answers 404"),
        (UnreachableError("no answer"), {}, "support link: https://support.example.com: no answer"),
        (AssertionError("it was called"), {"support_url": "mailto:help@example.com"}, None),
        (200, {"partner_id": None}, "partnerId: The marketplace requires"),
        (200, {"scopes": MODIFY_ALL}, "scopes: The marketplace refuses Modify all"),
    ],
)
def test_a_refusal_by_the_review_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, answer: Any, values: dict[str, Any], warning: str | None
) -> None:
    def get(*_: object) -> Response:
        if isinstance(answer, Exception):
            raise answer
        return Response(answer, {}, "")

    monkeypatch.setattr(Client, "get", get)
    app = ready(**{"partner_id": "4711", **values})
    results = [check.run() for check in review_checks(app, Client())]
    found = [(each.outcome, f"{each.name}: {each.found}") for each in results]
    assert [outcome for outcome, _ in found if outcome != "passed"] == ["warning"] * bool(warning)
    assert warning is None or any(said.startswith(warning) for _, said in found)
