"""The rules by which an installation ends, or a user's part in it, each on its own."""

from dataclasses import replace

import pytest

from lambdas.records.claims import LEEWAY_SECONDS, LIFETIME_SECONDS
from lambdas.records.installation import Record, Uninstall, Uninstalled, install, remove_user
from lambdas.shared.errors import (
    InvalidSignedPayloadError,
    OutdatedPayloadError,
    UserNotAllowedError,
)
from tests.lambdas.installations import (
    ASSISTANT,
    CLIENT_ID,
    INSTALLATION,
    INSTALLED_AT,
    OTHERS,
    OWNER,
    RETENTION,
    STRANGER,
    UNINSTALLED,
    again,
    end,
    payload,
    remove,
)


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
