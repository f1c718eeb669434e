"""`verify`: whether the access tokens are valid.

`--mark` records it in an item next to the store's record, with the sort key VERIFICATION. The
callbacks do not touch it, and the table's TTL deletes it. Its `granted_at_ms` identifies the token.
"""

import sys
import time
from collections.abc import Sequence
from functools import partial

from lambdas.records import installation_item
from lambdas.records.dynamodb_json import values_to_json
from ops.errors import CommandError
from ops.options import SELECTED, Json, Target
from ops.stores.bigcommerce_api import Answer, BigCommerceApi, Verdict
from ops.stores.older_outputs import warn_of_older_outputs
from ops.stores.output import number_of, print_json, print_stores
from ops.stores.parallel_map import parallel_map
from ops.stores.selection import AnyApps, chosen_stores
from ops.stores.stack import Stack, opened
from ops.stores.store import VERIFICATION, Store
from ops.stores.store_table import whole_record
from ops.stores.tokens import UnreadableTokenError, decrypted

REMEDIES = {
    Verdict.REFUSED: "reinstall the app, or purge the record",
    Verdict.CONSENT: "the owner opens the app and consents",
    Verdict.CLOSED: "purge the record",
    Verdict.UNREADABLE: "reinstall the app, or purge the record",
    Verdict.UNKNOWN: "verify again",
}

KEPT_SECONDS = 90 * 86_400

_Verified = tuple[Store, Answer]


def run(
    *, target: Target = SELECTED, apps: AnyApps = (), mark: bool = False, json: Json = False
) -> int:
    """Verify each store's access token with BigCommerce.

    A token is refused if the store uninstalled the app and the callback was lost,
    or if the store has a newer token. Each store takes one request (GET
    /v2/store), eight at a time. CloudTrail logs each decryption.

    Exit status: 0 if all are valid; 1 if one is not; 2 if AWS refused, or if no
    store has the app. If BigCommerce does not answer, a token counts as not valid.
    The command always shows what it has found.

    Args:
        mark: Record the verdict and the store's domain, for `list` and `purge --dead`.
    """
    with opened(target) as stack:
        chosen = chosen_stores(stack, apps)
        warn_of_older_outputs(stack, {store.organization_id for store in chosen})
        stores = [store for store in chosen if store.is_installed and store.is_current]
        if apps and not stores:
            raise CommandError(f"No store has {' or '.join(apps)} installed.")
        work = partial(_verify, stack, BigCommerceApi(stack.outputs.registration), mark)
        done: list[tuple[Store, Answer | None]] = []
        try:
            parallel_map(work, stores, "Verifying tokens", done)
        finally:
            verified = [(store, answer) for store, answer in done if answer is not None]
            failed = [each for each in verified if each[1].verdict is not Verdict.VALID]
            if json:
                _print_json(verified)
            else:
                _print_failed(stack, failed, len(verified), ", recorded" if mark else "")
    return 1 if failed else 0


def _print_json(verified: Sequence[_Verified]) -> None:
    print_json(
        [
            {
                "organizationId": store.organization_id,
                "storeHash": store.store_hash,
                "verdict": answer.verdict,
                "reason": answer.reason or None,
                "domain": answer.domain,
                "remedy": REMEDIES.get(answer.verdict),
            }
            for store, answer in sorted(verified, key=lambda each: each[0].key)
        ]
    )


def _print_failed(stack: Stack, failed: Sequence[_Verified], count: int, recorded: str) -> None:
    rows = [(store, (a.verdict, a.reason, REMEDIES[a.verdict])) for store, a in failed]
    print_stores(stack, ("Token", "Reason", "What to do"), rows)
    sys.stdout.write(
        f"{number_of(count, 'token')} verified{recorded}: {count - len(failed):,} valid, "
        f"{len(failed):,} not.\n"
    )


def _verify(stack: Stack, api: BigCommerceApi, mark: bool, store: Store) -> Answer | None:
    """Verify a store's token; return None if the app was uninstalled meanwhile."""
    store = whole_record(stack, store)
    if not store.is_installed:
        return None
    try:
        token = decrypted(stack, *store.key, bytes(store.record["access_token"]))
    except UnreadableTokenError:
        answer = Answer(Verdict.UNREADABLE, reason="damaged, or encrypted for another store or key")
    else:
        answer = api.verify(store.store_hash, token, set(store.record["scopes"]))
    if mark and answer.verdict is not Verdict.UNKNOWN:
        _record(stack, store, answer)
    return answer


def _record(stack: Stack, store: Store, answer: Answer) -> None:
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
    key = installation_item.key(*store.key, VERIFICATION)
    stack.dynamodb.put_item(TableName=stack.table_name, Item=key | values_to_json(values))
