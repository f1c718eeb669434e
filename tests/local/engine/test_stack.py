"""Whole programs, each in an interpreter of its own, deployed into the embedded AWS."""

import json
import os
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from local import loopback_http
from local.emulator import Emulator
from local.engine import (
    Deployment,
    DeploymentFailed,
    Event,
    LogEvent,
    ResourceEvent,
    Stack,
    stack_config,
)
from local.engine import stack as module

PROGRAMS = Path(__file__).parent / "programs"
PASSWORD = "correct-horse-battery"
HANDLER = """
import json
import os

import boto3

def handler(event, context):
    secrets = boto3.client("secretsmanager")
    value = secrets.get_secret_value(SecretId=os.environ["SECRET"])["SecretString"]
    return {
        "statusCode": 200,
        "body": json.dumps([event["pathParameters"]["who"], value, os.environ["SUFFIX"]]),
    }
"""


class Runner:
    """A stack of one of the trial programs, with the events of its latest deployment."""

    def __init__(self, emulator: Emulator, program: str, state: Path) -> None:
        self.state = state
        self.events: list[Event] = []
        self._stack = Stack(emulator.endpoint_url, program=PROGRAMS / program, state=state)

    def up(self, **config: Any) -> Deployment:
        self.events = []
        return self._stack.up(
            {f"trial:{key}": value for key, value in config.items()},
            secrets=["trial:password", "trial:passwords"],
            on_event=self.events.append,
        )

    @property
    def operations(self) -> Counter[str]:
        return Counter(event.operation for event in self.events if isinstance(event, ResourceEvent))

    @property
    def lines(self) -> list[tuple[str, str]]:
        return [
            (event.severity, event.text) for event in self.events if isinstance(event, LogEvent)
        ]


@pytest.fixture
def bundle(tmp_path: Path) -> str:
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("handler.py", HANDLER)
    return str(path)


def test_a_program_is_created_left_alone_updated_and_deleted(
    emulator: Emulator, tmp_path: Path, bundle: str
) -> None:
    runner = Runner(emulator, "app.py", tmp_path / "state.json")
    config: dict[str, Any] = {"tags": {"a": "1"}, "password": PASSWORD, "bundle": bundle}

    first = runner.up(**config)
    assert runner.operations == {"create": 15}
    assert (first.created, first.updated, first.deleted, first.same) == (15, 0, 0, 0)
    assert runner.lines == [("warning", "a warning"), ("info", "printed")]
    assert first.outputs["password"] == PASSWORD
    assert first.secret_outputs == {"password"}
    assert first.outputs["account"] == "000000000000"
    assert first.outputs["region"] == "us-east-1"
    assert first.outputs["partition"] == "aws"
    hello = f"{first.outputs['apiEndpoint']}/org/hello"
    assert json.loads(loopback_http.get(hello, 20).text) == ["org", PASSWORD, ""]

    second = runner.up(**config)
    assert runner.operations == {"same": 15}
    assert second.outputs == first.outputs
    assert second.secret_outputs == {"password"}

    runner.up(**config | {"suffix": "!", "tags": {"b": "2"}})
    assert runner.operations == {"update": 8, "same": 7}
    assert json.loads(loopback_http.get(hello, 20).text) == ["org", PASSWORD, "!"]

    # IAM is enforced: without its policy the function may not read the secret.
    last = runner.up(**config | {"suffix": "!", "tags": {"b": "2"}, "allow": False})
    assert runner.operations == {"same": 14, "delete": 1}
    assert last.deleted == 1
    refused = loopback_http.get(hello, 20)
    assert refused.status == 502
    assert "not authorized to perform: secretsmanager:GetSecretValue" in refused.text

    empty = Stack(emulator.endpoint_url, program=PROGRAMS / "empty.py", state=runner.state)
    gone = empty.up({}, on_event=runner.events.append)
    assert gone.deleted == 14
    assert loopback_http.get(hello, 20).status in {403, 404}
    assert gone.seconds > 0


@pytest.fixture
def failures(emulator: Emulator, tmp_path: Path) -> Runner:
    return Runner(emulator, "failures.py", tmp_path / "state.json")


def failure(runner: Runner, way: str) -> str:
    with pytest.raises(DeploymentFailed) as error:
        runner.up(way=way, password=PASSWORD)
    return str(error.value)


@pytest.fixture(autouse=True)
def _without_leftovers(emulator: Emulator) -> None:
    groups = emulator.aws.logs.describe_log_groups(logGroupNamePrefix="failures-")["logGroups"]
    for group in groups:
        emulator.aws.logs.delete_log_group(logGroupName=group["logGroupName"])


def test_a_run_error_is_its_message(failures: Runner) -> None:
    assert failure(failures, "run-error") == "apps[0].clientId is missing"
    assert "trial:never" in failure(failures, "missing-key")


def test_an_unexpected_exception_has_the_programs_traceback_without_secrets(
    failures: Runner,
) -> None:
    text = failure(failures, "exception")
    assert text.startswith("Traceback")
    assert text.rstrip().endswith("ValueError: the password is [secret]")
    assert "runpy" not in text


def test_an_exception_in_an_apply_is_shown(failures: Runner) -> None:
    assert "invalid literal for int()" in failure(failures, "apply")


def test_a_program_may_exit(failures: Runner) -> None:
    assert failure(failures, "exit") == "given up"
    assert failure(failures, "exit-code") == "the program exited with code 3"


def test_an_unknown_input_is_refused(failures: Runner) -> None:
    assert failure(failures, "unknown-input") == (
        "aws:cloudwatch/logGroup:LogGroup second: "
        "the embedded engine does not know the input skipDestroy"
    )


def test_an_aws_error_names_the_resource(failures: Runner) -> None:
    text = failure(failures, "aws-error")
    assert text.startswith("aws:iam/rolePolicy:RolePolicy second: PutRolePolicy: NoSuchEntity: ")
    # What was made before stays, and the next deployment knows it.
    failures.up(way="none")
    assert failures.operations == {"same": 1}


def test_no_secret_in_an_aws_error(failures: Runner) -> None:
    text = failure(failures, "secret-in-aws-error")
    assert "PutSecretValue" in text
    assert PASSWORD not in text


def test_a_process_that_dies_leaves_its_last_words(failures: Runner) -> None:
    text = failure(failures, "death")
    assert text == "the deploying process ended with exit code 9:\nlast words"


def test_a_process_that_does_not_begin_says_why(
    failures: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROOT", tmp_path)
    text = failure(failures, "x" * 1_000_000)
    assert text.startswith("the deploying process ended with exit code 1:\n")
    assert "No module named 'local'" in text


def test_logs_and_prints_are_events_without_secrets(failures: Runner) -> None:
    passwords = {"organization": "battery-staple"}
    deployment = failures.up(way="log", password=PASSWORD, passwords=passwords)
    assert sorted(failures.lines) == [
        ("error", "an error"),
        ("info", "a last line"),
        ("info", "a line with [secret]"),
        ("info", "an info"),
        ("info", 'another with {"organization": "[secret]"}'),
    ]
    assert deployment.outputs == {"whole": [1, PASSWORD], "plain": {"a": [1, None]}}
    assert deployment.secret_outputs == {"whole"}


def test_an_interrupted_deployment_leaves_no_process(
    failures: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    popen = module.subprocess.Popen

    def remembering(*args: Any, **options: Any) -> Any:
        started.append(popen(*args, **options))
        return started[-1]

    def interrupt(event: Event) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module.subprocess, "Popen", remembering)
    failures.events = []
    with pytest.raises(KeyboardInterrupt):
        failures._stack.up({"trial:way": "none"}, on_event=interrupt)
    assert started[0].poll() is not None


def test_the_developers_settings_do_not_reach_the_program(
    failures: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "AWS_PROFILE", "a-profile-that-does-not-exist")
    monkeypatch.setitem(os.environ, "PULUMI_CONFIG", "not JSON")
    assert failures.up(way="none").created == 1


def test_the_projects_defaults_reach_the_program() -> None:
    config = stack_config(PROGRAMS, "local", {"trial:limit": 6})
    assert config == {"trial:greeting": "hi", "trial:limit": 6, "aws:region": "us-east-1"}
