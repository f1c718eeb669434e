"""The functions' environment variables, read in one place."""

import os


def table_name() -> str:
    """Name of the DynamoDB table."""
    return os.environ["TABLE_NAME"]


def connection_index() -> str:
    """Name of the table's index by Rutter's connection IDs."""
    return os.environ["CONNECTION_INDEX"]


def due_index() -> str:
    """Name of the table's index of the stores that are due to be reconciled with Rutter."""
    return os.environ["DUE_INDEX"]


def secret_prefix() -> str:
    """The part of a credentials secret's name before the organization ID, with its slash."""
    return os.environ["SECRET_PREFIX"]


def access_token_key_arn() -> str:
    """ARN of the KMS key that encrypts access tokens."""
    return os.environ["ACCESS_TOKEN_KEY_ARN"]


def base_url() -> str:
    """The callback URLs up to `/{organization_id}/`, as the portal knows them."""
    return os.environ["BASE_URL"]


def served_base_urls() -> list[str]:
    """Every base URL that leads to the callbacks, that of `base_url` first."""
    return os.environ["SERVED_BASE_URLS"].split()


def login_url() -> str:
    """Origin of BigCommerce's login service, which exchanges codes and takes external installs."""
    return os.environ["LOGIN_URL"]


def rutter_secret_prefix() -> str:
    """The part of a Rutter secret's name before the organization ID, with its slash."""
    return os.environ["RUTTER_SECRET_PREFIX"]


def rutter_base_url() -> str:
    """Rutter's API, up to the endpoints' paths."""
    return os.environ["RUTTER_BASE_URL"]


def rutter_queue_url() -> str:
    """URL of the queue with the requests to reconcile stores with Rutter."""
    return os.environ["RUTTER_QUEUE_URL"]


def event_bus_name() -> str:
    """Name of the EventBridge bus for events about stores."""
    return os.environ["EVENT_BUS_NAME"]


def frame_ancestors() -> str:
    """Origins that may show the pages in an iframe, separated by spaces."""
    return os.environ["FRAME_ANCESTORS"]


def uninstalled_retention_seconds() -> int:
    """Seconds the marker of an uninstalled store is kept."""
    return int(os.environ["UNINSTALLED_RETENTION_SECONDS"])
