"""The stores in the table's index by organization: no token and no e-mail address is read.

Whatever item of a store has its organization id and hash is in the index: the store's record, and
beside it what was verified of it. They are told apart by their sort keys.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lambdas.callbacks import installation_item
from registration.portal.model import AppRegistration

from .progress import Counted
from .stack import Stack


@dataclass(frozen=True)
class Store:
    """A store of an app, as the index has it.

    Attributes:
        organization_id: the app's.
        store_hash: BigCommerce's name of the store.
        app: the app, or None if the stack no longer has it.
        items: the attributes of its items, as far as they are in the index, by sort key.
    """

    organization_id: str
    store_hash: str
    app: AppRegistration | None
    items: Mapping[str, Mapping[str, Any]]

    @property
    def record(self) -> Mapping[str, Any]:
        """The attributes of its record; empty where there is none."""
        return self.items.get(installation_item.SORT_KEY, {})

    @property
    def is_installed(self) -> bool:
        """Whether its record says so, whoever the app is now."""
        return self.record.get("status") == "installed"

    @property
    def is_current(self) -> bool:
        """Whether its record is of an app as it is registered now.

        An app without a Client ID may be waiting for the one its stores were installed with.
        """
        if self.app is None:
            return False
        return self.app.client_id in (None, self.record.get("client_id"))

    @property
    def state(self) -> str:
        """Where it stands, in a few words."""
        if not self.record:
            return "no record"
        if self.app is None:
            return "app not configured"
        if not self.is_current:
            return "of an earlier registration"
        return str(self.record["status"])

    @property
    def installed_at(self) -> datetime | None:
        """When the app was installed; None where it is not."""
        seconds = self.record.get("installed_at")
        return None if seconds is None else datetime.fromtimestamp(int(seconds), UTC)

    @property
    def user_count(self) -> int | None:
        """How many users may open the app; None where it is not installed."""
        count = self.record.get("user_count")
        return None if count is None else int(count)

    @property
    def missing_scopes(self) -> list[str]:
        """What the app is configured with and the store did not grant."""
        return sorted(self._wanted - self._granted) if self.is_installed else []

    @property
    def extra_scopes(self) -> list[str]:
        """What the store granted and the app is not configured with."""
        return sorted(self._granted - self._wanted) if self.is_installed and self.app else []

    @property
    def _wanted(self) -> set[str]:
        return set(self.app.scopes) if self.app else set()

    @property
    def _granted(self) -> set[str]:
        return set(self.record.get("scopes", ()))


def listed(stack: Stack, organization_ids: Collection[str] = ()) -> list[Store]:
    """The stores of these apps, or of every app that ever was, by app and hash.

    Raises:
        ClientError, BotoCoreError: a DynamoDB call failed.
    """
    found: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    with Counted("Listing stores") as counted:
        for page in _pages(stack, organization_ids):
            for item in page:
                attributes = installation_item.from_json(item)
                store = attributes["organization_id"], attributes["store_hash"]
                found.setdefault(store, {})[attributes["sk"]] = attributes
            counted.now(len(found))
    return [
        Store(organization_id, store_hash, stack.apps.get(organization_id), items)
        for (organization_id, store_hash), items in sorted(found.items())
    ]


def _pages(stack: Stack, organization_ids: Collection[str]) -> Iterator[list[dict[str, Any]]]:
    """The index's items, a page at a time: every one, or those of these apps."""
    index: dict[str, Any] = {"TableName": stack.table_name, "IndexName": stack.index_name}
    if not organization_ids:
        for page in stack.dynamodb.get_paginator("scan").paginate(**index):
            yield page["Items"]
    for id_ in organization_ids:
        condition: dict[str, Any] = {
            "KeyConditionExpression": "organization_id = :id",
            "ExpressionAttributeValues": {":id": {"S": id_}},
        }
        for answer in stack.dynamodb.get_paginator("query").paginate(**index, **condition):
            yield answer["Items"]
