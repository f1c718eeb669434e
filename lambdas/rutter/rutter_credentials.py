"""An organization's credentials at Rutter, from Secrets Manager: read for every store.

Calls to Rutter are rare, and a corrected secret must work for the next one.
"""

import json

from ..shared import aws, environment
from .client import Rutter


def rutter_of(organization_id: str) -> Rutter:
    """Return Rutter for the organization.

    Raises:
        ValueError, KeyError, TypeError: the secret is malformed.
        ClientError, BotoCoreError: the call of Secrets Manager failed.
    """
    answer = aws.secretsmanager().get_secret_value(
        SecretId=environment.rutter_secret_prefix() + organization_id
    )
    secret = json.loads(answer["SecretString"])
    return Rutter(environment.rutter_base_url(), secret["client_id"], secret["client_secret"])
