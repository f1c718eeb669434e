"""The rules of an installation's life, each on its own."""

from dataclasses import replace

import pytest

from lambdas.records.claims import LEEWAY_SECONDS, LIFETIME_SECONDS, PayloadUser
from lambdas.records.installation import Installation, Record, Uninstall, install, load
from lambdas.shared.errors import (
    InvalidSignedPayloadError,
    OutdatedPayloadError,
    StoreNotInstalledError,
)
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


class TestInstall:
    def test_the_first_installation_is_the_record(self) -> None:
        assert install(None, INSTALLATION) == INSTALLATION

    @pytest.mark.parametrize(
        ("uninstall_issued_at", "seconds_later", "stands"),
        [
            pytest.param(100, 99, True, id="newer"),
            pytest.param(100, 100, False, id="in the same second"),
            pytest.param(105, 100, False, id="answered before, by a faster clock"),
            pytest.param(105, 104, False, id="answered before, by a much faster clock"),
            pytest.param(98, 99, False, id="older, and delivered late"),
        ],
    )
    def test_an_uninstall_stands_if_it_is_newer_by_both_clocks(
        self, uninstall_issued_at: int, seconds_later: int, stands: bool
    ) -> None:
        uninstalled = Uninstall(INSTALLED_AT + uninstall_issued_at, INSTALLED_AT + 100)
        marker = replace(UNINSTALLED, uninstall=uninstalled)
        new = again(seconds_later)

        after = install(marker, new)

        assert after == (marker if stands else replace(new, previous_uninstall=uninstalled))

    def test_a_new_consent_keeps_the_uninstall_before_it(self) -> None:
        earlier = Uninstall(INSTALLED_AT - 9, INSTALLED_AT - 9)
        before = replace(INSTALLATION, previous_uninstall=earlier)

        assert install(before, again(10)) == replace(again(10), previous_uninstall=earlier)

    def test_an_uninstall_ends_what_began_before_it_although_it_was_installed_again_since(
        self,
    ) -> None:
        now = install(UNINSTALLED, again(101))

        answered_late = replace(again(99), granted_at_ms=(INSTALLED_AT + 110) * 1000)

        assert install(now, answered_late) is now

    def test_of_two_that_overlap_the_later_grant_stands(self) -> None:
        began_first = replace(
            again(-5), granted_at_ms=INSTALLATION.granted_at_ms + 1, access_token=b"later"
        )
        record = install(INSTALLATION, began_first)

        assert isinstance(record, Installation)
        assert record.access_token == b"later"
        assert record.installed_at == INSTALLED_AT
        assert record.users == INSTALLATION.users
        assert install(record, INSTALLATION) == record

    def test_two_that_overlap_leave_the_same_whichever_is_written_first(self) -> None:
        first = replace(again(0, OWNER), granted_at_ms=12_100, access_token=b"later")
        second = replace(again(10, OWNER, ASSISTANT), granted_at_ms=12_000)

        either, other = install(first, second), install(second, first)

        assert either == other
        assert either == replace(second, granted_at_ms=first.granted_at_ms, access_token=b"later")

    def test_an_app_registered_anew_begins_with_nothing_of_the_app_before_it(self) -> None:
        before = replace(INSTALLATION, users={STRANGER: user(STRANGER)}, client_id=OTHERS)

        for seconds_later in (0, 5):
            assert install(before, again(seconds_later)) == again(seconds_later)
        assert install(replace(UNINSTALLED, client_id=OTHERS), again(99)) == again(99)

    def test_an_app_registered_anew_is_not_replaced_by_the_app_before_it(self) -> None:
        late = replace(again(-5), client_id=OTHERS)

        assert install(INSTALLATION, late) is INSTALLATION

    @pytest.mark.parametrize("seconds_later", [0, 10])
    def test_a_new_consent_replaces_all_but_the_users(self, seconds_later: int) -> None:
        before = replace(
            INSTALLATION, users={OWNER: user(OWNER), ASSISTANT: user(ASSISTANT, INSTALLED_AT + 5)}
        )
        new = replace(again(seconds_later), scopes=("store_cart",), account_uuid=None, owner_id="9")

        after = install(before, new)

        assert after == replace(
            new,
            users={
                OWNER: user(OWNER, INSTALLED_AT + seconds_later),
                ASSISTANT: user(ASSISTANT, INSTALLED_AT + 5),
            },
        )

    @pytest.mark.parametrize(
        ("removed_at", "users", "stays_removed"),
        [
            pytest.param(5, (OWNER,), True, id="somebody else consents"),
            pytest.param(5, (OWNER, ASSISTANT), False, id="they consent later"),
            pytest.param(10, (OWNER, ASSISTANT), False, id="they consent in the same second"),
            pytest.param(11, (OWNER, ASSISTANT), True, id="they are removed while consenting"),
        ],
    )
    def test_a_removed_user_stays_removed_unless_they_consent_later(
        self, removed_at: int, users: tuple[str, ...], stays_removed: bool
    ) -> None:
        removed = {ASSISTANT: INSTALLED_AT + removed_at}

        after = install(replace(INSTALLATION, removed_users=removed), again(10, *users))

        expected = replace(again(10), removed_users=removed)
        assert after == (expected if stays_removed else again(10, *users))

    def test_a_removal_is_forgotten_when_nothing_issued_before_it_could_still_hold(self) -> None:
        longest = LIFETIME_SECONDS + 2 * LEEWAY_SECONDS
        before = replace(INSTALLATION, removed_users={ASSISTANT: INSTALLED_AT})

        needed = install(before, again(longest))
        needless = install(before, again(longest + 1))

        assert needed == replace(again(longest), removed_users={ASSISTANT: INSTALLED_AT})
        assert needless == again(longest + 1)


class TestLoad:
    @pytest.mark.parametrize(
        "record",
        [None, UNINSTALLED, replace(INSTALLATION, client_id=OTHERS)],
        ids=["never", "uninstalled", "another client ID's"],
    )
    @pytest.mark.parametrize("multiple_users", [True, False])
    def test_what_is_not_installed_is_not_loaded(
        self, record: Record, multiple_users: bool
    ) -> None:
        with pytest.raises(StoreNotInstalledError):
            load(record, payload(STRANGER, INSTALLED_AT), multiple_users=multiple_users)

    @pytest.mark.parametrize("multiple_users", [True, False])
    @pytest.mark.parametrize("issued_at", [0, INSTALLED_AT, INSTALLED_AT + 10])
    def test_a_known_owner_changes_nothing(self, multiple_users: bool, issued_at: int) -> None:
        assert (
            load(INSTALLATION, payload(OWNER, issued_at), multiple_users=multiple_users)
            is INSTALLATION
        )

    @pytest.mark.parametrize("seconds_later", [0, 10])
    def test_an_unknown_user_is_added_with_the_time_of_the_payload(
        self, seconds_later: int
    ) -> None:
        issued_at = INSTALLED_AT + seconds_later

        after = load(INSTALLATION, payload(STRANGER, issued_at), multiple_users=True)

        users = {OWNER: user(OWNER), STRANGER: user(STRANGER, issued_at)}
        assert after == replace(INSTALLATION, users=users)

    def test_an_unknown_owner_is_added_when_multiple_users_are_off(self) -> None:
        record = replace(INSTALLATION, users={})

        after = load(record, payload(OWNER, INSTALLED_AT), multiple_users=False)

        assert set(after.users) == {OWNER}

    def test_an_unknown_user_from_before_the_installation_is_refused(self) -> None:
        with pytest.raises(OutdatedPayloadError, match="issued before the installation"):
            load(INSTALLATION, payload(STRANGER, INSTALLED_AT - 1), multiple_users=True)

    @pytest.mark.parametrize("seconds_later", [4, 5])
    def test_a_removed_user_is_refused_with_what_was_issued_until_the_removal(
        self, seconds_later: int
    ) -> None:
        record = replace(INSTALLATION, removed_users={STRANGER: INSTALLED_AT + 5})

        with pytest.raises(InvalidSignedPayloadError, match="issued before the user's removal"):
            load(record, payload(STRANGER, INSTALLED_AT + seconds_later), multiple_users=True)

    def test_a_removed_user_is_added_again_with_what_was_issued_since(self) -> None:
        record = replace(INSTALLATION, removed_users={STRANGER: INSTALLED_AT + 5})

        after = load(record, payload(STRANGER, INSTALLED_AT + 6), multiple_users=True)

        assert after.users[STRANGER] == user(STRANGER, INSTALLED_AT + 6)

    @pytest.mark.parametrize("users", [(OWNER,), (OWNER, ASSISTANT)])
    def test_a_new_owner_is_noted_and_an_older_payload_does_not_undo_it(
        self, users: tuple[str, ...]
    ) -> None:
        record = again(0, *users)
        at = INSTALLED_AT + 10
        bought = replace(payload(ASSISTANT, at), owner=PayloadUser(ASSISTANT, None))

        after = load(record, bought, multiple_users=False)

        new_owner = user(ASSISTANT, at)
        assert after == replace(
            record, owner_id=ASSISTANT, users={OWNER: user(OWNER), ASSISTANT: new_owner}
        )
        assert load(after, payload(OWNER, at), multiple_users=True) is after
        assert load(after, payload(OWNER, at + 1), multiple_users=True).owner_id == OWNER

    def test_an_owner_from_before_the_installation_is_not_taken_for_a_new_one(self) -> None:
        record = replace(INSTALLATION, owner_id=STRANGER)

        assert load(record, payload(OWNER, INSTALLED_AT), multiple_users=True) is record


def test_no_rule_changes_the_record_it_is_given() -> None:
    record = again(0, OWNER, ASSISTANT)
    before = (dict(record.users), dict(record.removed_users))

    load(record, payload(STRANGER, INSTALLED_AT), multiple_users=True)
    remove(record, payload(ASSISTANT, INSTALLED_AT))
    install(record, again(10))
    end(record, payload(OWNER, INSTALLED_AT))

    assert (record.users, record.removed_users) == before
