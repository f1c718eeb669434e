"""The stores' items in DynamoDB: those of the table's index, or whole ones.

Whatever item of a store has its organization id and hash is in the index: the store's record, and
beside it what was verified of it. They are told apart by their sort keys. The index has no token
and no e-mail address.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lambdas.records import installation_item
from lambdas.shared.dynamodb_json import values_from_json
from ops.stores.progress import Counted
from ops.stores.stack import Stack
from ops.stores.store import Store

# Items a call, so that progress is seen; DynamoDB's own bound is a megabyte.
PAGE_SIZE = 1000
PAUSE_SECONDS = 0.2
# Keys that one BatchGetItem takes.
_BATCH = 100


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
                values = values_from_json(item)
                store = values["organization_id"], values["store_hash"]
                found.setdefault(store, {})[values["sk"]] = values
            counted.now(len(found))
    return [
        Store(organization_id, store_hash, stack.apps.get(organization_id), items)
        for (organization_id, store_hash), items in sorted(found.items())
    ]


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
            yield from map(values_from_json, answer["Responses"][stack.table_name])
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
