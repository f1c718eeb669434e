"""The four callbacks of a BigCommerce single-click app, and the function that answers each."""

from collections.abc import Callable
from dataclasses import dataclass

import pulumi

from portal import fields
from portal.fields import CallbackField

from .callback_api import CallbackApi
from .grants import encrypt_tokens, read_credentials, read_items, write_records
from .installation_store import InstallationStore
from .policy_document import Statement
from .routed_function import RoutedFunction
from .stack_context import StackContext

Environment = dict[str, pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class CallbackResources:
    """The resources that the environment and the grants of a callback's function refer to."""

    context: StackContext
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


def _environment(stack: CallbackResources) -> Environment:
    return {
        "TABLE_NAME": stack.store.table_name,
        "SECRET_PREFIX": stack.context.secret_prefix,
        "FRAME_ANCESTORS": " ".join(stack.context.settings.bigcommerce.frame_ancestors),
    }


def _auth_environment(stack: CallbackResources) -> Environment:
    return {
        **_load_environment(stack),
        "SERVED_BASE_URLS": stack.api.served_base_urls,
        "LOGIN_URL": stack.context.settings.bigcommerce.login_url,
        "ACCESS_TOKEN_KEY_ARN": stack.store.key_arn,
    }


def _load_environment(stack: CallbackResources) -> Environment:
    return {**_environment(stack), "BASE_URL": stack.api.base_url}


def _uninstall_environment(stack: CallbackResources) -> Environment:
    seconds = stack.context.settings.uninstalled_retention_days * 86_400
    return {**_environment(stack), "UNINSTALLED_RETENTION_SECONDS": str(seconds)}


def _grants(stack: CallbackResources) -> list[Statement]:
    return [
        read_credentials(stack.context),
        read_items(stack.store),
        write_records(stack.store),
    ]


def _auth_grants(stack: CallbackResources) -> list[Statement]:
    return [*_grants(stack), encrypt_tokens(stack.store)]


def _callback(
    name: str,
    portal_field: CallbackField,
    environment: Callable[[CallbackResources], Environment],
    grants: Callable[[CallbackResources], list[Statement]] = _grants,
    *,
    timeout: int = 15,
) -> Callback:
    return Callback(
        name=name,
        description=f"BigCommerce {portal_field.label}",
        timeout=timeout,
        path=portal_field.path,
        portal_field=portal_field,
        environment=environment,
        grants=grants,
    )


_BY_FIELD = {
    each.portal_field: each
    for each in (
        _callback("auth", fields.AUTH, _auth_environment, _auth_grants, timeout=25),
        _callback("load", fields.LOAD, _load_environment),
        _callback("uninstall", fields.UNINSTALL, _uninstall_environment),
        _callback("remove-user", fields.REMOVE_USER, _environment),
    )
}
CALLBACKS = tuple(_BY_FIELD[field] for field in fields.CALLBACK_FIELDS)
