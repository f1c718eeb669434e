"""BigCommerce's developer portal: its address, and the fields that take the callback URLs."""

from dataclasses import dataclass

PORTAL_URL = "https://devtools.bigcommerce.com"


@dataclass(frozen=True)
class CallbackField:
    """A field of the portal's Technical tab (now App information) that takes a callback URL.

    Attributes:
        key: its name in the outputs, such as `authCallbackUrl`.
        label: its name in the portal.
    """

    key: str
    label: str


AUTH = CallbackField("authCallbackUrl", "Auth Callback URL")
LOAD = CallbackField("loadCallbackUrl", "Load Callback URL")
UNINSTALL = CallbackField("uninstallCallbackUrl", "Uninstall Callback URL")
REMOVE_USER = CallbackField("removeUserCallbackUrl", "Remove User Callback URL")

# In the portal's order.
CALLBACK_FIELDS = (AUTH, LOAD, UNINSTALL, REMOVE_USER)
