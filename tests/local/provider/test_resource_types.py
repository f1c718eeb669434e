"""Each type in the embedded AWS: created, read, each input changed and taken away, deleted."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from local.aws import Aws
from local.emulator import Emulator
from local.provider.resource_type import RESOURCE_TYPES
from tests.local.provider.lifecycle import ARCHIVE, Life, configured

View = Callable[[Aws, dict[str, Any]], dict[str, Any]]


@dataclass
class Case:
    """One type.

    Attributes:
        inputs: what it is created with; `{name}` is what the ground has under that name.
        changes: another value of each input that changes in place.
        view: what AWS has, by the inputs' names, given the resource's state.
        restored: what AWS has once the input is taken away.
        kept: whether AWS keeps it after the delete.
    """

    inputs: dict[str, Any]
    view: View
    changes: dict[str, Any] = field(default_factory=dict)
    restored: dict[str, Any] = field(default_factory=dict)
    kept: bool = False


def pulumi_names(value: Any) -> Any:
    """What AWS answers, in Pulumi's spelling."""
    if isinstance(value, dict):
        return {_pulumi_name(name): pulumi_names(item) for name, item in value.items()}
    return [pulumi_names(item) for item in value] if isinstance(value, list) else value


def _pulumi_name(name: str) -> str:
    return name if " " in name else name[:1].lower() + name[1:]


def tags(listed: list[dict[str, str]]) -> dict[str, str]:
    return dict(tuple(tag.values()) for tag in listed)


def key_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    key = {"KeyId": state["keyId"]}
    return {
        "description": aws.kms.describe_key(**key)["KeyMetadata"]["Description"],
        "policy": aws.kms.get_key_policy(**key, PolicyName="default")["Policy"],
        "enableKeyRotation": aws.kms.get_key_rotation_status(**key)["KeyRotationEnabled"],
        "tags": tags(aws.kms.list_resource_tags(**key)["Tags"]),  # type: ignore[arg-type]
    }


def table_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    client: Any = aws.dynamodb
    name = {"TableName": state["name"]}
    table = client.describe_table(**name)["Table"]
    expiry = client.describe_time_to_live(**name)["TimeToLiveDescription"]
    backups = client.describe_continuous_backups(**name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    stream = table.get("StreamSpecification") or {}
    encryption = table.get("SSEDescription", {})
    assert state["streamArn"] or not stream.get("StreamEnabled")
    return {
        "billingMode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        **pulumi_names(stream),
        "serverSideEncryption": {
            "enabled": encryption.get("Status") == "ENABLED",
            "kmsKeyArn": encryption.get("KMSMasterKeyArn"),
        },
        "deletionProtectionEnabled": table["DeletionProtectionEnabled"],
        "pointInTimeRecovery": {"enabled": recovery == "ENABLED"},
        "ttl": {
            "enabled": expiry["TimeToLiveStatus"] == "ENABLED",
            "attributeName": expiry.get("AttributeName"),
        },
        "tags": tags(client.list_tags_of_resource(ResourceArn=state["arn"])["Tags"]),
    }


def item_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    (item,) = aws.dynamodb.scan(TableName=state["tableName"])["Items"]
    return {"item": json.dumps(item)}


def secret_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    found: Any = aws.secretsmanager.describe_secret(SecretId=state["arn"])
    return {**pulumi_names(found), "tags": tags(found.get("Tags", []))}


def secret_version_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    return pulumi_names(aws.secretsmanager.get_secret_value(SecretId=state["secretId"]))


def role_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    role: Any = aws.iam.get_role(RoleName=state["name"])["Role"]
    assert role["Arn"] == state["arn"]
    return {
        "description": role.get("Description", ""),
        "assumeRolePolicy": role["AssumeRolePolicyDocument"],
        "tags": tags(role.get("Tags", [])),
    }


def role_policy_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    found = aws.iam.get_role_policy(RoleName=state["role"], PolicyName=state["name"])
    return {"policy": found["PolicyDocument"]}


def policy_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    arn = {"PolicyArn": state["arn"]}
    (version,) = aws.iam.list_policy_versions(**arn)["Versions"]
    found = aws.iam.get_policy_version(**arn, VersionId=version["VersionId"])
    listed: Any = aws.iam.list_policy_tags(**arn)["Tags"]
    return {"policy": found["PolicyVersion"]["Document"], "tags": tags(listed)}


def log_group_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    (group,) = aws.logs.describe_log_groups(logGroupNamePrefix=state["name"])["logGroups"]
    assert group["arn"] == f"{state['arn']}:*"
    listed = aws.logs.list_tags_for_resource(resourceArn=state["arn"])["tags"]
    return {"retentionInDays": group.get("retentionInDays", 0), "tags": listed}


def function_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    found: Any = aws.lambda_.get_function(FunctionName=state["name"])
    invoked = aws.lambda_.invoke(FunctionName=state["name"])["Payload"].read()
    reserved = found.get("Concurrency", {}).get("ReservedConcurrentExecutions", -1)
    path = f"functions/{found['Configuration']['FunctionArn']}/invocations"
    assert state["invokeArn"].endswith(path)
    # The environment's variables keep their names.
    variables = found["Configuration"].get("Environment", {}).get("Variables", {})
    return {
        **pulumi_names(found["Configuration"]),
        "environment": {"variables": variables},
        "code": json.loads(invoked),
        "reservedConcurrentExecutions": reserved,
        "tags": found.get("Tags", {}),
    }


def permission_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    policy = json.loads(aws.lambda_.get_policy(FunctionName=state["function"])["Policy"])
    (statement,) = (each for each in policy["Statement"] if each["Sid"] == state["statementId"])
    return {
        "action": statement["Action"],
        "principal": statement["Principal"]["Service"],
        "sourceArn": statement["Condition"]["ArnLike"]["AWS:SourceArn"],
    }


def api_view(operation: str, **key: str) -> View:
    """What API Gateway answers to a `get_…`, whose arguments are formatted over the state."""

    def view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
        arguments = {name: template.format_map(state) for name, template in key.items()}
        found = getattr(aws.apigatewayv2, operation)(**arguments)
        if "arn" in state:
            found["Tags"] = aws.apigatewayv2.get_tags(ResourceArn=state["arn"])["Tags"]
        return pulumi_names(found) | {"tags": found.get("Tags", {})}

    return view


def record_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    found = aws.route53.list_resource_record_sets(HostedZoneId=state["zoneId"])
    (record,) = (each for each in found["ResourceRecordSets"] if each["Type"] == "A")
    return {"aliases": record["AliasTarget"]["DNSName"].rstrip(".")}


def trust(service: str) -> str:
    principal = {"Service": f"{service}.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(action: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def domain(policy: str) -> dict[str, str]:
    certificate = "arn:aws:acm:us-east-1:000000000000:certificate/a"
    return {
        "certificateArn": certificate,
        "endpointType": "REGIONAL",
        "securityPolicy": policy,
    }


def alias_record(target: str) -> list[dict[str, Any]]:
    return [{"name": target, "zoneId": "Z2FDTNDATAQYW2", "evaluateTargetHealth": False}]


ROOT = {"AWS": "arn:aws:iam::000000000000:root"}
TAGS = {"a": "1", "b": "2"}
OTHER_TAGS = {"b": "3", "c": "4"}
CASES = {
    "aws:kms/key:Key": Case(
        {"description": "one", "enableKeyRotation": True, "deletionWindowInDays": 7, "tags": TAGS},
        key_view,
        changes={
            "description": "two",
            "policy": allow("kms:*", Principal=ROOT),
            "enableKeyRotation": False,
            "deletionWindowInDays": 8,
            "tags": OTHER_TAGS,
        },
        restored={"description": "", "enableKeyRotation": False, "tags": {}},
    ),
    "aws:kms/alias:Alias": Case(
        {"name": "alias/types", "targetKeyId": "{key}"},
        lambda aws, state: {
            "targetKeyId": aws.kms.describe_key(KeyId=state["name"])["KeyMetadata"]["KeyId"]
        },
        changes={"targetKeyId": "{other_key}"},
    ),
    "aws:dynamodb/table:Table": Case(
        {
            "name": "types",
            "billingMode": "PAY_PER_REQUEST",
            "hashKey": "pk",
            "rangeKey": "sk",
            "attributes": [{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}],
            "ttl": {"attributeName": "expires", "enabled": True},
            "pointInTimeRecovery": {"enabled": True},
            "streamEnabled": True,
            "streamViewType": "NEW_AND_OLD_IMAGES",
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": "{key_arn}"},
            "deletionProtectionEnabled": True,
            "tags": TAGS,
        },
        table_view,
        changes={
            "ttl": {"attributeName": "expires", "enabled": False},
            "pointInTimeRecovery": {"enabled": False},
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": "{other_key_arn}"},
            "deletionProtectionEnabled": False,
            "tags": OTHER_TAGS,
            "streamViewType": "KEYS_ONLY",
            "streamEnabled": False,
            "billingMode": "PROVISIONED",
        },
        restored={
            "ttl": {"enabled": False},
            "pointInTimeRecovery": {"enabled": False},
            "deletionProtectionEnabled": False,
            "serverSideEncryption": {"enabled": False},
            "tags": {},
        },
    ),
    "aws:dynamodb/tableItem:TableItem": Case(
        {
            "tableName": "{table}",
            "hashKey": "pk",
            "rangeKey": "sk",
            "item": '{"pk": {"S": "a"}, "sk": {"S": "x"}, "n": {"N": "1"}}',
        },
        item_view,
        changes={"item": '{"pk": {"S": "a"}, "sk": {"S": "y"}, "n": {"N": "2"}}'},
    ),
    "aws:secretsmanager/secret:Secret": Case(
        {"name": "types/one", "description": "one", "recoveryWindowInDays": 0, "tags": TAGS},
        secret_view,
        changes={
            "description": "two",
            "kmsKeyId": "{key_arn}",
            "recoveryWindowInDays": 7,
            "tags": OTHER_TAGS,
        },
        restored={"description": "", "tags": {}},
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": Case(
        {"secretId": "{secret}", "secretString": "hidden"}, secret_version_view, kept=True
    ),
    "aws:iam/role:Role": Case(
        {
            "name": "types",
            "description": "one",
            "assumeRolePolicy": trust("lambda"),
            "tags": TAGS,
        },
        role_view,
        changes={
            "description": "two",
            "assumeRolePolicy": trust("scheduler"),
            "tags": OTHER_TAGS,
        },
        restored={"tags": {}},  # the embedded AWS does not take a description away
    ),
    "aws:iam/rolePolicy:RolePolicy": Case(
        {"name": "types", "role": "{role}", "policy": allow("s3:GetObject")},
        role_policy_view,
        changes={"policy": allow("s3:PutObject")},
    ),
    "aws:iam/policy:Policy": Case(
        {"name": "types", "description": "one", "policy": allow("s3:GetObject"), "tags": TAGS},
        policy_view,
        changes={"policy": allow("s3:PutObject"), "tags": OTHER_TAGS},
        restored={"tags": {}},
    ),
    "aws:cloudwatch/logGroup:LogGroup": Case(
        {"name": "types", "retentionInDays": 14, "tags": TAGS},
        log_group_view,
        changes={"retentionInDays": 7, "tags": OTHER_TAGS},
        restored={"retentionInDays": 0, "tags": {}},
    ),
    "aws:lambda/function:Function": Case(
        {
            "name": "types",
            "description": "one",
            "role": "{role_arn}",
            "runtime": "python3.13",
            "handler": "handler.handler",
            "code": "{one}",
            "architectures": ["arm64"],
            "timeout": 5,
            "memorySize": 256,
            "environment": {"variables": {"Some_Name": "x"}},
            "tracingConfig": {"mode": "Active"},
            "reservedConcurrentExecutions": 2,
            "tags": TAGS,
        },
        function_view,
        changes={
            "description": "two",
            "role": "{other_role_arn}",
            "runtime": "python3.12",
            "handler": "handler.other",
            "code": "{two}",
            "architectures": ["x86_64"],
            "timeout": 6,
            "memorySize": 512,
            "environment": {"variables": {"Other_Name": "y"}},
            "tracingConfig": {"mode": "PassThrough"},
            "reservedConcurrentExecutions": 3,
            "tags": OTHER_TAGS,
        },
        restored={
            "description": "",
            "architectures": ["x86_64"],
            "timeout": 3,
            "memorySize": 128,
            "environment": {"variables": {}},
            "tracingConfig": {"mode": "PassThrough"},
            "reservedConcurrentExecutions": -1,
            "tags": {},
        },
    ),
    "aws:lambda/permission:Permission": Case(
        {
            "statementId": "types",
            "action": "lambda:InvokeFunction",
            "function": "{function}",
            "principal": "apigateway.amazonaws.com",
            "sourceArn": "arn:aws:execute-api:us-east-1:000000000000:a/*/GET/x",
        },
        permission_view,
    ),
    "aws:apigatewayv2/api:Api": Case(
        {"name": "types", "protocolType": "HTTP", "description": "one", "tags": TAGS},
        api_view("get_api", ApiId="{id}"),
        changes={"name": "other", "description": "two", "tags": OTHER_TAGS},
        restored={"description": "", "tags": {}},
    ),
    "aws:apigatewayv2/stage:Stage": Case(
        {
            "apiId": "{api}",
            "name": "types",
            "autoDeploy": True,
            "defaultRouteSettings": {"throttlingRateLimit": 7.5, "throttlingBurstLimit": 100},
            "accessLogSettings": {"destinationArn": "arn:x", "format": "$a"},
            "tags": TAGS,
        },
        api_view("get_stage", ApiId="{apiId}", StageName="{name}"),
        changes={
            "autoDeploy": False,
            "defaultRouteSettings": {"throttlingRateLimit": 8, "throttlingBurstLimit": 9},
            "routeSettings": [
                {"routeKey": "GET /a", "throttlingRateLimit": 1.5, "throttlingBurstLimit": 2}
            ],
            "accessLogSettings": {"destinationArn": "arn:y", "format": "$b"},
            "tags": OTHER_TAGS,
        },
        restored={
            "autoDeploy": False,
            "defaultRouteSettings": {},
            "routeSettings": [],
            "accessLogSettings": {},
            "tags": {},
        },
    ),
    "aws:apigatewayv2/integration:Integration": Case(
        {
            "apiId": "{api}",
            "integrationType": "AWS_PROXY",
            "integrationMethod": "POST",
            "integrationUri": "arn:aws:lambda:us-east-1:000000000000:function:a",
            "payloadFormatVersion": "2.0",
        },
        api_view("get_integration", ApiId="{apiId}", IntegrationId="{id}"),
        changes={
            "integrationMethod": "GET",
            "integrationUri": "arn:aws:lambda:us-east-1:000000000000:function:b",
            "payloadFormatVersion": "1.0",
        },
    ),
    "aws:apigatewayv2/route:Route": Case(
        {"apiId": "{api}", "routeKey": "GET /a", "target": "integrations/a"},
        api_view("get_route", ApiId="{apiId}", RouteId="{id}"),
        changes={"routeKey": "GET /b", "target": "integrations/b"},
    ),
    "aws:apigatewayv2/domainName:DomainName": Case(
        {
            "domainName": "types.example.com",
            "domainNameConfiguration": domain("TLS_1_2"),
            "tags": TAGS,
        },
        lambda aws, state: (
            api_view("get_domain_name", DomainName="{domainName}")(aws, state)
            | {"domainNameConfiguration": state["domainNameConfiguration"]}
        ),
        changes={"domainNameConfiguration": domain("TLS_1_3"), "tags": OTHER_TAGS},
        restored={"tags": {}},
    ),
    "aws:apigatewayv2/apiMapping:ApiMapping": Case(
        {"apiId": "{api}", "domainName": "{domain}", "stage": "one"},
        api_view("get_api_mapping", ApiMappingId="{id}", DomainName="{domainName}"),
        changes={"apiId": "{other_api}", "stage": "two"},
    ),
    "aws:route53/record:Record": Case(
        {
            "name": "app.example.com",
            "type": "A",
            "zoneId": "{zone}",
            "aliases": alias_record("a.example.com"),
        },
        record_view,
        changes={"aliases": alias_record("b.example.com")},
    ),
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
        role = {"RoleName": made.get(name, name), "AssumeRolePolicyDocument": trust("lambda")}
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
    made["secret"] = aws.secretsmanager.create_secret(Name="ground")["ARN"]
    for name in ("api", "other_api"):
        made[name] = aws.apigatewayv2.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
        for stage in ("one", "two"):
            aws.apigatewayv2.create_stage(ApiId=made[name], StageName=stage)
    made["domain"] = "ground.example.com"
    aws.apigatewayv2.create_domain_name(
        DomainName=made["domain"],
        DomainNameConfigurations=[{"CertificateArn": domain("TLS_1_2")["certificateArn"]}],
    )
    zone = aws.route53.create_hosted_zone(Name="example.com", CallerReference="ground")
    made["zone"] = zone["HostedZone"]["Id"].rpartition("/")[2]
    for name in ("one", "two"):
        path = tmp_path_factory.mktemp("bundle") / f"{name}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            answer = f"def handler(event, context): return '{name}'\nother = handler\n"
            archive.writestr("handler.py", answer)
        made[name] = {**ARCHIVE, "path": str(path)}
    aws.lambda_.create_function(
        FunctionName="ground",
        Role=made["role_arn"],
        Runtime="python3.13",
        Handler="handler.handler",
        Code={"ZipFile": Path(made["one"]["path"]).read_bytes()},
    )
    return made


def grounded(value: Any, ground: dict[str, Any]) -> Any:
    """A value with `{name}` in it replaced by what the ground has under that name."""
    if isinstance(value, dict):
        return {name: grounded(item, ground) for name, item in value.items()}
    is_name = isinstance(value, str) and value[:1] == "{" and value[1:-1] in ground
    return ground[value[1:-1]] if is_name else value


def assert_seen(wanted: dict[str, Any], seen: dict[str, Any], of: str = "") -> None:
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
            case [{"routeKey": route, **settings}]:
                assert_seen(settings, found[route], f"{of}.{name}")
            case [{"name": target, "zoneId": _, **_rest}]:
                assert found == target
            case str() if value[:1] == "{":
                found = json.loads(found) if isinstance(found, str) else found
                assert {**json.loads(value), "Id": 0} == {**found, "Id": 0}, f"{of}.{name}"
            case {} | []:
                assert not any(found.values() if isinstance(found, dict) else found or [])
            case _:
                assert (found or value) == value if value == "" else found == value, f"{of}.{name}"


def test_every_type_has_a_case() -> None:
    assert CASES.keys() == RESOURCE_TYPES.keys()


@pytest.mark.parametrize("token", CASES)
def test_a_resource_is_created_read_changed_in_place_and_deleted(
    emulator: Emulator, ground: dict[str, Any], token: str
) -> None:
    case, kind = CASES[token], RESOURCE_TYPES[token]
    assert case.changes.keys() | kind.immutable_inputs == kind.inputs
    life = Life(configured(emulator), token)
    inputs = grounded(case.inputs, ground)

    def seen() -> dict[str, Any]:
        return case.view(emulator.aws, {**life.state, "id": life.id})

    life.create(inputs)
    assert_seen(inputs, seen())
    assert not life.diff(inputs).diffs
    for name, value in case.changes.items():
        inputs[name] = grounded(value, ground)
        diff = life.diff(inputs)
        assert (diff.diffs, diff.replaces) == ([name], [])
        life.update(inputs)
        assert_seen(inputs, seen())
        found = life.read()
        assert (found.id, found.inputs.fields.keys()) == (life.id, life.inputs.keys())
        assert life.state.keys() == found.properties.fields.keys()
    for name, value in case.restored.items():
        del inputs[name]
        life.update(inputs)
        assert_seen({**inputs, name: value}, seen())
    life.delete()
    life.delete()  # is no error
    assert (life.read().id == life.id) == case.kept


@pytest.mark.parametrize("token", CASES)
def test_another_value_of_an_immutable_input_replaces(
    emulator: Emulator, ground: dict[str, Any], token: str
) -> None:
    life = Life(configured(emulator), token)
    life.inputs = grounded(CASES[token].inputs, ground)
    for name in RESOURCE_TYPES[token].immutable_inputs:
        diff = life.diff({**life.inputs, name: "another"})
        assert diff.replaces == [name]
        assert diff.deleteBeforeReplace
