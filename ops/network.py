"""Check this machine's network before blaming the deployment."""

from urllib.parse import urlsplit

from ops.errors import CommandError
from ops.http_client import Client, UnreachableError, is_loopback
from portal.model import Registration

CHECK_MACHINE = (
    "Check this machine's network, its proxy (HTTPS_PROXY, NO_PROXY), and the certificate "
    "authorities that Python trusts (SSL_CERT_FILE)."
)


def require_network(registration: Registration) -> None:
    """Raise CommandError if neither the deployment nor BigCommerce answers, with any status."""
    client, reasons = Client(), list[str]()
    base_url = registration.apps[0].base_url
    for url in (base_url, registration.login_url):
        try:
            client.get(url)
        except UnreachableError as error:
            reasons.append(f"  {urlsplit(url).hostname}: {error}\n")
        else:
            return
    if is_loopback(base_url):
        raise CommandError(
            f"Nothing answers at {base_url}: the deployment on this machine has ended. Run "
            "make serve, and use the --file that it prints."
        )
    raise CommandError(
        "Could not reach the deployment or BigCommerce, so nothing was checked.\n"
        f"{''.join(reasons)}{CHECK_MACHINE}"
    )
