"""Chromium, and the back end it visits: the deployed callbacks and the served control panel."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from local.backend import APPS, CLIENT_SECRETS, HANDOFF_KEYS, LocalBackend, local_backend
from local.bigcommerce import App, Store
from tests.browser.merchant import Merchant
from tests.browser.window import HEIGHT, WIDE, Window
from tests.https_server import HOST, serve

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
# The first call of a function starts it.
PATIENCE_MILLISECONDS = 10_000

HOSTILE = """"'><script>document.title='taken'</script><b id="taken">&{{ 7*7 }}"""
SCOPES = [
    "store_v2_information_read_only",
    "store_v2_products_read_only",
    "store_v2_orders",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a screen. Only root cannot use its sandbox."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if not chromium:
        pytest.exit("These tests need Chromium: apt-get install chromium", returncode=1)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=QUIET + sandbox) as browser,
    ):
        yield browser


@contextmanager
def web_page(html: str) -> Iterator[str]:
    """Serve the page at every path of a new origin, and yield the origin."""
    answer = {"Content-Type": "text/html; charset=utf-8"}, html.encode()
    with serve(lambda *_: answer) as address:
        yield f"http://{address.replace(HOST, 'localhost')}"


@pytest.fixture(scope="session")
def app_origin() -> Iterator[str]:
    """The origin of an app with its own URL."""
    html = '<!doctype html><html lang="en"><title>App</title><main><h1>The app itself</h1></main>'
    with web_page(html) as origin:
        yield origin


@pytest.fixture(scope="session")
def backend(app_origin: str) -> Iterator[LocalBackend]:
    """Five apps in one stack, one unregistered. Each test opens its own store."""
    apps = [
        {
            "organizationId": "example",
            "name": "Example Commerce",
            "scopes": SCOPES,
            "supportUrl": "https://www.example.com/support",
        },
        {
            "organizationId": "owners",
            "name": "For owners",
            "scopes": SCOPES[:1],
            "multipleUsers": False,
        },
        {"organizationId": "hostile", "name": HOSTILE, "scopes": SCOPES[:1]},
        {
            "organizationId": "elsewhere",
            "name": "Elsewhere",
            "scopes": SCOPES[:1],
            "appUrl": f"{app_origin}/bigcommerce?theme=plain",
        },
        {"organizationId": "early", "name": "Early", "scopes": SCOPES[:1]},
    ]
    keys = {"elsewhere": secrets.token_hex(32)}
    with local_backend(overrides={APPS: apps, HANDOFF_KEYS: keys}) as backend:
        backend.configure_credentials()
        del backend.config[APPS][-1]["clientId"]
        del backend.config[CLIENT_SECRETS]["early"]
        backend.deploy()
        yield backend


@pytest.fixture(scope="session")
def apps(backend: LocalBackend) -> dict[str, App]:
    """The apps by their organization IDs."""
    return {app.organization_id: app for app in backend.apps}


@pytest.fixture
def app(apps: dict[str, App]) -> App:
    return apps["example"]


@pytest.fixture
def store(backend: LocalBackend) -> Store:
    return backend.bigcommerce.add_store("Coffee & Tea")


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    with browser.new_context(viewport={"width": WIDE, "height": HEIGHT}) as context:
        window = Window(context.new_page())
        window.page.set_default_timeout(PATIENCE_MILLISECONDS)
        yield window
        window.assert_complaints_expected()


@pytest.fixture
def merchant(window: Window, backend: LocalBackend, store: Store) -> Merchant:
    return Merchant(window, backend, store)
