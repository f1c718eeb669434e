"""What AWS has of a resource of each type, by the names of its inputs."""

import json
from collections.abc import Callable
from typing import Any

from local.aws import Aws

View = Callable[[Aws, dict[str, Any]], dict[str, Any]]


def pulumi_names(value: Any) -> Any:
    """What AWS answers, in Pulumi's spelling."""
    if isinstance(value, dict):
        return {_pulumi_name(name): pulumi_names(item) for name, item in value.items()}
    return [pulumi_names(item) for item in value] if isinstance(value, list) else value


def _pulumi_name(name: str) -> str:
    return name if " " in name else name[:1].lower() + name[1:]


def tags(listed: list[dict[str, str]]) -> dict[str, str]:
    return dict(map(dict.values, listed))  # type: ignore[arg-type]


def key_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    key = {"KeyId": state["keyId"]}
    return {
        "description": aws.kms.describe_key(**key)["KeyMetadata"]["Description"],
        "policy": aws.kms.get_key_policy(**key, PolicyName="default")["Policy"],
        "enableKeyRotation": aws.kms.get_key_rotation_status(**key)["KeyRotationEnabled"],
        "tags": tags(aws.kms.list_resource_tags(**key)["Tags"]),
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
        "globalSecondaryIndexes": [
            {
                "name": index["IndexName"],
                "keySchemas": pulumi_names(index["KeySchema"]),
                **pulumi_names(index["Projection"]),
            }
            for index in table.get("GlobalSecondaryIndexes", [])
        ],
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


def role_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    role: Any = aws.iam.get_role(RoleName=state["name"])["Role"]
    assert role["Arn"] == state["arn"]
    return {
        "description": role.get("Description", ""),
        "assumeRolePolicy": role["AssumeRolePolicyDocument"],
        "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
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
        if "DomainNameConfigurations" in found:
            (found["DomainNameConfiguration"],) = found["DomainNameConfigurations"]
        return {**pulumi_names(found), "tags": found.get("Tags", {})}

    return view


def record_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    found = aws.route53.list_resource_record_sets(HostedZoneId=state["zoneId"])
    (record,) = (each for each in found["ResourceRecordSets"] if each["Type"] == "A")
    if "AliasTarget" in record:
        return {"aliases": record["AliasTarget"]["DNSName"].rstrip(".")}
    return {
        "ttl": record["TTL"],
        "records": [each["Value"] for each in record["ResourceRecords"]],
    }


def alarm_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    (found,) = aws.cloudwatch.describe_alarms(AlarmNames=[state["name"]])["MetricAlarms"]
    listed: Any = aws.cloudwatch.list_tags_for_resource(ResourceARN=state["arn"])["Tags"]
    oks = found["OKActions"]
    dimensions = {each["Name"]: each["Value"] for each in found["Dimensions"]}
    own = {"dimensions": dimensions, "okActions": oks, "tags": tags(listed)}
    return {**pulumi_names(found), **own}


def topic_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    listed: Any = aws.sns.list_tags_for_resource(ResourceArn=state["arn"])["Tags"]
    return {"tags": tags(listed)}


def bus_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    found: Any = aws.events.describe_event_bus(Name=state["name"])
    assert found["Arn"] == state["arn"]
    return {"tags": tags(aws.events.list_tags_for_resource(ResourceARN=state["arn"])["Tags"])}


def queue_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    url = {"QueueUrl": state["url"]}
    found = aws.sqs.get_queue_attributes(**url, AttributeNames=["All"])["Attributes"]
    return {
        "messageRetentionSeconds": int(found["MessageRetentionPeriod"]),
        "redrivePolicy": found.get("RedrivePolicy", ""),
        "sqsManagedSseEnabled": found.get("SqsManagedSseEnabled") == "true",
        "visibilityTimeoutSeconds": int(found["VisibilityTimeout"]),
        "tags": aws.sqs.list_queue_tags(**url).get("Tags", {}),
    }


def event_source_mapping_view(aws: Aws, state: dict[str, Any]) -> dict[str, Any]:
    found: Any = aws.lambda_.get_event_source_mapping(UUID=state["id"])
    tagged = aws.lambda_.list_tags(Resource=state["arn"])["Tags"]
    failed = found.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    return {
        **pulumi_names(found),
        "functionName": found["FunctionArn"].rpartition(":")[2],
        "destinationConfig": {"onFailure": {"destinationArn": failed}},
        "tags": tagged,
    }


# What AWS has, by the inputs' names, given the resource's state.
VIEWS: dict[str, View] = {
    "aws:kms/key:Key": key_view,
    "aws:kms/alias:Alias": lambda aws, state: {
        "targetKeyId": aws.kms.describe_key(KeyId=state["name"])["KeyMetadata"]["KeyId"]
    },
    "aws:dynamodb/table:Table": table_view,
    "aws:dynamodb/tableItem:TableItem": item_view,
    "aws:secretsmanager/secret:Secret": secret_view,
    "aws:secretsmanager/secretVersion:SecretVersion": lambda aws, state: pulumi_names(
        aws.secretsmanager.get_secret_value(SecretId=state["secretId"])
    ),
    "aws:iam/role:Role": role_view,
    "aws:iam/rolePolicy:RolePolicy": role_policy_view,
    "aws:iam/policy:Policy": policy_view,
    "aws:cloudwatch/logGroup:LogGroup": log_group_view,
    "aws:cloudwatch/metricAlarm:MetricAlarm": alarm_view,
    "aws:cloudwatch/dashboard:Dashboard": lambda aws, state: pulumi_names(
        aws.cloudwatch.get_dashboard(DashboardName=state["id"])
    ),
    "aws:cloudwatch/eventBus:EventBus": bus_view,
    "aws:cloudwatch/eventRule:EventRule": lambda aws, state: {
        **pulumi_names(aws.events.describe_rule(Name=state["id"])),
        "tags": tags(aws.events.list_tags_for_resource(ResourceARN=state["arn"])["Tags"]),
    },
    "aws:cloudwatch/eventTarget:EventTarget": lambda aws, state: pulumi_names(
        aws.events.list_targets_by_rule(Rule=state["rule"])["Targets"][0]
    ),
    # The embedded AWS has none: it is in the engine's state alone.
    "aws:cloudwatch/queryDefinition:QueryDefinition": lambda _aws, state: state,
    "aws:sns/topic:Topic": topic_view,
    "aws:sns/topicSubscription:TopicSubscription": lambda aws, state: pulumi_names(
        aws.sns.get_subscription_attributes(SubscriptionArn=state["id"])["Attributes"]
    ),
    "aws:lambda/function:Function": function_view,
    "aws:lambda/permission:Permission": permission_view,
    "aws:acm/certificate:Certificate": lambda aws, state: {
        **pulumi_names(
            aws.acm.describe_certificate(CertificateArn=state["arn"])["Certificate"],
        ),
        "tags": tags(aws.acm.list_tags_for_certificate(CertificateArn=state["arn"])["Tags"]),
    },
    "aws:acm/certificateValidation:CertificateValidation": lambda aws, state: pulumi_names(
        aws.acm.describe_certificate(CertificateArn=state["certificateArn"])["Certificate"]
    ),
    "aws:apigatewayv2/api:Api": api_view("get_api", ApiId="{id}"),
    "aws:apigatewayv2/stage:Stage": api_view("get_stage", ApiId="{apiId}", StageName="{name}"),
    "aws:apigatewayv2/integration:Integration": api_view(
        "get_integration", ApiId="{apiId}", IntegrationId="{id}"
    ),
    "aws:apigatewayv2/route:Route": api_view("get_route", ApiId="{apiId}", RouteId="{id}"),
    "aws:apigatewayv2/domainName:DomainName": api_view(
        "get_domain_name", DomainName="{domainName}"
    ),
    "aws:apigatewayv2/apiMapping:ApiMapping": api_view(
        "get_api_mapping", ApiMappingId="{id}", DomainName="{domainName}"
    ),
    "aws:route53/record:Record": record_view,
    "aws:sqs/queue:Queue": queue_view,
    "aws:lambda/eventSourceMapping:EventSourceMapping": event_source_mapping_view,
}
