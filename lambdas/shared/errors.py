"""The answers other than success: one class for each case, with its HTTP status and its words.

The statuses and codes are the callbacks' public contract. `message` is for a stranger, and
`server_message` for a server. `reason` goes to the log only, and never contains a code, payload,
token, secret or e-mail address.
"""

from http import HTTPStatus


class CallbackError(Exception):
    """A callback that cannot succeed, with the answer it gets.

    Attributes:
        status: the HTTP status of the answer.
        code: the machine-readable name of the case, as JSON answers carry it in `error`.
        title: the heading of the page.
        message: what happened and what to do, for the person who called.
        server_message: what happened, for the server that called (uninstall, remove user, Rutter's
            webhooks).
        retry_after: seconds for the Retry-After header, or None.
        metric: the metric that counts the case by itself, for an alarm, or None.
        reason: the detail for the log.
    """

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "internal_error"
    title = "Something went wrong"
    message = "This request could not be completed. If it keeps failing, ask for support."
    server_message = "The request could not be completed: the app's back end has a defect."
    retry_after: int | None = None
    metric: str | None = None

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownOrganizationError(CallbackError):
    """No app of this stack has the organization id in the URL."""

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
        "in the BigCommerce developer portal, set clientId and clientSecrets in the stack's "
        "configuration, and run pulumi up."
    )
    server_message = "The app has no credentials yet, so the payload could not be verified."
    retry_after = 60


class InvalidParameterError(CallbackError):
    """Query parameters are missing, or one is repeated or malformed."""

    status = HTTPStatus.BAD_REQUEST
    code = "invalid_parameter"
    title = "This link is incomplete"

    def __init__(self, *names: str, problem: str) -> None:
        listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
        super().__init__(f"{listed} {problem}")
        self.server_message = f"The parameter{'s' * (len(names) > 1)} {listed} {problem}."
        self.message = f"{self.server_message} Start again from your control panel."


class InvalidSignedPayloadError(CallbackError):
    """The signed payload is not one that BigCommerce issued for this app and that still holds.

    All causes have one wording, so that the answer teaches a forger nothing.
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
    """The signed payload is valid, but was issued too long ago for what it requests."""

    status = HTTPStatus.UNAUTHORIZED
    code = "outdated_payload"
    title = "Open the app again"
    message = (
        "The app was installed again since this page was opened. "
        "Open the app again from your BigCommerce control panel."
    )
    server_message = (
        "The signed payload was issued more than five minutes ago. A removal, and an uninstall by "
        "a user other than the owner, is taken only before that."
    )


class InvalidSignatureError(CallbackError):
    """A webhook is not one that Rutter signed with the organization's client secret."""

    status = HTTPStatus.UNAUTHORIZED
    code = "invalid_signature"
    metric = "SignatureRefused"
    server_message = "The signature could not be verified as Rutter's for this organization."


class BodyTooLargeError(CallbackError):
    """A webhook is larger than is read."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "body_too_large"

    def __init__(self, longest: int) -> None:
        super().__init__(f"more than {longest} characters")
        self.server_message = f"The body is too large: more than {longest} bytes."


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
    message = "Ask the owner of the store, or ask for support to have multiple users enabled."
    server_message = "The app takes only the store's owner, and the payload is another user's."


class CodeRefusedError(CallbackError):
    """BigCommerce refused the authorization code (HTTP 4xx), or granted something else."""

    status = HTTPStatus.BAD_REQUEST
    code = "code_refused"
    title = "The installation could not be completed"
    message = (
        # Whoever reloads the page, or comes back to it, sends a code that has been used.
        "BigCommerce did not accept the authorization. Nothing new was stored. If the app is among "
        "your apps already, open it; else start the installation again from your BigCommerce "
        "control panel."
    )


class BigCommerceUnavailableError(CallbackError):
    """BigCommerce's token endpoint was unreachable, failed, or its answer makes no sense."""

    status = HTTPStatus.BAD_GATEWAY
    code = "bigcommerce_unavailable"
    metric = "TokenExchangeFailed"
    title = "BigCommerce could not be reached"
    message = (
        "BigCommerce did not answer as expected, so nothing was stored. "
        "Try again in a minute from your BigCommerce control panel."
    )


class NoScopeGrantedError(BigCommerceUnavailableError):
    """BigCommerce's answer has a token and no scope: it would be refused everywhere."""

    code = "no_scope_granted"
    title = "BigCommerce granted no permissions"
    message = (
        "BigCommerce accepted the installation, but its answer grants the app no permissions, so "
        "nothing was stored. Start the installation again from your BigCommerce control panel."
    )


class BigCommerceBusyError(BigCommerceUnavailableError):
    """BigCommerce's token endpoint takes no more requests for `retry_after` seconds (HTTP 429)."""

    code = "bigcommerce_busy"
    title = "BigCommerce is busy"

    def __init__(self, reason: str, retry_after: int) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.message = (
            "BigCommerce takes no more requests for the moment, so nothing was stored. "
            f"Try again in {retry_after} seconds from your BigCommerce control panel."
        )


class BigCommerceTimeoutError(BigCommerceUnavailableError):
    """BigCommerce's token endpoint took too long."""

    status = HTTPStatus.GATEWAY_TIMEOUT
    code = "bigcommerce_timeout"
    title = "BigCommerce took too long to answer"


class ServiceUnavailableError(CallbackError):
    """An AWS call failed or the time ran out; nothing is half-written, and a repeat may succeed."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "service_unavailable"
    title = "The app is busy"
    message = "This could not be completed just now. Try again in a few seconds."
    server_message = "This could not be completed just now. A repeat in a few seconds may succeed."
    retry_after = 5


class CredentialsUnreadableError(ServiceUnavailableError):
    """Secrets Manager did not return the app's credentials."""

    metric = "CredentialsUnreadable"


class SecretGoneError(CredentialsUnreadableError):
    """The app has no secret any more, or it is marked for deletion."""


class InstallationNotStoredError(CallbackError):
    """An AWS call failed or the time ran out when the code had been exchanged: it is used up."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "installation_not_stored"
    title = "The installation could not be stored"
    message = (
        "BigCommerce accepted it, but it could not be stored just now. "
        "Start the installation again from your BigCommerce control panel."
    )
