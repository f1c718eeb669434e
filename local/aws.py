"""boto3 on the embedded AWS, deaf to the developer's own AWS settings."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

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
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()  # boto3 sessions are not thread-safe, clients are

    def client(self, service: str) -> Any:
        """Return the client of a service, named as boto3 names it."""
        with self._lock:
            if service not in self._clients:
                session = cast(Any, self._session)
                self._clients[service] = session.client(
                    service, endpoint_url=self.endpoint_url, config=_CONFIG
                )
            return self._clients[service]

    @cached_property
    def account_id(self) -> str:
        """The account's number."""
        return self.sts.get_caller_identity()["Account"]

    @property
    def apigatewayv2(self) -> ApiGatewayV2Client:
        """HTTP APIs."""
        return cast("ApiGatewayV2Client", self.client("apigatewayv2"))

    @property
    def dynamodb(self) -> DynamoDBClient:
        """DynamoDB."""
        return cast("DynamoDBClient", self.client("dynamodb"))

    @property
    def iam(self) -> IAMClient:
        """Roles and policies."""
        return cast("IAMClient", self.client("iam"))

    @property
    def kms(self) -> KMSClient:
        """Keys."""
        return cast("KMSClient", self.client("kms"))

    @property
    def lambda_(self) -> LambdaClient:
        """Functions."""
        return cast("LambdaClient", self.client("lambda"))

    @property
    def logs(self) -> CloudWatchLogsClient:
        """CloudWatch Logs."""
        return cast("CloudWatchLogsClient", self.client("logs"))

    @property
    def route53(self) -> Route53Client:
        """DNS records."""
        return cast("Route53Client", self.client("route53"))

    @property
    def secretsmanager(self) -> SecretsManagerClient:
        """Secrets."""
        return cast("SecretsManagerClient", self.client("secretsmanager"))

    @property
    def sts(self) -> STSClient:
        """The caller's identity."""
        return cast("STSClient", self.client("sts"))
