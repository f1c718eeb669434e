"""The four callbacks of a BigCommerce single-click app, and the function that answers each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import pulumi

from portal import fields
from portal.fields import CallbackField

from .callback_api import CallbackApi
from .grants import encrypt_tokens, read_credentials, read_items, write_records
from .installation_store import InstallationStore
from .policy_document import Statement
from .routed_function import RoutedFunction
from .settings.model import Settings
from .stack_context import StackContext

Environment = dict[str, pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class CallbackResources:
    """What the environment and the grants of a callback's function refer to."""

    context: StackContext
    settings: Settings
    store: InstallationStore
    api: CallbackApi


@dataclass(frozen=True, kw_only=True)
class Callback(RoutedFunction):
    """One callback URL, and the function that answers it.

    Attributes:
        portal_field: the field of the developer portal that takes its URL.
        environment: returns the function's own environment variables.
        grants: returns the IAM statements of the function's role.
    """

    portal_field: CallbackField
    environment: Callable[[CallbackResources], Environment]
    grants: Callable[[CallbackResources], list[Statement]]
    method: ClassVar[str] = "GET"

    @property
    def path(self) -> str:
        """The last segment of its URL."""
        return self.portal_field.path


def _environment(stack: CallbackResources) -> Environment:
    return {
        "TABLE_NAME": stack.store.table_name,
        "SECRET_PREFIX": stack.context.secret_prefix,
        "FRAME_ANCESTORS": " ".join(stack.settings.bigcommerce.frame_ancestors),
    }


def _auth_environment(stack: CallbackResources) -> Environment:
    return {
        **_load_environment(stack),
        "SERVED_BASE_URLS": stack.api.served_base_urls,
        "LOGIN_URL": stack.settings.bigcommerce.login_url,
        "ACCESS_TOKEN_KEY_ARN": stack.store.key_arn,
    }


def _load_environment(stack: CallbackResources) -> Environment:
    return {**_environment(stack), "BASE_URL": stack.api.base_url}


def _uninstall_environment(stack: CallbackResources) -> Environment:
    seconds = stack.settings.uninstalled_retention_days * 86_400
    return {**_environment(stack), "UNINSTALLED_RETENTION_SECONDS": str(seconds)}


def _grants(stack: CallbackResources) -> list[Statement]:
    return [
        read_credentials(stack.context),
        read_items(stack.store),
        write_records(stack.store),
    ]


def _auth_grants(stack: CallbackResources) -> list[Statement]:
    return [*_grants(stack), encrypt_tokens(stack.store)]


AUTH = Callback(
    name="auth",
    description=f"BigCommerce {fields.AUTH.label}",
    handler="lambdas.auth.handler",
    portal_field=fields.AUTH,
    timeout=25,
    environment=_auth_environment,
    grants=_auth_grants,
)
LOAD = Callback(
    name="load",
    description=f"BigCommerce {fields.LOAD.label}",
    handler="lambdas.load.handler",
    portal_field=fields.LOAD,
    timeout=15,
    environment=_load_environment,
    grants=_grants,
)
UNINSTALL = Callback(
    name="uninstall",
    description=f"BigCommerce {fields.UNINSTALL.label}",
    handler="lambdas.uninstall.handler",
    portal_field=fields.UNINSTALL,
    timeout=15,
    environment=_uninstall_environment,
    grants=_grants,
)
REMOVE_USER = Callback(
    name="remove-user",
    description=f"BigCommerce {fields.REMOVE_USER.label}",
    handler="lambdas.remove_user.handler",
    portal_field=fields.REMOVE_USER,
    timeout=15,
    environment=_environment,
    grants=_grants,
)

# In the order of the portal's fields.
CALLBACKS = (AUTH, LOAD, UNINSTALL, REMOVE_USER)
