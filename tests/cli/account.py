"""What an AWS account holds, told so that two accounts can be compared."""

import json
from collections.abc import Iterator
from typing import Any

from local.aws import Aws
from local.emulator import Emulator

# What AWS chooses and other resources refer to: it stands as the name of what it identifies.
_IDS = {"ApiId", "IntegrationId", "ApiGatewayDomainName", "TargetKeyId", "ARN"}
# What AWS chooses and nothing refers to: ids, times and sizes.
_OF_AWS = {
    *("ResponseMetadata", "ApiMappingId", "RouteId", "RoleId", "PolicyId", "TableId", "RevisionId"),
    *("CurrentKeyMaterialId", "SecretVersionsToStages", "LatestStreamArn", "LatestStreamLabel"),
    *("CreateDate", "CreatedDate", "CreationDate", "CreationDateTime", "creationTime"),
    *("LastModified", "LastUpdatedDate", "LastChangedDate", "LastAccessedDate", "UpdateDate"),
    *("LastUpdateToPayPerRequestDateTime", "LatestRestorableDateTime"),
    *("EarliestRestorableDateTime", "RoleLastUsed", "TableSizeBytes", "ItemCount", "storedBytes"),
}

# Names and what is to be known of them, the description with the ids first.
_Described = Iterator[tuple[Any, ...]]


def contents(account: Emulator) -> dict[str, Any]:
    """Everything in the services that the program deploys to, by kind and name.

    Empty where there is nothing, and equal for two accounts with the same resources.
    """
    found: dict[str, Any] = {}
    names: dict[str, str] = {}
    for kind, part in _PARTS.items():
        for name, description, *more in part(account.aws):
            names |= {description[key]: f"<{name}>" for key in _IDS & description.keys()}
            found[f"{kind} {name}"] = [description, *more]
    text = json.dumps(found, default=str)
    for id_, name in names.items():
        text = text.replace(id_, name)
    text = text.replace(str(account.port), "<port>")
    return dict(json.loads(text, object_hook=_without_what_aws_chose))


def _without_what_aws_chose(value: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key not in _OF_AWS}


def _gateway(aws: Aws) -> _Described:
    client = aws.apigatewayv2
    for api in client.get_apis()["Items"]:
        yield api["Name"], api
        for integration in client.get_integrations(ApiId=api["ApiId"])["Items"]:
            yield integration["IntegrationUri"], integration
        for route in client.get_routes(ApiId=api["ApiId"])["Items"]:
            yield route["RouteKey"], route
        for stage in client.get_stages(ApiId=api["ApiId"])["Items"]:
            yield stage["StageName"], stage
    for domain in client.get_domain_names()["Items"]:
        name = domain["DomainName"]
        yield name, domain, client.get_api_mappings(DomainName=name)["Items"]
        for target in domain["DomainNameConfigurations"]:
            yield f"target of {name}", target


def _dynamodb(aws: Aws) -> _Described:
    client = aws.dynamodb
    for name in client.list_tables()["TableNames"]:
        table = client.describe_table(TableName=name)["Table"]
        time_to_live = client.describe_time_to_live(TableName=name)
        backups = client.describe_continuous_backups(TableName=name)
        tags = client.list_tags_of_resource(ResourceArn=table["TableArn"])
        yield name, table, time_to_live, backups, tags
        for item in client.scan(TableName=name)["Items"]:
            yield f"{item['pk']} {item['sk']}", item


def _kms(aws: Aws) -> _Described:
    client = aws.kms
    for alias in client.list_aliases()["Aliases"]:
        yield alias["AliasName"], alias
    for each in client.list_keys()["Keys"]:
        key: Any = client.describe_key(KeyId=each["KeyId"])["KeyMetadata"]
        # A deleted key is kept for a while, and a service may bring a key of its own.
        if key["KeyState"] == "Enabled" and key["KeyManager"] == "CUSTOMER":
            policy = client.get_key_policy(KeyId=key["KeyId"], PolicyName="default")
            rotation = client.get_key_rotation_status(KeyId=key["KeyId"])
            yield key["KeyId"], key, policy, rotation, client.list_resource_tags(KeyId=key["KeyId"])


def _lambda(aws: Aws) -> _Described:
    for each in aws.lambda_.list_functions()["Functions"]:
        name = each["FunctionName"]
        function = aws.lambda_.get_function(FunctionName=name)
        policy = json.loads(aws.lambda_.get_policy(FunctionName=name)["Policy"])
        yield name, function["Configuration"], function.get("Tags"), policy


def _iam(aws: Aws) -> _Described:
    client = aws.iam
    for role in client.list_roles()["Roles"]:
        name = role["RoleName"]
        policies = [
            client.get_role_policy(RoleName=name, PolicyName=policy)
            for policy in client.list_role_policies(RoleName=name)["PolicyNames"]
        ]
        attached = client.list_attached_role_policies(RoleName=name)
        yield name, role, policies, attached, client.list_role_tags(RoleName=name)
    for managed in client.list_policies(Scope="Local")["Policies"]:
        arn, version = managed["Arn"], managed["DefaultVersionId"]
        document = client.get_policy_version(PolicyArn=arn, VersionId=version)
        yield managed["PolicyName"], managed, document, client.list_policy_tags(PolicyArn=arn)


def _logs(aws: Aws) -> _Described:
    for group in aws.logs.describe_log_groups()["logGroups"]:
        tags = aws.logs.list_tags_for_resource(resourceArn=group["logGroupArn"])
        yield group["logGroupName"], group, tags


def _secrets(aws: Aws) -> _Described:
    for secret in aws.secretsmanager.list_secrets()["SecretList"]:
        value = aws.secretsmanager.get_secret_value(SecretId=secret["ARN"])["SecretString"]
        yield secret["Name"], secret, value


def _records(aws: Aws) -> _Described:
    for zone in aws.route53.list_hosted_zones()["HostedZones"]:
        records = aws.route53.list_resource_record_sets(HostedZoneId=zone["Id"])
        for record in records["ResourceRecordSets"]:
            yield f"{record['Type']} {record['Name']}", record


_PARTS = {
    "API Gateway": _gateway,
    "DynamoDB": _dynamodb,
    "KMS": _kms,
    "Lambda": _lambda,
    "IAM": _iam,
    "CloudWatch Logs": _logs,
    "Secrets Manager": _secrets,
    "Route 53": _records,
}
