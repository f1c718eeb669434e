"""The check against the embedded deployment: what holds, and everything that it can find wrong."""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import boto3
import pytest
from rich.console import Console

from local.backend import LocalBackend
from registration.check.checks import CheckFailedError, Checks, Result
from registration.check.report import check_deployment
from registration.outputs import read_outputs
from tests.registration.faulty_proxy import FaultyProxy, Response, faulty_proxy

ROOT = Path(__file__).parents[2]
A, B = "App A (org-a)", "App B (org-b)"
Results = Mapping[str, list[Result]]


def aws_environment(backend: LocalBackend) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": backend.emulator.endpoint_url,
    }


def outputs_text(backend: LocalBackend) -> str:
    return json.dumps(dict(backend.outputs))


def run(
    backend: LocalBackend,
    *arguments: str,
    text: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """The command, with the operator's AWS credentials unless there are others."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-m", "registration", "check", *arguments],
        cwd=ROOT,
        env=inherited | dict(aws_environment(backend) if environment is None else environment),
        input=outputs_text(backend) if text is None else text,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def check(
    deployed: LocalBackend, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], tuple[Results, str]]:
    """Checks outputs in this process: the results by subject, and what was printed."""
    for name, value in aws_environment(deployed).items():
        monkeypatch.setenv(name, value)
    # Another test's session would still have that test's credentials.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)

    def check_text(text: str) -> tuple[Results, str]:
        printed = io.StringIO()
        outputs = read_outputs(text)
        results = check_deployment(outputs, outputs.registration.apps, Console(file=printed))
        return results, printed.getvalue()

    return check_text


Check = Callable[[str], tuple[Results, str]]


def failures(results: Results, subject: str) -> dict[str, CheckFailedError]:
    return {each.name: each.failure for each in results[subject] if each.failure is not None}


def https(text: str) -> Result:
    """How the second app's check of HTTPS goes, for these outputs: it calls nothing."""
    outputs = read_outputs(text)
    first, *_ = Checks(outputs).of_app(outputs.registration.apps[1])
    return first.run()


@contextmanager
def secret(backend: LocalBackend, organization_id: str, content: str) -> Iterator[None]:
    """Put this into an app's secret for the length of the block."""
    client = backend.emulator.client("secretsmanager")
    id_ = backend.outputs["credentialSecretArns"][organization_id]
    before = client.get_secret_value(SecretId=id_)["SecretString"]
    client.put_secret_value(SecretId=id_, SecretString=content)
    try:
        yield
    finally:
        client.put_secret_value(SecretId=id_, SecretString=before)


@pytest.fixture
def between(deployed: LocalBackend) -> Iterator[FaultyProxy]:
    with faulty_proxy(deployed.outputs["baseUrl"]) as meddling:
        yield meddling


def check_through(between: FaultyProxy, check: Check, backend: LocalBackend) -> Results:
    results, _ = check(outputs_text(backend).replace(between.behind, between.url))
    return results


def without_route(path: str) -> Callable[[Response], None]:
    """API Gateway's own answer at a path that has no route."""

    def change(reply: Response) -> None:
        if reply.path.startswith(path):
            reply.status, reply.headers, reply.body = 404, {}, b'{"message":"Not Found"}'

    return change


class TestWhatHolds:
    def test_a_ready_and_an_awaiting_app_pass(self, deployed: LocalBackend, tmp_path: Path) -> None:
        report = tmp_path / "check.xml"
        done = run(deployed, "--junit", str(report))
        assert (done.returncode, done.stderr) == (0, "")
        of_a, of_b = done.stdout.split("\nApp B (org-b)\n")
        assert re.search(r"^  ready$", of_a, re.MULTILINE)
        assert re.search(r"^  awaiting registration$", of_b, re.MULTILINE)
        assert "Next: Create the app in the developer portal" in of_b
        assert not re.search("✗", done.stdout)
        seen = re.findall(r"^  ✓ (.+?)  +\d+ ms  (.+)$", of_a, re.MULTILINE)
        assert seen == [
            ("unknown organization", "404"),
            ("HTTPS", "not needed on this machine: BigCommerce could not call these URLs"),
            ("Auth Callback URL, unsigned", "400"),
            ("Load Callback URL, unsigned", "400"),
            ("Uninstall Callback URL, unsigned", "400"),
            ("Remove User Callback URL, unsigned", "400"),
            ("Load Callback URL, signed for an unknown store", "404"),
            ("Uninstall Callback URL, signed for an unknown store", "200"),
            ("URLs in the developer portal", "recorded as these"),
        ]
        suites = ET.parse(report).getroot()  # noqa: S314 (written by the command)
        counts = [(each.get("name"), each.get("tests"), each.get("failures")) for each in suites]
        assert counts == [("stack local", "1", "0"), (A, "8", "0"), (B, "6", "0")]

    def test_only_the_apps_that_were_chosen_are_checked(self, deployed: LocalBackend) -> None:
        done = run(deployed, "--app", "org-b")
        assert (done.returncode, done.stderr) == (0, "")
        assert f"\n{B}\n" in done.stdout
        assert A not in done.stdout

    def test_nothing_secret_is_printed(self, deployed: LocalBackend, tmp_path: Path) -> None:
        report = tmp_path / "check.xml"
        done = run(deployed, "--junit", str(report))
        printed = done.stdout + done.stderr + report.read_text(encoding="utf-8")
        assert deployed.apps[0].client_secret not in printed
        assert "eyJ" not in printed

    def test_nothing_is_written(self, deployed: LocalBackend, check: Check) -> None:
        def items() -> list[Any]:
            table = deployed.outputs["installationsTable"]
            found: list[Any] = deployed.emulator.client("dynamodb").scan(TableName=table)["Items"]
            return sorted(found, key=str)

        before = items()
        check(outputs_text(deployed))
        assert items() == before

    def test_only_documented_urls_are_called(
        self, deployed: LocalBackend, check: Check, between: FaultyProxy
    ) -> None:
        check_through(between, check, deployed)
        paths = ("redirect-url", "load", "uninstall", "remove-user", "load", "uninstall")
        assert between.paths[1:] == [
            *(f"/org-a/{path}" for path in paths),
            *(f"/org-b/{path}" for path in paths[:4]),
        ]
        assert re.fullmatch(r"/registration-check-[0-9a-f]{16}/load", between.paths[0])


class TestWhatIsFound:
    """Each fault is found, said, and comes with the command that fixes it."""

    UP = "pulumi up --stack local"
    LOGS = "pulumi logs --stack local --since 15m"

    @pytest.mark.parametrize(
        ("header", "value", "said"),
        [
            ("X-Frame-Options", "DENY", "X-Frame-Options forbids"),
            ("Content-Security-Policy", "default-src 'none'", "does not let http://localhost"),
            (
                "Content-Security-Policy",
                "default-src *; frame-ancestors 'self'",
                "does not let http://localhost",
            ),
            ("X-Content-Type-Options", "", "X-Content-Type-Options is not nosniff"),
            ("Cache-Control", "max-age=60", "Cache-Control is not no-store"),
            ("Referrer-Policy", "origin", "Referrer-Policy is not no-referrer"),
            ("Strict-Transport-Security", "", "Strict-Transport-Security is not max-age="),
        ],
    )
    def test_a_wrong_header(
        self,
        deployed: LocalBackend,
        check: Check,
        between: FaultyProxy,
        *,
        header: str,
        value: str,
        said: str,
    ) -> None:
        def change(reply: Response) -> None:
            if reply.path.startswith("/org-a/load"):
                reply.headers = {
                    name: text for name, text in reply.headers.items() if name != header.lower()
                }
                reply.headers.pop(header, None)
                reply.headers[header] = value

        between.change = change
        failed = failures(check_through(between, check, deployed), A)
        names = ["Load Callback URL, unsigned", "Load Callback URL, signed for an unknown store"]
        assert list(failed) == names
        for failure in failed.values():
            assert said in str(failure)
            assert failure.commands == (self.UP,)

    @pytest.mark.parametrize(
        ("status", "said", "commands"),
        [
            (200, "it answers 200, not 400", (UP,)),
            (401, "not 400: the function has other credentials", (UP,)),
            (404, "not 400: no app or no route is deployed at this URL", (UP,)),
            (502, "it answers 502, not 400", (UP, LOGS)),
            (503, "not 400: the function has no credentials, or an AWS call failed", (UP, LOGS)),
        ],
    )
    def test_a_wrong_status(
        self,
        deployed: LocalBackend,
        check: Check,
        between: FaultyProxy,
        *,
        status: int,
        said: str,
        commands: tuple[str, ...],
    ) -> None:
        def change(reply: Response) -> None:
            if reply.path == "/org-a/remove-user":
                reply.status = status

        between.change = change
        results = check_through(between, check, deployed)
        (failure,) = failures(results, A).values()
        assert said in str(failure)
        assert failure.commands == commands
        assert failures(results, B) == {}

    def test_an_error_that_does_not_name_the_parameter(
        self, deployed: LocalBackend, check: Check, between: FaultyProxy
    ) -> None:
        def change(reply: Response) -> None:
            reply.body = b"Bad Request"

        between.change = change
        failed = failures(check_through(between, check, deployed), A)
        assert len(failed) == 4
        assert {str(each) for each in failed.values()} == {"it does not name the missing parameter"}

    def test_an_awaiting_app_that_does_not_say_so(
        self, deployed: LocalBackend, check: Check, between: FaultyProxy
    ) -> None:
        def change(reply: Response) -> None:
            reply.status = 400

        between.change = change
        results = check_through(between, check, deployed)
        assert "it answers 400, not 503" in str(failures(results, B)["Auth Callback URL, unsigned"])
        assert "it answers 400, not 404" in str(
            failures(results, "stack local")["unknown organization"]
        )

    def test_a_route_that_is_not_deployed(
        self, between: FaultyProxy, deployed: LocalBackend, check: Check
    ) -> None:
        between.change = without_route("/org-a/uninstall")
        results, printed = check(outputs_text(deployed).replace(between.behind, between.url))
        assert list(failures(results, A)) == [
            "Uninstall Callback URL, unsigned",
            "Uninstall Callback URL, signed for an unknown store",
        ]
        assert f"      {self.UP}\n" in printed
        assert "2 failed" in printed

    def test_an_api_that_does_not_answer(self, deployed: LocalBackend, check: Check) -> None:
        gone = outputs_text(deployed).replace(deployed.outputs["baseUrl"], "http://localhost:1")
        results, printed = check(gone)
        assert len(failures(results, A)) == 6
        assert "http://localhost:1/org-a/load: no answer" in printed
        assert "signed_payload_jwt" not in printed

    def test_urls_that_bigcommerce_cannot_call(self, deployed: LocalBackend) -> None:
        outputs = json.loads(outputs_text(deployed))
        outputs["registration"]["apps"][1]["baseUrl"] = "http://apps.example.com"
        assert str(https(json.dumps(outputs)).failure) == "BigCommerce calls HTTPS URLs only"

    def test_urls_that_bigcommerce_can_call(self, deployed: LocalBackend) -> None:
        text = outputs_text(deployed)
        text = text.replace(deployed.outputs["baseUrl"], "https://apps.example.com")
        assert https(text).observed == "every URL"

    @pytest.mark.parametrize(
        ("recorded", "said"),
        [
            (None, "Make sure that the developer portal has the four callback URLs"),
            ("https://old.example.com", "Remove User Callback URL, save, and record it."),
        ],
    )
    def test_urls_of_a_ready_app_that_are_not_those_in_the_portal(
        self, deployed: LocalBackend, check: Check, recorded: str | None, said: str
    ) -> None:
        outputs = json.loads(outputs_text(deployed))
        outputs["registration"]["apps"][0]["registeredBaseUrl"] = recorded
        results, printed = check(json.dumps(outputs))
        (failure,) = failures(results, A).values()
        assert said in str(failure)
        acknowledge = (
            "pulumi config set --stack local --path 'apps[0].registeredBaseUrl' "
            + deployed.outputs["baseUrl"]
        )
        assert failure.commands == (acknowledge, self.UP)
        assert f"      {acknowledge}\n" in printed

    def test_urls_of_an_awaiting_app_that_moved(self, deployed: LocalBackend, check: Check) -> None:
        outputs = json.loads(outputs_text(deployed))
        outputs["registration"]["apps"][1]["registeredBaseUrl"] = "https://old.example.com"
        results, _ = check(json.dumps(outputs))
        assert list(failures(results, B)) == ["URLs in the developer portal"]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("{}", "its secret holds no client secret"),
            ("not json", "its secret holds no client secret"),
            ('["a"]', "its secret holds no client secret"),
            ('{"client_id": "x", "client_secret": "y"}', "its secret is for another Client ID"),
        ],
    )
    def test_a_secret_that_is_not_the_apps(
        self, deployed: LocalBackend, check: Check, content: str, said: str
    ) -> None:
        with secret(deployed, "org-a", content):
            results, _ = check(outputs_text(deployed))
        signed = [each for name, each in failures(results, A).items() if ", signed" in name]
        assert [str(each) for each in signed] == [said, said]
        assert {each.commands for each in signed} == {(self.UP,)}

    def test_a_client_secret_that_the_functions_do_not_have(
        self, deployed: LocalBackend, check: Check
    ) -> None:
        """As when the outputs are of another deployment than the URLs."""
        other = json.dumps({"client_id": deployed.apps[0].client_id, "client_secret": "y" * 64})
        arns = deployed.outputs["credentialSecretArns"]
        text = outputs_text(deployed).replace(arns["org-a"], arns["org-b"])
        with secret(deployed, "org-b", other):
            results, _ = check(text)
        failed = failures(results, A)
        assert list(failed) == [
            "Load Callback URL, signed for an unknown store",
            "Uninstall Callback URL, signed for an unknown store",
        ]
        for failure in failed.values():
            assert "it answers 401" in str(failure)
            assert "the function has other credentials than the secret" in str(failure)

    @pytest.mark.parametrize(
        ("arn", "said"),
        [
            ("none", "the outputs name its secret by something else than an ARN"),
            (
                "arn:aws:secretsmanager:us-east-1:000000000000:secret:none-AbCdEf",
                "its secret does not exist",
            ),
        ],
    )
    def test_a_secret_that_is_not_there(
        self, deployed: LocalBackend, check: Check, arn: str, said: str
    ) -> None:
        text = outputs_text(deployed).replace(
            deployed.outputs["credentialSecretArns"]["org-a"], arn
        )
        results, printed = check(text)
        assert len(failures(results, A)) == 2
        assert said in printed

    def test_outputs_without_secrets(self, deployed: LocalBackend, check: Check) -> None:
        outputs = json.loads(outputs_text(deployed)) | {"credentialSecretArns": None}
        _, printed = check(json.dumps(outputs))
        assert "the outputs name no secret for it" in printed

    def test_an_operator_without_aws_credentials(self, deployed: LocalBackend) -> None:
        nothing = {
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        done = run(deployed, environment=nothing)
        assert (done.returncode, done.stderr) == (1, "")
        assert "its secret cannot be read: Unable to locate credentials" in done.stdout
        assert "      aws sso login" in done.stdout

    def test_an_operator_who_may_not_read_the_secret(self, deployed: LocalBackend) -> None:
        iam = deployed.emulator.client("iam")
        iam.create_user(UserName="nobody")
        key = iam.create_access_key(UserName="nobody")["AccessKey"]
        nobody = aws_environment(deployed) | {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        }
        done = run(deployed, environment=nobody)
        assert done.returncode == 1
        assert "its secret cannot be read: AccessDenied" in done.stdout

    def test_a_failure_stands_in_the_junit_report(
        self, between: FaultyProxy, deployed: LocalBackend, tmp_path: Path
    ) -> None:
        between.change = without_route("/org-b/load")
        text = outputs_text(deployed).replace(between.behind, between.url)
        report = tmp_path / "check.xml"
        assert run(deployed, "--junit", str(report), text=text).returncode == 1
        case = "./testsuite/testcase[@name='Load Callback URL, unsigned']/failure"
        failed = ET.parse(report).getroot().findall(case)  # noqa: S314
        # Another test's credentials may still be known to the other functions of this app.
        assert [each.get("message") for each in failed] == [
            "it answers 404, not 503: no app or no route is deployed at this URL"
        ]
        assert [each.text for each in failed] == [self.UP]

    def test_a_report_that_cannot_be_written_is_said(
        self, deployed: LocalBackend, tmp_path: Path
    ) -> None:
        done = run(deployed, "--junit", str(tmp_path / "none" / "check.xml"))
        assert done.returncode == 2
        assert "cannot be written" in done.stderr
        assert "Traceback" not in done.stderr
