"""RutterConnect: there only where it is wanted, and what its function may do."""

import json
from dataclasses import fields
from fnmatch import fnmatchcase
from typing import Any

import pytest

from components.rutter_connect import CONNECT
from components.rutter_webhook import WEBHOOK
from lambdas.rutter import connection_table
from lambdas.rutter.connection import Connection
from tests.components.recorder import KEY_ARN, Recording
from tests.components.recordings import Recorder
from tests.components.stacks import ACME, ACME_APP, GLOBEX, RUTTER, with_app
from tests.components.test_stack_function import (
    FUNCTION,
    IAM_POLICY_CHARACTERS,
    LOG_ARN,
    ROLE_POLICY,
    SECRET_ARN,
    TABLE_ARN,
    variables,
)

QUEUE = "aws:sqs/queue:Queue"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:bigcommerce-test-rutter-connect"
FAILED_ARN = "arn:aws:sqs:us-east-1:123456789012:bigcommerce-test-rutter-failed"


@pytest.fixture(scope="module")
def rutter(record: Recorder) -> Recording:
    return record(RUTTER)


def statements(recording: Recording, function: str = CONNECT.name) -> list[dict[str, Any]]:
    policy = json.loads(recording.one(ROLE_POLICY, function).inputs["policy"])
    found: list[dict[str, Any]] = policy["Statement"]
    return found


def test_nothing_of_it_is_deployed_and_no_text_speaks_of_it_without_an_app_that_wants_it(
    two_apps: Recording, rutter: Recording
) -> None:
    added = {each.urn for each in rutter.resources} - {each.urn for each in two_apps.resources}
    assert all("rutter" in urn.lower() for urn in added)
    for resource in two_apps.resources:
        shown = {name: value for name, value in resource.inputs.items() if name != "code"}
        assert "rutter" not in json.dumps(shown).lower()


def test_role_may_do_only_what_the_reconciler_needs(rutter: Recording) -> None:
    stream = f"{TABLE_ARN}/stream/2026-01-01T00:00:00.000"
    allowed: list[tuple[object, ...]] = [
        ("WriteLog", ["logs:CreateLogStream", "logs:PutLogEvents"], f"{LOG_ARN}rutter-connect:*"),
        ("ReadCredentials", ["secretsmanager:GetSecretValue"], f"{SECRET_ARN}apps/*"),
        ("ReadRutterCredentials", ["secretsmanager:GetSecretValue"], f"{SECRET_ARN}rutter/*"),
        ("ReadItems", ["dynamodb:GetItem"], TABLE_ARN),
        (
            "FindConnections",
            ["dynamodb:Query"],
            f"{TABLE_ARN}/index/by-connection",
            f"{TABLE_ARN}/index/by-due",
        ),
        ("WriteConnections", ["dynamodb:UpdateItem"], TABLE_ARN),
        ("DecryptAccessTokens", ["kms:Decrypt"], KEY_ARN),
        ("EncryptAccessTokens", ["kms:Encrypt"], KEY_ARN),
        (
            "ReadStream",
            ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
            stream,
        ),
        ("ListStreams", ["dynamodb:ListStreams"], "*"),
        (
            "UseQueue",
            [
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:ReceiveMessage",
                "sqs:SendMessage",
            ],
            QUEUE_ARN,
        ),
        ("KeepFailures", ["sqs:SendMessage"], FAILED_ARN),
    ]
    found = statements(rutter)
    assert [(each["Sid"], each["Action"], *each["Resource"]) for each in found] == allowed
    assert [each["Sid"] for each in found if "Condition" in each] == [
        "WriteConnections",
        "DecryptAccessTokens",
    ]


def test_no_other_function_may_decrypt_or_read_the_credentials_at_rutter(
    rutter: Recording,
) -> None:
    for policy in rutter.all(ROLE_POLICY):
        if policy.name != CONNECT.name:
            assert "kms:Decrypt" not in policy.inputs["policy"]
        if policy.name not in (CONNECT.name, WEBHOOK.name):
            assert "/rutter/" not in policy.inputs["policy"]


class TestWebhooks:
    def test_route_leads_to_a_function_that_it_alone_may_invoke(self, rutter: Recording) -> None:
        route = rutter.one("aws:apigatewayv2/route:Route", WEBHOOK.name).inputs
        assert route["routeKey"] == "POST /{organization_id}/rutter"
        permission = rutter.one("aws:lambda/permission:Permission", WEBHOOK.name).inputs
        assert permission["sourceArn"].endswith("/*/POST/*/rutter")
        (stage,) = rutter.all("aws:apigatewayv2/stage:Stage")
        assert route["routeKey"] in [each["routeKey"] for each in stage.inputs["routeSettings"]]
        url = f"{rutter.outputs['baseUrl']}/{GLOBEX}/rutter"
        assert rutter.outputs["rutterWebhookUrls"] == {GLOBEX: url}
        assert f"enter `{url}`" in rutter.outputs["readme"]

    def test_role_reads_profiles_and_credentials_at_rutter_and_may_send_to_the_queue(
        self, rutter: Recording
    ) -> None:
        found = statements(rutter, WEBHOOK.name)
        assert [(each["Sid"], each["Action"], *each["Resource"]) for each in found] == [
            (
                "WriteLog",
                ["logs:CreateLogStream", "logs:PutLogEvents"],
                f"{LOG_ARN}rutter-webhook:*",
            ),
            ("ReadRutterCredentials", ["secretsmanager:GetSecretValue"], f"{SECRET_ARN}rutter/*"),
            ("ReadProfiles", ["dynamodb:GetItem"], TABLE_ARN),
            ("FindConnections", ["dynamodb:Query"], f"{TABLE_ARN}/index/by-connection"),
            ("WriteConnections", ["dynamodb:UpdateItem"], TABLE_ARN),
            ("QueuePolls", ["sqs:SendMessage"], QUEUE_ARN),
        ]
        read, written = [each["Condition"] for each in found if "Condition" in each]
        assert read == {"ForAllValues:StringNotLike": {"dynamodb:LeadingKeys": ["ORG#*#STORE#*"]}}
        assert written == {
            "ForAllValues:StringLike": {
                "dynamodb:LeadingKeys": ["ORG#*#STORE#*"],
                "dynamodb:Attributes": [
                    "pk",
                    "sk",
                    "connection_app",
                    "connection_due",
                    "connection_webhook_until",
                ],
            },
            "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE"]},
        }
        assert not fnmatchcase(f"ORG#{GLOBEX}", "ORG#*#STORE#*")
        assert fnmatchcase(connection_table.key("a", "b")["pk"]["S"], "ORG#*#STORE#*")
        environment = variables(rutter.one(FUNCTION, WEBHOOK.name))
        assert environment["SECRET_PREFIX"] == "bigcommerce/test/rutter/"

    def test_nothing_of_them_is_deployed_where_no_app_takes_them(self, record: Recorder) -> None:
        connected = with_app(rutter={"clientId": "a"}) | {"rutterClientSecrets": {ACME: "s"}}
        recording = record(connected)
        assert not [each for each in recording.resources if WEBHOOK.name in each.urn]
        assert recording.outputs["rutterWebhookUrls"] == {}
        assert "webhook" not in recording.outputs["readme"]


def test_tokens_of_apps_without_rutter_are_not_decrypted(rutter: Recording) -> None:
    (decrypt,) = (each for each in statements(rutter) if each["Sid"] == "DecryptAccessTokens")
    assert decrypt["Condition"] == {
        "StringEqualsIfExists": {"kms:EncryptionContext:organization_id": [GLOBEX]}
    }


def test_connections_are_written_and_no_attribute_of_a_record(rutter: Recording) -> None:
    """ForAllValues:StringLike as IAM evaluates it; the embedded AWS does not know these keys."""
    (write,) = (each for each in statements(rutter) if each["Sid"] == "WriteConnections")
    condition = write["Condition"]["ForAllValues:StringLike"]
    assert condition["dynamodb:LeadingKeys"] == ["ORG#*#STORE#*"]

    def may_write(name: str) -> bool:
        return any(fnmatchcase(name, each) for each in condition["dynamodb:Attributes"])

    own = [connection_table.PREFIX + each.name for each in fields(Connection)]
    assert all(map(may_write, [connection_table.REVISION, *own, "pk", "sk"]))
    record = {"access_token", "status", "granted_at_ms", "users", "expires_at", "revision"}
    assert not any(map(may_write, record | {"name", "scopes", "rutter_on_uninstall"}))


def test_operators_may_use_the_queues_where_there_are_any(
    two_apps: Recording, rutter: Recording
) -> None:
    def actions(recording: Recording) -> set[str]:
        policy = recording.one("aws:iam/policy:Policy", "operator").inputs["policy"]
        return {each for found in json.loads(policy)["Statement"] for each in found["Action"]}

    assert {each.partition(":")[0] for each in actions(rutter) - actions(two_apps)} == {"sqs"}


def test_function_knows_where_things_are(rutter: Recording) -> None:
    function = rutter.one(FUNCTION, CONNECT.name)
    assert function.inputs["handler"] == "lambdas.rutter_connect.handler"
    found = variables(function)
    assert found["RUTTER_SECRET_PREFIX"] == "bigcommerce/test/rutter/"
    assert found["RUTTER_BASE_URL"] == "https://production.rutterapi.com/versioned"
    assert found["RUTTER_QUEUE_URL"].endswith("/bigcommerce-test-rutter-connect")


def test_queue_gives_one_store_at_a_time_and_up_what_fails(rutter: Recording) -> None:
    mapping = rutter.one(MAPPING, "rutter-stores").inputs
    assert (mapping["eventSourceArn"], mapping["batchSize"]) == (QUEUE_ARN, 1)
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
    queue = rutter.one(QUEUE, "rutter-connect").inputs
    assert queue["visibilityTimeoutSeconds"] >= 6 * CONNECT.timeout
    redrive = {"deadLetterTargetArn": FAILED_ARN, "maxReceiveCount": 10}
    assert json.loads(queue["redrivePolicy"]) == redrive
    assert queue["redrivePolicy"] == json.dumps(redrive, separators=(",", ":"))  # as AWS has it


def test_a_schedule_has_the_function_sweep_the_apps_with_rutter(rutter: Recording) -> None:
    rule = rutter.one("aws:cloudwatch/eventRule:EventRule").inputs
    assert rule["scheduleExpression"] == "rate(5 minutes)"
    target = rutter.one("aws:cloudwatch/eventTarget:EventTarget").inputs
    assert target["rule"] == rule["name"] == "bigcommerce-test-rutter-sweep"
    assert target["arn"].endswith(":function:bigcommerce-test-rutter-connect")
    assert json.loads(target["input"]) == {"sweep": [GLOBEX], "seconds": 300}
    permission = rutter.one("aws:lambda/permission:Permission", "rutter-sweep").inputs
    assert permission["principal"] == "events.amazonaws.com"
    assert permission["sourceArn"].endswith(":rule/bigcommerce-test-rutter-sweep")


def test_policy_has_room_for_180_apps_that_uuids_name(record: Recorder) -> None:
    def characters(apps: int) -> int:
        ids = [f"{index:036}" for index in range(apps)]
        named = [ACME_APP | {"organizationId": id_, "rutter": {"clientId": id_}} for id_ in ids]
        secrets = dict.fromkeys(ids, "secret")
        largest = record({"apps": named, "rutterClientSecrets": secrets}, stack="s" * 37)
        policy = largest.one(ROLE_POLICY, CONNECT.name).inputs["policy"]
        policy = policy.replace("arn:aws:", "arn:aws-us-gov:").replace("us-east", "us-gov-west")
        return len("".join(policy.split()))

    an_app = characters(3) - characters(2)
    assert characters(2) + 178 * an_app <= IAM_POLICY_CHARACTERS
    assert characters(4) == characters(2) + 2 * an_app
