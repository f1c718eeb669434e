"""The rules of a store's record that the model leaves out.

The model has one clock, one client ID and one owner, and knows nothing of what DynamoDB keeps. The
rest is in test_any_lifecycle.py.
"""

from dataclasses import replace

import pytest

from lambdas.records.claims import LEEWAY_SECONDS, LIFETIME_SECONDS, BigCommerceUser
from lambdas.records.installation import Installation, Record, Uninstall, install, load
from lambdas.shared.errors import StoreNotInstalledError
from tests.lambdas.installations import (
    ASSISTANT,
    INSTALLATION,
    INSTALLED_AT,
    OTHERS,
    OWNER,
    STRANGER,
    UNINSTALLED,
    again,
    end,
    payload,
    remove,
    user,
)

# How long a removal is kept: as long as a payload from before it can be replayed.
REPLAY_SECONDS = LIFETIME_SECONDS + 2 * LEEWAY_SECONDS


# Two clocks.


@pytest.mark.parametrize(
    ("uninstall_issued_at", "seconds_later", "is_kept"),
    [
        pytest.param(100, 99, True, id="newer"),
        pytest.param(100, 100, False, id="in the same second"),
        pytest.param(105, 100, False, id="arrived before, dated by a faster clock"),
        pytest.param(105, 104, False, id="arrived before, dated by a much faster clock"),
        pytest.param(98, 99, False, id="older, and delivered late"),
    ],
)
def test_an_uninstall_ends_an_installation_if_it_is_newer_by_both_clocks(
    uninstall_issued_at: int, seconds_later: int, is_kept: bool
) -> None:
    uninstalled = Uninstall(INSTALLED_AT + uninstall_issued_at, INSTALLED_AT + 100)
    marker = replace(UNINSTALLED, uninstall=uninstalled)
    new = again(seconds_later)

    after = install(marker, new)

    assert after == (marker if is_kept else replace(new, previous_uninstall=uninstalled))


def test_an_older_uninstall_dated_by_a_faster_clock_does_not_end_an_installation() -> None:
    earlier = Uninstall(INSTALLED_AT + 3, INSTALLED_AT - 1)
    record = install(replace(INSTALLATION, previous_uninstall=earlier), again(1))

    assert record == replace(again(1), previous_uninstall=earlier)
    assert end(record, payload(OWNER, INSTALLED_AT + 3)) is record


# Installations that overlap.


def test_the_result_of_overlapping_installations_does_not_depend_on_their_order() -> None:
    first = replace(again(0, OWNER), granted_at_ms=12_100, access_token=b"later")
    second = replace(again(10, OWNER, ASSISTANT), granted_at_ms=12_000)

    either, other = install(first, second), install(second, first)

    assert either == other
    assert either == replace(second, granted_at_ms=first.granted_at_ms, access_token=b"later")


@pytest.mark.parametrize("seconds_later", [0, 10])
def test_a_new_consent_replaces_all_but_the_users(seconds_later: int) -> None:
    before = replace(
        INSTALLATION, users={OWNER: user(OWNER), ASSISTANT: user(ASSISTANT, INSTALLED_AT + 5)}
    )
    new = replace(again(seconds_later), scopes=("store_cart",), account_uuid=None, owner_id="9")

    after = install(before, new)

    users = {**before.users, OWNER: user(OWNER, INSTALLED_AT + seconds_later)}
    assert after == replace(new, users=users)


# Client IDs.


def test_an_app_that_was_registered_again_keeps_nothing_of_the_earlier_app() -> None:
    before = replace(INSTALLATION, users={STRANGER: user(STRANGER)}, client_id=OTHERS)

    for seconds_later in (0, 5):
        assert install(before, again(seconds_later)) == again(seconds_later)
    assert install(replace(UNINSTALLED, client_id=OTHERS), again(99)) == again(99)
    assert install(INSTALLATION, replace(again(-5), client_id=OTHERS)) is INSTALLATION


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (None, "the store has no record"),
        (UNINSTALLED, "the store uninstalled the app"),
        (replace(INSTALLATION, client_id=OTHERS), "installed with another client ID"),
    ],
)
def test_a_store_without_an_installation_is_not_loaded_and_the_reason_tells_why(
    record: Record, reason: str
) -> None:
    with pytest.raises(StoreNotInstalledError) as raised:
        load(record, payload(OWNER, INSTALLED_AT), multiple_users=True)
    assert raised.value.reason == reason


def test_an_installation_with_another_client_id_is_not_changed() -> None:
    record = replace(INSTALLATION, client_id=OTHERS)

    assert remove(record, payload(OWNER, INSTALLED_AT + 500)) is record
    assert end(record, payload(OWNER, INSTALLED_AT + 50)) is record


@pytest.mark.parametrize(
    "record",
    [None, UNINSTALLED, replace(UNINSTALLED, client_id=OTHERS)],
    ids=["never installed", "uninstalled", "uninstalled with another client ID"],
)
@pytest.mark.parametrize(("seconds_under_way", "marked"), [(60, True), (61, False)])
def test_an_uninstall_leaves_a_marker_for_an_installation_that_may_be_under_way_for_a_minute(
    record: Record, seconds_under_way: int, marked: bool
) -> None:
    issued_at = INSTALLED_AT + 200

    after = end(record, payload(OWNER, issued_at), arrived_at=issued_at + seconds_under_way)

    assert (after is not record) == marked
    assert not marked or install(after, again(199)) == after


# What is kept.


def test_a_removal_ends_with_a_later_consent_and_an_older_removal_does_not_replace_it() -> None:
    record = replace(INSTALLATION, removed_users={ASSISTANT: INSTALLED_AT + 5})

    assert install(record, again(10, OWNER, ASSISTANT)) == again(10, OWNER, ASSISTANT)
    assert remove(record, payload(ASSISTANT, INSTALLED_AT + 4)) is record


def test_a_removal_is_forgotten_when_no_payload_from_before_it_can_be_valid() -> None:
    before = replace(INSTALLATION, removed_users={ASSISTANT: INSTALLED_AT})
    removal = {STRANGER: INSTALLED_AT + REPLAY_SECONDS}

    needed = install(before, again(REPLAY_SECONDS))
    unneeded = install(before, again(REPLAY_SECONDS + 1))
    both = remove(before, payload(STRANGER, INSTALLED_AT + REPLAY_SECONDS))

    assert needed == replace(again(REPLAY_SECONDS), removed_users=before.removed_users)
    assert unneeded == again(REPLAY_SECONDS + 1)
    assert both == replace(before, removed_users={**before.removed_users, **removal})


# The owner.


@pytest.mark.parametrize("users", [(OWNER,), (OWNER, ASSISTANT)])
def test_a_new_owner_is_noted_and_an_older_payload_does_not_undo_it(users: tuple[str, ...]) -> None:
    record = again(0, *users)
    at = INSTALLED_AT + 10
    bought = replace(payload(ASSISTANT, at), owner=BigCommerceUser(ASSISTANT, None))

    after = load(record, bought, multiple_users=False)

    new_owner = user(ASSISTANT, at)
    assert after == replace(
        record, owner_id=ASSISTANT, users={OWNER: user(OWNER), ASSISTANT: new_owner}
    )
    assert load(after, payload(OWNER, at), multiple_users=True) is after
    assert load(after, payload(OWNER, at + 1), multiple_users=True).owner_id == OWNER


def test_an_owner_from_before_the_installation_is_not_a_new_one() -> None:
    record: Installation = replace(INSTALLATION, owner_id=STRANGER)

    assert load(record, payload(OWNER, INSTALLED_AT), multiple_users=True) is record
