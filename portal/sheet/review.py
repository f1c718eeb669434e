"""What BigCommerce's marketplace review requires of an app.

Source: BigCommerce's developer documentation, "App Store Approval Requirements"
(https://docs.bigcommerce.com/docs/integrations/apps/guide/requirements): apps with the Checkout
Content scope get a security assessment, apps that process transactions or handle card data a PCI
compliance review, apps must be multi-user enabled and offer support. The documentation does not
list the scopes of the PCI review; those here are the ones such an app needs.
"""

from collections.abc import Mapping, Sequence

from portal.model import AppRegistration
from portal.oauth_scopes import OAUTH_SCOPES

_ASSESSMENT = "BigCommerce's security team assesses apps that have this scope."
_PCI = (
    "An app that processes transactions or handles card data must pass a PCI compliance review by "
    "BigCommerce's security team."
)
_SCOPE_WARNINGS = {
    "store_content_checkout": _ASSESSMENT,
    "store_content_checkout_read_only": _ASSESSMENT,
    "store_payments_access_token_create": _PCI,
    "store_stored_payment_instruments": _PCI,
    "store_stored_payment_instruments_read_only": _PCI,
    "store_v2_transactions": _PCI,
}
_MODIFY_ALL = {
    parameter for parameter, scope in OAUTH_SCOPES.items() if scope.permission == "modify"
}


def scope_warning(parameter: str) -> str | None:
    """What to expect of the review because of a scope, or None."""
    return _SCOPE_WARNINGS.get(parameter)


def app_warnings(app: AppRegistration) -> Mapping[str, str]:
    """What the review would refuse about an app, by the setting that fixes it."""
    warnings = {}
    if not app.multiple_users:
        warnings["multipleUsers"] = "The marketplace takes multi-user apps only: set it to true."
    if app.support_url is None:
        warnings["supportUrl"] = "The marketplace wants support in the app's pages."
    if app.partner_id is None:
        warnings["partnerId"] = "The marketplace wants a Partner ID."
    if set(app.scopes) >= _MODIFY_ALL:
        warnings["scopes"] = "The marketplace refuses Modify all: name what the app needs."
    return warnings


def review_checklist(app: AppRegistration) -> Sequence[str]:
    """What only a person can check before the review."""
    scopes = ", ".join(str(OAUTH_SCOPES[parameter]) for parameter in app.scopes)
    return (
        "The app's pages in the control panel are styled and carry its brand. They work in a "
        "browser that blocks third-party cookies.",
        "A second user of the store can open the app, and can no longer open it once removed.",
        "Merchants find support during onboarding and in the app.",
        "No URL of the app's own pages carries an e-mail address, a token or another secret.",
        f"The app needs each of its scopes: {scopes}.",
        "The app calls V3 of BigCommerce's API wherever V3 can do what V2 does. If it adds a sales "
        "channel, it uses the Channels API.",
        "The listing has the app's name, without a tagline, and names no other commerce platform.",
        "The listing is complete, and the test instructions have an account for the reviewers.",
    )
