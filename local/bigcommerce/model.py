"""BigCommerce's data: users, stores, apps and installations."""

import secrets
import string
import uuid
from dataclasses import dataclass, field
from typing import Self

LOWERCASE_ALPHANUMERICS = string.ascii_lowercase + string.digits


@dataclass(frozen=True)
class User:
    """A person with an account at a store; `locale` is a language tag such as `en-US`."""

    id: int
    username: str
    email: str
    locale: str = "en-US"

    @classmethod
    def create(cls, username: str) -> Self:
        """Make a user with a random ID and a reserved email domain (RFC 2606)."""
        return cls(1_000_000 + secrets.randbelow(9_000_000), username, f"{username}@example.com")


@dataclass(frozen=True)
class Store:
    """A merchant's store. `staff` are its users other than the owner."""

    hash: str
    name: str
    owner: User
    staff: tuple[User, ...]

    @classmethod
    def create(cls, name: str) -> Self:
        """Make a store with an owner, one more user and a hash of ten characters."""
        return cls(
            hash=random_alphanumerics(10),
            name=name,
            owner=User.create("owner"),
            staff=(User.create("assistant"),),
        )

    @property
    def domain(self) -> str:
        """The permanent domain of a store."""
        return f"store-{self.hash}.mybigcommerce.com"

    @property
    def context(self) -> str:
        """The store as OAuth's `context` and the payload's `sub` name it."""
        return f"stores/{self.hash}"

    @property
    def users(self) -> tuple[User, ...]:
        """Everyone with an account at the store, the owner first."""
        return (self.owner, *self.staff)


@dataclass(frozen=True)
class CallbackUrls:
    """The four URLs of the developer portal's Technical tab (now "App information")."""

    auth: str
    load: str
    uninstall: str
    remove_user: str

    @classmethod
    def under(cls, base_url: str, organization_id: str) -> Self:
        """The URLs that Rutter's setup guide prescribes below `base_url`."""
        organization_url = f"{base_url.rstrip('/')}/{organization_id}"
        return cls(
            auth=f"{organization_url}/redirect-url",
            load=f"{organization_url}/load",
            uninstall=f"{organization_url}/uninstall",
            remove_user=f"{organization_url}/remove-user",
        )


NO_CALLBACK_URLS = CallbackUrls("", "", "", "")


@dataclass
class App:
    """An app registered in the developer portal.

    The fields that an engineer edits apply immediately. The three values that the portal issues
    never change. `scopes` are OAuth scope parameters. `organization_id` is the part of the callback
    URLs that distinguishes apps; BigCommerce itself does not know it. `served_base_url` is the base
    URL on this machine, if it differs from that of the callback URLs.
    """

    organization_id: str
    name: str
    scopes: tuple[str, ...]
    callback_urls: CallbackUrls = NO_CALLBACK_URLS
    multiple_users: bool = True
    served_base_url: str | None = None
    client_id: str = field(default_factory=lambda: random_alphanumerics(31))
    client_secret: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    account_uuid: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def scope(self) -> str:
        """The scopes as OAuth's `scope` lists them."""
        return " ".join(self.scopes)

    @property
    def reached_urls(self) -> CallbackUrls:
        """The callback URLs that browsers and BigCommerce call on this machine."""
        if self.served_base_url is None:
            return self.callback_urls
        return CallbackUrls.under(self.served_base_url, self.organization_id)

    @property
    def has_callback_urls(self) -> bool:
        """Whether the app has callback URLs."""
        return self.callback_urls != NO_CALLBACK_URLS


@dataclass
class Installation:
    """An app installed on a store: its valid token, and the users who opened the app."""

    app: App
    store: Store
    scope: str
    access_token: str = field(repr=False)
    users: set[User] = field(default_factory=set)


def random_alphanumerics(length: int) -> str:
    """Return lowercase letters and digits, like BigCommerce's hashes, client IDs and tokens."""
    return "".join(secrets.choice(LOWERCASE_ALPHANUMERICS) for _ in range(length))
