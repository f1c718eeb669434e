"""BigCommerce's developer portal: its address, and the fields that take the callback URLs.

Source: BigCommerce's app documentation for the fields, Rutter's BigCommerce guide for the paths.
"""

from dataclasses import dataclass

PORTAL_URL = "https://devtools.bigcommerce.com"


@dataclass(frozen=True)
class CallbackField:
    """A field of the portal's App information tab (formerly Technical) that takes a callback URL.

    Attributes:
        key: its name in the outputs, such as `authCallbackUrl`.
        label: its name in the portal.
        path: its URL's last segment, after `/{organization_id}/`.
        log_group_output: the name of the output that has its function's log group.
    """

    key: str
    label: str
    path: str
    log_group_output: str

    def url(self, base_url: str, organization_id: str) -> str:
        """The URL it takes for an app."""
        return f"{base_url}/{organization_id}/{self.path}"


AUTH = CallbackField("authCallbackUrl", "Auth Callback URL", "redirect-url", "authLogGroup")
LOAD = CallbackField("loadCallbackUrl", "Load Callback URL", "load", "loadLogGroup")
UNINSTALL = CallbackField(
    "uninstallCallbackUrl", "Uninstall Callback URL", "uninstall", "uninstallLogGroup"
)
REMOVE_USER = CallbackField(
    "removeUserCallbackUrl", "Remove User Callback URL", "remove-user", "removeUserLogGroup"
)

# You enter the URL for Rutter's webhooks in Rutter's dashboard, not in the portal.
RUTTER_WEBHOOK_PATH = "rutter"

# In the portal's order.
CALLBACK_FIELDS = (AUTH, LOAD, UNINSTALL, REMOVE_USER)
