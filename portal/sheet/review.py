"""The requirements of BigCommerce's marketplace review.

Source: BigCommerce's developer documentation, "App Store Approval Requirements"
(https://docs.bigcommerce.com/docs/integrations/apps/guide/requirements). Apps with the Checkout
Content scope get a security assessment. Apps that process transactions or handle card data get a
PCI compliance review. The documentation does not list their scopes, so those here are inferred.
"""

from collections.abc import Mapping

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

# What only a person can check before the review.
REVIEW_CHECKLIST = (
    "The app's pages in the control panel have your design and brand. They work in a browser that "
    "blocks third-party cookies.",
    "A second user of the store can open the app, and cannot open it once removed.",
    "Merchants find support during onboarding and in the app.",
    "No URL in the app contains an email address, a token or another secret.",
    "The app needs each of its scopes.",
    "The app uses BigCommerce's V3 API wherever V3 can do what V2 does. If it adds a sales "
    "channel, it uses the Channels API.",
    "The listing has the app's name without a tagline, and names no other commerce platform.",
    "The listing is complete, and the test instructions have an account for the reviewers.",
)


def scope_warnings(app: AppRegistration) -> Mapping[str, str]:
    """Return what to expect of the review because of a scope, by the scope as the portal has it."""
    return {
        str(OAUTH_SCOPES[parameter]): _SCOPE_WARNINGS[parameter]
        for parameter in app.scopes
        if parameter in _SCOPE_WARNINGS
    }


def app_warnings(app: AppRegistration) -> Mapping[str, str]:
    """Return what the review would refuse about an app, by the setting that fixes it."""
    warnings = {}
    if not app.multiple_users:
        warnings["multipleUsers"] = "The marketplace accepts multi-user apps only. Set it to true."
    if app.support_url is None:
        warnings["supportUrl"] = "The marketplace requires support in the app's pages."
    if app.partner_id is None:
        warnings["partnerId"] = "The marketplace requires a Partner ID."
    if set(app.scopes) >= _MODIFY_ALL:
        warnings["scopes"] = "The marketplace refuses Modify all. List only what the app needs."
    return warnings
