"""Whether this machine has a network at all, before a deployment is blamed."""

import socket
from urllib.parse import urlsplit

from registration.portal.model import Registration

from ..errors import CommandError
from .http_client import is_loopback


def require_network(registration: Registration) -> None:
    """Look up the names of the deployment and of BigCommerce.

    Raises:
        CommandError: none of them resolves.
    """
    urls = [registration.apps[0].base_url, registration.login_url]
    if any(is_loopback(url) or _resolves(url) for url in urls):
        return
    names = " nor ".join(str(urlsplit(url).hostname) for url in urls)
    raise CommandError(
        f"This machine has no network, or no name server: neither {names} can be resolved. Nothing "
        "was checked."
    )


def _resolves(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return True
