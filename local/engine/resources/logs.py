"""CloudWatch log groups."""

from __future__ import annotations

from local.engine.resources.base import (
    Created,
    Inputs,
    Outputs,
    ResourceType,
    UpdatableType,
    changed,
    retag,
)


class LogGroup(UpdatableType):
    """A log group."""

    token = "aws:cloudwatch/logGroup:LogGroup"
    immutable = frozenset({"name"})
    mutable = frozenset({"retentionInDays", "tags"})

    def create(self, inputs: Inputs) -> Created:
        """Create the log group; its ARN is given without the `:*` that AWS appends."""
        name = inputs["name"]
        self.aws.logs.create_log_group(logGroupName=name, tags=dict(inputs.get("tags", {})))
        self._set_retention(name, inputs)
        return Created(name, {"arn": self._arn(name)})

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Change retention and tags."""
        if "retentionInDays" in changed(old, new):
            self._set_retention(resource_id, new)
        arn = self._arn(resource_id)
        retag(
            old,
            new,
            lambda tags: self.aws.logs.tag_resource(resourceArn=arn, tags=tags),
            lambda keys: self.aws.logs.untag_resource(resourceArn=arn, tagKeys=keys),
        )
        return {}

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Delete the log group with its logs."""
        self.aws.logs.delete_log_group(logGroupName=resource_id)

    def _set_retention(self, name: str, inputs: Inputs) -> None:
        days = inputs.get("retentionInDays", 0)
        if days:
            self.aws.logs.put_retention_policy(logGroupName=name, retentionInDays=days)
        else:  # 0 is how the AWS provider says that logs never expire
            self.aws.logs.delete_retention_policy(logGroupName=name)

    def _arn(self, name: str) -> str:
        return f"arn:aws:logs:{self.aws.region}:{self.aws.account_id}:log-group:{name}"


TYPES: list[type[ResourceType]] = [LogGroup]
