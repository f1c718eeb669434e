"""Operations that resource_types.yaml cannot describe, by the names that its rows use.

An operation takes the boto3 client, the resource's ID, its settings and its earlier settings.
A `shape_…` function takes the settings. An output takes AWS's answer and the resource's state.
"""

from __future__ import annotations

import json
import uuid
from functools import partial
from typing import Any

from local.provider.values import Values


def shape_table(settings: Values) -> Values:
    """Group and rename settings as AWS takes them."""
    shaped = {**settings}
    keys = [("HASH", settings["hashKey"]), ("RANGE", shaped.pop("rangeKey", None))]
    stream = {"streamEnabled": settings["streamEnabled"]}
    if "streamViewType" in shaped:
        stream["streamViewType"] = shaped.pop("streamViewType")
    encryption = settings["serverSideEncryption"]
    if "kmsKeyArn" in encryption:
        shaped["serverSideEncryption"] = {**encryption, "sseType": "KMS"}
    if indexes := shaped.get("globalSecondaryIndexes"):
        shaped["globalSecondaryIndexes"] = [_shape_index(index) for index in indexes]
    return {
        **shaped,
        "hashKey": [{"attributeName": name, "keyType": kind} for kind, name in keys if name],
        "attributes": [
            {"attributeName": each["name"], "attributeType": each["type"]}
            for each in settings["attributes"]
        ],
        "streamEnabled": stream,
    }


def change_indexes(client: Any, table: str, settings: Values, before: Values) -> None:
    """Delete and create indexes, one per call; a changed one is deleted and created."""
    old, new = (
        {index["indexName"]: index for index in each.get("globalSecondaryIndexes", [])}
        for each in (before, settings)
    )
    gone = [{"Delete": {"IndexName": name}} for name in old if old[name] != new.get(name)]
    added = [{"Create": _capitalized(new[name])} for name in new if new[name] != old.get(name)]
    for change in (*gone, *added):
        client.update_table(
            TableName=table,
            AttributeDefinitions=_capitalized(settings["attributes"]),
            GlobalSecondaryIndexUpdates=[change],
        )


def stop_expiry(client: Any, table: str, _settings: Values, before: Values) -> None:
    """Turn expiry off. AWS needs the attribute's name again."""
    expiry = {"AttributeName": before["ttl"]["attributeName"], "Enabled": False}
    client.update_time_to_live(TableName=table, TimeToLiveSpecification=expiry)


def stream_arn(answer: Any, _state: Values) -> str:
    """Return the ARN of a table's stream, empty without one."""
    return str(answer["Table"].get("LatestStreamArn", ""))


def put_item(client: Any, id_: str, settings: Values, before: Values) -> dict[str, str]:
    """Put an item, given in DynamoDB's JSON. If the key changed, delete the earlier item.

    Like the AWS provider, creating refuses to overwrite an item.
    """
    table, item = settings["tableName"], json.loads(settings["item"])
    absent = {"ConditionExpression": f"attribute_not_exists({settings['hashKey']})"}
    client.put_item(TableName=table, Item=item, **({} if before else absent))
    if before and _item_key(before) != _item_key(settings):
        delete_item(client, id_, before, {})
    return {"keys": "|".join(text for key in _item_key(settings).values() for text in key.values())}


def read_item(client: Any, _id: str, settings: Values, _before: Values) -> Any:
    """Get an item by its key."""
    return client.get_item(TableName=settings["tableName"], Key=_item_key(settings))


def delete_item(client: Any, _id: str, settings: Values, _before: Values) -> None:
    """Delete an item."""
    client.delete_item(TableName=settings["tableName"], Key=_item_key(settings))


def delete_secret(client: Any, arn: str, settings: Values, _before: Values) -> None:
    """Delete a secret, immediately if the recovery window is 0 days."""
    days = settings["recoveryWindowInDays"]
    window = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
    client.delete_secret(SecretId=arn, **window)


def put_default_policy_version(client: Any, arn: str, settings: Values, _before: Values) -> None:
    """Make a document the policy's only version: AWS allows five."""
    client.create_policy_version(
        PolicyArn=arn, PolicyDocument=settings["policy"], SetAsDefault=True
    )
    for version in client.list_policy_versions(PolicyArn=arn)["Versions"]:
        if not version["IsDefaultVersion"]:
            client.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])


def make_queue(client: Any, _id: str, settings: Values, _before: Values) -> Any:
    """Create a queue."""
    attributes = {name: text for name, text in _queue_attributes(settings).items() if text}
    tags = settings.get("tags", {})
    return client.create_queue(QueueName=settings["name"], Attributes=attributes, tags=tags)


def change_queue(client: Any, url: str, settings: Values, _before: Values) -> None:
    """Set all of a queue's attributes."""
    client.set_queue_attributes(QueueUrl=url, Attributes=_queue_attributes(settings))


def shape_stage(settings: Values) -> Values:
    """Key the settings of routes by route, as AWS does."""
    routes = {
        each["routeKey"]: {name: value for name, value in each.items() if name != "routeKey"}
        for each in settings["routeSettings"]
    }
    return {**settings, "routeSettings": routes}


def put_target(client: Any, _id: str, settings: Values, _before: Values) -> Values:
    """Add or change a rule's target. AWS takes a list."""
    given = {
        name: settings[name] for name in ("arn", "deadLetterConfig", "input") if name in settings
    }
    target = _capitalized({"id": settings["targetId"], **given})
    bus = settings["eventBusName"]
    client.put_targets(Rule=settings["rule"], EventBusName=bus, Targets=[target])
    return settings


def remove_target(client: Any, _id: str, settings: Values, _before: Values) -> None:
    """Remove a rule's target. AWS takes a list."""
    bus, ids = settings["eventBusName"], [settings["targetId"]]
    client.remove_targets(Rule=settings["rule"], EventBusName=bus, Ids=ids)


def keep_nothing(_client: Any, _id: str, settings: Values, _before: Values) -> Values:
    """Do nothing, because the embedded AWS has no operation; the engine's state has the values."""
    return settings


def validation_records(answer: Any, _state: Values) -> list[dict[str, Any]]:
    """Return the DNS records that validate a certificate."""
    return [
        {
            "domainName": option["DomainName"],
            "resourceRecordName": option["ResourceRecord"]["Name"],
            "resourceRecordType": option["ResourceRecord"]["Type"],
            "resourceRecordValue": option["ResourceRecord"]["Value"],
        }
        for option in answer["Certificate"]["DomainValidationOptions"]
    ]


def remove_certificate_tags(client: Any, arn: str, settings: Values, _before: Values) -> None:
    """Remove tags. This service takes keys and values."""
    tags = [{"Key": key} for key in settings["tagKeys"]]
    client.remove_tags_from_certificate(CertificateArn=arn, Tags=tags)


def domain_with_target(answer: Any, state: Values) -> dict[str, Any]:
    """Add the target of a DNS record to a domain's configuration."""
    (configuration,) = answer["DomainNameConfigurations"]
    return {
        **state["domainNameConfiguration"],
        "targetDomainName": configuration["ApiGatewayDomainName"],
        "hostedZoneId": configuration["HostedZoneId"],
    }


def create_zone(client: Any, _id: str, settings: Values, _before: Values) -> dict[str, str]:
    """Create a hosted zone. AWS requires the caller's reference."""
    made = client.create_hosted_zone(
        Name=settings["name"],
        CallerReference=str(uuid.uuid4()),
        HostedZoneConfig={"Comment": settings.get("comment", "")},
    )
    return {"zoneId": made["HostedZone"]["Id"].rpartition("/")[2]}


def name_servers(answer: Any, _state: Values) -> list[str]:
    """Return the name servers of a zone."""
    return list(answer["DelegationSet"]["NameServers"])


def _change_record(action: str, client: Any, _id: str, settings: Values, _before: Values) -> None:
    record = {"Name": settings["name"], "Type": settings["type"]}
    if aliases := settings.get("aliases"):
        (alias,) = aliases
        record["AliasTarget"] = {
            "DNSName": alias["name"],
            "HostedZoneId": alias["zoneId"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }
    else:
        record["TTL"] = settings["ttl"]
        record["ResourceRecords"] = [{"Value": value} for value in settings["records"]]
    client.change_resource_record_sets(
        HostedZoneId=settings["zoneId"],
        ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]},
    )


create_record = partial(_change_record, "CREATE")
upsert_record = partial(_change_record, "UPSERT")
delete_record = partial(_change_record, "DELETE")


def _shape_index(index: Values) -> Values:
    names = {"projectionType", "nonKeyAttributes"} & index.keys()  # KEYS_ONLY names no others
    projection = {name: index[name] for name in names}
    named = {"indexName": index["name"], "keySchema": index["keySchemas"]}
    return {**named, "projection": projection}


def _capitalized(value: Any) -> Any:
    """Return a value with its names in boto3's spelling."""
    match value:
        case dict():
            return {name[0].upper() + name[1:]: _capitalized(each) for name, each in value.items()}
        case list():
            return [_capitalized(each) for each in value]
    return value


def _queue_attributes(settings: Values) -> dict[str, str]:
    """Return a queue's attributes as the texts that AWS takes."""
    return {
        "MessageRetentionPeriod": str(settings["messageRetentionSeconds"]),
        "Policy": settings["policy"],
        "RedrivePolicy": settings["redrivePolicy"],
        "SqsManagedSseEnabled": str(settings["sqsManagedSseEnabled"]).lower(),
        "VisibilityTimeout": str(settings["visibilityTimeoutSeconds"]),
    }


def _item_key(settings: Values) -> dict[str, Any]:
    item = json.loads(settings["item"])
    return {settings[name]: item[settings[name]] for name in ("hashKey", "rangeKey")}
