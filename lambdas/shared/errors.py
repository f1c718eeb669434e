"""The callbacks' error answers: one class for each case, with its HTTP status and its messages.

The statuses and codes are the callbacks' public contract; docs/callbacks.md lists them. `reason`
goes to the log only, and never contains a code, payload, token, secret or email address.
"""

from http import HTTPStatus


class CallbackError(Exception):
    """The answer to a callback that failed.

    Attributes:
        status: the HTTP status.
        code: the name of the case, which is `error` in JSON answers and in the log.
        title: the heading of the page.
        message: what happened and what to do, for the person in the browser.
        server_message: what happened, for the server that called: BigCommerce's or Rutter's.
        retry_after: the Retry-After header in seconds, or None.
        metric: a separate metric for an alarm, or None.
        reason: the details for the log.
        help: the section of the documentation about the case.
    """

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "internal_error"
    title = "Something went wrong"
    message = "The request could not be completed. If this happens again, contact support."
    server_message = "The request could not be completed because the app's back end has a bug."
    retry_after: int | None = None
    metric: str | None = None

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def help(self) -> str:  # noqa: D102 (an attribute, described above)
        return f"docs/troubleshooting.md#{self.code}"


class UnknownOrganizationError(CallbackError):
    """No app of this stack has the organization ID in the URL."""

    status = HTTPStatus.NOT_FOUND
    code = "unknown_organization"
    title = "No such app"
    message = "No app is set up at this address. Check the callback URLs in the developer portal."
    server_message = "No app is set up at this address."


class AppNotRegisteredError(CallbackError):
    """The app is deployed, but its client ID and client secret have not been stored yet."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "app_not_registered"
    title = "This app is not registered yet"
    message = (
        "Its callback URLs work, but its client ID and client secret are missing. Register the app "
        "in the BigCommerce developer portal. Add the client ID and the client secret to the "
        "stack, and deploy it again."
    )
    server_message = "The app has no credentials yet, so the payload could not be verified."
    retry_after = 60


class InvalidParameterError(CallbackError):
    """A query parameter is missing, repeated or malformed."""

    status = HTTPStatus.BAD_REQUEST
    code = "invalid_parameter"
    title = "This link is incomplete"

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name} {problem}")
        self.server_message = f"The parameter {name} {problem}."
        self.message = f"{self.server_message} Start again from your control panel."


class InvalidSignedPayloadError(CallbackError):
    """The signed payload is not from BigCommerce, is for another app, or has expired.

    All causes have the same message, so that a forger learns nothing from it.
    """

    status = HTTPStatus.UNAUTHORIZED
    code = "invalid_signed_payload"
    metric = "SignatureRefused"
    title = "This link is not valid"
    message = (
        "The request could not be verified as coming from BigCommerce, or it has expired. "
        "Open the app again from your BigCommerce control panel."
    )
    server_message = (
        "The signed payload could not be verified as coming from BigCommerce for this app, "
        "or it has expired."
    )


class OutdatedPayloadError(CallbackError):
    """The signed payload is valid, but too old for what it requests."""

    status = HTTPStatus.UNAUTHORIZED
    code = "outdated_payload"
    title = "Open the app again"
    message = (
        "The app was installed again since this page was opened. "
        "Open the app again from your BigCommerce control panel."
    )
    server_message = (
        "The signed payload was issued more than five minutes ago. Removals, and uninstalls by "
        "users other than the owner, must arrive within five minutes."
    )


class InvalidSignatureError(CallbackError):
    """A webhook's signature is missing, or was not made with the client secret at Rutter."""

    status = HTTPStatus.UNAUTHORIZED
    code = "invalid_signature"
    metric = "SignatureRefused"
    server_message = "The signature could not be verified as Rutter's for this organization."


class StoreNotInstalledError(CallbackError):
    """The store is not installed, so there is nothing to load."""

    status = HTTPStatus.NOT_FOUND
    code = "store_not_installed"
    title = "The app is not installed on this store"
    message = "Install it from Apps in your BigCommerce control panel, then open it again."


class UserNotAllowedError(CallbackError):
    """The app does not have multiple users enabled, and the user is not the store's owner."""

    status = HTTPStatus.FORBIDDEN
    code = "user_not_allowed"
    title = "Only the store owner can use this app"
    message = "Ask the store owner to open the app, or contact support to allow more users."
    server_message = "The app allows only the store's owner, but the payload is for another user."


class CodeRefusedError(CallbackError):
    """BigCommerce refused the authorization code (HTTP 4xx), or granted something else."""

    status = HTTPStatus.BAD_REQUEST
    code = "code_refused"
    title = "The installation could not be completed"
    message = (
        # A browser that reloads the page sends a code that has been used.
        "BigCommerce did not accept the authorization, so nothing new was stored. If the app is "
        "already installed, open it. Otherwise, start the installation again from your BigCommerce "
        "control panel."
    )


class BigCommerceUnavailableError(CallbackError):
    """BigCommerce's token endpoint was unreachable, failed, or sent a malformed answer."""

    status = HTTPStatus.BAD_GATEWAY
    code = "bigcommerce_unavailable"
    metric = "TokenExchangeFailed"
    title = "BigCommerce could not be reached"
    message = (
        "BigCommerce did not answer as expected, so nothing was stored. "
        "Try again in a minute from your BigCommerce control panel."
    )


class NoScopeGrantedError(BigCommerceUnavailableError):
    """BigCommerce's answer has a token without a scope, which no API accepts."""

    code = "no_scope_granted"
    title = "BigCommerce granted no permissions"
    message = (
        "BigCommerce accepted the installation, but its answer grants the app no permissions, so "
        "nothing was stored. Start the installation again from your BigCommerce control panel."
    )


class BigCommerceBusyError(BigCommerceUnavailableError):
    """BigCommerce's token endpoint accepts no requests for `retry_after` seconds (HTTP 429)."""

    code = "bigcommerce_busy"
    title = "BigCommerce is busy"

    def __init__(self, reason: str, retry_after: int) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.message = (
            "BigCommerce is accepting no more requests at the moment, so nothing was stored. "
            f"Try again in {retry_after} second{'s' * (retry_after > 1)} from your BigCommerce "
            "control panel."
        )


class BigCommerceTimeoutError(BigCommerceUnavailableError):
    """BigCommerce's token endpoint took too long."""

    status = HTTPStatus.GATEWAY_TIMEOUT
    code = "bigcommerce_timeout"
    title = "BigCommerce took too long to answer"


class ServiceUnavailableError(CallbackError):
    """An AWS call failed, or the deadline passed. Nothing is half-written; a retry may succeed."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "service_unavailable"
    title = "The app is busy"
    message = "The request could not be completed. Try again in a few seconds."
    server_message = "The request could not be completed. A retry in a few seconds may succeed."
    retry_after = 5


class CredentialsUnreadableError(ServiceUnavailableError):
    """Secrets Manager did not return the app's credentials."""

    metric = "CredentialsUnreadable"


class SecretGoneError(CredentialsUnreadableError):
    """The app's secret was deleted, or is scheduled for deletion."""


class InstallationNotStoredError(CallbackError):
    """An AWS call failed, or the deadline passed, after the code was exchanged: it is used up."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "installation_not_stored"
    title = "The installation could not be stored"
    message = (
        "BigCommerce accepted the installation, but it could not be stored. "
        "Start the installation again from your BigCommerce control panel."
    )
