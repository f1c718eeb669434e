"""Each type in the embedded AWS: create, read, change and remove each input, delete."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.emulator import Emulator
from local.provider import AwsProvider
from local.provider.resource import Resource
from local.provider.resource_type import RESOURCE_TYPES
from local.provider.values import plain
from tests.local.provider.lifecycle import ARCHIVE, Life, configured

pytestmark = pytest.mark.emulated

LIVES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("lives.yaml").read_text())
# The types without a unique name: the AWS provider creates the new resource before it deletes.
CREATED_FIRST = {
    *("aws:acm/certificate:Certificate", "aws:acm/certificateValidation:CertificateValidation"),
    *("aws:apigatewayv2/apiMapping:ApiMapping", "aws:apigatewayv2/domainName:DomainName"),
    *("aws:apigatewayv2/integration:Integration", "aws:apigatewayv2/route:Route"),
    *("aws:cloudwatch/dashboard:Dashboard", "aws:cloudwatch/eventTarget:EventTarget"),
    "aws:dynamodb/tableItem:TableItem",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    *("aws:secretsmanager/secretVersion:SecretVersion",),
    *("aws:sns/topicSubscription:TopicSubscription",),
}


@pytest.fixture(scope="module")
def ground(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The IDs that resources refer to, and bundles that answer their own name."""
    aws: Any = emulator.aws
    made: dict[str, Any] = {"table": "ground", "role": "ground", "function": "ground"}
    for name in ("key", "other_key"):
        key = aws.kms.create_key()["KeyMetadata"]
        made |= {name: key["KeyId"], f"{name}_arn": key["Arn"]}
    for name in ("role", "other_role"):
        role = {"RoleName": made.get(name, name), "AssumeRolePolicyDocument": "{}"}
        made[f"{name}_arn"] = aws.iam.create_role(**role)["Role"]["Arn"]
    table = aws.dynamodb.create_table(
        TableName="ground",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk")],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    made["stream_arn"] = table["TableDescription"]["LatestStreamArn"]
    certificate = aws.acm.request_certificate(DomainName="ground.example.com")
    made["certificate"] = certificate["CertificateArn"]
    made["topic"] = aws.sns.create_topic(Name="ground")["TopicArn"]
    aws.events.put_rule(Name="ground", ScheduleExpression="rate(5 minutes)")
    aws.events.create_event_bus(Name="ground")
    aws.events.put_rule(Name="ground", EventBusName="ground", EventPattern='{"source": ["a"]}')
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
        aws.lambda_.create_function(
            FunctionName=name,
            Role=made["role_arn"],
            Runtime="python3.13",
            Handler="handler.handler",
            Code={"ZipFile": Path(made["one"]["path"]).read_bytes()},
        )
    return made


def token(life: str) -> str:
    return life.split(maxsplit=1)[0]


def grounded(value: Any, ground: dict[str, Any]) -> Any:
    """Replace each `{name}` in a value with the ground's value of that name."""
    if isinstance(value, dict):
        return {name: grounded(item, ground) for name, item in value.items()}
    is_name = isinstance(value, str) and value[:1] == "{" and value[1:-1] in ground
    return ground[value[1:-1]] if is_name else value


# Calls that return what a resource's description lacks.
MORE: dict[str, Callable[[Any, dict[str, Any]], object]] = {
    "aws:kms/key:Key": lambda aws, state: aws.kms.get_key_policy(
        KeyId=state["keyId"], PolicyName="default"
    ),
    "aws:iam/policy:Policy": lambda aws, state: [
        aws.iam.get_policy_version(PolicyArn=state["arn"], VersionId=version["VersionId"])
        for version in aws.iam.list_policy_versions(PolicyArn=state["arn"])["Versions"]
    ],
    "aws:cloudwatch/eventRule:EventRule": lambda aws, state: aws.events.list_tags_for_resource(
        ResourceARN=state["arn"]
    ),
    "aws:lambda/function:Function": lambda aws, state: [
        aws.lambda_.get_function(FunctionName=state["name"]),
        {"path": aws.lambda_.invoke(FunctionName=state["name"])["Payload"].read().decode()},
    ],
    "aws:apigatewayv2/api:Api": lambda aws, state: aws.apigatewayv2.get_tags(
        ResourceArn=state["arn"]
    ),
    "aws:apigatewayv2/stage:Stage": lambda aws, state: aws.apigatewayv2.get_tags(
        ResourceArn=state["arn"]
    ),
}


def texts(value: Any) -> set[str]:
    """Return each text, number and key in a value or JSON text, normalized for AWS and Pulumi."""
    match value:
        case {"path": path}:  # of a bundle, which answers its name
            return {Path(json.loads(path) if path[:1] == '"' else path).stem}
        case dict():
            names = {name.lower() for name in value if "/" in name}  # routes
            return names.union(*map(texts, value.values()))
        case list():
            return set().union(*map(texts, value))
        case str() if value[:1] in ("{", "["):
            return texts(json.loads(value))
        case float() if value.is_integer():
            return {str(int(value))}
    text = str(value).lower().rstrip(".")
    return {text, text.rpartition(":")[2]}


def described(emulator: Emulator, life: Life, type_: str) -> set[str]:
    state = {name: plain(value) for name, value in life.state.items()}
    resource = Resource(emulator.aws, RESOURCE_TYPES[type_], life.id, state)
    found = [resource._run(operation, {}) for operation in RESOURCE_TYPES[type_].tags[2:]]
    found.append(resource._described())
    if more := MORE.get(type_):
        found.append(more(emulator.aws, state))
    return texts(found)


def test_lives_yaml_changes_each_input_of_every_type() -> None:
    changed = {token(life): set(RESOURCE_TYPES[token(life)].immutable_inputs) for life in LIVES}
    for life, planned in LIVES.items():
        changed[token(life)] |= planned.get("changes", {}).keys()
    assert changed == {type_: kind.inputs for type_, kind in RESOURCE_TYPES.items()}


@pytest.mark.parametrize("name", LIVES)
def test_a_resources_whole_life(emulator: Emulator, ground: dict[str, Any], name: str) -> None:
    planned, type_ = LIVES[name], token(name)
    life = Life(configured(emulator), type_)
    inputs = grounded(planned["inputs"], ground)
    life.create(inputs)
    assert not life.diff(inputs).diffs
    unseen = set()
    for changed, value in planned.get("changes", {}).items():
        inputs[changed] = grounded(value, ground)
        diff = life.diff(inputs)
        assert (diff.diffs, diff.replaces) == ([changed], [])
        life.update(inputs)
        if not texts(inputs[changed]) <= described(emulator, life, type_):
            unseen.add(changed)
        found = life.read()
        assert (found.id, found.inputs.fields.keys()) == (life.id, life.inputs.keys())
        assert life.state.keys() == found.properties.fields.keys()
    assert unseen == set(planned.get("unseen", []))
    for restored, value in planned.get("restored", {}).items():
        before = texts(inputs.pop(restored))
        life.update(inputs)
        seen = described(emulator, life, type_)
        if value or value is False:
            assert texts(value) <= seen or restored in unseen
        else:
            assert not before <= seen or restored in unseen
    life.delete()
    life.delete()  # again is not an error
    assert (life.read().id == life.id) == planned.get("kept", False)


@pytest.mark.parametrize(
    ("name", "immutable"),
    [
        (name, immutable)
        for name in LIVES
        for immutable in sorted(RESOURCE_TYPES[token(name)].immutable_inputs)
    ],
)
def test_an_immutable_input_replaces(ground: dict[str, Any], name: str, immutable: str) -> None:
    life = Life(AwsProvider(), token(name))
    life.inputs = grounded(LIVES[name]["inputs"], ground)
    diff = life.diff({**life.inputs, immutable: "another"})
    assert diff.replaces == [immutable]
    assert diff.deleteBeforeReplace == (token(name) not in CREATED_FIRST)


@pytest.mark.parametrize(
    ("name", "changed"),
    [(name, changed) for name, planned in LIVES.items() for changed in planned.get("same", {})],
)
def test_order_or_spacing_is_not_a_change(ground: dict[str, Any], name: str, changed: str) -> None:
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
def test_significant_order_or_spacing_counts(type_: str, name: str, one: str, other: str) -> None:
    life = Life(AwsProvider(), type_)
    life.inputs = {"name": "x", name: one}
    assert life.diff({"name": "x", name: other}).diffs == [name]
