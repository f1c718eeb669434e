"""The stores' connections at Rutter after all that happened: none is lost, and none is doubled."""

import time
from collections.abc import Iterator, Sequence

from local.backend import LocalBackend
from local.bigcommerce import faults
from local.rutter import failed_job, lost
from tests.reliability.lives import Life
from tests.reliability.records import Kind, Problem, Records

# What Rutter does wrong while the callbacks are made: each once for ten stores.
RUTTER_FAULTS = (
    lost,
    faults.status(503),
    faults.reset,
    faults.rate_limited(1),
    failed_job(500),
    faults.truncated,
)
# A store that Rutter failed several times in a row waits for its next try.
WAIT_SECONDS = 180


def audit_connections(
    backend: LocalBackend, records: Records, lives: Sequence[Life]
) -> Iterator[Problem]:
    """Yield what is wrong with the connections, after installed stores had time to connect."""
    connected = [life for life in lives if life.app is backend.apps[0]]
    give_up_at = time.monotonic() + WAIT_SECONDS
    while missing := [life for life in connected if _is_missing(backend, records, life)]:
        if time.monotonic() > give_up_at:
            break
        time.sleep(0.5)
    for life in missing:
        state = backend.connection(life.app, life.store)
        what = f"{life.name} should be connected with its latest access token; it is {state}"
        yield Problem(Kind.CONNECTION_LOST, what)
    for life in connected:
        if (count := len(backend.rutter.of(life.store.hash))) > 1:
            yield Problem(Kind.CONNECTION_DOUBLED, f"{life.name} has {count} connections")


def _is_missing(backend: LocalBackend, records: Records, life: Life) -> bool:
    """Return whether the store's token works, but Rutter or the table does not have it."""
    token = records.stored(life).token
    if token is None or not backend.bigcommerce.is_access_token(life.store.hash, token):
        return False
    tokens = [each.store_token for each in backend.rutter.of(life.store.hash)]
    return token not in tokens or backend.connection(life.app, life.store) != "active"
