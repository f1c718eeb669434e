"""Each resource type in the embedded AWS: created, left alone, updated, replaced, deleted."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import MockCallArgs, MockResourceArgs

from local.aws import Aws
from local.emulator import Emulator
from local.engine.deployer import Deployer
from local.engine.errors import EngineError
from local.engine.messages import ResourceEvent
from local.engine.redaction import Redaction
from local.engine.state import State

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


def allow(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Deployment:
    """One deployment of a stack; `with` ends it as the end of a program does."""

    def __init__(self, aws: Aws, state: State) -> None:
        self.events: list[ResourceEvent] = []
        self.deployer = Deployer(aws, state, Redaction(), self.events.append)

    def __enter__(self) -> "Deployment":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            self.deployer.delete_unregistered()

    def register(self, token: str, name: str = "it", /, **inputs: Any) -> dict[str, Any]:
        """Register a resource; return its outputs and `id`."""
        args = MockResourceArgs(typ=token, name=name, inputs=inputs, custom=True)
        resource_id, outputs = self.deployer.new_resource(args)
        return {**outputs, "id": resource_id}

    @property
    def operations(self) -> list[str]:
        return [event.operation for event in self.events]


class AStack:
    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.state = State([])

    def deployment(self) -> Deployment:
        return Deployment(self.aws, self.state)

    def up(self, token: str, /, **inputs: Any) -> tuple[list[str], dict[str, Any]]:
        """Deploy one resource only; return what was done and the outputs."""
        with self.deployment() as deployment:
            outputs = deployment.register(token, **inputs)
        return deployment.operations, outputs


@pytest.fixture
def stack(emulator: Emulator) -> Iterator[AStack]:
    stack = AStack(emulator.aws)
    yield stack
    with stack.deployment():
        pass  # a program that registers nothing: all it had is deleted


def destroyed(stack: AStack) -> list[str]:
    with stack.deployment() as deployment:
        pass
    return deployment.operations


KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"
TABLE = "aws:dynamodb/table:Table"
ITEM = "aws:dynamodb/tableItem:TableItem"
SECRET = "aws:secretsmanager/secret:Secret"
SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
POLICY = "aws:iam/policy:Policy"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
FUNCTION = "aws:lambda/function:Function"
PERMISSION = "aws:lambda/permission:Permission"
API = "aws:apigatewayv2/api:Api"
STAGE = "aws:apigatewayv2/stage:Stage"
INTEGRATION = "aws:apigatewayv2/integration:Integration"
ROUTE = "aws:apigatewayv2/route:Route"
DOMAIN = "aws:apigatewayv2/domainName:DomainName"
MAPPING = "aws:apigatewayv2/apiMapping:ApiMapping"
RECORD = "aws:route53/record:Record"


def test_key(stack: AStack) -> None:
    operations, key = stack.up(
        KEY, description="one", enableKeyRotation=True, deletionWindowInDays=7.0, tags={"a": "1"}
    )
    kms = stack.aws.kms
    assert operations == ["create"]
    assert key["arn"].endswith(f":key/{key['keyId']}")
    assert key["id"] == key["keyId"]
    assert kms.get_key_rotation_status(KeyId=key["id"])["KeyRotationEnabled"]

    policy = kms.get_key_policy(KeyId=key["id"], PolicyName="default")["Policy"]
    described = json.dumps(json.loads(policy) | {"Id": "described"})
    operations, _ = stack.up(
        KEY, description="two", policy=described, deletionWindowInDays=8.0, tags={"b": "2"}
    )
    assert operations == ["update"]
    assert kms.describe_key(KeyId=key["id"])["KeyMetadata"]["Description"] == "two"
    assert not kms.get_key_rotation_status(KeyId=key["id"])["KeyRotationEnabled"]
    assert kms.list_resource_tags(KeyId=key["id"])["Tags"] == [{"TagKey": "b", "TagValue": "2"}]
    assert "described" in kms.get_key_policy(KeyId=key["id"], PolicyName="default")["Policy"]

    operations, _ = stack.up(
        KEY, enableKeyRotation=True, policy=described, deletionWindowInDays=8.0
    )
    assert operations == ["update"]
    assert kms.get_key_rotation_status(KeyId=key["id"])["KeyRotationEnabled"]
    assert destroyed(stack) == ["delete"]
    assert kms.describe_key(KeyId=key["id"])["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_key_with_a_policy_of_its_own(stack: AStack) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{stack.aws.account_id}:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }
    _, key = stack.up(KEY, policy=json.dumps(policy), deletionWindowInDays=7)
    found = stack.aws.kms.get_key_policy(KeyId=key["id"], PolicyName="default")["Policy"]
    assert json.loads(found) == policy


def test_alias(stack: AStack) -> None:
    def up(target: str, name: str) -> tuple[list[str], dict[str, Any], dict[str, Any]]:
        with stack.deployment() as deployment:
            keys = {key: deployment.register(KEY, key, deletionWindowInDays=7) for key in "ab"}
            alias = deployment.register(ALIAS, name=name, targetKeyId=keys[target]["keyId"])
        return deployment.operations[2:], alias, keys[target]

    def target() -> str:
        return stack.aws.kms.describe_key(KeyId="alias/engine")["KeyMetadata"]["Arn"]

    operations, alias, key = up("a", "alias/engine")
    assert operations == ["create"]
    assert target() == key["arn"]
    (found,) = stack.aws.kms.list_aliases(KeyId=key["id"])["Aliases"]
    assert alias["arn"] == found["AliasArn"]
    operations, alias, key = up("b", "alias/engine")
    assert operations == ["update"]
    assert target() == key["arn"]
    assert up("b", "alias/other")[0] == ["delete", "create"]
    assert destroyed(stack) == ["delete"] * 3


def table(**inputs: Any) -> dict[str, Any]:
    return {
        "name": "engine",
        "billingMode": "PAY_PER_REQUEST",
        "hashKey": "pk",
        "rangeKey": "sk",
        "attributes": [{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}],
        **inputs,
    }


def test_table(stack: AStack) -> None:
    dynamodb = stack.aws.dynamodb
    key = stack.aws.kms.create_key()["KeyMetadata"]["Arn"]
    operations, outputs = stack.up(
        TABLE,
        **table(
            ttl={"attributeName": "expires", "enabled": True},
            pointInTimeRecovery={"enabled": True},
            streamEnabled=True,
            streamViewType="NEW_AND_OLD_IMAGES",
            serverSideEncryption={"enabled": True, "kmsKeyArn": key},
            deletionProtectionEnabled=True,
            tags={"a": "1"},
        ),
    )
    assert operations == ["create"]
    assert outputs["id"] == outputs["name"] == "engine"
    assert outputs["streamArn"].startswith(f"{outputs['arn']}/stream/")
    made = dynamodb.describe_table(TableName="engine")["Table"]
    assert made["SSEDescription"]["KMSMasterKeyArn"] == key
    assert made["DeletionProtectionEnabled"]
    ttl = dynamodb.describe_time_to_live(TableName="engine")["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    backups = dynamodb.describe_continuous_backups(TableName="engine")
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"

    with pytest.raises(EngineError, match=rf"{TABLE} it: DeleteTable: ValidationException"):
        destroyed(stack)
    operations, outputs = stack.up(TABLE, **table(tags={"b": "2"}))
    assert operations == ["update"]
    backups = dynamodb.describe_continuous_backups(TableName="engine")
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "DISABLED"
    tags = dynamodb.list_tags_of_resource(ResourceArn=outputs["arn"])["Tags"]
    assert tags == [{"Key": "b", "Value": "2"}]
    assert destroyed(stack) == ["delete"]
    assert "engine" not in dynamodb.list_tables()["TableNames"]


def test_table_with_another_key_is_replaced(stack: AStack) -> None:
    stack.up(TABLE, **table())
    attributes = [{"name": "pk", "type": "S"}, {"name": "other", "type": "S"}]
    other = table(rangeKey="other", attributes=attributes)
    assert stack.up(TABLE, **other)[0] == ["delete", "create"]
    assert stack.aws.dynamodb.describe_table(TableName="engine")["Table"]["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "other", "KeyType": "RANGE"},
    ]


def test_table_item(stack: AStack) -> None:
    def up(sort: str, number: int) -> list[str]:
        item = {"pk": {"S": "a"}, "sk": {"S": sort}, "n": {"N": str(number)}}
        with stack.deployment() as deployment:
            deployment.register(TABLE, **table())
            outputs = deployment.register(
                ITEM, tableName="engine", hashKey="pk", rangeKey="sk", item=json.dumps(item)
            )
            assert outputs["id"].startswith("engine|a|")
        return deployment.operations[1:]

    def items() -> list[tuple[str, str]]:
        found = stack.aws.dynamodb.scan(TableName="engine")["Items"]
        return [(item["sk"]["S"], item["n"]["N"]) for item in found]

    assert up("x", 1) == ["create"]
    assert items() == [("x", "1")]
    assert up("x", 2) == ["update"]
    assert items() == [("x", "2")]
    assert up("y", 2) == ["update"]
    assert items() == [("y", "2")]
    assert destroyed(stack) == ["delete", "delete"]


def test_secret(stack: AStack) -> None:
    client = stack.aws.secretsmanager
    operations, secret = stack.up(
        SECRET, name="engine/one", description="one", recoveryWindowInDays=0, tags={"a": "1"}
    )
    assert operations == ["create"]
    assert secret["id"] == secret["arn"]
    operations, _ = stack.up(SECRET, name="engine/one", recoveryWindowInDays=7, tags={"b": "2"})
    assert operations == ["update"]
    found = client.describe_secret(SecretId=secret["id"])
    assert found["Tags"] == [{"Key": "b", "Value": "2"}]
    assert not found.get("Description")
    assert destroyed(stack) == ["delete"]
    assert client.describe_secret(SecretId=secret["id"])["DeletedDate"]
    stack.up(SECRET, name="engine/two", recoveryWindowInDays=0)
    assert destroyed(stack) == ["delete"]
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_secret(SecretId="engine/two")


def test_secret_version(stack: AStack) -> None:
    def up(*values: str) -> list[str]:
        with stack.deployment() as deployment:
            secret = deployment.register(SECRET, name="engine/value", recoveryWindowInDays=0)
            for value in values:
                version = deployment.register(
                    SECRET_VERSION, secretId=secret["id"], secretString=value
                )
                assert version["arn"] == secret["arn"]
        return deployment.operations[1:]

    def value() -> str:
        client = stack.aws.secretsmanager
        return client.get_secret_value(SecretId="engine/value")["SecretString"]

    assert up("one") == ["create"]
    assert up("two") == ["delete", "create"]
    assert value() == "two"
    assert up() == ["delete"]
    assert value() == "two"  # as in AWS: only the whole secret can go


def test_role_and_its_policies(stack: AStack) -> None:
    iam = stack.aws.iam
    other_trust = TRUST.replace("lambda", "scheduler")
    with stack.deployment() as first:
        role = first.register(
            ROLE, name="engine", description="one", assumeRolePolicy=TRUST, tags={"a": "1"}
        )
        first.register(ROLE_POLICY, name="inline", role="engine", policy=allow("s3:GetObject"))
        policy = first.register(
            POLICY, name="engine", policy=allow("s3:GetObject"), tags={"a": "1"}
        )
    assert first.operations == ["create"] * 3
    assert role["id"] == "engine"
    assert role["arn"].endswith(":role/engine")
    assert policy["id"] == policy["arn"]

    with stack.deployment() as second:
        second.register(ROLE, name="engine", assumeRolePolicy=other_trust, tags={"b": "2"})
        second.register(ROLE_POLICY, name="inline", role="engine", policy=allow("s3:PutObject"))
        second.register(POLICY, name="engine", policy=allow("s3:PutObject"), tags={"b": "2"})
    assert second.operations == ["update"] * 3
    found: Any = iam.get_role(RoleName="engine")["Role"]
    assert "scheduler" in json.dumps(found["AssumeRolePolicyDocument"])
    assert found["Tags"] == [{"Key": "b", "Value": "2"}]
    inline: Any = iam.get_role_policy(RoleName="engine", PolicyName="inline")["PolicyDocument"]
    assert inline == json.loads(allow("s3:PutObject"))
    versions = iam.list_policy_versions(PolicyArn=policy["arn"])["Versions"]
    assert [version["VersionId"] for version in versions] == ["v2"]
    assert destroyed(stack) == ["delete"] * 3
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName="engine")


def test_only_the_tags_of_a_policy_change(stack: AStack) -> None:
    stack.up(POLICY, name="tagged", policy=allow("s3:GetObject"))
    operations, policy = stack.up(
        POLICY, name="tagged", policy=allow("s3:GetObject"), tags={"a": "1"}
    )
    assert operations == ["update"]
    versions = stack.aws.iam.list_policy_versions(PolicyArn=policy["id"])["Versions"]
    assert [version["VersionId"] for version in versions] == ["v1"]


def test_log_group(stack: AStack) -> None:
    logs = stack.aws.logs

    def found() -> Any:
        return logs.describe_log_groups(logGroupNamePrefix="engine")["logGroups"][0]

    operations, group = stack.up(LOG_GROUP, name="engine", retentionInDays=14.0, tags={"a": "1"})
    assert operations == ["create"]
    assert f"{group['arn']}:*" == found()["arn"]
    assert found()["retentionInDays"] == 14
    assert stack.up(LOG_GROUP, name="engine", retentionInDays=0, tags={"b": "2"})[0] == ["update"]
    assert "retentionInDays" not in found()
    assert logs.list_tags_for_resource(resourceArn=group["arn"])["tags"] == {"b": "2"}
    assert stack.up(LOG_GROUP, name="engine", retentionInDays=0)[0] == ["update"]
    assert stack.up(LOG_GROUP, name="engine", retentionInDays=0)[0] == ["same"]
    assert destroyed(stack) == ["delete"]


def bundle(path: Path, answer: str) -> pulumi.FileArchive:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "handler.py",
            f"import os\ndef handler(event, context): return '{answer}' + os.environ.get('X', '')",
        )
    return pulumi.FileArchive(str(path))


def test_function_and_permission(stack: AStack, tmp_path: Path) -> None:
    client = stack.aws.lambda_
    path = tmp_path / "bundle.zip"

    def up(code: pulumi.FileArchive, *, statements: int = 1, **inputs: Any) -> Deployment:
        with stack.deployment() as deployment:
            role = deployment.register(ROLE, name="function", assumeRolePolicy=TRUST)
            function = deployment.register(
                FUNCTION,
                name="function",
                role=role["arn"],
                runtime="python3.13",
                handler="handler.handler",
                code=code,
                **inputs,
            )
            assert function["id"] == function["name"] == "function"
            assert function["arn"].endswith(":function:function")
            assert function["invokeArn"].endswith(f"/functions/{function['arn']}/invocations")
            for _ in range(statements):
                deployment.register(
                    PERMISSION,
                    statementId="engine",
                    action="lambda:InvokeFunction",
                    function="function",
                    principal="apigateway.amazonaws.com",
                    sourceArn="arn:aws:execute-api:us-east-1:000000000000:a/*/GET/x",
                )
        return deployment

    def answer() -> Any:
        return json.loads(client.invoke(FunctionName="function")["Payload"].read())

    first = up(
        bundle(path, "one"),
        architectures=["arm64"],
        timeout=5.0,
        memorySize=256.0,
        environment={"variables": {"X": "!"}},
        tracingConfig={"mode": "Active"},
        reservedConcurrentExecutions=2.0,
        tags={"a": "1"},
    )
    assert first.operations == ["create"] * 3
    assert answer() == "one!"
    made = client.get_function(FunctionName="function")
    assert made["Configuration"]["Timeout"] == 5
    assert made["Configuration"]["TracingConfig"]["Mode"] == "Active"
    assert made["Concurrency"]["ReservedConcurrentExecutions"] == 2
    policy = json.loads(client.get_policy(FunctionName="function")["Policy"])
    (statement,) = policy["Statement"]
    assert statement["Condition"]["ArnLike"]["AWS:SourceArn"].endswith("/GET/x")

    second = up(bundle(path, "two"), statements=0, tags={"b": "2"})
    assert second.operations == ["same", "update", "delete"]
    assert answer() == "two"
    made = client.get_function(FunctionName="function")
    assert made["Configuration"]["Timeout"] == 3
    assert made["Tags"] == {"b": "2"}
    assert not made.get("Concurrency")
    third = up(bundle(path, "three"), statements=0, tags={"b": "2"})
    assert third.operations == ["same", "update"]
    assert answer() == "three"
    assert destroyed(stack) == ["delete", "delete"]


def test_http_api(stack: AStack) -> None:
    client = stack.aws.apigatewayv2
    function = "arn:aws:lambda:us-east-1:000000000000:function:a"

    def up(protocol: str = "HTTP", **changes: Any) -> tuple[Deployment, dict[str, Any]]:
        tags = changes.get("tags", {"a": "1"})
        with stack.deployment() as deployment:
            api = deployment.register(
                API, name="engine", protocolType=protocol, description="x", tags=tags
            )
            integration = deployment.register(
                INTEGRATION,
                apiId=api["id"],
                integrationType="AWS_PROXY",
                integrationUri=changes.get("function", function),
                payloadFormatVersion="2.0",
            )
            route = deployment.register(
                ROUTE,
                apiId=api["id"],
                routeKey=changes.get("route", "GET /a"),
                target=f"integrations/{integration['id']}",
            )
            stages = [
                deployment.register(
                    STAGE, name, apiId=api["id"], name=name, autoDeploy=True, tags=tags, **settings
                )
                for name, settings in changes.get(
                    "stages",
                    {
                        "$default": {
                            "defaultRouteSettings": {
                                "throttlingRateLimit": 50.0,
                                "throttlingBurstLimit": 100.0,
                            },
                            "accessLogSettings": {"destinationArn": "arn:x", "format": "$a"},
                        },
                        "named": {},
                    },
                ).items()
            ]
        return deployment, {
            "api": api,
            "integration": integration,
            "route": route,
            "stages": stages,
        }

    first, made = up()
    api = made["api"]
    assert first.operations == ["create"] * 5
    assert api["arn"] == f"arn:aws:apigateway:us-east-1::/apis/{api['id']}"
    assert api["executionArn"].endswith(f":{api['id']}")
    assert [stage["id"] for stage in made["stages"]] == ["$default", "named"]
    found: Any = client.get_stage(ApiId=api["id"], StageName="$default")
    assert found["DefaultRouteSettings"]["ThrottlingBurstLimit"] == 100
    assert found["AccessLogSettings"]["Format"] == "$a"

    second, made = up(
        tags={"b": "2"}, function=f"{function}b", route="GET /b", stages={"$default": {}}
    )
    assert second.operations == ["update"] * 4 + ["delete"]
    assert client.get_tags(ResourceArn=api["arn"])["Tags"] == {"b": "2"}
    found = client.get_integrations(ApiId=api["id"])["Items"][0]
    assert found["IntegrationUri"] == f"{function}b"
    assert client.get_routes(ApiId=api["id"])["Items"][0]["RouteKey"] == "GET /b"
    found = client.get_stage(ApiId=api["id"], StageName="$default")
    assert not found.get("AccessLogSettings")
    assert "ThrottlingBurstLimit" not in found["DefaultRouteSettings"]

    third, made = up("WEBSOCKET", stages={})
    assert third.operations == ["delete", "create"] * 3 + ["delete"]
    assert made["api"]["id"] != api["id"]
    assert destroyed(stack) == ["delete"] * 3


def test_custom_domain(stack: AStack) -> None:
    def up(policy: str, stage: str, target: str) -> tuple[Deployment, dict[str, Any]]:
        with stack.deployment() as deployment:
            api = deployment.register(API, name="domain", protocolType="HTTP")
            for name in ("one", "two"):
                deployment.register(STAGE, name, apiId=api["id"], name=name)
            domain = deployment.register(
                DOMAIN,
                domainName="app.example.com",
                domainNameConfiguration={
                    "certificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/a",
                    "endpointType": "REGIONAL",
                    "securityPolicy": policy,
                },
                tags={"policy": policy},
            )
            configuration = domain["domainNameConfiguration"]
            assert configuration["securityPolicy"] == policy
            assert configuration["targetDomainName"]
            assert configuration["hostedZoneId"]
            deployment.register(MAPPING, apiId=api["id"], domainName="app.example.com", stage=stage)
            deployment.register(
                RECORD,
                name="app.example.com",
                type="A",
                zoneId=zone,
                aliases=[
                    {
                        "name": target,
                        "zoneId": configuration["hostedZoneId"],
                        "evaluateTargetHealth": False,
                    }
                ],
            )
        return deployment, domain

    zone = stack.aws.route53.create_hosted_zone(Name="example.com", CallerReference="engine")[
        "HostedZone"
    ]["Id"].rpartition("/")[2]
    first, domain = up("TLS_1_2", "one", "a.example.com")
    assert first.operations == ["create"] * 6
    assert domain["id"] == "app.example.com"
    second, _ = up("TLS_1_2", "two", "b.example.com")
    assert second.operations == ["same"] * 4 + ["update", "update"]
    records = stack.aws.route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    (record,) = [each for each in records if each["Type"] == "A"]
    assert record["AliasTarget"]["DNSName"].startswith("b.example.com")
    third, _ = up("TLS_1_3", "two", "b.example.com")
    assert third.operations == ["same"] * 3 + ["update"] + ["same"] * 2
    assert destroyed(stack) == ["delete"] * 6


def test_outputs_keep_secret_inputs_secret(stack: AStack) -> None:
    wrapped = {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "value": "hidden",
    }
    with stack.deployment() as deployment:
        secret = deployment.register(SECRET, name="engine/wrapped", recoveryWindowInDays=0)
        version = deployment.register(SECRET_VERSION, secretId=secret["id"], secretString=wrapped)
    assert version["secretString"] == wrapped
    client = stack.aws.secretsmanager
    assert client.get_secret_value(SecretId=secret["id"])["SecretString"] == "hidden"


def test_a_resource_that_is_gone_is_deleted_without_complaint(stack: AStack) -> None:
    stack.up(ROLE, name="gone", assumeRolePolicy=TRUST)
    stack.aws.iam.delete_role(RoleName="gone")
    assert destroyed(stack) == ["delete"]


def test_components_are_no_concern_of_aws(stack: AStack) -> None:
    deployment = stack.deployment()
    args = MockResourceArgs(typ="shop:index:Store", name="store", inputs={"a": 1}, custom=False)
    assert deployment.deployer.new_resource(args) == (None, {})
    assert deployment.operations == []


@pytest.mark.parametrize(
    ("token", "inputs", "message"),
    [
        ("aws:s3/bucket:Bucket", {}, "does not know this type"),
        (LOG_GROUP, {"name": "a", "skipDestroy": True}, "does not know the input skipDestroy"),
        (LOG_GROUP, {"retentionInDays": 1}, "does not generate names: set `name`"),
        (TABLE, table(ttl={"enabled": True, "x": 1}), "does not know the input x"),
        (ROLE_POLICY, {"name": "a", "role": "nobody", "policy": "{}"}, "PutRolePolicy: NoSuchEnti"),
        (ROLE, {"name": 5, "assumeRolePolicy": TRUST}, "Parameter validation failed"),
    ],
)
def test_an_error_names_the_resource(
    stack: AStack, token: str, inputs: dict[str, Any], message: str
) -> None:
    with pytest.raises(EngineError, match=f"^{token} it: ") as error:
        stack.up(token, **inputs)
    assert message in str(error.value)


def test_nothing_is_begun_after_a_failure(stack: AStack) -> None:
    deployment = stack.deployment()
    with pytest.raises(EngineError):
        deployment.register("aws:s3/bucket:Bucket")
    with pytest.raises(EngineError, match="Bucket it: "):
        deployment.register(ROLE, name="never", assumeRolePolicy=TRUST)
    assert deployment.operations == []


def test_two_resources_of_one_type_and_name_are_refused(stack: AStack) -> None:
    deployment = stack.deployment()
    deployment.register(LOG_GROUP, name="twice")
    with pytest.raises(EngineError, match="registers two resources"):
        deployment.register(LOG_GROUP, name="twice-again")


def test_existing_resources_are_not_adopted(stack: AStack) -> None:
    args = MockResourceArgs(typ=ROLE, name="it", inputs={}, resource_id="existing")
    with pytest.raises(EngineError, match="does not adopt existing resources"):
        stack.deployment().deployer.new_resource(args)


def test_functions(stack: AStack) -> None:
    deployer = stack.deployment().deployer

    def call(name: str) -> Any:
        return deployer.call(MockCallArgs(token=f"aws:index/{name}:{name}", args={}, provider=""))

    assert call("getCallerIdentity")["accountId"] == stack.aws.account_id
    assert call("getRegion")["region"] == "us-east-1"
    assert call("getPartition")["partition"] == "aws"
    with pytest.raises(EngineError, match="getZones: the embedded engine does not know this func"):
        call("getZones")
