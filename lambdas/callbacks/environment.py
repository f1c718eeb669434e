"""The functions' environment variables, read in one place."""

import os


def table_name() -> str:
    """Name of the DynamoDB table."""
    return os.environ["TABLE_NAME"]


def secret_prefix() -> str:
    """The part of a credentials secret's name before the organization id, with its slash."""
    return os.environ["SECRET_PREFIX"]


def access_token_key_arn() -> str:
    """ARN of the KMS key that encrypts access tokens."""
    return os.environ["ACCESS_TOKEN_KEY_ARN"]


def base_url() -> str:
    """The callback URLs up to `/{organization_id}/`, as the portal knows them."""
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
