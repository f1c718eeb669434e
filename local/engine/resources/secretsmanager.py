"""Secrets Manager secrets and their values."""

from __future__ import annotations

from typing import Any

from local.engine.resources.base import (
    Created,
    Inputs,
    Outputs,
    ResourceType,
    UpdatableType,
    retag,
    tag_list,
)


class Secret(UpdatableType):
    """A secret, without a value."""

    token = "aws:secretsmanager/secret:Secret"
    immutable = frozenset({"name"})
    mutable = frozenset({"description", "recoveryWindowInDays", "tags"})

    def create(self, inputs: Inputs) -> Created:
        """Create the secret."""
        arn = self.aws.secretsmanager.create_secret(
            Name=inputs["name"],
            Description=inputs.get("description", ""),
            Tags=tag_list(inputs.get("tags", {})),
        )["ARN"]
        return Created(arn, {"arn": arn})

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Change description and tags; the recovery window is only read at deletion."""
        client = self.aws.secretsmanager
        client.update_secret(SecretId=resource_id, Description=new.get("description", ""))
        retag(
            old,
            new,
            lambda tags: client.tag_resource(SecretId=resource_id, Tags=tag_list(tags)),
            lambda keys: client.untag_resource(SecretId=resource_id, TagKeys=keys),
        )
        return {}

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Delete the secret: at once with a recovery window of 0 days, else recoverably."""
        days = inputs.get("recoveryWindowInDays", 30)
        window: dict[str, Any] = {"RecoveryWindowInDays": days}
        if days == 0:
            window = {"ForceDeleteWithoutRecovery": True}
        self.aws.secretsmanager.delete_secret(SecretId=resource_id, **window)


class SecretVersion(ResourceType):
    """A secret's value."""

    token = "aws:secretsmanager/secretVersion:SecretVersion"
    immutable = frozenset({"secretId", "secretString"})

    def create(self, inputs: Inputs) -> Created:
        """Put the value as the secret's current version."""
        version = self.aws.secretsmanager.put_secret_value(
            SecretId=inputs["secretId"], SecretString=inputs["secretString"]
        )
        return Created(
            f"{inputs['secretId']}|{version['VersionId']}",
            {"arn": version["ARN"]},
        )

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Do nothing: a secret's current version cannot be deleted, only the secret can.

        The AWS provider does the same: it leaves the version that is labelled AWSCURRENT.
        """


TYPES: list[type[ResourceType]] = [Secret, SecretVersion]
