"""KMS keys and their aliases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.engine.resources.base import (
    Created,
    Inputs,
    Outputs,
    ResourceType,
    UpdatableType,
    changed,
    retag,
)


class Key(UpdatableType):
    """A symmetric encryption key."""

    token = "aws:kms/key:Key"
    immutable = frozenset()
    mutable = frozenset(
        {"description", "enableKeyRotation", "policy", "deletionWindowInDays", "tags"}
    )

    def create(self, inputs: Inputs) -> Created:
        """Create the key, with rotation as asked."""
        arguments: dict[str, Any] = {"Tags": _tags(inputs.get("tags", {}))}
        if "description" in inputs:
            arguments["Description"] = inputs["description"]
        if "policy" in inputs:
            arguments["Policy"] = inputs["policy"]
        key = self.aws.kms.create_key(**arguments)["KeyMetadata"]
        if inputs.get("enableKeyRotation"):
            self.aws.kms.enable_key_rotation(KeyId=key["KeyId"])
        return Created(key["KeyId"], {"arn": key["Arn"], "keyId": key["KeyId"]})

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Change whatever differs; the deletion window is only read at deletion."""
        kms, differs = self.aws.kms, changed(old, new)
        if "description" in differs:
            kms.update_key_description(KeyId=resource_id, Description=new.get("description", ""))
        if "policy" in differs and "policy" in new:
            kms.put_key_policy(KeyId=resource_id, PolicyName="default", Policy=new["policy"])
        if "enableKeyRotation" in differs:
            rotation = kms.disable_key_rotation
            if new.get("enableKeyRotation"):
                rotation = kms.enable_key_rotation
            rotation(KeyId=resource_id)
        retag(
            old,
            new,
            lambda tags: kms.tag_resource(KeyId=resource_id, Tags=_tags(tags)),
            lambda keys: kms.untag_resource(KeyId=resource_id, TagKeys=keys),
        )
        return {}

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Schedule the key's deletion, after 30 days unless `deletionWindowInDays` says other."""
        self.aws.kms.schedule_key_deletion(
            KeyId=resource_id, PendingWindowInDays=inputs.get("deletionWindowInDays", 30)
        )


class Alias(UpdatableType):
    """A name for a key."""

    token = "aws:kms/alias:Alias"
    immutable = frozenset({"name"})
    mutable = frozenset({"targetKeyId"})

    def create(self, inputs: Inputs) -> Created:
        """Create the alias."""
        name = inputs["name"]
        self.aws.kms.create_alias(AliasName=name, TargetKeyId=inputs["targetKeyId"])
        account = f"{self.aws.region}:{self.aws.account_id}"
        return Created(name, {"arn": f"arn:aws:kms:{account}:{name}"})

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Point the alias at another key."""
        self.aws.kms.update_alias(AliasName=resource_id, TargetKeyId=new["targetKeyId"])
        return {}

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Delete the alias; the key stays."""
        self.aws.kms.delete_alias(AliasName=resource_id)


def _tags(tags: Mapping[str, str]) -> list[Any]:
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


TYPES: list[type[ResourceType]] = [Key, Alias]
