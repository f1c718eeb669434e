"""The operators' policy: each of its actions is needed, on the embedded AWS that enforces them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.backend import PROJECT, LocalBackend
from local.bigcommerce import Store
from tests.ops import command
from tests.ops.stores.conftest import Run, line

pytestmark = pytest.mark.emulated

# The sheet's live status needs these.
SHEET = {"logs:StartQuery", "logs:GetQueryResults"}
# What each other action is for; STORE is the store's hash.
NEEDS = {
    "dynamodb:Scan": ["list"],
    "dynamodb:Query": ["list", "--app", "org-a"],
    "dynamodb:BatchGetItem": ["show", "STORE"],
    "dynamodb:GetItem": ["import", "TOKENS", "--app", "org-a", "--yes"],
    "dynamodb:PutItem": ["import", "TOKENS", "--app", "org-a", "--yes"],
    "kms:Encrypt": ["import", "TOKENS", "--app", "org-a", "--yes"],
    "dynamodb:DeleteItem": ["purge", "STORE", "--yes"],
    "kms:Decrypt": ["token", "STORE", "--yes"],
    "sqs:GetQueueUrl": ["connect", "STORE"],
    "sqs:SendMessage": ["connect", "STORE"],
    "sqs:ReceiveMessage": ["redrive"],
    "sqs:DeleteMessage": ["redrive"],
}


def without(backend: LocalBackend, action: str) -> dict[str, Any]:
    document = operators_policy(backend)
    for statement in document["Statement"]:
        statement["Action"] = [each for each in statement["Action"] if each != action]
    document["Statement"] = [each for each in document["Statement"] if each["Action"]]
    return document


def operators_policy(backend: LocalBackend) -> dict[str, Any]:
    arn = backend.outputs["operatorPolicyArn"]
    version = backend.emulator.aws.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    answer = backend.emulator.aws.iam.get_policy_version(PolicyArn=arn, VersionId=version)
    document: dict[str, Any] = answer["PolicyVersion"]["Document"]
    return document


def test_every_action_is_tried(backend: LocalBackend) -> None:
    statements = operators_policy(backend)["Statement"]
    assert {action for each in statements for action in each["Action"]} == NEEDS.keys() | SHEET


@pytest.mark.parametrize("action", NEEDS)
def test_a_command_is_refused_without_its_action_and_says_so(
    *,
    run: Run,
    backend: LocalBackend,
    store: Store,
    foreign: Store,
    tokens: Callable[..., str],
    assume: Callable[..., None],
    action: str,
) -> None:
    failed = backend.emulator.aws.sqs.get_queue_url(QueueName=f"{PROJECT}-local-rutter-failed")
    backend.emulator.aws.sqs.send_message(QueueUrl=failed["QueueUrl"], MessageBody="{}")
    names = {"STORE": store.hash, "TOKENS": tokens(line(foreign))}
    arguments = [names.get(argument, argument) for argument in NEEDS[action]]
    assume(action.replace(":", "-"), without(backend, action))
    done = run(*arguments)
    assert (done.status, done.out.count(store.hash)) == (2, int("purge" in arguments))
    assert "AWS refused" in done.err
    assert backend.outputs["operatorPolicyArn"] in done.err


@pytest.mark.parametrize("action", sorted(SHEET))
def test_the_sheet_is_shown_without_the_calls_that_it_may_not_read(
    backend: LocalBackend, outputs_file: Path, assume: Callable[..., None], action: str
) -> None:
    assume(action.replace(":", "-"), without(backend, action))
    done = command.run("sheet", "--file", str(outputs_file))
    assert (done.status, "org-a/load" in done.out) == (0, True)
    assert "Could not determine what BigCommerce called: AWS refused" in done.err
