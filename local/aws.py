"""boto3 on the embedded AWS, deaf to the developer's own AWS settings."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_route53 import Route53Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sts import STSClient

REGION = "us-east-1"
ROOT_KEY = "test"
"""Access key id and secret of the embedded account's root user."""

# A session variable is (name in the config file, environment variable, default, conversion):
# without the first two, neither ~/.aws nor AWS_PROFILE is looked at.
_NO_FILES = dict.fromkeys(("profile", "config_file", "credentials_file"), (None,) * 4)
# Each of these would otherwise be read from the environment, and break a loopback endpoint.
_CONFIG = Config(
    proxies={},
    use_fips_endpoint=False,
    use_dualstack_endpoint=False,
    max_pool_connections=32,
    retries={"mode": "standard", "total_max_attempts": 2},
)


def isolated_session(region: str = REGION) -> boto3.Session:
    """Return a session with the embedded account's root credentials.

    No profile, AWS configuration file or `AWS_*` variable of the developer is read. A client also
    needs the emulator's endpoint and `Config`: `Aws` adds both.
    """
    return boto3.Session(
        aws_access_key_id=ROOT_KEY,
        aws_secret_access_key=ROOT_KEY,
        region_name=region,
        botocore_session=botocore.session.Session(session_vars=_NO_FILES),
    )


class Aws:
    """Clients of one embedded AWS: one a service, made at first use, safe to share by threads."""

    def __init__(self, endpoint_url: str, region: str = REGION) -> None:
        self.endpoint_url = endpoint_url
        self.region = region
        self._session = isolated_session(region)
        self._lock = threading.Lock()  # boto3 sessions are not thread-safe, clients are

    @cached_property
    def account_id(self) -> str:
        """The account's number."""
        return self.sts.get_caller_identity()["Account"]

    @cached_property
    def apigatewayv2(self) -> ApiGatewayV2Client:
        """HTTP APIs."""
        with self._lock:
            return self._session.client(
                "apigatewayv2", endpoint_url=self.endpoint_url, config=_CONFIG
            )

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """DynamoDB."""
        with self._lock:
            return self._session.client("dynamodb", endpoint_url=self.endpoint_url, config=_CONFIG)

    @cached_property
    def iam(self) -> IAMClient:
        """Roles and policies."""
        with self._lock:
            return self._session.client("iam", endpoint_url=self.endpoint_url, config=_CONFIG)

    @cached_property
    def kms(self) -> KMSClient:
        """Keys."""
        with self._lock:
            return self._session.client("kms", endpoint_url=self.endpoint_url, config=_CONFIG)

    @cached_property
    def lambda_(self) -> LambdaClient:
        """Functions."""
        with self._lock:
            return self._session.client("lambda", endpoint_url=self.endpoint_url, config=_CONFIG)

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """CloudWatch Logs."""
        with self._lock:
            return self._session.client("logs", endpoint_url=self.endpoint_url, config=_CONFIG)

    @cached_property
    def route53(self) -> Route53Client:
        """DNS records."""
        with self._lock:
            return self._session.client("route53", endpoint_url=self.endpoint_url, config=_CONFIG)

    @cached_property
    def secretsmanager(self) -> SecretsManagerClient:
        """Secrets."""
        with self._lock:
            return self._session.client(
                "secretsmanager", endpoint_url=self.endpoint_url, config=_CONFIG
            )

    @cached_property
    def sts(self) -> STSClient:
        """The caller's identity."""
        with self._lock:
            return self._session.client("sts", endpoint_url=self.endpoint_url, config=_CONFIG)
