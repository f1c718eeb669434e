"""The AWS clients of an execution environment, and why a call of theirs failed."""

import gc
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore
import botocore.httpsession
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

# A call that hangs must leave time for its retry and for an answer within the function's timeout.
_CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"total_max_attempts": 3, "mode": "standard"},
    # By itself, botocore builds this for every call, in a fifth of the call's time.
    user_agent=f"bigcommerce-app-back-end botocore/{botocore.__version__}",
    # AWS validates parameters too, and mypy checks them here.
    parameter_validation=False,
)

# A failed call raises one of these. Functions that call AWS pass them on, and do not list them.
CALL_ERRORS = (ClientError, BotoCoreError)


def error_code(error: BaseException) -> str | None:
    """Return AWS's code of a call that failed, None if there was no answer."""
    if not isinstance(error, ClientError):
        return None
    return error.response.get("Error", {}).get("Code")


def failure_reason(error: BaseException) -> str:
    """Return why a call failed, for the log: the operation and AWS's code, or the error's type."""
    if isinstance(error, ClientError):
        return f"{error.operation_name}: {error.response.get('Error', {}).get('Code', 'unknown')}"
    return type(error).__name__


def prepare(*clients: Callable[[], object]) -> None:
    """Make these clients while Lambda starts the execution environment, before the first request.

    Everything that exists by then stays, so the garbage collector skips it: checking it would delay
    some request by 20 ms.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" not in os.environ:
        return
    _load_certificates_once(_session().get_config_variable("ca_bundle"))
    for make in clients:
        make()
    gc.freeze()
    gc.enable()


@cache
def _session() -> Any:
    """Return botocore's session; boto3 would wrap it for a resource layer that is not used."""
    return botocore.session.get_session()


def _load_certificates_once(ca_bundle: str | None) -> None:
    """Load the certificates by which AWS is trusted now, for all connections of clients made later.

    By itself, urllib3 loads them again for every connection, which takes 16 ms.
    """
    module: Any = botocore.httpsession
    with suppress(Exception):  # botocore promises none of these names, and works without this
        tls = module.create_urllib3_context()
        tls.load_verify_locations = cache(tls.load_verify_locations)
        # With the arguments that urllib3 uses, so that it finds the result cached.
        tls.load_verify_locations(module.get_cert_path(ca_bundle or True), None, None)
        module.create_urllib3_context = lambda *_, **__: tls


@cache
def dynamodb() -> "DynamoDBClient":
    """The DynamoDB client."""
    client: DynamoDBClient = _session().create_client("dynamodb", config=_CONFIG)
    return client


@cache
def events() -> "EventBridgeClient":
    """The EventBridge client."""
    client: EventBridgeClient = _session().create_client("events", config=_CONFIG)
    return client


@cache
def kms() -> "KMSClient":
    """The KMS client."""
    client: KMSClient = _session().create_client("kms", config=_CONFIG)
    return client


@cache
def secretsmanager() -> "SecretsManagerClient":
    """The Secrets Manager client."""
    client: SecretsManagerClient = _session().create_client("secretsmanager", config=_CONFIG)
    return client


@cache
def sqs() -> "SQSClient":
    """The SQS client."""
    client: SQSClient = _session().create_client("sqs", config=_CONFIG)
    return client
