"""What BigCommerce's marketplace review will ask about an app, as far as its settings tell.

Source: BigCommerce's developer documentation, "App Store Approval Requirements"
(https://docs.bigcommerce.com/docs/integrations/apps/guide/requirements): apps with the Checkout
Content scope get a security assessment, apps that process transactions or handle card data a PCI
compliance review, apps must be multi-user enabled and offer support. The documentation does not
list the scopes of the PCI review; those here are the ones such an app needs.
"""

from collections.abc import Sequence

from portal.model import AppRegistration

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


def scope_warning(parameter: str) -> str | None:
    """What to expect of the review because of a scope, or None."""
    return _SCOPE_WARNINGS.get(parameter)


def app_warnings(app: AppRegistration) -> Sequence[str]:
    """What the review would refuse about an app, each with the setting that fixes it."""
    warnings = []
    if not app.multiple_users:
        warnings.append("The marketplace takes multi-user apps only: set multipleUsers to true.")
    if app.support_url is None:
        warnings.append("The marketplace wants support in the app's pages: set supportUrl.")
    return warnings
