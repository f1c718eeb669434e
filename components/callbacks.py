"""The four callbacks of a BigCommerce single-click app, and the function that answers each."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from portal import fields
from portal.fields import CallbackField

from .stack_function import FunctionSpec


@dataclass(frozen=True, kw_only=True)
class Routed(FunctionSpec, ABC):
    """A function with a route, which it answers within API Gateway's 30 seconds.

    Attributes:
        method: the HTTP method it takes.
    """

    method: ClassVar[str]

    @property
    @abstractmethod
    def path(self) -> str:
        """The last segment of its URL, after `/{organization_id}/`."""

    @property
    def setting(self) -> str:
        """Its name among the settings that each route has of its own, such as `remove_user`."""
        return self.name.replace("-", "_")

    @property
    def route_key(self) -> str:
        """Its route in the HTTP API."""
        return f"{self.method} /{{organization_id}}/{self.path}"


@dataclass(frozen=True, kw_only=True)
class Callback(Routed):
    """One callback URL, and the function that answers it.

    Attributes:
        portal_field: the field of the developer portal that takes its URL.
        environment: names of the environment variables it gets, of those for callbacks.
        statements: Sids of the IAM statements its role gets, of those for callbacks.
    """

    portal_field: CallbackField
    environment: tuple[str, ...]
    statements: tuple[str, ...]
    method: ClassVar[str] = "GET"

    @property
    def path(self) -> str:
        """The last segment of its URL."""
        return self.portal_field.path


# Every callback reads its app's profile and credentials, and reads and writes stores' records.
_ENVIRONMENT = ("TABLE_NAME", "SECRET_PREFIX", "FRAME_ANCESTORS")
_STATEMENTS = ("ReadCredentials", "ReadItems", "WriteRecords")

AUTH = Callback(
    name="auth",
    description=f"BigCommerce {fields.AUTH.label}",
    handler="lambdas.auth.handler",
    portal_field=fields.AUTH,
    timeout=25,
    environment=(
        *_ENVIRONMENT,
        "BASE_URL",
        "SERVED_BASE_URLS",
        "LOGIN_URL",
        "ACCESS_TOKEN_KEY_ARN",
    ),
    statements=(*_STATEMENTS, "EncryptAccessTokens"),
)
LOAD = Callback(
    name="load",
    description=f"BigCommerce {fields.LOAD.label}",
    handler="lambdas.load.handler",
    portal_field=fields.LOAD,
    timeout=15,
    environment=(*_ENVIRONMENT, "BASE_URL"),
    statements=_STATEMENTS,
)
UNINSTALL = Callback(
    name="uninstall",
    description=f"BigCommerce {fields.UNINSTALL.label}",
    handler="lambdas.uninstall.handler",
    portal_field=fields.UNINSTALL,
    timeout=15,
    environment=(*_ENVIRONMENT, "UNINSTALLED_RETENTION_SECONDS"),
    statements=_STATEMENTS,
)
REMOVE_USER = Callback(
    name="remove-user",
    description=f"BigCommerce {fields.REMOVE_USER.label}",
    handler="lambdas.remove_user.handler",
    portal_field=fields.REMOVE_USER,
    timeout=15,
    environment=_ENVIRONMENT,
    statements=_STATEMENTS,
)

# In the order of the portal's fields.
CALLBACKS = (AUTH, LOAD, UNINSTALL, REMOVE_USER)
