"""The provider's behavior for every type: configuration, previews, secrets, errors, gRPC."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub
from pulumi.runtime.rpc import UNKNOWN

from local.emulator import Emulator
from local.provider import SERVICES, AwsProvider, ProviderError
from local.provider.values import struct, wire
from tests.local.provider.lifecycle import ARCHIVE, SECRET, Life, configure, configured

pytestmark = pytest.mark.emulated

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
TABLE_ITEM = "aws:dynamodb/tableItem:TableItem"
TABLE = "aws:dynamodb/table:Table"
NOWHERE = {"endpoints": [dict.fromkeys(SERVICES, "http://localhost:9")]}
KEYS = {
    "hashKey": "pk",
    "rangeKey": "sk",
    "attributes": [{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}],
    "billingMode": "PAY_PER_REQUEST",
}


def test_settings_can_be_json_texts_as_the_engine_passes_them(emulator: Emulator) -> None:
    endpoints = json.dumps([dict.fromkeys(SERVICES, emulator.endpoint_url)])
    tags = json.dumps({"tags": {"team": "one"}})
    provider = configure(endpoints=endpoints, defaultTags=tags, region="eu-west-1")
    life = Life(provider, LOG_GROUP)
    assert life.create({"name": "provider-texts"})["tags"] == {"team": "one"}
    assert ":eu-west-1:" in life.state["arn"]
    life.delete()


@pytest.mark.parametrize("url", ["https://kms.us-east-1.amazonaws.com", "http://10.0.0.1", "x"])
def test_only_an_endpoint_on_this_machine_is_accepted(url: str) -> None:
    with pytest.raises(
        ProviderError, match=re.escape(f"has {url} for kms. Set an endpoint on this")
    ):
        configure(endpoints=[{"kms": url}])


def test_a_missing_endpoint_is_named() -> None:
    life = Life(configure(endpoints=[{"kms": "http://127.0.0.1:4566"}]), LOG_GROUP)
    with pytest.raises(
        ProviderError, match=r"LogGroup it: aws:endpoints has no cloudwatchlogs\. Set"
    ):
        life.create({"name": "x"})


def test_a_resources_tags_override_the_default_tags() -> None:
    life = Life(configure(defaultTags={"tags": {"a": "default", "b": "default"}}), LOG_GROUP)

    def tags(own: Any) -> Any:
        return wire(life.check({"name": "x", "tags": own}).inputs)["tags"]

    assert tags({"b": "own"}) == {"a": "default", "b": "own"}
    assert tags({**SECRET, "value": {"b": "own"}})["value"] == {"a": "default", "b": "own"}
    assert tags(UNKNOWN) == UNKNOWN
    untagged = Life(life.provider, "aws:iam/rolePolicy:RolePolicy").check({"name": "x"})
    assert "tags" not in wire(untagged.inputs)


def test_a_preview_makes_no_aws_call_and_returns_unknown_outputs() -> None:
    life = Life(configure(**NOWHERE), "aws:lambda/function:Function")
    state = life.create({"name": "x", "role": UNKNOWN}, preview=True)
    assert (life.id, state["name"], state["arn"]) == ("", "x", UNKNOWN)
    life.inputs, life.state = {"name": "x", "role": "known"}, {"name": "x", "arn": "its"}
    assert life.diff({"name": "x", "role": UNKNOWN}).diffs == ["role"]
    assert life.update({"name": "x", "timeout": 3}, preview=True)["arn"] == "its"


def test_secret_inputs_are_secret_outputs(emulator: Emulator) -> None:
    aws = emulator.aws
    arn = aws.secretsmanager.create_secret(Name="provider-secret")["ARN"]
    life = Life(configured(emulator), SECRET_VERSION)
    hidden = {**SECRET, "value": "hidden"}
    assert life.create({"secretId": arn, "secretString": hidden})["secretString"] == hidden
    assert aws.secretsmanager.get_secret_value(SecretId=arn)["SecretString"] == "hidden"


def test_archives_compare_by_content(tmp_path: Any) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(b"one")
    life = Life(configure(**NOWHERE), "aws:lambda/function:Function")
    inputs = {"name": "x", "code": {**ARCHIVE, "path": str(path)}}
    life.inputs = wire(life.check(inputs).inputs)
    assert life.inputs["code"].keys() == {*ARCHIVE, "path", "hash"}
    # The engine gives an earlier archive without its path.
    del life.inputs["code"]["path"]
    assert not life.diff(inputs).diffs
    path.write_bytes(b"two")
    assert life.diff(inputs).diffs == ["code"]


def test_a_folder_is_zipped_and_compared_by_content(emulator: Emulator, tmp_path: Path) -> None:
    (tmp_path / "handler.py").write_text("def handler(event, context): return 'one'")
    role = emulator.aws.iam.create_role(RoleName="provider-folder", AssumeRolePolicyDocument="{}")
    life = Life(configured(emulator), "aws:lambda/function:Function")
    inputs = {
        "name": "provider-folder",
        "role": role["Role"]["Arn"],
        "runtime": "python3.13",
        "handler": "handler.handler",
        "code": {**ARCHIVE, "path": str(tmp_path)},
    }
    life.create(inputs)
    answer = emulator.aws.lambda_.invoke(FunctionName="provider-folder")
    assert json.load(answer["Payload"]) == "one"
    assert not life.diff(inputs).diffs
    (tmp_path / "handler.py").write_text("def handler(event, context): return 'two'")
    assert life.diff(inputs).diffs == ["code"]
    life.delete()


@pytest.mark.parametrize(
    ("token", "inputs", "message"),
    [
        ("aws:s3/bucket:Bucket", {}, "does not know this type"),
        (TABLE, {"name": "provider-x", **KEYS, "ttl": {"x": 1}}, "does not know the input x"),
        (
            SECRET_VERSION,
            {"secretId": "none", "secretString": "x"},
            "PutSecretValue: ResourceNotFo",
        ),
        ("aws:iam/role:Role", {"name": "x", "assumeRolePolicy": 5}, "Parameter validation failed"),
        ("aws:lambda/function:Function", {"name": "x", "code": ARCHIVE}, "takes a FileArchive"),
        (
            "aws:lambda/function:Function",
            {"name": "x", "code": {**ARCHIVE, "path": "none.zip"}},
            "cannot read the archive none.zip: No such file",
        ),
    ],
)
def test_an_error_names_resource_and_operation(
    emulator: Emulator, token: str, inputs: dict[str, Any], message: str
) -> None:
    with pytest.raises(ProviderError, match=rf"^{token} it: (.|\n)*{message}"):
        Life(configured(emulator), token).create(inputs)


def test_unknown_inputs_and_missing_names_are_refused() -> None:
    failures = Life(AwsProvider(), LOG_GROUP).check({"skipDestroy": True}).failures
    assert [(each.property, each.reason) for each in failures] == [
        ("skipDestroy", "the embedded AWS does not know this input"),
        ("name", "the embedded AWS does not generate names. Set it"),
    ]


def test_a_creation_that_fails_halfway_leaves_nothing(emulator: Emulator) -> None:
    with pytest.raises(ProviderError, match="Parameter validation failed"):
        Life(configured(emulator), TABLE).create(
            {"name": "provider-half", **KEYS, "ttl": {"enabled": True}}
        )
    assert "provider-half" not in emulator.aws.dynamodb.list_tables()["TableNames"]


def test_an_item_that_exists_is_not_created_again(emulator: Emulator) -> None:
    provider = configured(emulator)
    table = Life(provider, TABLE)
    table.create({"name": "provider-items", **KEYS})
    item = {"tableName": "provider-items", "hashKey": "pk", "rangeKey": "sk"}
    item["item"] = '{"pk": {"S": "a"}, "sk": {"S": "b"}}'
    Life(provider, TABLE_ITEM).create(item)
    with pytest.raises(ProviderError, match="PutItem: ConditionalCheckFailedException"):
        Life(provider, TABLE_ITEM).create(item)
    table.delete()


def test_the_plugin_returns_errors_without_tracebacks() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "local.provider", "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "AWS_PROFILE": "a-profile-that-does-not-exist"},
    ) as process:
        assert process.stdout
        assert process.stderr
        try:
            with grpc.insecure_channel(f"127.0.0.1:{process.stdout.readline().strip()}") as channel:
                stub = ResourceProviderStub(channel)
                stub.Configure(messages.ConfigureRequest(args=struct(NOWHERE)))
                life = Life(stub, LOG_GROUP)
                with pytest.raises(grpc.RpcError) as refused:
                    life.create({"name": "x"})
                with pytest.raises(grpc.RpcError) as unknown:
                    stub.GetSchema(messages.GetSchemaRequest())
        finally:
            process.terminate()
        assert "LogGroup it: Could not connect to the endpoint" in refused.value.details()
        assert unknown.value.code() == grpc.StatusCode.UNIMPLEMENTED
        assert "Traceback" not in process.stderr.read()
