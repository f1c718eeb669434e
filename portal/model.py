"""A stack's registration: what to enter in BigCommerce's developer portal for each of its apps.

It is the stack's output `registration`. The sheet and the check are made from it.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from portal.fields import CALLBACK_FIELDS, RUTTER_WEBHOOK_PATH, UNINSTALL, CallbackField
from portal.oauth_scopes import OAUTH_SCOPES, OAuthScope
from portal.value_types import (
    BaseUrl,
    ClientId,
    FrameAncestor,
    LoginUrl,
    OrganizationId,
    PartnerId,
    StackName,
)

Status = Literal["awaiting-registration", "awaiting-urls", "ready"]


def _known_scope(parameter: str) -> str:
    if parameter not in OAUTH_SCOPES:
        raise ValueError("is not a BigCommerce OAuth scope")
    return parameter


class _Part(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, hide_input_in_errors=True
    )


class TabRow(NamedTuple):
    """A row of the portal's App information tab; `key` is None if it takes no callback URL."""

    label: str
    value: str
    key: str | None


class AppRegistration(_Part):
    """An app to enter in the portal.

    Outputs of the component package have no nulls: what may be None has that default.

    Attributes:
        organization_id: the first segment of its callback URLs.
        name: as merchants see it.
        partner_id: the Partner ID of its Technology Partner account, or None.
        client_id: from the portal; None until the app is registered.
        base_url: its callback URLs up to the organization ID, without a trailing slash.
        registered_base_url: the base URL of the URLs in the portal; None if it was not recorded.
        scopes: the OAuth scopes it needs, by their parameter names.
        multiple_users: whether "Enable multiple users" is on.
        support_url: where its pages send people for help, or None.
        rutter: whether its stores are connected to Rutter.
        rutter_webhooks: whether Rutter's webhooks are received.
    """

    organization_id: OrganizationId
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    partner_id: PartnerId | None = None
    client_id: ClientId | None = None
    base_url: BaseUrl
    registered_base_url: BaseUrl | None = None
    scopes: tuple[Annotated[str, AfterValidator(_known_scope)], ...]
    multiple_users: bool
    support_url: str | None = None
    rutter: bool = False
    rutter_webhooks: bool = False

    @property
    def status(self) -> Status:
        """`ready` if the check of the deployment must pass.

        Without credentials, an app is `awaiting-registration`. Then it is `awaiting-urls` until it
        is recorded that the portal has the URLs of this deployment.
        """
        if self.client_id is None:
            return "awaiting-registration"
        return "ready" if self.has_registered_urls else "awaiting-urls"

    @property
    def callback_urls(self) -> dict[CallbackField, str]:
        """The URLs of this deployment by the field that takes them, in the portal's order."""
        return {field: field.url(self.base_url, self.organization_id) for field in CALLBACK_FIELDS}

    @property
    def rutter_webhook_url(self) -> str | None:
        """The URL for Rutter's webhooks; None if the app does not receive them."""
        url = f"{self.base_url}/{self.organization_id}/{RUTTER_WEBHOOK_PATH}"
        return url if self.rutter_webhooks else None

    @property
    def has_registered_urls(self) -> bool:
        """Whether it is recorded that the portal has the URLs of this deployment."""
        return self.registered_base_url == self.base_url

    @property
    def may_still_choose_a_domain(self) -> bool:
        """Whether its URLs are the API's own, and no portal is known to have them yet."""
        return self.registered_base_url is None and ".execute-api." in self.base_url

    @property
    def has_moved(self) -> bool:
        """Whether it is recorded that the portal has other URLs than this deployment."""
        return self.registered_base_url not in (None, self.base_url)

    @property
    def scope_groups(self) -> dict[str, list[OAuthScope]]:
        """The rows of the portal's Scopes tab to choose a permission in, by the tab's headings."""
        groups: dict[str, list[OAuthScope]] = {}
        for parameter, scope in OAUTH_SCOPES.items():
            if parameter in self.scopes:
                groups.setdefault(scope.group, []).append(scope)
        return groups

    def technical_tab_rows(self) -> list[TabRow]:
        """The portal's App information tab in its order, without the scopes."""
        rows: list[TabRow] = []
        for field, url in self.callback_urls.items():
            rows.append(TabRow(field.label, url, field.key))
            if field == UNINSTALL:
                on = "on" if self.multiple_users else "off"
                rows.append(TabRow("Enable multiple users", on, None))
        return rows

    def technical_tab(self) -> dict[str, object]:
        """The values of the portal's App information tab (formerly Technical), and the status.

        Shape: the four callback URLs (str), `multipleUsers` (bool), `scopes` (list of str, each a
        row and its permission as the portal names them), `status` (str).
        """
        return {
            **{field.key: url for field, url in self.callback_urls.items()},
            "multipleUsers": self.multiple_users,
            "scopes": [str(OAUTH_SCOPES[parameter]) for parameter in self.scopes],
            "status": self.status,
        }


class Registration(_Part):
    """A stack's registration.

    Attributes:
        stack: the stack's name.
        login_url: the origin that takes installs from links.
        frame_ancestors: the origins of BigCommerce's control panel.
        log_retention_days: how long the functions' logs are kept.
        apps: in the order of the stack's configuration.
        packaged: whether the settings are in a program that uses the component package.
    """

    stack: StackName
    login_url: LoginUrl
    frame_ancestors: Annotated[tuple[FrameAncestor, ...], Field(min_length=1)]
    log_retention_days: Annotated[int, Field(ge=1)]
    apps: Annotated[tuple[AppRegistration, ...], Field(min_length=1)]
    packaged: bool = False

    def as_output(self) -> dict[str, object]:
        """The output `registration`: JSON values, with camelCase keys."""
        return self.model_dump(mode="json", by_alias=True)

    def technical_tabs(self) -> dict[str, dict[str, object]]:
        """The output `technicalTab`: what `AppRegistration.technical_tab` returns, by id."""
        return {app.organization_id: app.technical_tab() for app in self.apps}

    def rutter_webhook_urls(self) -> dict[str, str]:
        """The output `rutterWebhookUrls`: by organization ID, the URL for Rutter's webhooks."""
        urls = {app.organization_id: app.rutter_webhook_url for app in self.apps}
        return {id_: url for id_, url in urls.items() if url is not None}

    def registered_urls(self) -> Mapping[str, Mapping[str, str]]:
        """The output `registeredUrls`: by organization ID, the URLs entered in the portal.

        Each has the four callback URLs by their keys. Without a recorded base URL, an app is left
        out.
        """
        return {
            app.organization_id: {
                field.key: field.url(app.registered_base_url, app.organization_id)
                for field in CALLBACK_FIELDS
            }
            for app in self.apps
            if app.registered_base_url is not None
        }
