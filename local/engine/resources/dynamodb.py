"""DynamoDB tables and items."""

from __future__ import annotations

import json
from typing import Any

from local.engine.resources.base import (
    Created,
    Inputs,
    Outputs,
    ResourceType,
    UpdatableType,
    changed,
    renamed,
    retag,
    tag_list,
)


class Table(UpdatableType):
    """A table, ready for use once created."""

    token = "aws:dynamodb/table:Table"
    immutable = frozenset({"name", "hashKey", "rangeKey", "attributes"})
    mutable = frozenset(
        {
            "billingMode",
            "deletionProtectionEnabled",
            "pointInTimeRecovery",
            "serverSideEncryption",
            "streamEnabled",
            "streamViewType",
            "tags",
            "ttl",
        }
    )

    def create(self, inputs: Inputs) -> Created:
        """Create the table, wait until it is active, then set expiry and recovery."""
        name = inputs["name"]
        attributes: list[Any] = [
            renamed(attribute, {"name": "AttributeName", "type": "AttributeType"})
            for attribute in inputs["attributes"]
        ]
        self.aws.dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=attributes,
            KeySchema=[
                {"AttributeName": inputs["hashKey"], "KeyType": "HASH"},
                {"AttributeName": inputs["rangeKey"], "KeyType": "RANGE"},
            ],
            Tags=tag_list(inputs.get("tags", {})),
            **{argument: value for _, argument, value in _settings(inputs)},
        )
        self._wait(name)
        for setting in ("ttl", "pointInTimeRecovery"):
            if setting in inputs:
                self._set(setting, name, inputs[setting])
        return Created(name, self._outputs(name))

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Change whatever differs, one setting an `UpdateTable` call, as AWS demands."""
        differs = changed(old, new)
        for names, argument, value in _settings(new):
            if differs & names:
                self.aws.dynamodb.update_table(TableName=resource_id, **{argument: value})
                self._wait(resource_id)
        for setting in differs & {"ttl", "pointInTimeRecovery"}:
            off = {**old.get(setting, {}), "enabled": False}
            self._set(setting, resource_id, new.get(setting, off))
        outputs = self._outputs(resource_id)
        retag(
            old,
            new,
            lambda tags: self.aws.dynamodb.tag_resource(
                ResourceArn=outputs["arn"], Tags=tag_list(tags)
            ),
            lambda keys: self.aws.dynamodb.untag_resource(ResourceArn=outputs["arn"], TagKeys=keys),
        )
        return outputs

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Delete the table; AWS refuses while deletion protection is on."""
        self.aws.dynamodb.delete_table(TableName=resource_id)
        self.aws.dynamodb.get_waiter("table_not_exists").wait(
            TableName=resource_id, WaiterConfig={"Delay": 1}
        )

    def _set(self, setting: str, name: str, value: Inputs) -> None:
        if setting == "ttl":
            ttl: Any = renamed(value, {"attributeName": "AttributeName", "enabled": "Enabled"})
            self.aws.dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)
            return
        recovery: Any = renamed(value, {"enabled": "PointInTimeRecoveryEnabled"})
        self.aws.dynamodb.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification=recovery
        )

    def _wait(self, name: str) -> None:
        self.aws.dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})

    def _outputs(self, name: str) -> Outputs:
        table = self.aws.dynamodb.describe_table(TableName=name)["Table"]
        return {"arn": table["TableArn"], "streamArn": table.get("LatestStreamArn", "")}


class TableItem(UpdatableType):
    """One item, given in DynamoDB's JSON."""

    token = "aws:dynamodb/tableItem:TableItem"
    immutable = frozenset({"tableName", "hashKey", "rangeKey"})
    mutable = frozenset({"item"})

    def create(self, inputs: Inputs) -> Created:
        """Put the item."""
        table = inputs["tableName"]
        self.aws.dynamodb.put_item(TableName=table, Item=json.loads(inputs["item"]))
        keys = [next(iter(value.values())) for value in _key(inputs).values()]
        return Created("|".join([table, *keys]))

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Put the new item; the old one goes when its key is another."""
        self.create(new)
        if _key(old) != _key(new):
            self.delete(resource_id, old)
        return {}

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Delete the item."""
        self.aws.dynamodb.delete_item(TableName=inputs["tableName"], Key=_key(inputs))


def _settings(inputs: Inputs) -> list[tuple[set[str], str, Any]]:
    """Return the table's settings: their inputs, and the argument and value AWS takes."""
    stream: dict[str, Any] = {"StreamEnabled": bool(inputs.get("streamEnabled"))}
    if "streamViewType" in inputs:
        stream["StreamViewType"] = inputs["streamViewType"]
    encryption = renamed(
        inputs.get("serverSideEncryption", {"enabled": False}),
        {"enabled": "Enabled", "kmsKeyArn": "KMSMasterKeyId"},
    )
    if "KMSMasterKeyId" in encryption:
        encryption["SSEType"] = "KMS"
    return [
        ({"billingMode"}, "BillingMode", inputs.get("billingMode", "PROVISIONED")),
        ({"streamEnabled", "streamViewType"}, "StreamSpecification", stream),
        ({"serverSideEncryption"}, "SSESpecification", encryption),
        (
            {"deletionProtectionEnabled"},
            "DeletionProtectionEnabled",
            inputs.get("deletionProtectionEnabled", False),
        ),
    ]


def _key(inputs: Inputs) -> dict[str, Any]:
    item = json.loads(inputs["item"])
    return {inputs[name]: item[inputs[name]] for name in ("hashKey", "rangeKey")}


TYPES: list[type[ResourceType]] = [Table, TableItem]
