"""`redrive`: retry the stores in the dead-letter queue."""

import sys

from lambdas.rutter.requests import Request
from ops.options import SELECTED, Target
from ops.stores.connections import Queues
from ops.stores.output import number_of
from ops.stores.progress import Progress
from ops.stores.stack import opened
from ops.stores.store_table import listed


def run(*, target: Target = SELECTED) -> int:
    """Retry the stores in the dead-letter queue, which Rutter did not connect.

    The log of the function rutter-connect says why they failed; fix that first.
    If a failed message names no store, every store is reconciled.
    """
    with opened(target) as stack:
        queues = Queues.of(stack)
        count, unknown = 0, 0
        progress = Progress("Queuing stores")
        with progress:
            for message in queues.failed():
                try:
                    queues.send(Request.from_message(message["Body"]))
                    count += 1
                except (ValueError, KeyError, TypeError):
                    unknown += 1
                    for store in listed(stack) if unknown == 1 else ():
                        queues.send(Request(*store.key))
                        count += 1
                queues.delete(message)
                progress.show(count)
    if count or unknown:
        sys.stdout.write(f"Queued {number_of(count, 'store')} again.\n")
    else:
        sys.stdout.write("The dead-letter queue is empty.\n")
    return 0
