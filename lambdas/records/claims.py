"""The claims of a verified signed payload."""

from dataclasses import dataclass, field

LIFETIME_SECONDS = 24 * 60 * 60
# BigCommerce's clock and ours differ a little, and `nbf` may be a few seconds before `iat`.
LEEWAY_SECONDS = 10


@dataclass(frozen=True)
class BigCommerceUser:
    """A control panel user: the ID in decimal digits, email address and locale if known."""

    id: str
    email: str | None = field(repr=False)
    locale: str | None = None


@dataclass(frozen=True)
class SignedPayload:
    """The verified claims.

    Attributes:
        client_id: the app it is for, from `aud`.
        store_hash: the store, from `sub`.
        user: who acts; for the remove user callback, who is removed.
        owner: the store's owner.
        issued_at: `iat`, epoch seconds.
        url: the deep link, a path; `/` by default.
        channel_id: the channel the app was opened from, or None.
    """

    client_id: str
    store_hash: str
    user: BigCommerceUser
    owner: BigCommerceUser
    issued_at: int
    url: str
    channel_id: int | None

    @property
    def is_owner(self) -> bool:
        """Return whether the user is the store's owner."""
        return self.user.id == self.owner.id
