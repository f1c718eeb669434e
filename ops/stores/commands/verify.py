"""`verify`: whether the access tokens are valid."""

import sys
from collections.abc import Sequence
from functools import partial

from ops.errors import CommandError
from ops.options import SELECTED, Json, Target
from ops.stores.bigcommerce_api import Answer, BigCommerceApi, Verdict
from ops.stores.output import number_of, print_json, print_stores
from ops.stores.parallel_map import parallel_map
from ops.stores.selection import StoresOfApps, chosen_stores
from ops.stores.stack import Stack, opened
from ops.stores.store import Store
from ops.stores.store_table import whole_record
from ops.stores.tokens import UnreadableTokenError, decrypted
from ops.stores.verification import record_answer

REMEDIES = {
    Verdict.REFUSED: "reinstall the app, or purge the record",
    Verdict.CONSENT: "the owner opens the app and consents",
    Verdict.CLOSED: "purge the record",
    Verdict.UNREADABLE: "reinstall the app, or purge the record",
    Verdict.UNKNOWN: "verify again",
}

_Verified = tuple[Store, Answer]


def run(
    *, target: Target = SELECTED, apps: StoresOfApps = (), mark: bool = False, json: Json = False
) -> int:
    """Verify each store's access token with BigCommerce.

    A token is refused if the store uninstalled the app and the callback was lost,
    or if the store has a newer token. Each store takes one request (GET
    /v2/store), eight at a time. The command decrypts each token, and CloudTrail
    logs it.

    Exit status: 0 if all are valid, 1 if one is not or BigCommerce did not
    answer, 2 if AWS refused, or if no store installed the apps that --app
    names. The command always shows what it has found.

    Args:
        mark: Record the verdict and the store's domain, for `list` and `purge --dead`.
    """
    with opened(target) as stack:
        stores = [
            store for store in chosen_stores(stack, apps) if store.is_installed and store.is_current
        ]
        if apps and not stores:
            raise CommandError(f"No store has {' or '.join(apps)} installed.")
        work = partial(_verify, stack, BigCommerceApi(stack.registration), mark)
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
    print_stores(
        stack,
        ("Token", "Reason", "What to do"),
        [(store, (a.verdict, a.reason, REMEDIES[a.verdict])) for store, a in failed],
    )
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
        record_answer(stack, store, answer)
    return answer
