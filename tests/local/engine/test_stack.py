"""Whole programs, deployed into the embedded AWS by the in-process engine."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from local.emulator import Emulator
from local.engine import Deployment, DeploymentError, Event, LogEvent, ResourceEvent, Stack
from local.provider import SERVICES

pytestmark = pytest.mark.emulated

PROGRAMS = Path(__file__).parent / "programs"
PASSWORD = "correct-horse-battery"
ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]})


class Runner:
    """A stack of one of the trial programs, with the events of its latest deployment."""

    def __init__(self, emulator: Emulator, program: str) -> None:
        self.events: list[Event] = []
        self.endpoints = [dict.fromkeys(SERVICES, emulator.endpoint_url)]
        self.stack = Stack(program=PROGRAMS / program)

    def up(self, **config: Any) -> Deployment:
        self.events = []
        return self.stack.up(
            {"aws:endpoints": self.endpoints, **{f"trial:{key}": config[key] for key in config}},
            secrets=["trial:password", "trial:passwords"],
            on_event=self.events.append,
        )

    @property
    def operations(self) -> Counter[str]:
        return Counter(event.operation for event in self.resources)

    @property
    def resources(self) -> list[ResourceEvent]:
        return [event for event in self.events if isinstance(event, ResourceEvent)]

    @property
    def lines(self) -> list[tuple[str, str]]:
        logged = [event for event in self.events if isinstance(event, LogEvent)]
        return [(event.severity, event.text) for event in logged]


def test_a_program_is_created_left_alone_updated_replaced_and_deleted(emulator: Emulator) -> None:
    runner = Runner(emulator, "app.py")
    config = {"name": "stack-one", "password": PASSWORD, "document": DOCUMENT}

    first = runner.up(**config)
    assert runner.operations == {"create": 5}
    assert first.changes == runner.resources
    assert first.outputs == {
        "password": PASSWORD,
        "arn": "arn:aws:logs:us-east-1:000000000000:log-group:stack-one",
        "account": "000000000000",
    }
    assert runner.lines == [("warning", "a warning")]

    again = runner.up(**config)
    assert (again.outputs, again.changes) == (first.outputs, [])
    assert runner.operations == {"same": 5}

    runner.up(**config, service="scheduler.amazonaws.com")
    assert runner.operations == {"update": 1, "same": 4}
    found: Any = emulator.aws.iam.get_role(RoleName="stack-one")["Role"]
    assert "scheduler" in json.dumps(found["AssumeRolePolicyDocument"])

    # A secret's value has no name: the new one is there before the old one goes.
    runner.up(**config | {"password": "another-password"}, service="scheduler.amazonaws.com")
    changes = [each.operation for each in runner.resources if each.operation != "same"]
    assert changes == ["create", "delete"]

    # A name is given, so the old one is deleted first; what depends on it follows by its inputs.
    config["password"] = "another-password"
    runner.up(**config, policy=False)
    assert runner.operations == {"update": 1, "same": 3, "delete": 1}
    config["name"] = "stack-two"
    runner.up(**config, policy=False)
    assert runner.operations == {"create": 4, "delete": 4}
    with pytest.raises(emulator.aws.iam.exceptions.NoSuchEntityException):
        emulator.aws.iam.get_role(RoleName="stack-one")

    runner.stack.program = PROGRAMS / "empty.py"
    runner.up()
    assert runner.operations == {"delete": 4}
    order = [event.name for event in runner.resources]
    assert order.index("group") < order.index("store")  # what uses the other goes first


@pytest.fixture
def failures(emulator: Emulator) -> Runner:
    for group in emulator.aws.logs.describe_log_groups(logGroupNamePrefix="failures-")["logGroups"]:
        emulator.aws.logs.delete_log_group(logGroupName=group["logGroupName"])
    return Runner(emulator, "failures.py")


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("run-error", "^apps[0].clientId is missing$"),
        ("missing-key", "trial:never"),
        ("exception", "^Traceback"),
        ("exception", "ValueError: the password is [secret]\n$"),
        ("apply", "invalid literal for int()"),
        ("exit", "^given up$"),
        ("exit-code", "^the program exited with code 3$"),
        ("unknown-input", "LogGroup second: skipDestroy: the embedded AWS does not know this in"),
        ("aws-error", "^aws:iam/rolePolicy:RolePolicy second: PutRolePolicy: NoSuchEntity: "),
        ("secret-in-aws-error", "^aws:secretsmanager/secretVersion:SecretVersion second: PutSec"),
        ("twice", "LogGroup first: the program registers two resources of this type and name"),
        ("get", "LogGroup second: the embedded engine does not adopt existing resources"),
        ("import", "LogGroup second: the embedded engine does not adopt existing resources"),
    ],
)
def test_a_failure_says_why_and_holds_no_secret(failures: Runner, way: str, said: str) -> None:
    with pytest.raises(DeploymentError) as error:
        failures.up(way=way, password=PASSWORD)
    text = str(error.value)
    assert PASSWORD not in text
    assert "runpy" not in text
    start, end = said.startswith("^"), said.endswith("$")
    said = said.removeprefix("^").removesuffix("$")
    assert said in text
    assert text.startswith(said) or not start
    assert text.endswith(said) or not end


def test_the_next_deployment_deletes_what_it_replaced(emulator: Emulator, failures: Runner) -> None:
    def boards() -> list[str]:
        found = emulator.aws.cloudwatch.list_dashboards(DashboardNamePrefix="failures-")
        return sorted(each["DashboardName"] for each in found["DashboardEntries"])

    failures.up(way="board", board="one")
    with pytest.raises(DeploymentError):
        failures.up(way="board-then-error", board="two")
    assert boards() == ["failures-one", "failures-two"]
    failures.up(way="board", board="two")
    assert failures.operations == {"same": 2, "delete": 1}
    assert boards() == ["failures-two"]


def test_an_interrupted_deployment_stops_and_keeps_its_state(failures: Runner) -> None:
    def interrupt(_event: Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        failures.stack.up(
            {"trial:way": "none", "aws:endpoints": failures.endpoints}, on_event=interrupt
        )
    failures.up(way="none")
    assert failures.operations == {"same": 1}


def test_what_the_program_logs_holds_no_secret(failures: Runner) -> None:
    passwords = {"organization": "battery-staple"}
    deployment = failures.up(way="log", password=PASSWORD, passwords=passwords)
    assert sorted(failures.lines) == [
        ("error", "an error"),
        ("info", "an info"),
        ("warning", "a line with [secret]"),
        ("warning", 'another with {"organization": "[secret]"}'),
    ]
    assert deployment.outputs == {"whole": [1, PASSWORD], "plain": {"a": [1, None]}}
