"""Read the stores' items: listed through the table's index, or whole.

The index has records and verifications, without tokens and email addresses.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lambdas.records import installation_item
from lambdas.records.dynamodb_json import values_from_json
from ops.stores.progress import Progress
from ops.stores.stack import Stack
from ops.stores.store import Store

# Items a call, so that progress shows; DynamoDB's own limit is a megabyte.
PAGE_SIZE = 1000
PAUSE_SECONDS = 0.2
# Keys that one BatchGetItem takes.
_BATCH = 100


def listed(
    stack: Stack, organization_ids: Collection[str] = (), attributes: Sequence[str] = ()
) -> list[Store]:
    """Return the stores of these apps, or of all apps that ever were, by app and store hash.

    `attributes` are those to read; by default all that the index has.
    """
    found: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    progress = Progress("Listing stores")
    with progress:
        for page in _pages(stack, organization_ids, attributes):
            for values in map(values_from_json, page):
                store = values["organization_id"], values["store_hash"]
                found.setdefault(store, {})[values["sk"]] = values
            progress.show(len(found))
    return [
        Store(organization_id, store_hash, stack.apps.get(organization_id), items)
        for (organization_id, store_hash), items in sorted(found.items())
    ]


def whole_record(stack: Stack, store: Store) -> Store:
    """Return a listed store with its present record, including the token, if it still has one."""
    key = installation_item.key(store.organization_id, store.store_hash)
    items = {name: item for name, item in store.items.items() if name != key["sk"]["S"]}
    record = {item["sk"]: item for item in whole_items(stack, [key])}
    return replace(store, items=items | record)


def whole_items(
    stack: Stack, keys: Sequence[Mapping[str, Any]], *attributes: str
) -> Iterator[Mapping[str, Any]]:
    """Yield the items with these keys that exist, with all or these attributes."""
    read: dict[str, Any] = {"ConsistentRead": True} | _projection(attributes)
    for start in range(0, len(keys), _BATCH):
        wanted: Any = keys[start : start + _BATCH]
        while wanted:
            request: Any = {stack.table_name: {"Keys": wanted, **read}}
            answer = stack.dynamodb.batch_get_item(RequestItems=request)
            yield from map(values_from_json, answer["Responses"][stack.table_name])
            rest: Mapping[str, Any] = answer["UnprocessedKeys"].get(stack.table_name, {})
            wanted = rest.get("Keys")
            if wanted:  # DynamoDB is busy
                time.sleep(PAUSE_SECONDS)


def _projection(attributes: Sequence[str]) -> dict[str, Any]:
    if not attributes:
        return {}
    names = {f"#{number}": name for number, name in enumerate(attributes)}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}


def _pages(
    stack: Stack, organization_ids: Collection[str], attributes: Sequence[str]
) -> Iterator[list[dict[str, Any]]]:
    """Yield the index's items a page at a time: those of these apps, or all."""
    index: dict[str, Any] = {
        "TableName": stack.table_name,
        "IndexName": stack.index_name,
        "PaginationConfig": {"PageSize": PAGE_SIZE},
        **_projection(attributes),
    }
    if attributes:
        index["Select"] = "SPECIFIC_ATTRIBUTES"  # explicit: the preview role's policy requires it
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
