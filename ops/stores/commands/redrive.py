"""`redrive`: retry the stores that could not be connected to Rutter."""

import argparse
import sys

from lambdas.rutter.requests import Request
from ops.stores.connections import Queues
from ops.stores.progress import Counted
from ops.stores.stack import Stack
from ops.stores.store_table import listed
from ops.stores.text import number_of


def add_arguments(_: argparse.ArgumentParser) -> None:
    """None but the stack."""


def run(stack: Stack, _: argparse.Namespace) -> int:
    """Move what is in the dead-letter queue back: stores that could not be connected to Rutter.

    The log of the function rutter-connect says why they failed; fix that first. Changes of the
    table that failed name no store: for these, every store is reconciled.
    """
    queues = Queues.of(stack)
    count, unknown = 0, 0
    with Counted("Sending again") as counted:
        for message in queues.failed():
            try:
                queues.send(Request.from_message(message["Body"]))
                count += 1
            except (ValueError, KeyError, TypeError):
                unknown += 1
                for store in listed(stack) if unknown == 1 else ():
                    queues.send(Request(store.organization_id, store.store_hash))
                    count += 1
            queues.forget(message)
            counted.now(count)
    failed = count or unknown
    said = f"{number_of(count, 'store')} sent again." if failed else "Nothing had failed."
    sys.stdout.write(f"{said}\n")
    return 0
