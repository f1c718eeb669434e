"""`redrive`: retry the stores in the dead-letter queue."""

import sys

from lambdas.records.reconcile_request import Request
from ops.options import SELECTED, Json, Target
from ops.stores.commands.connect import QUEUED
from ops.stores.output import number_of, print_outcomes
from ops.stores.progress import Progress
from ops.stores.queues import Queues
from ops.stores.stack import opened
from ops.stores.store_table import listed


def run(*, target: Target = SELECTED, json: Json = False) -> int:
    """Retry the stores in the dead-letter queue, which Rutter did not connect.

    The log of the function rutter-connect says why they failed; fix that first.
    If a failed message names no store, every store is reconciled.
    """
    queued: list[tuple[str, str]] = []
    with opened(target) as stack:
        queues = Queues.of(stack)
        failed, all_queued = 0, False
        progress = Progress("Queuing stores")
        with progress:
            for message in queues.failed():
                failed += 1
                try:
                    requests = [Request.from_message(message["Body"])]
                except (ValueError, KeyError, TypeError):
                    requests = [] if all_queued else [Request(*each.key) for each in listed(stack)]
                    all_queued = True
                for request in requests:
                    queues.send(request)
                    queued.append((request.organization_id, request.store_hash))
                queues.delete(message)
                progress.show(len(queued))
    if json:
        print_outcomes((key, QUEUED) for key in queued)
    elif failed:
        sys.stdout.write(f"Queued {number_of(len(queued), 'store')} again.\n")
    else:
        sys.stdout.write("The dead-letter queue is empty.\n")
    return 0
