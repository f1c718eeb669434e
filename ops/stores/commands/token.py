"""`token`: the access token of one store."""

import argparse
import sys

from ops.errors import CommandError
from ops.stores.confirmation import add_yes, confirm
from ops.stores.stack import Stack
from ops.stores.store_arguments import add_store, chosen_store
from ops.stores.tokens import decrypted
from portal.sheet.text import one_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which store."""
    add_store(parser)
    add_yes(parser)


def run(stack: Stack, options: argparse.Namespace) -> int:
    """Print the access token of one store, once you have confirmed it.

    Whoever has the token can do at the store what its scopes allow. CloudTrail logs that you
    decrypted it: the call Decrypt, with the organization id and the store's hash.
    """
    store = chosen_store(stack, options)
    if not store.is_installed:
        raise CommandError(f"Store {store.store_hash} has uninstalled the app: there is no token.")
    scopes = one_line(", ".join(store.record["scopes"])) or "no scopes"
    confirm(
        f"Print the access token of store {store.store_hash} for {store.organization_id} "
        f"({scopes})? CloudTrail logs it with your name.",
        options,
    )
    ciphertext = bytes(store.record["access_token"])
    token = decrypted(stack, store.organization_id, store.store_hash, ciphertext)
    sys.stdout.write(f"{token}\n")
    return 0
