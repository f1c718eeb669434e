"""`redrive`: what could not be handed to Rutter is tried again."""

import argparse
import sys

from installations.connections import Queues
from installations.progress import Counted
from installations.stack import Stack
from installations.store_table import listed
from installations.text import number_of
from lambdas.rutter.tasks import Task


def add_arguments(_: argparse.ArgumentParser) -> None:
    """None but the stack."""


def run(stack: Stack, _: argparse.Namespace) -> int:
    """Send all that failed through the queue again: stores that could not be handed to Rutter.

    The log of the function rutter-connect says why they failed: mend that first. Where changes of
    the table failed before it was known of which stores, every store is looked at.
    """
    queues = Queues.of(stack)
    count, unknown = 0, 0
    with Counted("Sending again") as counted:
        for message in queues.failed():
            try:
                queues.send(Task.from_message(message["Body"]))
                count += 1
            except (ValueError, KeyError, TypeError):
                unknown += 1
                for store in listed(stack) if unknown == 1 else ():
                    queues.send(Task(store.organization_id, store.store_hash))
                    count += 1
            queues.forget(message)
            counted.now(count)
    failed = count or unknown
    said = f"{number_of(count, 'store')} sent again." if failed else "Nothing had failed."
    sys.stdout.write(f"{said}\n")
    return 0
