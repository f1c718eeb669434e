"""The stores of a stack: all of them by the table's index, or one with its whole items.

Whatever item of a store has its organization id and hash is in the index: the store's record, and
beside it what was verified of it. They are told apart by their sort keys. The index has no token
and no e-mail address.
"""

import argparse
import re
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from lambdas.callbacks import installation_item
from lambdas.callbacks.scopes import ScopeComparison, compare
from lambdas.rutter import connection_table
from lambdas.rutter.tasks import parts_of_key
from registration.errors import CommandError
from registration.portal.model import AppRegistration

from .progress import Counted
from .stack import Stack

VERIFICATION = "VERIFICATION"
CONNECTION = connection_table.SORT_KEY

_STORE_HASH = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)
# Items a call, so that progress is seen; DynamoDB's own bound is a megabyte.
PAGE_SIZE = 1000
PAUSE_SECONDS = 0.2
# Keys that one BatchGetItem takes.
_BATCH = 100


@dataclass(frozen=True)
class Store:
    """A store of an app.

    Attributes:
        organization_id: the app's.
        store_hash: BigCommerce's name of the store.
        app: the app, or None if the stack no longer has it.
        items: the attributes of its items by sort key; those that the index has, if it was listed.
        last_opened: the day it last opened the app, where that was asked for and is known.
    """

    organization_id: str
    store_hash: str
    app: AppRegistration | None
    items: Mapping[str, Mapping[str, Any]]
    last_opened: date | None = None

    @property
    def record(self) -> Mapping[str, Any]:
        """The attributes of its record; empty where there is none."""
        found = self.items.get(installation_item.SORT_KEY, {})
        return found if installation_item.is_record(found) else {}

    @property
    def is_installed(self) -> bool:
        """Whether its record says so, whoever the app is now."""
        return self.record.get("status") == "installed"

    @property
    def is_current(self) -> bool:
        """Whether its record is of an app as it is registered now.

        An app without a Client ID may be waiting for the one its stores were installed with. And
        what is left where a record has expired, expires too.
        """
        if self.app is None:
            return False
        return not self.record or self.app.client_id in (None, self.record["client_id"])

    @property
    def state(self) -> str:
        """Where it stands, in a few words."""
        if not self.record:
            return "no record"
        if self.app is None:
            return "app not configured"
        if not self.is_current:
            return "of an earlier registration"
        if self.is_installed and self.verdict not in (None, "holds"):
            return f"installed, {self.verdict}"
        return str(self.record["status"])

    @property
    def verdict(self) -> str | None:
        """What BigCommerce said of the token it has; None where that is not recorded."""
        verified = self.items.get(VERIFICATION, {})
        if verified.get("granted_at_ms") != self.record.get("granted_at_ms"):
            return None
        return verified.get("verdict")

    @property
    def domain(self) -> str | None:
        """Its domain, where it is known."""
        return self.items.get(VERIFICATION, {}).get("domain")

    @property
    def connection_state(self) -> str | None:
        """That of its connection at Rutter; None where none was made."""
        return self.items.get(CONNECTION, {}).get("connection_state")

    @property
    def connection_reason(self) -> str | None:
        """Why data does not flow to Rutter; None where nothing is known to be wrong."""
        return self.items.get(CONNECTION, {}).get("connection_reason")

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
        return self._compared.missing if self.is_installed else []

    @property
    def extra_scopes(self) -> list[str]:
        """What the store granted and the app is not configured with."""
        return self._compared.extra if self.is_installed else []

    @property
    def granted(self) -> set[str]:
        """The scopes that the store granted."""
        return set(self.record.get("scopes", ()))

    @property
    def _compared(self) -> ScopeComparison:
        """Nothing differs where there is no app to compare with."""
        return compare(self.app.scopes if self.app else self.granted, self.granted)


def listed(
    stack: Stack, organization_ids: Collection[str] = (), attributes: Sequence[str] = ()
) -> list[Store]:
    """The stores of these apps, or of every app that ever was, by app and hash.

    Of the index all attributes are read, or these alone.

    Raises:
        ClientError, BotoCoreError: a DynamoDB call failed.
    """
    found: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    with Counted("Listing stores") as counted:
        for page in _pages(stack, organization_ids, attributes):
            for item in page:
                values = installation_item.from_json(item)
                store = values["organization_id"], values["store_hash"]
                found.setdefault(store, {})[values["sk"]] = values
            counted.now(len(found))
    return [
        Store(organization_id, store_hash, stack.apps.get(organization_id), items)
        for (organization_id, store_hash), items in sorted(found.items())
    ]


def add_apps(parser: argparse.ArgumentParser) -> None:
    """Add the option that names apps: also those that the stack no longer has."""
    parser.add_argument(
        "--app",
        action="append",
        default=[],
        metavar="ORGANIZATION_ID",
        help="only the stores of this app, also of one that the stack no longer has; may be given "
        "several times",
    )


def add_store(parser: argparse.ArgumentParser, nargs: str | None = None) -> None:
    """Add the arguments that name one store; `nargs` is argparse's."""
    parser.add_argument(
        "store_hash", metavar="STORE", nargs=nargs, help="the store's hash, as list shows it"
    )
    parser.add_argument(
        "--app", metavar="ORGANIZATION_ID", help="of which app, where it has several of the stack"
    )


def chosen_store(stack: Stack, options: argparse.Namespace) -> Store:
    """The one store that the options name, with its whole items, token and all.

    Raises:
        CommandError: there is none, or several apps have it.
        ClientError, BotoCoreError: a DynamoDB call failed.
    """
    store_hash, organization_id = options.store_hash, options.app
    if not _STORE_HASH.fullmatch(store_hash):
        raise CommandError(f"{store_hash!r} is no store hash: letters and digits, as list shows it")
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for attributes in whole_items(
        stack,
        [
            installation_item.key(id_, store_hash, sort_key)
            for id_ in ([organization_id] if organization_id else stack.apps)
            for sort_key in (installation_item.SORT_KEY, VERIFICATION, CONNECTION)
        ],
    ):
        id_, _ = parts_of_key(attributes["pk"])
        found.setdefault(id_, {})[attributes["sk"]] = attributes
    if not found:
        raise CommandError(
            f"Store {store_hash} has no record of {organization_id or 'an app of the stack'}. "
            f"Every store: {stack.commands.list_every_store}"
        )
    if len(found) > 1:
        raise CommandError(
            f"Store {store_hash} has several apps. Say which: --app {' or --app '.join(found)}"
        )
    ((id_, items),) = found.items()
    return Store(id_, store_hash, stack.apps.get(id_), items)


def whole_record(stack: Stack, store: Store) -> Store:
    """A listed store with its record as it is now, token and all; without one if it is gone.

    Raises:
        ClientError, BotoCoreError: a DynamoDB call failed.
    """
    key = installation_item.key(store.organization_id, store.store_hash)
    items = {name: item for name, item in store.items.items() if name != key["sk"]["S"]}
    record = {item["sk"]: item for item in whole_items(stack, [key])}
    return replace(store, items=items | record)


def whole_items(
    stack: Stack, keys: Sequence[Mapping[str, Any]], *attributes: str
) -> Iterator[Mapping[str, Any]]:
    """The attributes of the items with these keys, or these of them; what is not there is left out.

    Raises:
        ClientError, BotoCoreError: a DynamoDB call failed.
    """
    how: dict[str, Any] = {"ConsistentRead": True} | _projection(attributes)
    for start in range(0, len(keys), _BATCH):
        wanted: Any = keys[start : start + _BATCH]
        while wanted:
            request: Any = {stack.table_name: {"Keys": wanted, **how}}
            answer = stack.dynamodb.batch_get_item(RequestItems=request)
            yield from map(installation_item.from_json, answer["Responses"][stack.table_name])
            rest: Mapping[str, Any] = answer["UnprocessedKeys"].get(stack.table_name, {})
            wanted = rest.get("Keys")
            if wanted:  # DynamoDB is busy: not at once again
                time.sleep(PAUSE_SECONDS)


def _projection(attributes: Sequence[str]) -> dict[str, Any]:
    """The parameters of a call that reads these attributes; none where it reads all."""
    if not attributes:
        return {}
    names = {f"#{number}": name for number, name in enumerate(attributes)}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}


def _pages(
    stack: Stack, organization_ids: Collection[str], attributes: Sequence[str]
) -> Iterator[list[dict[str, Any]]]:
    """The index's items, a page at a time: every one, or those of these apps."""
    index: dict[str, Any] = {
        "TableName": stack.table_name,
        "IndexName": stack.index_name,
        "PaginationConfig": {"PageSize": PAGE_SIZE},
        **_projection(attributes),
    }
    if attributes:
        index["Select"] = "SPECIFIC_ATTRIBUTES"  # said, so that a policy can ask for it
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
