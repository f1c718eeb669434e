"""BigCommerce's developer portal: its address, and the fields that take the callback URLs.

Source: BigCommerce's app documentation for the fields, Rutter's BigCommerce guide for the paths.
"""

from dataclasses import dataclass

PORTAL_URL = "https://devtools.bigcommerce.com"


@dataclass(frozen=True)
class CallbackField:
    """A field of the portal's Technical tab (now App information) that takes a callback URL.

    Attributes:
        key: its name in the outputs, such as `authCallbackUrl`.
        label: its name in the portal.
        path: its URL's last segment, after `/{organization_id}/`.
    """

    key: str
    label: str
    path: str

    @property
    def log_group_output(self) -> str:
        """The name of the output that has its function's log group, such as `authLogGroup`."""
        return self.key.replace("CallbackUrl", "LogGroup")

    def url(self, base_url: str, organization_id: str) -> str:
        """The URL it takes for an app."""
        return f"{base_url}/{organization_id}/{self.path}"


AUTH = CallbackField("authCallbackUrl", "Auth Callback URL", "redirect-url")
LOAD = CallbackField("loadCallbackUrl", "Load Callback URL", "load")
UNINSTALL = CallbackField("uninstallCallbackUrl", "Uninstall Callback URL", "uninstall")
REMOVE_USER = CallbackField("removeUserCallbackUrl", "Remove User Callback URL", "remove-user")

# You enter the URL for Rutter's webhooks in Rutter's dashboard, not in the portal.
RUTTER_WEBHOOK_PATH = "rutter"

# In the portal's order.
CALLBACK_FIELDS = (AUTH, LOAD, UNINSTALL, REMOVE_USER)
