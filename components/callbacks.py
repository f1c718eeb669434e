"""The four callbacks of a BigCommerce single-click app.

Source: BigCommerce's app documentation for the fields, Rutter's BigCommerce guide for the paths.
"""

from dataclasses import dataclass

from registration import portal
from registration.portal import CallbackField


@dataclass(frozen=True)
class Callback:
    """One callback URL.

    Attributes:
        name: of its function.
        handler: of its function, in the bundle.
        path: what stands after `/{organization_id}/`.
        portal_field: the field of the developer portal that takes its URL.
        timeout: seconds its function may take. API Gateway waits 30, a cold start included.
    """

    name: str
    handler: str
    path: str
    portal_field: CallbackField
    timeout: int

    @property
    def route_key(self) -> str:
        """Its route in the HTTP API."""
        return f"GET /{{organization_id}}/{self.path}"

    def url(self, base_url: str, organization_id: str) -> str:
        """Its URL for an app."""
        return f"{base_url}/{organization_id}/{self.path}"


AUTH = Callback(
    name="auth",
    handler="auth.handler",
    path="redirect-url",
    portal_field=portal.AUTH,
    timeout=25,
)
LOAD = Callback(
    name="load",
    handler="load.handler",
    path="load",
    portal_field=portal.LOAD,
    timeout=15,
)
UNINSTALL = Callback(
    name="uninstall",
    handler="uninstall.handler",
    path="uninstall",
    portal_field=portal.UNINSTALL,
    timeout=15,
)
REMOVE_USER = Callback(
    name="remove-user",
    handler="remove_user.handler",
    path="remove-user",
    portal_field=portal.REMOVE_USER,
    timeout=15,
)

# In the order of the portal's fields.
CALLBACKS = (AUTH, LOAD, UNINSTALL, REMOVE_USER)
