"""BigCommerceApp: an app's credentials secret, and its profile in the table.

The profile is what the functions need to know about an app apart from its credentials. It is an
item next to the installations: environment variables hold 4 KB, and changing them redeploys the
function. So adding an app changes no resource.
"""

import json
from collections.abc import Mapping, Sequence
from functools import partial

import pulumi
import pulumi_aws as aws
from pydantic import SecretStr

from portal.oauth_scopes import OAUTH_SCOPES

from .installation_store import InstallationStore
from .settings.model import AppSettings
from .stack_context import StackContext


class BigCommerceApp(pulumi.ComponentResource):
    """An app's secret, named `{project}/{stack}/apps/{organization_id}`, and its item in the table.

    The secret's value is JSON with `client_id`, `client_secret`, and a `handoff_key` if the app has
    its own URL. While the app awaits registration, it is an empty object. The item has the
    partition key `ORG#{organization_id}` and the sort key `APP`. It names the Client ID too, for
    operators, who cannot read the secret.

    If Rutter is on, there is also a secret `{project}/{stack}/rutter/{organization_id}`: JSON with
    the `client_id` and `client_secret` of the organization at Rutter.

    Changes of a secret's description are ignored. The provider would send the key again with it.
    AWS may then require permission to encrypt with the key, which CI's deploy role does not have.

    Attributes:
        secret_arn: the ARN of the secret with its credentials at BigCommerce.
    """

    secret_arn: pulumi.Output[str]

    def __init__(
        self,
        context: StackContext,
        app: AppSettings,
        store: InstallationStore,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bigcommerce:index:BigCommerceApp", app.organization_id, None, opts)
        self._context = context
        self._key_arn = store.key_arn
        settings = context.settings
        secrets = pulumi.Output.all(settings.client_secrets, settings.handoff_keys)
        rutter = app.rutter
        secret = self._add_secret(
            app.organization_id,
            f"{context.secret_prefix}{app.organization_id}",
            "Credentials of a BigCommerce app",
            secrets.apply(partial(_secret_value, app)),
        )
        if rutter is not None:
            self._add_secret(
                f"{app.organization_id}.rutter",  # no organization ID has a dot
                f"{context.rutter_secret_prefix}{app.organization_id}",
                "Credentials at Rutter for the stores of a BigCommerce app",
                pulumi.Output.from_input(settings.rutter_client_secrets).apply(
                    lambda given: _credentials(rutter.client_id, given[app.organization_id])
                ),
            )
        aws.dynamodb.TableItem(
            app.organization_id,
            table_name=store.table_name,
            hash_key="pk",
            range_key="sk",
            item=json.dumps(_item(app)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.secret_arn = secret.arn
        self.register_outputs({"secretArn": self.secret_arn})

    def _add_secret(
        self, resource: str, name: str, description: str, value: pulumi.Input[str]
    ) -> aws.secretsmanager.Secret:
        secret = aws.secretsmanager.Secret(
            resource,
            name=name,
            description=description,
            kms_key_id=self._key_arn,
            # While a deleted secret can be recovered, its name is taken. With 0 an unprotected
            # stack can be destroyed and created again at once.
            recovery_window_in_days=30 if self._context.settings.protect else 0,
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["description"]),
        )
        aws.secretsmanager.SecretVersion(
            resource,
            secret_id=secret.id,
            secret_string=pulumi.Output.secret(value),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return secret


def _secret_value(app: AppSettings, secrets: Sequence[Mapping[str, SecretStr]]) -> str:
    """Return the value for the app's client secret and handoff key, which it may lack."""
    client_secret, handoff_key = (each.get(app.organization_id) for each in secrets)
    if app.client_id is None or client_secret is None:
        return "{}"
    more = {} if handoff_key is None else {"handoff_key": handoff_key.get_secret_value()}
    return _credentials(app.client_id, client_secret, **more)


def _credentials(client_id: str, client_secret: SecretStr, **more: str) -> str:
    """The JSON text of a secret, as the functions read it."""
    value = {"client_id": client_id, "client_secret": client_secret.get_secret_value(), **more}
    return json.dumps(value)


def _item(app: AppSettings) -> dict[str, object]:
    """The item in DynamoDB's JSON."""
    optional = {
        "client_id": app.client_id,
        "support_url": app.support_url,
        "app_url": app.app_url,
    }
    return {
        "pk": {"S": f"ORG#{app.organization_id}"},
        "sk": {"S": "APP"},
        "name": {"S": app.name},
        "scopes": {"L": [{"S": scope} for scope in app.scopes]},
        "scope_names": {"M": {scope: {"S": str(OAUTH_SCOPES[scope])} for scope in app.scopes}},
        "multiple_users": {"BOOL": app.multiple_users},
        **{name: {"S": text} for name, text in optional.items() if text},
        **({"rutter_on_uninstall": {"S": app.rutter.on_uninstall}} if app.rutter else {}),
        **({"rutter_webhooks": {"BOOL": True}} if app.rutter and app.rutter.webhooks else {}),
    }
