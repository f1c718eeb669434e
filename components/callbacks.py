"""The four callbacks of a BigCommerce single-click app, and the function that answers each."""

from dataclasses import dataclass

from registration import portal
from registration.portal import CallbackField


@dataclass(frozen=True)
class Callback:
    """One callback URL.

    Attributes:
        name: the function's name within the stack, such as `remove-user`.
        handler: the function's Lambda handler in the bundle, `module.function`.
        portal_field: the field of the developer portal that takes its URL.
        timeout: seconds its function may take. API Gateway waits 30, a cold start included.
    """

    name: str
    handler: str
    portal_field: CallbackField
    timeout: int

    @property
    def route_key(self) -> str:
        """Its route in the HTTP API."""
        return f"GET /{{organization_id}}/{self.portal_field.path}"


AUTH = Callback(
    name="auth",
    handler="auth.handler",
    portal_field=portal.AUTH,
    timeout=25,
)
LOAD = Callback(
    name="load",
    handler="load.handler",
    portal_field=portal.LOAD,
    timeout=15,
)
UNINSTALL = Callback(
    name="uninstall",
    handler="uninstall.handler",
    portal_field=portal.UNINSTALL,
    timeout=15,
)
REMOVE_USER = Callback(
    name="remove-user",
    handler="remove_user.handler",
    portal_field=portal.REMOVE_USER,
    timeout=15,
)

# In the order of the portal's fields.
CALLBACKS = (AUTH, LOAD, UNINSTALL, REMOVE_USER)
