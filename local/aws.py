"""boto3 clients of the embedded AWS, which ignore the developer's AWS settings."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import create_loader

REGION = "us-east-1"
ROOT_KEY = "test"
"""Access key id and secret of the embedded account's root user."""

# A session variable is (name in the config file, environment variable, default, conversion):
# without the first two, neither ~/.aws nor AWS_PROFILE is read.
_NO_FILES = dict.fromkeys(("profile", "config_file", "credentials_file"), (None,) * 4)
# Shared by all sessions: reading the service models takes most of the time to create a client.
_MODELS = create_loader()
# Otherwise boto3 reads these from the environment, and a loopback endpoint fails.
_CONFIG = Config(
    proxies={},
    use_fips_endpoint=False,
    use_dualstack_endpoint=False,
    max_pool_connections=32,
    retries={"mode": "standard", "total_max_attempts": 2},
)


def isolated_session(
    region: str = REGION,
    access_key: str = ROOT_KEY,
    secret_key: str = ROOT_KEY,
    token: str | None = None,
) -> boto3.Session:
    """Return a session that reads no profile, AWS configuration file or `AWS_*` variable.

    A client also needs the emulator's endpoint and `Config`: `Aws` adds both.
    """
    botocore_session = botocore.session.Session(session_vars=_NO_FILES)
    session = boto3.Session(
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        aws_session_token=token,
        region_name=region,
        botocore_session=botocore_session,
    )
    botocore_session.register_component("data_loader", _MODELS)
    return session


class Aws:
    """Clients of one embedded AWS: one per service, made at first use, shared by threads.

    `endpoint` returns the URL of a service, by boto3's name for it. A client is also an attribute
    of that name (`lambda_` for Lambda, because `lambda` is a keyword).
    """

    def __init__(
        self, endpoint: Callable[[str], str], session: boto3.Session | None = None
    ) -> None:
        self._endpoint = endpoint
        self._session = session or isolated_session()
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()  # boto3 sessions are not thread-safe, clients are

    @property
    def region(self) -> str:
        """The region of the clients."""
        return self._session.region_name

    @cached_property
    def account_id(self) -> str:
        """The account's number."""
        return str(self.client("sts").get_caller_identity()["Account"])

    def client(self, service: str) -> Any:
        """Return the client of a service, by boto3's name for it."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(
                    service,  # type: ignore[call-overload]
                    endpoint_url=self._endpoint(service),
                    config=_CONFIG,
                )
            return self._clients[service]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.client(name.rstrip("_"))
