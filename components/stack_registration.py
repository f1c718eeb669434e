"""The stack's registration, from its settings and from where its API is."""

import pulumi

from portal.model import AppRegistration, Registration
from portal.sheet.url_changes import url_change_warnings

from .settings.model import AppSettings, Settings


def stack_registration(base_url: str, settings: Settings) -> Registration:
    """The registration of the stack that is being deployed.

    `base_url` is that of the callback URLs, before `/{organization_id}/`.
    """
    return Registration(
        stack=pulumi.get_stack(),
        login_url=settings.bigcommerce.login_url,
        frame_ancestors=settings.bigcommerce.frame_ancestors,
        log_retention_days=settings.log_retention_days,
        apps=tuple(_app(app, base_url) for app in settings.apps),
    )


def warn_of_url_changes(registration: Registration) -> None:
    """Warn for each app whose URLs in the developer portal are others than this deployment's."""
    for warning in url_change_warnings(registration):
        pulumi.log.warn(warning)


def _app(app: AppSettings, base_url: str) -> AppRegistration:
    return AppRegistration(
        organization_id=app.organization_id,
        name=app.name,
        partner_id=app.partner_id,
        client_id=app.client_id,
        base_url=base_url,
        registered_base_url=app.registered_base_url,
        scopes=app.scopes,
        multiple_users=app.multiple_users,
        support_url=app.support_url,
        rutter=app.rutter is not None,
        rutter_webhooks=app.rutter is not None and app.rutter.webhooks,
    )
