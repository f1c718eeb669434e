"""A served simulated BigCommerce, and a small app for it to call."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import urllib3

from local.bigcommerce import App, BigCommerce, CallbackUrls, Server, Store, serve

ORGANIZATION_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


class ThrowawayApp(BaseHTTPRequestHandler):
    base_url: str
    status: int

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Location", "http://elsewhere.invalid/")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>The app</title>")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def throwaway_app() -> Iterator[type[ThrowawayApp]]:
    with HTTPServer(("127.0.0.1", 0), ThrowawayApp) as server:
        ThrowawayApp.base_url = f"http://api.execute-api.localhost:{server.server_port}"
        ThrowawayApp.status = 200
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        yield ThrowawayApp
        server.shutdown()


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bigcommerce(clock: Clock) -> BigCommerce:
    bigcommerce = BigCommerce()
    bigcommerce.token_endpoint.clock = clock
    return bigcommerce


@pytest.fixture
def store(bigcommerce: BigCommerce) -> Store:
    return bigcommerce.add_store("Coffee & Tea")


@pytest.fixture
def app(bigcommerce: BigCommerce, throwaway_app: type[ThrowawayApp]) -> App:
    return bigcommerce.register_app(
        ORGANIZATION_ID,
        "Example Commerce",
        ["store_v2_products_read_only", "store_v2_orders_read_only"],
        callback_urls=CallbackUrls.under(throwaway_app.base_url, ORGANIZATION_ID),
    )


@pytest.fixture
def server(bigcommerce: BigCommerce) -> Iterator[Server]:
    with serve(bigcommerce) as server:
        yield server


Exchange = Callable[..., urllib3.BaseHTTPResponse]


@pytest.fixture
def token_request(bigcommerce: BigCommerce, app: App, store: Store) -> dict[str, Any]:
    """The body of a token request with nothing wrong, for a code just issued."""
    url = bigcommerce.auth_callback_url(app, store, store.owner)
    query = dict(parse_qsl(urlsplit(url).query))
    return {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "code": query["code"],
        "context": query["context"],
        "scope": query["scope"],
        "grant_type": "authorization_code",
        "redirect_uri": app.callback_urls.auth,
    }


@pytest.fixture
def exchange(server: Server) -> Exchange:
    """Send a token request over HTTP, once."""

    def send(
        fields: object, content_type: str = "application/json", timeout: float = 5
    ) -> urllib3.BaseHTTPResponse:
        return urllib3.request(
            "POST",
            f"{server.url}/oauth2/token",
            body=fields if isinstance(fields, bytes) else json.dumps(fields).encode(),
            headers={"Content-Type": content_type},
            retries=False,
            redirect=False,
            timeout=timeout,
        )

    return send
