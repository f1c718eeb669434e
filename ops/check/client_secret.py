"""Read an app's client secret from Secrets Manager, with the operator's credentials."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from portal.model import AppRegistration

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class WrongSecretError(Exception):
    """The secret does not hold the credentials of the app; the message says what it holds."""


def client_secret(
    app: AppRegistration, secret_arns: Mapping[str, str], secrets: "SecretsManagerClient"
) -> str:
    """Return the client secret of an app with a client ID; `secret_arns` are by organization ID.

    Raises:
        WrongSecretError: the secret does not exist, is empty, or belongs to another client ID.
    """
    arn = secret_arns.get(app.organization_id)
    if arn is None:
        raise WrongSecretError("the outputs name no secret for it")
    try:
        content = json.loads(secrets.get_secret_value(SecretId=arn)["SecretString"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        raise WrongSecretError("its secret does not exist") from None
    except ValueError:
        content = None
    if not isinstance(content, dict) or not content.get("client_secret"):
        raise WrongSecretError("its secret holds no client secret")
    if content.get("client_id") != app.client_id:
        raise WrongSecretError("its secret is for another client ID")
    return str(content["client_secret"])
