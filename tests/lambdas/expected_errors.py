"""The documented answers to what cannot succeed, word for word."""

from dataclasses import dataclass, replace

from tests.lambdas.harness import BROWSER_CALLBACKS, REQUEST_ID, Response


@dataclass(frozen=True)
class ExpectedError:
    """How a callback refuses: its status, its code, and the words for people."""

    status: int
    code: str
    title: str
    message: str
    retry_after: str | None = None

    def assert_is(self, answer: Response, callback: str) -> None:
        assert answer.status == self.status
        assert answer.headers.get("Retry-After") == self.retry_after
        if callback in BROWSER_CALLBACKS:
            assert self.title in answer.page.text
            assert self.message in answer.page.text
            assert f"Request id {REQUEST_ID}" in answer.page.text
        else:
            assert answer.json == {
                "error": self.code,
                "message": self.message,
                "request_id": REQUEST_ID,
            }


UNKNOWN_ORGANIZATION = ExpectedError(
    404,
    "unknown_organization",
    "No such app",
    "No app is set up at this address. Check the callback URLs in the developer portal.",
)
NOT_REGISTERED = ExpectedError(
    503,
    "app_not_registered",
    "This app is not registered yet",
    "Its callback URLs work, but its client ID and client secret are missing. Register the app "
    "in the BigCommerce developer portal, set clientId and clientSecrets in the stack's "
    "configuration, and run pulumi up.",
    retry_after="60",
)
INVALID_PAYLOAD = ExpectedError(
    401,
    "invalid_signed_payload",
    "This link is not valid",
    "The request could not be verified as coming from BigCommerce, or it has expired. "
    "Open the app again from your BigCommerce control panel.",
)
NOT_INSTALLED = ExpectedError(
    404,
    "store_not_installed",
    "The app is not installed on this store",
    "Install it from Apps in your BigCommerce control panel, then open it again.",
)
NOT_ALLOWED = ExpectedError(
    403,
    "user_not_allowed",
    "Only the store owner can use this app",
    "Ask the owner of the store, or ask for support to have multiple users enabled.",
)
CODE_REFUSED = ExpectedError(
    400,
    "code_refused",
    "The installation could not be completed",
    "BigCommerce did not accept the authorization. Nothing was stored. "
    "Start the installation again from your BigCommerce control panel.",
)
UNREACHABLE = ExpectedError(
    502,
    "bigcommerce_unavailable",
    "BigCommerce could not be reached",
    "BigCommerce did not answer as expected, so nothing was stored. "
    "Try again in a minute from your BigCommerce control panel.",
)
TOO_SLOW = replace(
    UNREACHABLE,
    status=504,
    code="bigcommerce_timeout",
    title="BigCommerce took too long to answer",
)
RATE_LIMITED = ExpectedError(
    502,
    "bigcommerce_busy",
    "BigCommerce is busy",
    "BigCommerce takes no more requests for the moment, so nothing was stored. "
    "Try again in 30 seconds from your BigCommerce control panel.",
    retry_after="30",
)
BUSY = ExpectedError(
    503,
    "service_unavailable",
    "The app is busy",
    "This could not be completed just now. Try again in a few seconds.",
    retry_after="5",
)


NOT_STORED = ExpectedError(
    503,
    "installation_not_stored",
    "The installation could not be stored",
    "BigCommerce accepted it, but it could not be stored just now. "
    "Start the installation again from your BigCommerce control panel.",
)


def invalid_parameter(name: str, problem: str) -> ExpectedError:
    return ExpectedError(
        400,
        "invalid_parameter",
        "This link is incomplete",
        f"The parameter {name} {problem}. Start again from your control panel.",
    )
