"""RutterConnect exists only for apps with Rutter; its function has the permissions it needs."""

import json
from dataclasses import fields
from fnmatch import fnmatchcase

from components.rutter_connect import CONNECT
from components.rutter_webhook import WEBHOOK
from lambdas.rutter import connection_table
from lambdas.rutter.connection import Connection
from tests.components.recorder import Recording
from tests.components.recordings import Recorder
from tests.components.stacks import ACME, GLOBEX, with_app
from tests.components.test_stack_function import variables

QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:bigcommerce-test-rutter-connect"
FAILED_ARN = "arn:aws:sqs:us-east-1:123456789012:bigcommerce-test-rutter-failed"


def test_nothing_mentions_rutter_if_no_app_uses_it(two_apps: Recording) -> None:
    for resource in two_apps.resources:
        shown = {name: value for name, value in resource.inputs.items() if name != "code"}
        assert "rutter" not in json.dumps(shown).lower()


def test_the_webhooks_url_is_an_output_and_in_the_sheet(everything: Recording) -> None:
    (stage,) = everything.all("Stage")
    throttled = [each["routeKey"] for each in stage.inputs["routeSettings"]]
    assert "POST /{organization_id}/rutter" in throttled
    url = f"{everything.outputs['baseUrl']}/{GLOBEX}/rutter"
    assert everything.outputs["rutterWebhookUrls"] == {GLOBEX: url}
    assert f"`{url}`" in everything.outputs["readme"]


def test_no_webhook_is_deployed_if_no_app_receives_them(record: Recorder) -> None:
    connected = with_app(rutter={"clientId": "a"}) | {"rutterClientSecrets": {ACME: "s"}}
    recording = record(connected)
    assert not [each for each in recording.resources if WEBHOOK.name in each.urn]
    assert recording.outputs["rutterWebhookUrls"] == {}
    assert "webhook" not in recording.outputs["readme"]


def test_the_function_may_write_connections_and_no_attribute_of_a_record(
    everything: Recording,
) -> None:
    """ForAllValues:StringLike as IAM evaluates it; the embedded AWS does not know these keys."""
    policy = json.loads(everything.one("RolePolicy", CONNECT.name).inputs["policy"])
    (write,) = (each for each in policy["Statement"] if each["Sid"] == "WriteConnections")
    patterns = write["Condition"]["ForAllValues:StringLike"]["dynamodb:Attributes"]

    def may_write(name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in patterns)

    own = [connection_table.PREFIX + each.name for each in fields(Connection)]
    assert all(map(may_write, [connection_table.REVISION, *own, "pk", "sk"]))
    record = {"access_token", "status", "granted_at_ms", "users", "expires_at", "revision"}
    assert not any(map(may_write, record | {"name", "scopes", "rutter_on_uninstall"}))


def test_the_function_calls_rutters_production(everything: Recording) -> None:
    found = variables(everything.one("Function", CONNECT.name))
    assert found["RUTTER_BASE_URL"] == "https://production.rutterapi.com/versioned"


def test_queue_delivers_one_store_at_a_time_and_gives_up_after_ten_attempts(
    everything: Recording,
) -> None:
    mapping = everything.one("EventSourceMapping", "rutter-stores").inputs
    assert (mapping["eventSourceArn"], mapping["batchSize"]) == (QUEUE_ARN, 1)
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
    queue = everything.one("Queue", "rutter-connect").inputs
    assert queue["visibilityTimeoutSeconds"] >= 6 * CONNECT.timeout
    redrive = {"deadLetterTargetArn": FAILED_ARN, "maxReceiveCount": 10}
    assert json.loads(queue["redrivePolicy"]) == redrive
    assert queue["redrivePolicy"] == json.dumps(redrive, separators=(",", ":"))  # as AWS has it


def test_a_schedule_sweeps_the_apps_that_use_rutter(everything: Recording) -> None:
    rule = everything.one("EventRule").inputs
    assert rule["scheduleExpression"] == "rate(5 minutes)"
    target = everything.one("EventTarget").inputs
    assert target["rule"] == rule["name"] == "bigcommerce-test-rutter-sweep"
    assert target["arn"].endswith(":function:bigcommerce-test-rutter-connect")
    assert json.loads(target["input"]) == {"sweep": [GLOBEX], "seconds": 300}
