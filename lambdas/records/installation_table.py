"""The stores' records in DynamoDB: read one, apply a rule, and write it if it is unchanged.

A store's whole record is one item (`installation_item`), so every callback is a single conditional
write. Nothing can be half-written, and of two concurrent callbacks the second sees the first.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from ..shared import aws, environment
from ..shared.errors import ServiceUnavailableError
from . import dynamodb_json, installation_item
from .installation import Record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ATTEMPTS = 6
PAUSE_SECONDS = 0.03

_Ruled = TypeVar("_Ruled", bound=Record)


def update(organization_id: str, store_hash: str, rule: Callable[[Record], _Ruled]) -> _Ruled:
    """Apply a rule to a store's record in the function's table: see `InstallationTable.update`."""
    table = InstallationTable(aws.dynamodb(), environment.table_name())
    return table.update(organization_id, store_hash, rule)


def read(organization_id: str, store_hash: str) -> Record:
    """Read a store's record from the function's table: see `InstallationTable.read`."""
    record, _ = InstallationTable(aws.dynamodb(), environment.table_name()).read(
        organization_id, store_hash
    )
    return record


class BusyRecordError(ServiceUnavailableError):
    """Other callbacks kept writing the store's record."""


@dataclass(frozen=True)
class InstallationTable:
    """A table of stores' records, through this client."""

    dynamodb: "DynamoDBClient"
    name: str

    def update(
        self, organization_id: str, store_hash: str, rule: Callable[[Record], _Ruled]
    ) -> _Ruled:
        """Apply a rule to a store's record and return the record as it then is.

        If another callback wrote in between, the rule is applied again to the newer record.

        Raises:
            BusyRecordError: other callbacks kept writing.
            CallbackError: whatever the rule raises.
        """
        for attempt in range(ATTEMPTS):
            if attempt:
                pause = random.uniform(0, PAUSE_SECONDS * 2 ** (attempt - 1))  # noqa: S311 (not cryptography)
                time.sleep(pause)
            before, revision = self.read(organization_id, store_hash)
            after = rule(before)
            if after == before:
                return after
            if self._write(organization_id, store_hash, after, revision):
                return after
        raise BusyRecordError("another callback wrote the store's record at every attempt")

    def read(self, organization_id: str, store_hash: str) -> tuple[Record, int]:
        """Return the record and its revision; None and 0 if there is none."""
        answer = self.dynamodb.get_item(
            TableName=self.name,
            Key=installation_item.key(organization_id, store_hash),
            ConsistentRead=True,
        )
        if "Item" not in answer:
            return None, 0
        attributes = dynamodb_json.values_from_json(answer["Item"])
        return installation_item.record(attributes), int(attributes.get("revision", 0))

    def _write(self, organization_id: str, store_hash: str, record: Record, revision: int) -> bool:
        """Write the record if its revision is still this one; False if it is not."""
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(revision)"}
        if revision:
            condition = {
                "ConditionExpression": "revision = :revision",
                "ExpressionAttributeValues": {":revision": {"N": str(revision)}},
            }
        try:
            self.dynamodb.put_item(
                TableName=self.name,
                Item=installation_item.item(organization_id, store_hash, record, revision + 1),
                **condition,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True
