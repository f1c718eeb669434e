"""The functions' environment variables, read in one place, and the AWS clients."""

import os
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

# A call that hangs must leave time for its retry and for an answer within the function's timeout.
_CLIENT_CONFIG = Config(
    connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 3, "mode": "standard"}
)


def table_name() -> str:
    """Name of the DynamoDB table."""
    return os.environ["TABLE_NAME"]


def secret_prefix() -> str:
    """What stands before the organization id in a credentials secret's name, with its slash."""
    return os.environ["SECRET_PREFIX"]


def access_token_key() -> str:
    """ARN of the KMS key that encrypts access tokens."""
    return os.environ["ACCESS_TOKEN_KEY_ARN"]


def base_url() -> str:
    """What stands before `/{organization_id}/` in the callback URLs, as the portal knows them."""
    return os.environ["BASE_URL"]


def login_url() -> str:
    """Origin of BigCommerce's login service, which exchanges codes and takes external installs."""
    return os.environ["LOGIN_URL"]


def frame_ancestors() -> str:
    """Origins that may show the pages in an iframe, separated by spaces."""
    return os.environ["FRAME_ANCESTORS"]


def uninstalled_retention_seconds() -> int:
    """Seconds the marker of an uninstalled store is kept."""
    return int(os.environ["UNINSTALLED_RETENTION_SECONDS"])


@cache
def dynamodb() -> "DynamoDBClient":
    """The DynamoDB client of this execution environment."""
    return boto3.client("dynamodb", config=_CLIENT_CONFIG)


@cache
def kms() -> "KMSClient":
    """The KMS client of this execution environment."""
    return boto3.client("kms", config=_CLIENT_CONFIG)


@cache
def secretsmanager() -> "SecretsManagerClient":
    """The Secrets Manager client of this execution environment."""
    return boto3.client("secretsmanager", config=_CLIENT_CONFIG)
