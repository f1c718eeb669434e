"""The four callbacks of a BigCommerce single-click app, and the function that answers each."""

from dataclasses import dataclass

from registration.portal import fields
from registration.portal.fields import CallbackField


@dataclass(frozen=True)
class Callback:
    """One callback URL.

    Attributes:
        name: the function's name within the stack, such as `remove-user`.
        handler: the function's Lambda handler in the bundle, `package.module.function`.
        portal_field: the field of the developer portal that takes its URL.
        timeout: seconds its function may take. API Gateway waits 30, a cold start included.
        environment: names of the environment variables its function gets.
        statements: Sids of the IAM statements its function's role gets.
    """

    name: str
    handler: str
    portal_field: CallbackField
    timeout: int
    environment: tuple[str, ...]
    statements: tuple[str, ...]

    @property
    def setting(self) -> str:
        """Its name among the settings that each callback has of its own, such as `remove_user`."""
        return self.name.replace("-", "_")

    @property
    def route_key(self) -> str:
        """Its route in the HTTP API."""
        return f"GET /{{organization_id}}/{self.portal_field.path}"


# Every callback reads its app's profile and credentials, and reads and writes stores' records.
_ENVIRONMENT = ("TABLE_NAME", "SECRET_PREFIX", "FRAME_ANCESTORS")
_STATEMENTS = ("ReadCredentials", "ReadItems", "WriteRecords")

AUTH = Callback(
    name="auth",
    handler="lambdas.auth.handler",
    portal_field=fields.AUTH,
    timeout=25,
    environment=(*_ENVIRONMENT, "BASE_URL", "LOGIN_URL", "ACCESS_TOKEN_KEY_ARN"),
    statements=(*_STATEMENTS, "EncryptAccessTokens"),
)
LOAD = Callback(
    name="load",
    handler="lambdas.load.handler",
    portal_field=fields.LOAD,
    timeout=15,
    environment=(*_ENVIRONMENT, "BASE_URL"),
    statements=_STATEMENTS,
)
UNINSTALL = Callback(
    name="uninstall",
    handler="lambdas.uninstall.handler",
    portal_field=fields.UNINSTALL,
    timeout=15,
    environment=(*_ENVIRONMENT, "UNINSTALLED_RETENTION_SECONDS"),
    statements=_STATEMENTS,
)
REMOVE_USER = Callback(
    name="remove-user",
    handler="lambdas.remove_user.handler",
    portal_field=fields.REMOVE_USER,
    timeout=15,
    environment=_ENVIRONMENT,
    statements=_STATEMENTS,
)

# In the order of the portal's fields.
CALLBACKS = (AUTH, LOAD, UNINSTALL, REMOVE_USER)
