"""The rules of a store's record against the model: any callbacks, of any age, in any order."""

from copy import deepcopy
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.records.installation import Installation, Record, install, load, remove_user
from lambdas.shared.errors import CallbackError
from tests.lambdas.installations import INSTALLED_AT, OWNER, again, end, payload
from tests.reliability.model import Callback, Event, Stored, StoreModel

USERS = (int(OWNER), 2)
# The bounds of the rules in seconds, one more, and one less.
PAUSES = (0, 1, 5, 60, 61, 310)
AGES = (0, 1, 2, 5, 59, 60, 61, 309, 310, 311, 80_000)
# An auth callback takes effect at most a minute after it arrived.
LONGEST_INSTALLATION = 60

callbacks = st.lists(
    st.tuples(
        st.sampled_from(PAUSES),
        st.sampled_from(Callback),
        st.sampled_from(USERS),
        st.sampled_from(AGES),
    ),
    max_size=12,
)


def answered(record: Record, event: Event, now: int, *, multiple_users: bool) -> tuple[int, Record]:
    """Return the status of a callback, and the record after it."""
    signed = payload(str(event.user), event.issued_at)
    try:
        match event.callback:
            case Callback.INSTALL:
                installing = {OWNER, str(event.user)}
                grant = replace(
                    again(event.issued_at - INSTALLED_AT, *installing),
                    granted_at_ms=int(event.token),
                    access_token=event.token.encode(),
                )
                after: Record = install(record, grant)
                return 200 if isinstance(after, Installation) else 404, after
            case Callback.LOAD:
                return 200, load(record, signed, multiple_users=multiple_users)
            case Callback.REMOVE_USER:
                return 200, remove_user(record, signed, arrived_at=now)
            case Callback.UNINSTALL:
                return 200, end(record, signed, multiple_users=multiple_users, arrived_at=now)
    except CallbackError as refused:
        return int(refused.status), record


def shown(record: Record) -> Stored:
    if not isinstance(record, Installation):
        return Stored()
    token, users = record.access_token.decode(), frozenset(map(int, record.users))
    return Stored(record.installed_at, token, users)


@settings(max_examples=2_000)
@given(callbacks=callbacks, multiple_users=st.booleans())
def test_the_rules_do_what_the_model_says(
    callbacks: list[tuple[int, Callback, int, int]], multiple_users: bool
) -> None:
    record: Record = None
    model, now = StoreModel(int(OWNER), multiple_users), INSTALLED_AT
    for number, (pause, callback, who, age) in enumerate(callbacks):
        now += pause
        is_install = callback is Callback.INSTALL
        issued_at = now - (min(age, LONGEST_INSTALLATION) if is_install else age)
        event = Event(callback, who, issued_at, token=str(number) if is_install else "")
        status, model = model.after(event, issued_at if is_install else now)
        before = deepcopy(record)
        got, after = answered(record, event, now, multiple_users=multiple_users)
        assert record == before  # a rule does not change the record that it is given
        record = after
        assert (got, shown(record)) == (status, model.stored), event
