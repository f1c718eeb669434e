"""A simulated BigCommerce: the part of the platform that an app's callbacks use.

The local commands run it, and the tests use it as a test double. Only tests set its clock, choose a
payload's claims, queue faults, and read the requests that it received.
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
