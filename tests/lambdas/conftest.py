"""Fixtures: a deployed stack, a simulated BigCommerce, a clock, and what is logged."""

import json
import logging
import re
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Any

import pytest
from moto import mock_aws
from moto.core.serialize import ResponseSerializer
from moto.core.utils import method_names_from_class

from lambdas import auth
from lambdas.callbacks import token_exchange
from lambdas.records import installation_table
from local.bigcommerce import App, BigCommerce, CallbackUrls, Store, serve
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import (
    BASE_URL,
    REGION,
    RETENTION_SECONDS,
    SECRET_PREFIX,
    TABLE,
    Backend,
    Callbacks,
    client,
    create_table,
    forget_apps,
    forget_credentials,
)
from tests.lambdas.responses import FRAME_ANCESTORS

ORGANIZATION_ID = "9d3c5a70-6f55-4f0c-9f6f-0b8d8e1f2a44"
SCOPES = ("store_v2_orders", "store_v2_products_read_only")
SUPPORT_URL = "https://support.example.com/order-sync"

# Whatever a test got it from: an email, a JWT, a client secret, a code or an access token. (A
# client ID looks like a code; it is no secret, but has no business in a log either.)
_CONFIDENTIAL = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+|eyJ[\w-]{8,}|(?<![\w-])(?:[0-9a-f]{64}|[0-9a-z]{31})(?![\w-])"
)


def _leaks(secrets: Iterable[str], text: str) -> list[str]:
    return [secret for secret in secrets if secret in text]


class Clock:
    """The time of day, in whole epoch seconds, which a test advances."""

    def __init__(self) -> None:
        self.now = int(time.time())

    def __call__(self) -> float:
        return float(self.now)

    def advance(self, seconds: int) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A stopped clock, for the handlers, for PyJWT and for the payloads BigCommerce issues."""
    stopped = Clock()

    class StoppedDatetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "StoppedDatetime":
            return cls.fromtimestamp(stopped.now, tz or UTC)

    monkeypatch.setattr(time, "time", stopped)
    monkeypatch.setattr("jwt.api_jwt.datetime", StoppedDatetime)
    return stopped


@pytest.fixture(scope="session")
def _served() -> Iterator[tuple[BigCommerce, str]]:
    bigcommerce = BigCommerce()
    with serve(bigcommerce) as server:
        yield bigcommerce, server.url


@pytest.fixture
def login_url(_served: tuple[BigCommerce, str]) -> str:
    return _served[1]


@pytest.fixture
def bigcommerce(_served: tuple[BigCommerce, str], secrets: set[str]) -> Iterator[BigCommerce]:
    """A simulated BigCommerce, whose token endpoint is served on the loopback interface."""
    bigcommerce, _ = _served
    bigcommerce.token_endpoint.next_answers.clear()
    bigcommerce.token_endpoint.requests.clear()
    bigcommerce.installations.clear()
    yield bigcommerce
    secrets.update(each.access_token for each in bigcommerce.installations.values())


def _skip_needless_work(patch: pytest.MonkeyPatch) -> None:
    """Skip work that takes a third of a simulated call and that no test needs."""
    get_value = ResponseSerializer.get_value

    def get_as_spelled(self: ResponseSerializer, value: Any, key: str, shape: Any) -> Any:
        # Otherwise moto tries eight spellings of every attribute.
        return value.get(key) if type(value) is dict else get_value(self, value, key, shape)

    patch.setattr(ResponseSerializer, "get_value", get_as_spelled)
    patch.setattr("moto.core.responses.method_names_from_class", cache(method_names_from_class))
    patch.setattr("moto.core.responses.gen_amzn_requestid_long", lambda _: "request")
    patch.setattr("botocore.signers.RequestSigner.sign", lambda *_, **__: None)


@pytest.fixture(scope="package")
def _kms_key() -> Iterator[str]:
    """The ARN of a key in a simulated AWS, which has the table as well.

    Making both takes longer than most tests.
    """
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        _skip_needless_work(environment)
        create_table()
        yield client("kms").create_key()["KeyMetadata"]["Arn"]


@pytest.fixture
def backend(
    login_url: str, _kms_key: str, secrets: set[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Backend]:
    """A deployed stack without an app; a test in which it answers with a secret fails."""
    environment = {
        "TABLE_NAME": TABLE,
        "SECRET_PREFIX": SECRET_PREFIX,
        "ACCESS_TOKEN_KEY_ARN": _kms_key,
        "BASE_URL": BASE_URL,
        "SERVED_BASE_URLS": BASE_URL,
        "LOGIN_URL": login_url,
        "FRAME_ANCESTORS": FRAME_ANCESTORS,
        "UNINSTALLED_RETENTION_SECONDS": str(RETENTION_SECONDS),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stack = Backend(secrets)
    yield stack
    stack.destroy()
    assert _leaks(secrets, "".join(stack.answered)) == []


@pytest.fixture
def aws(backend: Backend) -> Iterator[AwsCalls]:
    """Counts what the functions ask of AWS, and makes it fail."""
    calls = AwsCalls()
    calls.watch()
    yield calls
    calls.unwatch()


def registered(bigcommerce: BigCommerce, organization_id: str, name: str) -> App:
    callback_urls = CallbackUrls.under(BASE_URL, organization_id)
    return bigcommerce.register_app(organization_id, name, SCOPES, callback_urls=callback_urls)


@pytest.fixture
def app(backend: Backend, bigcommerce: BigCommerce) -> App:
    app = registered(bigcommerce, ORGANIZATION_ID, "Order Sync")
    backend.deploy(app, support_url=SUPPORT_URL)
    return app


@pytest.fixture
def other_app(backend: Backend, app: App, bigcommerce: BigCommerce) -> App:
    other = registered(bigcommerce, "another-organization", "Other")
    backend.deploy(other)
    return other


@pytest.fixture
def store(bigcommerce: BigCommerce) -> Store:
    return bigcommerce.add_store("Flowers & Co")


@pytest.fixture
def callbacks(backend: Backend, bigcommerce: BigCommerce, app: App, store: Store) -> Callbacks:
    """The callbacks of the app for a store on which it is not installed yet."""
    return Callbacks(backend, bigcommerce, app, store)


@pytest.fixture
def installed(callbacks: Callbacks) -> Callbacks:
    """The same after the store's owner has installed the app."""
    assert callbacks.get("redirect-url").status == 200
    return callbacks


@pytest.fixture(autouse=True)
def _cold_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test begins with nothing cached, and no retry waits."""
    forget_credentials()
    forget_apps()
    for module in (auth, token_exchange, installation_table):
        monkeypatch.setattr(module, "PAUSE_SECONDS", 0)


class Logs:
    """Everything a test has printed: log lines, metrics, and whatever else."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._text = ""

    @property
    def text(self) -> str:
        captured = self._capsys.readouterr()
        self._text += captured.out + captured.err
        return self._text

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The log lines, each a JSON object; metrics are left out."""
        return [line for line in self._printed if "level" in line]

    @property
    def metrics(self) -> list[dict[str, Any]]:
        """The metrics in CloudWatch's embedded format."""
        return [line for line in self._printed if "_aws" in line]

    @property
    def _printed(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def last(self) -> dict[str, Any]:
        """The last log line: the report of the last call."""
        return self.lines[-1]


@pytest.fixture
def secrets() -> set[str]:
    """Secrets, codes, payloads, tokens and email addresses, which no one may see."""
    return {"@example.com"}


@pytest.fixture(autouse=True)
def logs(
    secrets: set[str], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Iterator[Logs]:
    """Return what is printed; a test that prints or logs a secret fails."""
    caplog.set_level(logging.INFO)  # a level that Lambda can be set to, for every library
    printed = Logs(capsys)
    yield printed
    records = caplog.get_records("setup") + caplog.get_records("call")
    logged = "\n".join([printed.text, *map(logging.Formatter().format, records)])
    assert _leaks(secrets, logged) + _CONFIDENTIAL.findall(logged) == []
