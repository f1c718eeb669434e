"""What was verified of a store: an item beside its record, which the callbacks leave alone.

pk               S     as the record's
sk               S     VERIFICATION
organization_id  S     with store_hash, so that the index has it
store_hash       S
verdict          S     what BigCommerce said of the token
verified_at      N     when
granted_at_ms    N     of the token that was asked about: a newer one has another
domain           S     the store's, where BigCommerce shows it
expires_at       N     the table's TTL attribute: it is asked again sooner, or is gone
"""

import time

from lambdas.records import installation_item
from lambdas.shared.dynamodb_json import values_to_json
from ops.stores.bigcommerce_api import Answer
from ops.stores.stack import Stack
from ops.stores.store import VERIFICATION, Store

KEPT_SECONDS = 90 * 86_400


def mark(stack: Stack, store: Store, answer: Answer) -> None:
    """Record BigCommerce's answer about a store's token.

    Raises:
        ClientError, BotoCoreError: DynamoDB refused.
    """
    now = int(time.time())
    values = {
        "organization_id": store.organization_id,
        "store_hash": store.store_hash,
        "verdict": str(answer.verdict),
        "verified_at": now,
        "granted_at_ms": store.record["granted_at_ms"],
        "expires_at": now + KEPT_SECONDS,
        # A domain that is not shown now was another time, perhaps.
        **({"domain": domain} if (domain := answer.domain or store.domain) else {}),
    }
    key = installation_item.key(store.organization_id, store.store_hash, VERIFICATION)
    stack.dynamodb.put_item(TableName=stack.table_name, Item=key | values_to_json(values))
