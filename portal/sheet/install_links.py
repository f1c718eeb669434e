"""Links that install an app."""

from html import escape

from portal.model import AppRegistration, Registration

# Source: BigCommerce's developer documentation, "Beginning App Development". It opens the control
# panel of the store that you are logged in to, at Apps > My Apps > My Draft Apps.
_DRAFT_APPS = "/deep-links/manage/marketplace/apps/my-apps/drafts"
_BUTTON_STYLE = (
    "display:inline-block;padding:12px 20px;border-radius:4px;background:#3c64f4;color:#fff;"
    "font:600 16px/1.25 sans-serif;text-decoration:none"
)


def install_links(registration: Registration) -> dict[str, dict[str, str]]:
    """The output `installLinks`: the links of each app that has a client ID, by organization ID.

    Shape: `externalInstall` (URL), `draftApp` (URL of a control panel's draft apps), `buttonHtml`
    (HTML of a button that leads to `externalInstall`). Source: BigCommerce's developer
    documentation, "Creating an External Installation Button".
    """
    return {
        app.organization_id: _links(app, registration.login_url)
        for app in registration.apps
        if app.client_id
    }


def _links(app: AppRegistration, login_url: str) -> dict[str, str]:
    external_install = f"{login_url}/app/{app.client_id}/install"
    return {
        "externalInstall": external_install,
        "draftApp": login_url + _DRAFT_APPS,
        "buttonHtml": (
            f'<a href="{escape(external_install)}" target="_blank" rel="noopener" '
            f'style="{_BUTTON_STYLE}">Install {escape(app.name)} on BigCommerce</a>'
        ),
    }
