"""An app's client secret, read from Secrets Manager with the operator's own AWS credentials."""

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from botocore.utils import ArnParser, InvalidArnException

from registration.portal.model import AppRegistration

from ..aws_errors import explained

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class SecretUnreadableError(Exception):
    """The operator cannot read the secret; the message says why, as of any other call of AWS."""


class WrongSecretError(Exception):
    """The secret does not hold the credentials of the app; the message says what it holds."""


def client_secret(app: AppRegistration, secret_arns: Mapping[str, str]) -> str:
    """The client secret of an app that has a Client ID; `secret_arns` are by organization id.

    Raises:
        SecretUnreadableError: there are no AWS credentials, or they do not allow it.
        WrongSecretError: the secret does not exist, is empty, or belongs to another Client ID.
    """
    arn = secret_arns.get(app.organization_id)
    if arn is None:
        raise WrongSecretError("the outputs name no secret for it")
    try:
        content = json.loads(_read(arn))
    except ValueError:
        content = None
    if not isinstance(content, dict) or not content.get("client_secret"):
        raise WrongSecretError("its secret holds no client secret")
    if content.get("client_id") != app.client_id:
        raise WrongSecretError("its secret is for another Client ID")
    return str(content["client_secret"])


def _read(arn: str) -> str:
    try:
        region = ArnParser().parse_arn(arn)["region"]
        return _client(region).get_secret_value(SecretId=arn)["SecretString"]
    except InvalidArnException:
        raise WrongSecretError(
            "the outputs name its secret by something else than an ARN"
        ) from None
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            raise WrongSecretError("its secret does not exist") from None
        raise SecretUnreadableError(explained(error)) from None
    except BotoCoreError as error:
        raise SecretUnreadableError(explained(error)) from None


@cache
def _client(region: str) -> "SecretsManagerClient":
    return boto3.client("secretsmanager", region_name=region)
