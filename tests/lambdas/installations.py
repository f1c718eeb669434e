"""Records of a store and payloads about it, for the tests of the rules."""

from dataclasses import replace

from lambdas.records.claims import BigCommerceUser, SignedPayload
from lambdas.records.installation import (
    Installation,
    Record,
    Uninstall,
    Uninstalled,
    User,
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
        user=BigCommerceUser(id_, f"{id_}@example.com"),
        owner=BigCommerceUser(OWNER, "1@example.com"),
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


def remove(record: Record, by: SignedPayload) -> Record:
    """Return the record after a removal that is just not too old."""
    return remove_user(record, by, arrived_at=by.issued_at + 310)
