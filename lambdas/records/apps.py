"""The apps of this stack, as the deployment wrote them into the table."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..shared import aws, environment
from ..shared.errors import UnknownOrganizationError
from . import dynamodb_json

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

CACHE_SECONDS = 300

_ORGANIZATION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_cache: dict[str, tuple[float, "AppProfile"]] = {}


@dataclass(frozen=True)
class AppProfile:
    """An app as the callbacks need it, apart from its credentials.

    Attributes:
        organization_id: the first segment of the app's callback URLs.
        name: the app's name, for the pages.
        scopes: the OAuth scopes the app is configured with, by their parameter names.
        multiple_users: whether users other than the owner may use the app.
        support_url: the link for help on the pages, or None.
        app_url: the app's own URL, which visitors are redirected to, or None.
        scope_names: the developer portal's names of scopes, as far as they are known.
        rutter_on_uninstall: whether to `keep` or `delete` a store's connection at Rutter after an
            uninstall; None if stores are not connected to Rutter.
        rutter_webhooks: whether Rutter's webhooks are accepted.
    """

    organization_id: str
    name: str
    scopes: tuple[str, ...]
    multiple_users: bool
    support_url: str | None
    app_url: str | None = None
    rutter_on_uninstall: str | None = None
    scope_names: Mapping[str, str] = field(default_factory=dict)
    rutter_webhooks: bool = False


def find(organization_id: str) -> AppProfile:
    """Return the app with this organization ID, cached for five minutes.

    Unknown IDs are not cached: strangers choose them.

    Raises:
        UnknownOrganizationError: there is none.
    """
    if not is_organization_id(organization_id):
        raise UnknownOrganizationError("malformed organization ID")
    read_at, app = _cache.get(organization_id, (0.0, None))
    if app is None or time.time() - read_at >= CACHE_SECONDS:
        _cache.pop(organization_id, None)
        app = read(organization_id)
        _cache[organization_id] = (time.time(), app)
    return app


def key(organization_id: str) -> "dict[str, AttributeValueTypeDef]":
    """Return the primary key of an app's item, in DynamoDB's JSON."""
    return {"pk": {"S": f"ORG#{organization_id}"}, "sk": {"S": "APP"}}


def is_organization_id(organization_id: str) -> bool:
    """Return whether it is well-formed: nothing else may become part of a key."""
    return _ORGANIZATION_ID.fullmatch(organization_id) is not None


def cached(organization_id: str) -> AppProfile | None:
    """Return the app if it is cached."""
    _, app = _cache.get(organization_id, (0.0, None))
    return app


def read(organization_id: str) -> AppProfile:
    """Return the app as the table has it now; raises what `find` does."""
    answer = aws.dynamodb().get_item(
        TableName=environment.table_name(),
        Key=key(organization_id),
    )
    if "Item" not in answer:
        raise UnknownOrganizationError("no such app in the table")
    item = dynamodb_json.values_from_json(answer["Item"])
    return AppProfile(
        organization_id=organization_id,
        name=item["name"],
        scopes=tuple(item["scopes"]),
        multiple_users=item["multiple_users"],
        support_url=item.get("support_url"),
        app_url=item.get("app_url"),
        rutter_on_uninstall=item.get("rutter_on_uninstall"),
        # Absent while a deployment has updated the functions, but not the items.
        scope_names=item.get("scope_names", {}),
        rutter_webhooks="rutter_webhooks" in item,
    )
