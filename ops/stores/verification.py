"""The verification of a store: an item next to its record, which the callbacks do not touch.

pk               S     as the record's
sk               S     VERIFICATION
organization_id  S     with store_hash, so that the index has the item
store_hash       S
verdict          S     whether the token is valid
verified_at      N
granted_at_ms    N     of the verified token; a newer token has another
domain           S     the store's, if BigCommerce returned it
expires_at       N     the table's TTL attribute
"""

import time

from lambdas.records import installation_item
from lambdas.shared.dynamodb_json import values_to_json
from ops.stores.bigcommerce_api import Answer
from ops.stores.stack import Stack
from ops.stores.store import VERIFICATION, Store

KEPT_SECONDS = 90 * 86_400


def record_answer(stack: Stack, store: Store, answer: Answer) -> None:
    """Record BigCommerce's answer about a store's token.

    Raises:
        ClientError, BotoCoreError: a DynamoDB call failed.
    """
    now = int(time.time())
    domain = answer.domain or store.domain
    values = {
        "organization_id": store.organization_id,
        "store_hash": store.store_hash,
        "verdict": str(answer.verdict),
        "verified_at": now,
        "granted_at_ms": store.record["granted_at_ms"],
        "expires_at": now + KEPT_SECONDS,
    } | ({"domain": domain} if domain else {})
    key = installation_item.key(store.organization_id, store.store_hash, VERIFICATION)
    stack.dynamodb.put_item(TableName=stack.table_name, Item=key | values_to_json(values))
