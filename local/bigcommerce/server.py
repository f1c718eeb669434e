"""The simulated BigCommerce over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.bigcommerce.simulation import BigCommerce
from local.bigcommerce.site import Site
from local.loopback_server import Server, serve_application

STATIC = {"/static": str(Path(__file__).with_name("static"))}


@contextmanager
def serve(bigcommerce: BigCommerce, port: int = 0) -> Iterator[Server]:
    """Serve the token endpoint, the install links and the control panel until the block ends.

    `port` 0 takes a free one.

    Raises:
        PortError: the port is in use, or not for this user.
    """
    with serve_application(Site(bigcommerce).answer, port, STATIC) as server:
        yield server
