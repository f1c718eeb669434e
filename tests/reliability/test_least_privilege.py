"""Least privilege on the embedded AWS, which enforces IAM: nothing more is granted than is needed.

The policies are read from the deployed roles. Without any one of its actions, a function must fail
in its part of an installation's life. With the whole policy it succeeds. Each role is also assumed,
and must be refused what it was not granted.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdas.records import installation_item
from lambdas.records.installation import Installation
from lambdas.records.reconcile_request import Request
from lambdas.rutter import connection_table
from local.aws import REGION, Aws
from local.backend import PROJECT, LocalBackend
from local.loopback_http import get
from tests.local.waiting import until
from tests.reliability.lives import TIMEOUT_SECONDS, Life
from tests.reliability.model import Callback
from tests.reliability.records import Records
from tests.roles import ANYONE

pytestmark = pytest.mark.emulated

FUNCTIONS = ("auth", "load", "uninstall", "remove-user")
# The emulator writes the functions' logs itself, and does not ask their roles.
NOT_SHOWN = {"logs:CreateLogStream", "logs:PutLogEvents"}
# Nor does it when it reads the stream and the queue for a function. Without the pause that a
# function sets, a message is seen again all the same.
NOT_SHOWN_OF_CONNECT = NOT_SHOWN | {
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
}

# A function caches what these return: it must start without them.
CACHED = {"dynamodb:GetItem", "secretsmanager:GetSecretValue"}

KEY = {"pk": {"S": "ORG#org-a#STORE#other"}, "sk": {"S": "STORE"}}
KEY_SCHEMA: Any = [
    {"AttributeName": "pk", "KeyType": "HASH"},
    {"AttributeName": "sk", "KeyType": "RANGE"},
]

Policy = dict[str, Any]


class Roles:
    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def policy(self, function: str) -> Policy:
        name = role_name(function)
        answer: Any = self._aws.iam.get_role_policy(RoleName=name, PolicyName=name)
        return dict(answer["PolicyDocument"])

    @contextmanager
    def without(self, function: str, action: str) -> Iterator[None]:
        """Take an action from the function's policy within the block."""
        policy, name = self.policy(function), role_name(function)
        kept = [
            {**statement, "Action": [each for each in statement["Action"] if each != action]}
            for statement in policy["Statement"]
        ]
        self._put(name, {**policy, "Statement": [each for each in kept if each["Action"]]})
        if action in CACHED:
            self._restart(name)
        try:
            yield
        finally:
            self._put(name, policy)

    def _put(self, name: str, policy: Policy) -> None:
        self._aws.iam.put_role_policy(
            RoleName=name, PolicyName=name, PolicyDocument=json.dumps(policy)
        )

    def _restart(self, name: str) -> None:
        """Have the function start with empty caches, as after a change of its configuration."""
        environment = self._aws.lambda_.get_function_configuration(FunctionName=name)["Environment"]
        self._aws.lambda_.update_function_configuration(
            FunctionName=name, Environment={"Variables": environment["Variables"]}
        )


def role_name(function: str) -> str:
    return f"{PROJECT}-local-{function}"


def actions(policy: Policy) -> set[str]:
    return {action for statement in policy["Statement"] for action in statement["Action"]}


@pytest.fixture(scope="module")
def aws(ready: LocalBackend) -> Aws:
    return ready.emulator.aws


@pytest.fixture(scope="module")
def roles(aws: Aws) -> Roles:
    return Roles(aws)


# What is granted is needed.


# Each function's part in the life of an installation: a callback for which it reads and writes all
# it can, by this user.
PARTS = {
    "auth": (Callback.INSTALL, 0),
    "load": (Callback.LOAD, 1),
    "uninstall": (Callback.UNINSTALL, 0),
    "remove-user": (Callback.REMOVE_USER, 0),
}


def status(life: Life, function: str) -> int:
    return get(life.issue(*PARTS[function]).url, TIMEOUT_SECONDS).status


def installed(backend: LocalBackend) -> Life:
    life = Life(backend.bigcommerce, backend.apps[0])
    assert status(life, "auth") == 200
    return life


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_needs_each_action(ready: LocalBackend, roles: Roles, function: str) -> None:
    tried = sorted(actions(roles.policy(function)) - NOT_SHOWN)
    lives = [installed(ready) for _ in tried]
    assert tried
    answers = {}
    for action, life in zip(tried, lives, strict=True):
        with roles.without(function, action):
            answers[action] = status(life, function)
    assert answers == dict.fromkeys(tried, 503)
    assert status(lives[0], function) == 200


def connected(backend: LocalBackend) -> Life:
    """A store that Rutter has, and tells nothing of: nothing is left that invokes a function."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backend.rutter, "webhook_url", None)
        life = installed(backend)
        assert until(lambda: backend.connection(life.app, life.store) == "active")
    return life


def test_rutters_webhooks_need_each_of_their_actions(ready: LocalBackend, roles: Roles) -> None:
    life = connected(ready)
    (connection,) = ready.rutter.of(life.store.hash)

    tried = sorted(actions(roles.policy("rutter-webhook")) - NOT_SHOWN)
    refused = {}
    for action in tried:
        with roles.without("rutter-webhook", action):
            refused[action] = ready.rutter.notify(connection, "CONNECTION_UPDATED")
    # A repeat finds the poll due already, which the sweep then queues.
    assert {action: answers[0] for action, answers in refused.items()} == dict.fromkeys(tried, 503)
    assert ready.rutter.notify(connection, "CONNECTION_UPDATED") == [200, 200]


def connects(backend: LocalBackend, life: Life) -> bool:
    """Whether the function connects a store that Rutter does not have."""
    aws, ids = backend.emulator.aws, (life.app.organization_id, life.store.hash)
    table = backend.outputs["installationsTable"]
    aws.dynamodb.delete_item(TableName=table, Key=connection_table.key(*ids))
    for connection in backend.rutter.of(life.store.hash):
        del backend.rutter.connections[connection.id]
    message = {
        "eventSource": "aws:sqs",
        "messageId": "m",
        "receiptHandle": "r",
        "body": Request(*ids).as_message(),
        "attributes": {"ApproximateReceiveCount": "1"},
    }
    answer = aws.lambda_.invoke(
        FunctionName=role_name("rutter-connect"), Payload=json.dumps({"Records": [message]})
    )
    swept = aws.lambda_.invoke(
        FunctionName=role_name("rutter-connect"),
        Payload=json.dumps({"sweep": ["org-a"], "seconds": 300}),
    )
    return all(json.load(each["Payload"]) == {"batchItemFailures": []} for each in (answer, swept))


@contextmanager
def only_invoked_by_tests(aws: Aws, function: str) -> Iterator[None]:
    """Keep the function's event sources from invoking it for the length of the block."""
    found = aws.lambda_.list_event_source_mappings(FunctionName=role_name(function))
    ids = [each["UUID"] for each in found["EventSourceMappings"]]
    for id_ in ids:
        aws.lambda_.update_event_source_mapping(UUID=id_, Enabled=False)
    try:
        yield
    finally:
        for id_ in ids:
            aws.lambda_.update_event_source_mapping(UUID=id_, Enabled=True)


def test_the_reconciler_needs_each_of_its_actions(ready: LocalBackend, roles: Roles) -> None:
    life = connected(ready)
    tried = sorted(actions(roles.policy("rutter-connect")) - NOT_SHOWN_OF_CONNECT)
    done = {}
    # A follow-up would connect the store before the test does.
    with only_invoked_by_tests(ready.emulator.aws, "rutter-connect"):
        for action in tried:
            with roles.without("rutter-connect", action):
                done[action] = connects(ready, life)
        assert done == dict.fromkeys(tried, False)
        assert connects(ready, life)


def publishes(aws: Aws) -> bool:
    """Whether the function publishes the installation of a store."""
    installation = Installation("id", 1, 1, b"", (), None, "1", {})
    item = installation_item.item("org-a", "installed", installation, 1)
    del item["access_token"]  # which JSON has no bytes for
    change = {
        "Keys": KEY,
        "NewImage": item,
        "SequenceNumber": "1",
        "ApproximateCreationDateTime": 1,
    }
    payload = json.dumps({"Records": [{"dynamodb": change}]})
    answer = aws.lambda_.invoke(FunctionName=role_name("store-events"), Payload=payload)
    return bool(json.load(answer["Payload"]) == {"batchItemFailures": []})


def test_events_are_published_with_put_events_alone(ready: LocalBackend, roles: Roles) -> None:
    aws = ready.emulator.aws
    granted = actions(roles.policy("store-events"))
    assert granted - NOT_SHOWN_OF_CONNECT - {"sqs:SendMessage"} == {"events:PutEvents"}
    with roles.without("store-events", "events:PutEvents"):
        assert not publishes(aws)
    assert publishes(aws)


# What is not granted is refused. tests/permissions.yaml has every permission: these calls show
# what the roles do with the worst.


Clients = Callable[[str], Any]
Calls = dict[str, Callable[[Clients], object]]


@pytest.fixture(scope="module")
def calls(ready: LocalBackend, aws: Aws) -> Calls:
    """Calls to resources of this stack and of another one."""
    life = installed(ready)
    record = Records(ready).item(life)
    assert record is not None
    own = {"TableName": ready.outputs["installationsTable"], "Key": KEY}
    names = [key["AttributeName"] for key in KEY_SCHEMA]
    aws.dynamodb.create_table(
        TableName="another-stack",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=KEY_SCHEMA,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
    )
    secret = ready.outputs["credentialSecretArns"]["org-a"]
    other_secret = aws.secretsmanager.create_secret(
        Name=f"{PROJECT}/another-stack/org-a", SecretString="{}"
    )["ARN"]
    alias = f"alias/{PROJECT}-local-installations"
    key = aws.kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
    other_key = aws.kms.create_key()["KeyMetadata"]["Arn"]
    token = {"CiphertextBlob": record["access_token"]["B"]}
    context = {"organization_id": "org-a", "store_hash": life.store.hash}
    group = f"/aws/lambda/{PROJECT}-local-auth"
    return {
        "read a record": lambda aws: aws("dynamodb").get_item(**own),
        "write a record": lambda aws: aws("dynamodb").put_item(
            TableName=own["TableName"], Item=KEY
        ),
        "update a record": lambda aws: aws("dynamodb").update_item(**own),
        "delete a record": lambda aws: aws("dynamodb").delete_item(**own),
        "scan the table": lambda aws: aws("dynamodb").scan(TableName=own["TableName"]),
        "read another table": lambda aws: aws("dynamodb").get_item(
            TableName="another-stack", Key=KEY
        ),
        "read its app's credentials": lambda aws: aws("secretsmanager").get_secret_value(
            SecretId=secret
        ),
        "read the credentials at Rutter": lambda aws: aws("secretsmanager").get_secret_value(
            SecretId=f"{PROJECT}/local/rutter/org-a"
        ),
        "read another stack's secret": lambda aws: aws("secretsmanager").get_secret_value(
            SecretId=other_secret
        ),
        "change its app's credentials": lambda aws: aws("secretsmanager").put_secret_value(
            SecretId=secret, SecretString="{}"
        ),
        "encrypt a token": lambda aws: aws("kms").encrypt(KeyId=key, Plaintext=b"token"),
        "decrypt a token": lambda aws: aws("kms").decrypt(
            KeyId=key, EncryptionContext=context, **token
        ),
        "encrypt a token again with another key": lambda aws: aws("kms").re_encrypt(
            SourceEncryptionContext=context, DestinationKeyId=other_key, **token
        ),
        "let another principal decrypt": lambda aws: aws("kms").create_grant(
            KeyId=key, GranteePrincipal="*", Operations=["Decrypt"]
        ),
        "read the logs": lambda aws: aws("logs").filter_log_events(logGroupName=group),
        "call a function": lambda aws: aws("lambda").invoke(FunctionName=role_name("load")),
        "grant itself more": lambda aws: aws("iam").put_role_policy(
            RoleName=role_name("auth"), PolicyName="more", PolicyDocument="{}"
        ),
    }


def as_function(aws: Aws, function: str) -> Clients:
    """The clients of AWS services, by name, with a function's own role.

    As deployed, Lambda alone may assume it: from here on, anyone.
    """
    name = role_name(function)
    aws.iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(ANYONE))
    arn = aws.iam.get_role(RoleName=name)["Role"]["Arn"]
    given = aws.sts.assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    session = boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=REGION,
    )
    clients: Any = session.client
    config = Config(proxies={}, retries={"total_max_attempts": 1})
    return cache(partial(clients, endpoint_url=aws.sts.meta.endpoint_url, config=config))


CALLBACK = {"read a record", "write a record", "read its app's credentials"}
GRANTED = {
    **dict.fromkeys(FUNCTIONS, CALLBACK),
    "auth": CALLBACK | {"encrypt a token"},
    # The embedded AWS ignores the conditions of these two: tests/components shows what they leave.
    "rutter-webhook": {"read a record", "read the credentials at Rutter", "update a record"},
    "rutter-connect": {
        *("encrypt a token", "decrypt a token"),
        *("read its app's credentials", "read the credentials at Rutter"),
        *("read a record", "update a record"),
    },
    "store-events": set[str](),
}


@pytest.mark.parametrize("function", GRANTED)
def test_a_function_makes_only_granted_calls(aws: Aws, calls: Calls, function: str) -> None:
    clients = as_function(aws, function)
    # What is granted goes through: so it is for no other reason that the rest does not.
    for name in GRANTED[function]:
        calls[name](clients)
    others = calls.keys() - GRANTED[function]
    assert [name for name in others if not is_refused(partial(calls[name], clients))] == []


def is_refused(call: Callable[[], object]) -> bool:
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"] in {"AccessDenied", "AccessDeniedException"}
    return False
