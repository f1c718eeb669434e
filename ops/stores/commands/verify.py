"""`verify`: whether the access tokens hold."""

import argparse
import json
import sys
from collections.abc import Sequence
from functools import partial

from ops.errors import CommandError
from ops.stores.at_once import each
from ops.stores.bigcommerce_api import Answer, BigCommerceApi, Verdict
from ops.stores.stack import Stack
from ops.stores.store import Store
from ops.stores.store_arguments import add_apps, chosen_stores
from ops.stores.store_table import whole_record
from ops.stores.text import in_columns, number_of
from ops.stores.tokens import UnreadableTokenError, decrypted
from ops.stores.verification import mark

HEADINGS = ("App", "Store", "Token", "Why", "What to do")
REMEDIES = {
    Verdict.REFUSED: "reinstall the app, or purge the record",
    Verdict.CONSENT: "the owner opens the app and consents",
    Verdict.CLOSED: "purge the record",
    Verdict.UNREADABLE: "reinstall the app, or purge the record",
    Verdict.UNKNOWN: "verify again",
}

_Found = tuple[Store, Answer]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which stores, and whether to keep what is found."""
    add_apps(parser)
    parser.add_argument(
        "--mark",
        action="store_true",
        help="record what is found, and the store's domain: for list and purge --dead",
    )
    parser.add_argument("--json", action="store_true", help="every token as JSON, an object a line")


def run(stack: Stack, options: argparse.Namespace) -> int:
    """Ask BigCommerce with each store's access token whether it still holds.

    A token that was refused belongs to a store that uninstalled the app, and its callback was lost,
    or that has a newer token; a store that is closed has none; where the scopes or the owner
    changed, the owner has to consent again. A few stores are asked at a time, each by one request
    (GET /v2/store). Each token is decrypted for it, which CloudTrail logs: where that is
    impossible, the token is not the store's, or of another key.

    Exit status: 0 when all hold, 1 when one does not, or BigCommerce gave no answer about it; 2
    when no store has what --app names installed, or AWS refused: what was found by then is shown.
    """
    stores = [
        store
        for store in chosen_stores(stack, options.app)
        if store.is_installed and store.is_current
    ]
    if options.app and not stores:
        raise CommandError(f"No store has {' or '.join(options.app)} installed.")
    verify = partial(_verify, stack, BigCommerceApi(stack.registration), options.mark)
    verified: list[tuple[Store, Answer | None]] = []
    try:
        each(verify, stores, "Asking BigCommerce", verified)
    finally:
        answers = [(store, answer) for store, answer in verified if answer is not None]
        failed = [found for found in answers if found[1].verdict is not Verdict.HOLDS]
        if options.json:
            _print_json(answers)
        else:
            _show(answers, failed, ", and recorded" if options.mark else "")
    return 1 if failed else 0


def _print_json(answers: Sequence[_Found]) -> None:
    for store, answer in sorted(answers, key=_place):
        found = {
            "organizationId": store.organization_id,
            "storeHash": store.store_hash,
            "verdict": answer.verdict,
            "reason": answer.reason or None,
            "domain": answer.domain,
            "remedy": REMEDIES.get(answer.verdict),
        }
        sys.stdout.write(json.dumps(found) + "\n")


def _show(answers: Sequence[_Found], failed: Sequence[_Found], marked: str) -> None:
    """Print which tokens do not hold, and how many do."""
    if failed:
        rows = [_row(store, answer) for store, answer in sorted(failed, key=_place)]
        for line in in_columns([HEADINGS, *rows]):
            sys.stdout.write(f"{line}\n")
    sys.stdout.write(
        f"{number_of(len(answers), 'token')} asked about{marked}: "
        f"{len(answers) - len(failed):,} hold, {len(failed):,} not.\n"
    )


def _verify(stack: Stack, api: BigCommerceApi, keep: bool, store: Store) -> Answer | None:
    """What is found of a store's token; None where it was uninstalled meanwhile."""
    store = whole_record(stack, store)
    if not store.is_installed:
        return None
    answer = _asked(stack, api, store)
    if keep and answer.verdict is not Verdict.UNKNOWN:
        mark(stack, store, answer)
    return answer


def _asked(stack: Stack, api: BigCommerceApi, store: Store) -> Answer:
    ciphertext = bytes(store.record["access_token"])
    try:
        token = decrypted(stack, store.organization_id, store.store_hash, ciphertext)
    except UnreadableTokenError:
        return Answer(Verdict.UNREADABLE, reason="damaged, another store's, or of another key")
    return api.ask(store.store_hash, token, set(store.record["scopes"]))


def _place(found: _Found) -> tuple[str, str]:
    return found[0].organization_id, found[0].store_hash


def _row(store: Store, answer: Answer) -> tuple[str, ...]:
    return (
        store.organization_id,
        store.store_hash,
        answer.verdict,
        answer.reason,
        REMEDIES[answer.verdict],
    )
