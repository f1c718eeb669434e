"""`token`: the access token of one store."""

import sys

from ops.errors import CommandError
from ops.options import SELECTED, Target
from ops.stores.confirmation import Yes, confirm
from ops.stores.selection import OneApp, StoreHash, chosen_store
from ops.stores.stack import opened
from ops.stores.tokens import decrypted
from portal.sheet.text import one_line


def run(
    store_hash: StoreHash,
    /,
    *,
    target: Target = SELECTED,
    app: OneApp = None,
    yes: Yes = False,
) -> int:
    """Print the access token of one store, after you confirm.

    Anyone with the token can do in the store what its scopes allow. CloudTrail
    logs the call Decrypt with your identity, the organization ID and the store
    hash.
    """
    with opened(target) as stack:
        store = chosen_store(stack, store_hash, app)
        if not store.is_installed:
            raise CommandError(
                f"Store {store.store_hash} has no token: the app is not installed there."
            )
        scopes = one_line(", ".join(store.record["scopes"])) or "no scopes"
        confirm(
            f"Print the access token of store {store.store_hash} for {store.organization_id} "
            f"({scopes})? CloudTrail logs it with your identity.",
            yes=yes,
        )
        token = decrypted(stack, *store.key, bytes(store.record["access_token"]))
    sys.stdout.write(f"{token}\n")
    return 0
