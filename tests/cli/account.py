"""The contents of an AWS account, in a form that two accounts can be compared in."""

import json
from typing import Any

from local.emulator import Emulator

# Service, what lists its resources, under which key, and what identifies one of them there (`-`:
# the list is of names); then the parameter of the operations that say more of it, and those.
_RESOURCES = """
apigatewayv2 get_apis Items ApiId ApiId get_integrations get_routes get_stages
apigatewayv2 get_domain_names Items DomainName DomainName get_api_mappings
dynamodb list_tables TableNames - TableName describe_table describe_time_to_live scan
dynamodb list_tables TableNames - TableName describe_continuous_backups
iam get_account_authorization_details RoleDetailList Arn
iam get_account_authorization_details Policies Arn PolicyArn list_policy_tags
kms list_aliases Aliases AliasName
kms list_keys Keys KeyId KeyId describe_key get_key_policy get_key_rotation_status
lambda list_functions Functions FunctionName FunctionName get_policy
lambda list_event_source_mappings EventSourceMappings UUID
logs describe_log_groups logGroups logGroupArn resourceArn list_tags_for_resource
resourcegroupstaggingapi get_resources ResourceTagMappingList ResourceARN
route53 list_hosted_zones HostedZones Id HostedZoneId list_resource_record_sets
secretsmanager list_secrets SecretList ARN SecretId get_secret_value
"""
# Ids that AWS chooses and others refer to, with what they are known by in both accounts.
_KNOWN_BY = {
    "ARN": "Name",
    "ApiGatewayDomainName": "CertificateArn",
    "ApiId": "Name",
    "Id": "Name",
    "IntegrationId": "IntegrationUri",
    "TargetKeyId": "AliasName",
}
# What else AWS chooses: ids, times and sizes.
_OF_AWS = {
    *("ResponseMetadata", "ApiMappingId", "RouteId", "RoleId", "PolicyId", "TableId", "RevisionId"),
    *("CurrentKeyMaterialId", "SecretVersionsToStages", "VersionId", "LatestStreamArn"),
    *("LatestStreamLabel", "CreateDate", "CreatedDate", "CreationDate", "CreationDateTime"),
    *("creationTime", "LastModified", "LastUpdatedDate", "LastChangedDate", "LastAccessedDate"),
    *("LastUpdateToPayPerRequestDateTime", "LatestRestorableDateTime", "RoleLastUsed"),
    *("EarliestRestorableDateTime", "TableSizeBytes", "ItemCount", "storedBytes", "UpdateDate"),
}


def contents(account: Emulator) -> dict[str, Any]:
    """Everything in the services that the program deploys to, except deleted keys.

    Empty where there is nothing, and equal for two accounts with the same resources.
    """
    text = json.dumps(_read(account), default=str).replace(str(account.port), "<port>")
    names: dict[str, str] = {}

    def note_names(value: dict[str, Any]) -> None:
        for id_, known_by in _KNOWN_BY.items():
            if id_ in value and known_by in value:
                names[value[id_]] = f"<{value[known_by]}>"

    json.loads(text, object_hook=note_names)
    for id_, name in names.items():
        text = text.replace(id_, name)
    return dict(json.loads(text, object_hook=_comparable))


def _read(account: Emulator) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    deleted = set()
    for line in _RESOURCES.strip().splitlines():
        service, listing, key, identified_by, *parameter_and_operations = line.split()
        parameter, *operations = parameter_and_operations or [""]
        client = account.aws.client(service)
        for item in getattr(client, listing)()[key]:
            id_ = item if identified_by == "-" else item[identified_by]
            more = [getattr(client, operation)(**{parameter: id_}) for operation in operations]
            found.setdefault(f"{service} {id_}", []).extend([item, *more])
            if "'PendingDeletion'" in str(more):
                deleted.add(id_)
    return {name: found[name] for name in found if not any(id_ in name for id_ in deleted)}


def _comparable(value: dict[str, Any]) -> dict[str, Any]:
    """Without what AWS chose, and resources sorted, which are listed as they were created."""
    return {
        key: sorted(item, key=str) if key == "Items" else item
        for key, item in value.items()
        if key not in _OF_AWS
    }
