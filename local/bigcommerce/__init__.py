"""A simulated BigCommerce: what an app's callbacks see of the platform, on this machine.

The local commands run it, and the tests use it as their double of BigCommerce: only tests set its
clock, choose a payload's claims, and read the requests that it got.
"""

from local.bigcommerce.model import App, CallbackUrls, Installation, Store, User
from local.bigcommerce.signed_payloads import (
    load_url,
    remove_user_url,
    signed_payload,
    uninstall_url,
)
from local.bigcommerce.simulation import BigCommerce
from local.bigcommerce.site import serve
from local.loopback_server import PortError, Server

__all__ = [
    "App",
    "BigCommerce",
    "CallbackUrls",
    "Installation",
    "PortError",
    "Server",
    "Store",
    "User",
    "load_url",
    "remove_user_url",
    "serve",
    "signed_payload",
    "uninstall_url",
]
