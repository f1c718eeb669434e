"""DNS records."""

from __future__ import annotations

from typing import Any

from local.engine.resources.base import (
    Created,
    Inputs,
    Outputs,
    ResourceType,
    UpdatableType,
    renamed,
)


class Record(UpdatableType):
    """An alias record."""

    token = "aws:route53/record:Record"
    immutable = frozenset({"name", "type", "zoneId"})
    mutable = frozenset({"aliases"})

    def create(self, inputs: Inputs) -> Created:
        """Create the record."""
        self._change("CREATE", inputs)
        return Created(f"{inputs['zoneId']}_{inputs['name']}_{inputs['type']}")

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Point the record elsewhere."""
        self._change("UPSERT", new)
        return {}

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Delete the record."""
        self._change("DELETE", inputs)

    def _change(self, action: str, inputs: Inputs) -> None:
        (alias,) = inputs["aliases"]
        target = renamed(
            alias,
            {
                "name": "DNSName",
                "zoneId": "HostedZoneId",
                "evaluateTargetHealth": "EvaluateTargetHealth",
            },
        )
        change: Any = {
            "Action": action,
            "ResourceRecordSet": {
                "Name": inputs["name"],
                "Type": inputs["type"],
                "AliasTarget": target,
            },
        }
        self.aws.route53.change_resource_record_sets(
            HostedZoneId=inputs["zoneId"], ChangeBatch={"Changes": [change]}
        )


TYPES: list[type[ResourceType]] = [Record]
