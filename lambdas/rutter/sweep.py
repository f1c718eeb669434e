"""The sweep: queue the stores that are due, so that nothing depends on a message that got lost.

It finds stores whose connection is not settled, and records that are not reconciled yet. Those are
the records of lost messages, and all from before Rutter was switched on.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice

from ..records.reconcile_request import Request, Trigger
from . import connection_table, requests

# Rutter accepts 500 requests in 10 seconds from an organization. A request of the sweep calls it
# once, so this is a fifth of them.
STORES_PER_SECOND = 10


def sweep(organization_ids: Sequence[str], *, now: int, seconds: int) -> int:
    """Queue the stores of these apps that are due, and return how many.

    They are spread over `seconds`, after which the next sweep queues the remaining ones. Requests
    that are still in the queue count: if Rutter is slow, the sweep queues fewer stores.
    """
    room = max(STORES_PER_SECOND * seconds - requests.waiting(), 0)
    due = islice(_in_turn(organization_ids, now), room)
    stores = [Request(*ids, Trigger.SWEEP) for ids in dict.fromkeys(due)]
    requests.send([(each, index // STORES_PER_SECOND) for index, each in enumerate(stores)])
    return len(stores)


def _in_turn(organization_ids: Sequence[str], now: int) -> Iterator[tuple[str, str]]:
    """Yield one store of each app in turn, so that no app waits for another's many stores."""
    apps = deque(connection_table.due(id_, now) for id_ in organization_ids)
    while apps:
        stores = apps.popleft()
        if (ids := next(stores, None)) is not None:
            yield ids
            apps.append(stores)
