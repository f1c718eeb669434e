"""The rules of an installation's life, each on its own."""

from dataclasses import replace

import pytest

from lambdas.callbacks.claims import (
    LEEWAY_SECONDS,
    LIFETIME_SECONDS,
    PayloadUser,
    SignedPayload,
)
from lambdas.callbacks.errors import (
    InvalidSignedPayloadError,
    OutdatedPayloadError,
    StoreNotInstalledError,
    UserNotAllowedError,
)
from lambdas.callbacks.installation import (
    Installation,
    Record,
    Uninstall,
    Uninstalled,
    User,
    install,
    load,
    remove_user,
    uninstall,
)

OWNER, ASSISTANT, STRANGER = "1", "2", "3"
INSTALLED_AT = 1_700_000_000
RETENTION = 1_000_000
CLIENT_ID = "theclientid"


def user(id_: str, added_at: int = INSTALLED_AT) -> User:
    return User(id_, f"{id_}@example.com", added_at)


def payload(id_: str, issued_at: int) -> SignedPayload:
    return SignedPayload(
        client_id=CLIENT_ID,
        store_hash="abc123def4",
        user=PayloadUser(id_, f"{id_}@example.com"),
        owner=PayloadUser(OWNER, "1@example.com"),
        issued_at=issued_at,
        url="/",
        channel_id=None,
    )


INSTALLATION = Installation(
    client_id=CLIENT_ID,
    installed_at=INSTALLED_AT,
    granted_at_ms=INSTALLED_AT * 1000,
    access_token=b"first",
    scopes=("store_v2_orders",),
    account_uuid="account",
    owner_id=OWNER,
    users={OWNER: user(OWNER)},
)
UNINSTALLED = Uninstalled(
    client_id=CLIENT_ID,
    uninstall=Uninstall(INSTALLED_AT + 100, INSTALLED_AT + 100),
    expires_at=INSTALLED_AT + 100 + RETENTION,
)
OTHERS = "anotherclientid"


def again(seconds_later: int, *users: str) -> Installation:
    """Another installation, by these users."""
    at = INSTALLED_AT + seconds_later
    return replace(
        INSTALLATION,
        installed_at=at,
        granted_at_ms=at * 1000,
        access_token=b"second",
        users={id_: user(id_, at) for id_ in users or (OWNER,)},
    )


def end(
    record: Record,
    by: SignedPayload,
    *,
    multiple_users: bool = True,
    arrived_at: int = INSTALLED_AT + 1_000,
) -> Record:
    return uninstall(
        record,
        by,
        multiple_users=multiple_users,
        arrived_at=arrived_at,
        retention_seconds=RETENTION,
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

        assert install(before, again(5)) == again(5)
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


class TestUninstall:
    @pytest.mark.parametrize("seconds_later", [0, 10])
    def test_a_marker_with_the_time_of_the_payload_is_left(self, seconds_later: int) -> None:
        issued_at = INSTALLED_AT + seconds_later

        marker = end(INSTALLATION, payload(OWNER, issued_at), arrived_at=INSTALLED_AT + 11)

        uninstalled = Uninstall(issued_at, INSTALLED_AT + 11)
        assert marker == Uninstalled(CLIENT_ID, uninstalled, issued_at + RETENTION)

    @pytest.mark.parametrize("record", [None, UNINSTALLED], ids=["never", "uninstalled"])
    def test_a_marker_is_left_for_an_installation_that_may_be_under_way(
        self, record: Record
    ) -> None:
        at = INSTALLED_AT + 101

        marker = end(record, payload(OWNER, at), arrived_at=at)

        assert marker == Uninstalled(CLIENT_ID, Uninstall(at, at), at + RETENTION)
        assert install(marker, again(100)) == marker

    OTHER_MARKER = replace(UNINSTALLED, client_id=OTHERS)

    @pytest.mark.parametrize("record", [None, OTHER_MARKER], ids=["never", "another client ID's"])
    @pytest.mark.parametrize(("seconds_under_way", "marked"), [(60, True), (61, False)])
    def test_no_installation_is_under_way_for_longer_than_a_minute(
        self, record: Record, seconds_under_way: int, marked: bool
    ) -> None:
        issued_at = INSTALLED_AT + 200

        after = end(record, payload(OWNER, issued_at), arrived_at=issued_at + seconds_under_way)

        assert (after is not record) == marked

    @pytest.mark.parametrize(
        ("record", "issued_at"),
        [
            pytest.param(UNINSTALLED, INSTALLED_AT + 100, id="the same uninstall again"),
            pytest.param(UNINSTALLED, INSTALLED_AT + 99, id="an older uninstall"),
            pytest.param(INSTALLATION, INSTALLED_AT - 1, id="installed since"),
            pytest.param(
                replace(
                    INSTALLATION,
                    previous_uninstall=Uninstall(INSTALLED_AT + 3, INSTALLED_AT - 1),
                ),
                INSTALLED_AT + 3,
                id="installed since, by a slower clock",
            ),
            pytest.param(
                replace(INSTALLATION, client_id=OTHERS),
                INSTALLED_AT + 50,
                id="installed with another client ID",
            ),
        ],
    )
    def test_nothing_changes_when_the_uninstall_is_old(
        self, record: Record, issued_at: int
    ) -> None:
        assert end(record, payload(OWNER, issued_at)) is record

    @pytest.mark.parametrize("record", [None, UNINSTALLED, INSTALLATION])
    def test_another_user_uninstalls_only_within_five_minutes_and_the_clocks_leeway(
        self, record: Record
    ) -> None:
        at = INSTALLED_AT + 200
        by_another = payload(STRANGER, at)

        with pytest.raises(OutdatedPayloadError, match="issued more than five minutes ago"):
            end(record, by_another, arrived_at=at + 311)

        assert isinstance(end(INSTALLATION, by_another, arrived_at=at + 310), Uninstalled)
        assert isinstance(end(INSTALLATION, payload(OWNER, at), arrived_at=at + 9999), Uninstalled)

    def test_who_has_the_owners_address_and_another_id_is_another_user(self) -> None:
        namesake = replace(payload(STRANGER, INSTALLED_AT), user=PayloadUser("3", "1@example.com"))

        with pytest.raises(UserNotAllowedError):
            end(INSTALLATION, namesake, multiple_users=False)

    @pytest.mark.parametrize("who", [ASSISTANT, OWNER])
    @pytest.mark.parametrize("removed_after", [0, 1])
    def test_what_was_issued_before_the_users_removal_ends_nothing(
        self, who: str, removed_after: int
    ) -> None:
        issued_at = INSTALLED_AT + 5
        record = replace(INSTALLATION, removed_users={who: issued_at + removed_after})

        with pytest.raises(InvalidSignedPayloadError, match="issued before the user's removal"):
            end(record, payload(who, issued_at), arrived_at=issued_at)

        later = payload(who, issued_at + 2)
        assert isinstance(end(record, later, arrived_at=issued_at + 2), Uninstalled)

    @pytest.mark.parametrize("record", [None, UNINSTALLED, INSTALLATION])
    def test_another_user_is_not_allowed_when_multiple_users_are_off(self, record: Record) -> None:
        with pytest.raises(UserNotAllowedError):
            end(record, payload(STRANGER, INSTALLED_AT), multiple_users=False)


def remove(record: Record, by: SignedPayload) -> Record:
    """What a removal makes of the record that arrives when it is just not too old."""
    return remove_user(record, by, arrived_at=by.issued_at + 310)


class TestRemoveUser:
    @pytest.mark.parametrize("record", [None, UNINSTALLED, again(0, OWNER, ASSISTANT)])
    def test_a_removal_is_taken_only_within_five_minutes_and_the_clocks_leeway(
        self, record: Record
    ) -> None:
        with pytest.raises(OutdatedPayloadError):
            remove_user(record, payload(ASSISTANT, INSTALLED_AT), arrived_at=INSTALLED_AT + 311)

    @pytest.mark.parametrize(
        "record",
        [None, UNINSTALLED, replace(INSTALLATION, client_id=OTHERS)],
        ids=["never", "uninstalled", "another client ID's"],
    )
    def test_nothing_changes_where_the_app_is_not_installed(self, record: Record) -> None:
        assert remove(record, payload(ASSISTANT, INSTALLED_AT + 500)) is record

    @pytest.mark.parametrize("seconds_later", [0, 10])
    def test_the_user_goes_and_the_removal_is_remembered(self, seconds_later: int) -> None:
        issued_at = INSTALLED_AT + seconds_later

        after = remove(again(0, OWNER, ASSISTANT), payload(ASSISTANT, issued_at))

        assert after == replace(again(0), removed_users={ASSISTANT: issued_at})

    def test_a_user_added_since_stays(self) -> None:
        record = again(10, OWNER, ASSISTANT)

        assert remove(record, payload(ASSISTANT, INSTALLED_AT + 9)) is record

    @pytest.mark.parametrize(
        ("seconds_later", "is_remembered"), [(4, False), (5, False), (6, True)]
    )
    def test_the_newest_removal_of_an_unknown_user_is_remembered(
        self, seconds_later: int, is_remembered: bool
    ) -> None:
        record = replace(INSTALLATION, removed_users={STRANGER: INSTALLED_AT + 5})
        issued_at = INSTALLED_AT + seconds_later

        after = remove(record, payload(STRANGER, issued_at))

        newer = replace(INSTALLATION, removed_users={STRANGER: issued_at})
        assert after == newer if is_remembered else after is record

    def test_removals_that_no_payload_can_undo_any_more_are_forgotten(self) -> None:
        longest = LIFETIME_SECONDS + 2 * LEEWAY_SECONDS
        removed = {"8": INSTALLED_AT, "9": INSTALLED_AT - 1}
        issued_at = INSTALLED_AT + longest

        after = remove(replace(INSTALLATION, removed_users=removed), payload(STRANGER, issued_at))

        assert after == replace(
            INSTALLATION, removed_users={"8": INSTALLED_AT, STRANGER: issued_at}
        )


def test_no_rule_changes_the_record_it_is_given() -> None:
    record = again(0, OWNER, ASSISTANT)
    before = (dict(record.users), dict(record.removed_users))

    load(record, payload(STRANGER, INSTALLED_AT), multiple_users=True)
    remove(record, payload(ASSISTANT, INSTALLED_AT))
    install(record, again(10))
    end(record, payload(OWNER, INSTALLED_AT))

    assert (record.users, record.removed_users) == before
