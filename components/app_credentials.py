"""AppCredentials: the Secrets Manager secret with an app's credentials."""

import json
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws
from pydantic import SecretStr

from .settings import App
from .stack_context import StackContext


class AppCredentials(pulumi.ComponentResource):
    """An app's secret, named `{project}/{stack}/{organization_id}`.

    Its value is JSON with `client_id`, `client_secret`, and `handoff_key` where the app has a URL
    of its own; or an empty object while the app awaits registration: so registering changes the
    value and nothing else.

    Attributes:
        arn: the secret's ARN.
    """

    arn: pulumi.Output[str]

    def __init__(
        self,
        context: StackContext,
        app: App,
        *,
        client_secret: SecretStr | None,
        handoff_key: SecretStr | None,
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bigcommerce:index:AppCredentials", app.organization_id, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        secret = aws.secretsmanager.Secret(
            app.organization_id,
            name=f"{secret_prefix(context)}{app.organization_id}",
            description=f"Credentials of the BigCommerce app {app.name}",
            # While a deleted secret can be recovered its name is taken: a stack that need not be
            # protected can be destroyed and created again at once.
            recovery_window_in_days=30 if protect else 0,
            tags=context.tags,
            opts=child,
        )
        aws.secretsmanager.SecretVersion(
            app.organization_id,
            secret_id=secret.id,
            secret_string=pulumi.Output.secret(_value(app, client_secret, handoff_key)),
            opts=child,
        )
        self.arn = secret.arn
        self.register_outputs({"arn": self.arn})


def secret_prefix(context: StackContext) -> str:
    """The part of every secret's name before the organization id."""
    return f"{context.project}/{context.stack}/"


def read_statement(credentials: Sequence[AppCredentials]) -> dict[str, object]:
    """The IAM statement that allows reading these apps' credentials."""
    return {
        "Sid": "ReadCredentials",
        "Effect": "Allow",
        "Action": ["secretsmanager:GetSecretValue"],
        "Resource": [each.arn for each in credentials],
    }


def _value(app: App, client_secret: SecretStr | None, handoff_key: SecretStr | None) -> str:
    if app.client_id is None or client_secret is None:
        return "{}"
    value = {"client_id": app.client_id, "client_secret": client_secret.get_secret_value()}
    if handoff_key is not None:
        value["handoff_key"] = handoff_key.get_secret_value()
    return json.dumps(value)
