"""The stack's registration: what to enter in the developer portal, as outputs."""

from functools import partial

import pulumi

from portal.model import AppRegistration, Registration
from portal.sheet.documents import markdown_sheet
from portal.sheet.install_links import install_links
from portal.sheet.url_changes import url_change_warnings

from .callbacks import CALLBACKS
from .settings.model import AppSettings, Settings


def registration_outputs(
    base_url: pulumi.Output[str], settings: Settings, *, packaged: bool
) -> dict[str, pulumi.Output[object]]:
    """Return the outputs for the developer portal, and warn of callback URLs that change there."""
    of = partial(_registration, settings=settings, packaged=packaged)
    registration = base_url.apply(of)
    if settings.domain is None:
        registration.apply(_warn_of_url_changes)
    else:
        # The URLs are already known: warn before anything is deployed.
        _warn_of_url_changes(of(settings.domain.base_url))
    first = settings.apps[0].organization_id
    urls = {
        each.portal_field.key: base_url.apply(partial(each.portal_field.url, organization_id=first))
        for each in CALLBACKS
    }
    return {
        "baseUrl": base_url,
        "technicalTab": registration.apply(Registration.technical_tabs),
        **urls,
        "registration": registration.apply(Registration.as_output),
        "readme": registration.apply(markdown_sheet),  # Pulumi Cloud shows it
        "registeredUrls": registration.apply(Registration.registered_urls),
        "rutterWebhookUrls": registration.apply(Registration.rutter_webhook_urls),
        "installLinks": registration.apply(install_links),
    }


def _registration(base_url: str, settings: Settings, *, packaged: bool) -> Registration:
    return Registration(
        stack=pulumi.get_stack(),
        login_url=settings.bigcommerce.login_url,
        frame_ancestors=settings.bigcommerce.frame_ancestors,
        log_retention_days=settings.log_retention_days,
        apps=tuple(_app(app, base_url) for app in settings.apps),
        packaged=packaged,
    )


def _warn_of_url_changes(registration: Registration) -> None:
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
