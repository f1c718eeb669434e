"""The AWS resource types that the provider keeps: a row each, and functions for what no row says."""

from __future__ import annotations

import json
from typing import Any

from local.provider.resource_type import Call, ResourceType, Update
from local.provider.values import Values


def _shaped_table(inputs: Values) -> Values:
    """Gather what AWS takes together, and name what it calls otherwise."""
    shaped = {**inputs}
    keys = [("HASH", shaped.get("hashKey")), ("RANGE", shaped.pop("rangeKey", None))]
    shaped["hashKey"] = [{"attributeName": name, "keyType": kind} for kind, name in keys if name]
    shaped["attributes"] = [
        _renamed(each, name="attributeName", type="attributeType") for each in inputs["attributes"]
    ]
    stream = {"streamEnabled": bool(inputs.get("streamEnabled"))}
    view = {"streamViewType": shaped.pop("streamViewType")} if "streamViewType" in inputs else {}
    encryption = _renamed(inputs["serverSideEncryption"], kmsKeyArn="kmsMasterKeyId")
    if "kmsMasterKeyId" in encryption:
        encryption["sseType"] = "KMS"
    recovery = _renamed(inputs["pointInTimeRecovery"], enabled="pointInTimeRecoveryEnabled")
    return {
        **shaped,
        "streamEnabled": stream | view,
        "serverSideEncryption": encryption,
        "pointInTimeRecovery": recovery,
    }


def _renamed(value: Values, **names: str) -> dict[str, Any]:
    return {names.get(name, name): item for name, item in value.items()}


def _stop_expiry(client: Any, table: str, _inputs: Values, before: Values) -> None:
    # AWS wants to be told the attribute's name again.
    expiry = {"AttributeName": before["ttl"]["attributeName"], "Enabled": False}
    client.update_time_to_live(TableName=table, TimeToLiveSpecification=expiry)


def _put_item(client: Any, _id: str, inputs: Values, before: Values) -> dict[str, str]:
    client.put_item(TableName=inputs["tableName"], Item=json.loads(inputs["item"]))
    if before and _item_key(before) != _item_key(inputs):
        _delete_item(client, _id, before, {})
    return {"keys": "|".join(value for key in _item_key(inputs).values() for value in key.values())}


def _delete_item(client: Any, _id: str, inputs: Values, _before: Values) -> None:
    client.delete_item(TableName=inputs["tableName"], Key=_item_key(inputs))


def _read_item(client: Any, _id: str, inputs: Values, _before: Values) -> Any:
    return client.get_item(TableName=inputs["tableName"], Key=_item_key(inputs))


def _item_key(inputs: Values) -> dict[str, Any]:
    item = json.loads(inputs["item"])
    return {inputs[name]: item[inputs[name]] for name in ("hashKey", "rangeKey")}


def _put_policy(client: Any, arn: str, inputs: Values, _before: Values) -> None:
    """Make a document the default version, without keeping the one before: AWS keeps five."""
    client.create_policy_version(PolicyArn=arn, PolicyDocument=inputs["policy"], SetAsDefault=True)
    for version in client.list_policy_versions(PolicyArn=arn)["Versions"]:
        if not version["IsDefaultVersion"]:
            client.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])


def _delete_secret(client: Any, arn: str, inputs: Values, _before: Values) -> None:
    """Delete at once with a recovery window of 0 days, else so that it can be restored."""
    days = inputs["recoveryWindowInDays"]
    window = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
    client.delete_secret(SecretId=arn, **window)


def _shaped_stage(inputs: Values) -> Values:
    """Key the settings of routes by route, as AWS has them."""
    routes = {each["routeKey"]: dict(each) for each in inputs["routeSettings"]}
    for settings in routes.values():
        del settings["routeKey"]
    return {**inputs, "routeSettings": routes}


def _with_target(answer: Any, state: Values) -> dict[str, Any]:
    """Add what a DNS record points at."""
    (configuration,) = answer["DomainNameConfigurations"]
    return {
        **state["domainNameConfiguration"],
        "targetDomainName": configuration["ApiGatewayDomainName"],
        "hostedZoneId": configuration["HostedZoneId"],
    }


def _change_record(action: str) -> Call:
    def change(client: Any, _id: str, inputs: Values, _before: Values) -> None:
        (alias,) = inputs["aliases"]
        target = {
            "DNSName": alias["name"],
            "HostedZoneId": alias["zoneId"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }
        record = {"Name": inputs["name"], "Type": inputs["type"], "AliasTarget": target}
        client.change_resource_record_sets(
            HostedZoneId=inputs["zoneId"],
            ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]},
        )

    return change


def _is_record(answer: Any, state: Values) -> bool:
    return any(
        (found["Name"].rstrip("."), found["Type"]) == (state["name"].rstrip("."), state["type"])
        for found in answer["ResourceRecordSets"]
    )


_TAGGING = ("tag_resource", "untag_resource")

_ROWS = (
    ResourceType(
        "aws:kms/key:Key",
        "kms",
        create="create_key",
        read="describe_key",
        delete="schedule_key_deletion",
        id="{KeyMetadata[KeyId]}",
        key={"KeyId": "{id}"},
        updates=(
            Update("update_key_description", ("description",)),
            Update("put_key_policy", ("policy",)),
            Update("enable_key_rotation", ("enableKeyRotation",), off="disable_key_rotation"),
        ),
        other_inputs=("deletionWindowInDays",),
        names={"deletionWindowInDays": "PendingWindowInDays"},
        defaults={"description": "", "deletionWindowInDays": 30},
        outputs={"arn": "{KeyMetadata[Arn]}", "keyId": "{id}"},
        tags=_TAGGING,
        exists=lambda answer, _: answer["KeyMetadata"]["KeyState"] != "PendingDeletion",
    ),
    ResourceType(
        "aws:kms/alias:Alias",
        "kms",
        create="create_alias",
        read="describe_key",
        delete="delete_alias",
        id="{name}",
        key={"AliasName": "{id}", "KeyId": "{id}"},
        immutable=("name",),
        updates=(Update("update_alias", ("targetKeyId",)),),
        names={"name": "AliasName"},
        outputs={"arn": "arn:aws:kms:{region}:{account}:{id}"},
    ),
    ResourceType(
        "aws:dynamodb/table:Table",
        "dynamodb",
        create="create_table",
        read="describe_table",
        delete="delete_table",
        id="{name}",
        key={"TableName": "{name}", "ResourceArn": "{arn}"},
        immutable=("name", "hashKey", "rangeKey", "attributes"),
        updates=(  # AWS takes one of these a call
            Update("update_table", ("billingMode",)),
            Update("update_table", ("streamEnabled",)),
            Update("update_table", ("serverSideEncryption",)),
            Update("update_table", ("deletionProtectionEnabled",)),
            Update("update_continuous_backups", ("pointInTimeRecovery",)),
            Update("update_time_to_live", ("ttl",), off=_stop_expiry),
        ),
        other_inputs=("streamViewType",),
        names={
            "name": "TableName",
            "hashKey": "KeySchema",
            "attributes": "AttributeDefinitions",
            "streamEnabled": "StreamSpecification",
            "serverSideEncryption": "SSESpecification",
            "pointInTimeRecovery": "PointInTimeRecoverySpecification",
            "ttl": "TimeToLiveSpecification",
        },
        defaults={
            "billingMode": "PROVISIONED",
            "deletionProtectionEnabled": False,
            "pointInTimeRecovery": {"enabled": False},
            "serverSideEncryption": {"enabled": False},
        },
        shaped=_shaped_table,
        outputs={
            "arn": "{Table[TableArn]}",
            "streamArn": lambda answer, _: answer["Table"].get("LatestStreamArn", ""),
        },
        tags=_TAGGING,
        ready=("table_exists",),
        deleted="table_not_exists",
    ),
    ResourceType(
        "aws:dynamodb/tableItem:TableItem",
        "dynamodb",
        create=_put_item,
        read=_read_item,
        delete=_delete_item,
        id="{tableName}|{keys}",
        key={},
        immutable=("tableName", "hashKey", "rangeKey"),
        updates=(Update(_put_item, ("item",)),),
        exists=lambda answer, _: "Item" in answer,
    ),
    ResourceType(
        "aws:secretsmanager/secret:Secret",
        "secretsmanager",
        create="create_secret",
        read="describe_secret",
        delete=_delete_secret,
        id="{ARN}",
        key={"SecretId": "{id}"},
        immutable=("name",),
        updates=(Update("update_secret", ("description", "kmsKeyId")),),
        other_inputs=("recoveryWindowInDays",),
        defaults={"description": "", "recoveryWindowInDays": 30},
        outputs={"arn": "{ARN}"},
        tags=_TAGGING,
        exists=lambda answer, _: "DeletedDate" not in answer,
    ),
    ResourceType(
        "aws:secretsmanager/secretVersion:SecretVersion",
        "secretsmanager",
        create="put_secret_value",
        read="get_secret_value",
        # The AWS provider leaves the version labelled AWSCURRENT too: only the secret can go.
        delete=None,
        id="{secretId}|{VersionId}",
        key={"SecretId": "{secretId}", "VersionId": "{ids[1]}"},
        immutable=("secretId", "secretString"),
        outputs={"arn": "{ARN}"},
    ),
    ResourceType(
        "aws:iam/role:Role",
        "iam",
        create="create_role",
        read="get_role",
        delete="delete_role",
        id="{name}",
        key={"RoleName": "{name}"},
        immutable=("name",),
        updates=(
            Update("update_role", ("description",)),
            Update("update_assume_role_policy", ("assumeRolePolicy",)),
        ),
        names={"name": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument PolicyDocument"},
        defaults={"description": ""},
        outputs={"arn": "{Role[Arn]}"},
        tags=("tag_role", "untag_role"),
    ),
    ResourceType(
        "aws:iam/rolePolicy:RolePolicy",
        "iam",
        create="put_role_policy",
        read="get_role_policy",
        delete="delete_role_policy",
        id="{role}:{name}",
        key={"RoleName": "{role}", "PolicyName": "{name}"},
        immutable=("name", "role"),
        updates=(Update("put_role_policy", ("policy",)),),
        names={"name": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"},
    ),
    ResourceType(
        "aws:iam/policy:Policy",
        "iam",
        create="create_policy",
        read="get_policy",
        delete="delete_policy",
        id="{Policy[Arn]}",
        key={"PolicyArn": "{id}"},
        immutable=("name", "description"),
        updates=(Update(_put_policy, ("policy",)),),
        names={"name": "PolicyName", "policy": "PolicyDocument"},
        outputs={"arn": "{id}"},
        tags=("tag_policy", "untag_policy"),
    ),
    ResourceType(
        "aws:cloudwatch/logGroup:LogGroup",
        "logs",
        create="create_log_group",
        read="describe_log_groups",
        delete="delete_log_group",
        id="{name}",
        key={"logGroupName": "{name}", "logGroupNamePrefix": "{name}", "resourceArn": "{arn}"},
        immutable=("name",),
        updates=(
            Update("put_retention_policy", ("retentionInDays",), off="delete_retention_policy"),
        ),
        names={"name": "logGroupName"},
        # Without the `:*` that AWS appends.
        outputs={"arn": "arn:aws:logs:{region}:{account}:log-group:{name}"},
        tags=_TAGGING,
        exists=lambda answer, state: any(
            group["logGroupName"] == state["name"] for group in answer["logGroups"]
        ),
    ),
    ResourceType(
        "aws:lambda/function:Function",
        "lambda",
        create="create_function",
        read="get_function_configuration",
        delete="delete_function",
        id="{name}",
        key={"FunctionName": "{name}", "Resource": "{arn}"},
        immutable=("name",),
        updates=(
            Update("update_function_code", ("code", "architectures")),
            Update(
                "update_function_configuration",
                (
                    "description",
                    "role",
                    "runtime",
                    "handler",
                    "timeout",
                    "memorySize",
                    "environment",
                    "tracingConfig",
                ),
            ),
            Update(
                "put_function_concurrency",
                ("reservedConcurrentExecutions",),
                off="delete_function_concurrency",
                off_when=(None, -1),
            ),
        ),
        names={"name": "FunctionName", "code": "Code ZipFile"},
        defaults={
            "description": "",
            "timeout": 3,
            "memorySize": 128,
            "architectures": ["x86_64"],
            "environment": {"variables": {}},
            "tracingConfig": {"mode": "PassThrough"},
        },
        outputs={
            "arn": "{FunctionArn}",
            "invokeArn": "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/"
            "{FunctionArn}/invocations",
        },
        tags=_TAGGING,
        ready=("function_active_v2", "function_updated_v2"),
    ),
    ResourceType(
        "aws:lambda/permission:Permission",
        "lambda",
        create="add_permission",
        read="get_policy",
        delete="remove_permission",
        id="{statementId}",
        key={"FunctionName": "{function}", "StatementId": "{statementId}"},
        immutable=("action", "function", "principal", "sourceArn", "statementId"),
        names={"function": "FunctionName"},
        exists=lambda answer, state: any(
            statement["Sid"] == state["statementId"]
            for statement in json.loads(answer["Policy"])["Statement"]
        ),
    ),
    ResourceType(
        "aws:apigatewayv2/api:Api",
        "apigatewayv2",
        create="create_api",
        read="get_api",
        delete="delete_api",
        id="{ApiId}",
        key={"ApiId": "{id}", "ResourceArn": "{arn}"},
        immutable=("protocolType",),
        updates=(Update("update_api", ("name", "description")),),
        defaults={"description": ""},
        outputs={
            "apiEndpoint": "{ApiEndpoint}",
            "arn": "arn:aws:apigateway:{region}::/apis/{id}",
            "executionArn": "arn:aws:execute-api:{region}:{account}:{id}",
        },
        tags=_TAGGING,
    ),
    ResourceType(
        "aws:apigatewayv2/stage:Stage",
        "apigatewayv2",
        create="create_stage",
        read="get_stage",
        delete="delete_stage",
        id="{name}",
        key={"ApiId": "{apiId}", "StageName": "{name}", "ResourceArn": "{arn}"},
        immutable=("apiId", "name"),
        updates=(
            Update(
                "update_stage",
                ("accessLogSettings", "autoDeploy", "defaultRouteSettings", "routeSettings"),
            ),
        ),
        names={"name": "StageName"},
        # Sent empty, so that an update takes it away. AWS has a call of its own to take the access
        # log away, but the embedded AWS deletes the whole stage at it.
        defaults={
            "accessLogSettings": {},
            "autoDeploy": False,
            "defaultRouteSettings": {},
            "routeSettings": [],
        },
        shaped=_shaped_stage,
        outputs={"arn": "arn:aws:apigateway:{region}::/apis/{apiId}/stages/{name}"},
        tags=_TAGGING,
    ),
    ResourceType(
        "aws:apigatewayv2/integration:Integration",
        "apigatewayv2",
        create="create_integration",
        read="get_integration",
        delete="delete_integration",
        id="{IntegrationId}",
        key={"ApiId": "{apiId}", "IntegrationId": "{id}"},
        immutable=("apiId", "integrationType"),
        updates=(
            Update(
                "update_integration",
                ("integrationMethod", "integrationUri", "payloadFormatVersion"),
            ),
        ),
    ),
    ResourceType(
        "aws:apigatewayv2/route:Route",
        "apigatewayv2",
        create="create_route",
        read="get_route",
        delete="delete_route",
        id="{RouteId}",
        key={"ApiId": "{apiId}", "RouteId": "{id}"},
        immutable=("apiId",),
        updates=(Update("update_route", ("routeKey", "target")),),
    ),
    ResourceType(
        "aws:apigatewayv2/domainName:DomainName",
        "apigatewayv2",
        create="create_domain_name",
        read="get_domain_name",
        delete="delete_domain_name",
        id="{domainName}",
        key={"DomainName": "{domainName}", "ResourceArn": "{arn}"},
        immutable=("domainName",),
        updates=(Update("update_domain_name", ("domainNameConfiguration",)),),
        names={"domainNameConfiguration": "DomainNameConfigurations"},
        outputs={
            "arn": "arn:aws:apigateway:{region}::/domainnames/{domainName}",
            "domainNameConfiguration": _with_target,
        },
        tags=_TAGGING,
    ),
    ResourceType(
        "aws:apigatewayv2/apiMapping:ApiMapping",
        "apigatewayv2",
        create="create_api_mapping",
        read="get_api_mapping",
        delete="delete_api_mapping",
        id="{ApiMappingId}",
        key={"ApiMappingId": "{id}", "DomainName": "{domainName}"},
        immutable=("domainName",),
        updates=(Update("update_api_mapping", ("apiId", "stage")),),
    ),
    ResourceType(
        "aws:route53/record:Record",
        "route53",
        create=_change_record("CREATE"),
        read="list_resource_record_sets",
        delete=_change_record("DELETE"),
        id="{zoneId}_{name}_{type}",
        key={
            "HostedZoneId": "{zoneId}",
            "StartRecordName": "{name}",
            "StartRecordType": "{type}",
        },
        immutable=("name", "type", "zoneId"),
        updates=(Update(_change_record("UPSERT"), ("aliases",)),),
        exists=_is_record,
        gone=frozenset({"InvalidChangeBatch", "NoSuchHostedZone"}),
    ),
)
RESOURCE_TYPES = {kind.token: kind for kind in _ROWS}
