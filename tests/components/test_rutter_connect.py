"""RutterConnect exists only for apps with Rutter; its function has the permissions it needs."""

import json
from dataclasses import fields
from fnmatch import fnmatchcase
from typing import Any

import pytest

from components.rutter_connect import CONNECT
from components.rutter_webhook import WEBHOOK
from lambdas.rutter import connection_table
from lambdas.rutter.connection import Connection
from tests.components.recorder import Recording
from tests.components.recordings import Recorder
from tests.components.stacks import ACME, ACME_APP, GLOBEX, RUTTER, with_app
from tests.components.test_stack_function import (
    FUNCTION,
    IAM_POLICY_CHARACTERS,
    ROLE_POLICY,
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
        assert f"`{url}`" in rutter.outputs["readme"]
        environment = variables(rutter.one(FUNCTION, WEBHOOK.name))
        assert environment["SECRET_PREFIX"] == "bigcommerce/test/rutter/"

    def test_nothing_of_them_is_deployed_where_no_app_takes_them(self, record: Recorder) -> None:
        connected = with_app(rutter={"clientId": "a"}) | {"rutterClientSecrets": {ACME: "s"}}
        recording = record(connected)
        assert not [each for each in recording.resources if WEBHOOK.name in each.urn]
        assert recording.outputs["rutterWebhookUrls"] == {}
        assert "webhook" not in recording.outputs["readme"]


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
