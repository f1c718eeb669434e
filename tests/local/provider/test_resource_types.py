"""Each type in the embedded AWS: created, read, each input changed and taken away, deleted."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.emulator import Emulator
from local.provider import AwsProvider
from local.provider.resource_type import RESOURCE_TYPES
from tests.local.provider.lifecycle import ARCHIVE, Life, configured
from tests.local.provider.views import VIEWS

pytestmark = pytest.mark.emulated

LIVES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("lives.yaml").read_text())
# The types without a name to be unique by: the AWS provider creates the new one before it deletes.
CREATED_FIRST = {
    *("aws:acm/certificate:Certificate", "aws:acm/certificateValidation:CertificateValidation"),
    *("aws:apigatewayv2/apiMapping:ApiMapping", "aws:apigatewayv2/domainName:DomainName"),
    *("aws:apigatewayv2/integration:Integration", "aws:apigatewayv2/route:Route"),
    *("aws:cloudwatch/eventTarget:EventTarget", "aws:cloudwatch/dashboard:Dashboard"),
    *("aws:dynamodb/tableItem:TableItem",),
    *("aws:lambda/eventSourceMapping:EventSourceMapping",),
    *("aws:secretsmanager/secretVersion:SecretVersion",),
    *("aws:sns/topicSubscription:TopicSubscription",),
}


@pytest.fixture(scope="module")
def ground(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the resources stand on: others' ids, and bundles whose answer is their own name."""
    aws: Any = emulator.aws
    made: dict[str, Any] = {"table": "ground", "role": "ground", "function": "ground"}
    for name in ("key", "other_key"):
        key = aws.kms.create_key()["KeyMetadata"]
        made |= {name: key["KeyId"], f"{name}_arn": key["Arn"]}
    for name in ("role", "other_role"):
        role = {"RoleName": made.get(name, name), "AssumeRolePolicyDocument": "{}"}
        made[f"{name}_arn"] = aws.iam.create_role(**role)["Role"]["Arn"]
    aws.dynamodb.create_table(
        TableName="ground",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk")],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    )
    certificate = aws.acm.request_certificate(DomainName="ground.example.com")
    made["certificate"] = certificate["CertificateArn"]
    made["topic"] = aws.sns.create_topic(Name="ground")["TopicArn"]
    streamed = aws.dynamodb.update_table(
        TableName="ground",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    made["stream_arn"] = streamed["TableDescription"]["LatestStreamArn"]
    for name in ("ground", "other"):
        aws.sqs.create_queue(QueueName=name)
    made["secret"] = aws.secretsmanager.create_secret(Name="ground")["ARN"]
    for name in ("api", "other_api"):
        made[name] = aws.apigatewayv2.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
        for stage in ("one", "two"):
            aws.apigatewayv2.create_stage(ApiId=made[name], StageName=stage)
    made["domain"] = "ground.example.com"
    aws.apigatewayv2.create_domain_name(
        DomainName=made["domain"],
        DomainNameConfigurations=[{"CertificateArn": "arn:aws:acm:us-east-1:0:certificate/a"}],
    )
    zone = aws.route53.create_hosted_zone(Name="example.com", CallerReference="ground")
    made["zone"] = zone["HostedZone"]["Id"].rpartition("/")[2]
    for name in ("one", "two"):
        path = tmp_path_factory.mktemp("bundle") / f"{name}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            answer = f"def handler(event, context): return '{name}'\nother = handler\n"
            archive.writestr("handler.py", answer)
        made[name] = {**ARCHIVE, "path": str(path)}
    for name in ("ground", "other"):
        created = aws.lambda_.create_function(
            FunctionName=name,
            Role=made["role_arn"],
            Runtime="python3.13",
            Handler="handler.handler",
            Code={"ZipFile": Path(made["one"]["path"]).read_bytes()},
        )
        made["function_arn" if name == "ground" else "other_function_arn"] = created["FunctionArn"]
    made["rule"] = "ground"
    aws.events.put_rule(Name=made["rule"], ScheduleExpression="rate(1 day)")
    return made


def token(life: str) -> str:
    return life.split(maxsplit=1)[0]


def grounded(value: Any, ground: dict[str, Any]) -> Any:
    """A value with `{name}` in it replaced by what the ground has under that name."""
    if isinstance(value, dict):
        return {name: grounded(item, ground) for name, item in value.items()}
    is_name = isinstance(value, str) and value[:1] == "{" and value[1:-1] in ground
    return ground[value[1:-1]] if is_name else value


def assert_seen(wanted: Any, seen: Any, of: str = "") -> None:
    """What was wanted is what AWS has, as far as it shows it."""
    for name, value in wanted.items():
        if name not in seen and of == "":
            continue
        found = seen.get(name)
        match value:
            case {"path": path}:
                assert found == Path(path).stem
            case dict() if value and found:
                assert_seen(value, found, f"{of}.{name}")
            case [{"routeKey": _}, *_]:
                for route in value:
                    assert found[route["routeKey"]].items() <= route.items(), f"{of}.{name}"
            case [{"name": target, "zoneId": _, **_rest}]:
                assert found == target
            case str() if value[:1] == "{":
                found = json.loads(found) if isinstance(found, str) else found
                assert {**json.loads(value), "Id": 0} == {**found, "Id": 0}, f"{of}.{name}"
            case {} | []:
                assert not any(found.values() if isinstance(found, dict) else found or [])
            case _:
                assert (found or value) == value if value == "" else found == value, f"{of}.{name}"


def test_every_type_has_a_life_in_which_each_input_changes() -> None:
    changed = {token(life): set(RESOURCE_TYPES[token(life)].immutable_inputs) for life in LIVES}
    for life, planned in LIVES.items():
        changed[token(life)] |= planned.get("changes", {}).keys()
    assert changed == {type_: kind.inputs for type_, kind in RESOURCE_TYPES.items()}


@pytest.mark.parametrize("name", LIVES)
def test_a_resource_is_created_read_changed_in_place_and_deleted(
    emulator: Emulator, ground: dict[str, Any], name: str
) -> None:
    planned = LIVES[name]
    changes = planned.get("changes", {})
    life = Life(configured(emulator), token(name))
    inputs = grounded(planned["inputs"], ground)
    unseen = set(changes)

    def seen() -> dict[str, Any]:
        view = VIEWS[token(name)](emulator.aws, {**life.state, "id": life.id})
        unseen.difference_update(view)
        return view

    life.create(inputs)
    assert_seen(inputs, seen())
    assert inputs.keys() & seen().keys()
    assert not life.diff(inputs).diffs
    for changed, value in changes.items():
        inputs[changed] = grounded(value, ground)
        diff = life.diff(inputs)
        assert (diff.diffs, diff.replaces) == ([changed], [])
        life.update(inputs)
        assert_seen(inputs, seen())
        found = life.read()
        assert (found.id, found.inputs.fields.keys()) == (life.id, life.inputs.keys())
        assert life.state.keys() == found.properties.fields.keys()
    for restored, value in planned.get("restored", {}).items():
        del inputs[restored]
        life.update(inputs)
        assert_seen({**inputs, restored: value}, seen())
    assert unseen == set(planned.get("unseen", []))
    life.delete()
    life.delete()  # is no error
    assert (life.read().id == life.id) == planned.get("kept", False)


@pytest.mark.parametrize(
    ("name", "immutable"),
    [
        (name, immutable)
        for name in LIVES
        for immutable in sorted(RESOURCE_TYPES[token(name)].immutable_inputs)
    ],
)
def test_another_value_of_an_immutable_input_replaces(
    ground: dict[str, Any], name: str, immutable: str
) -> None:
    life = Life(AwsProvider(), token(name))
    life.inputs = grounded(LIVES[name]["inputs"], ground)
    diff = life.diff({**life.inputs, immutable: "another"})
    assert diff.replaces == [immutable]
    assert diff.deleteBeforeReplace == (token(name) not in CREATED_FIRST)


@pytest.mark.parametrize(
    ("name", "changed"),
    [(name, changed) for name, planned in LIVES.items() for changed in planned.get("same", {})],
)
def test_another_order_or_spacing_is_no_change(
    ground: dict[str, Any], name: str, changed: str
) -> None:
    life, planned = Life(AwsProvider(), token(name)), LIVES[name]
    life.inputs = grounded(planned["inputs"] | planned.get("changes", {}), ground)
    assert planned["same"][changed] != life.inputs[changed]
    assert not life.diff({**life.inputs, changed: planned["same"][changed]}).diffs


@pytest.mark.parametrize(
    ("type_", "name", "one", "other"),
    [
        ("aws:cloudwatch/dashboard:Dashboard", "dashboardBody", '{"a": [1, 2]}', '{"a": [2, 1]}'),
        ("aws:iam/rolePolicy:RolePolicy", "policy", '{"a": ["b"]}', '{"a": ["b", "c"]}'),
        ("aws:secretsmanager/secretVersion:SecretVersion", "secretString", '{"a":1}', '{"a": 1}'),
    ],
)
def test_another_order_or_spacing_that_counts_is_a_change(
    type_: str, name: str, one: str, other: str
) -> None:
    life = Life(AwsProvider(), type_)
    life.inputs = {"name": "x", name: one}
    assert life.diff({"name": "x", name: other}).diffs == [name]
