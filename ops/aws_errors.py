"""AWS's errors in words: what happened, why, and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from ops.clock import clock_problem
from ops.errors import CommandError

_NO_CREDENTIALS = (
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)

_LOGIN = "Log in, for example with `aws sso login`, and choose the profile with AWS_PROFILE."
_POLICY = "The role or user you are needs the stack's policy for operators:\n  {}\n"
_DENIED = "Who you are: aws sts get-caller-identity"
# What to do about AWS's refusals, by their codes.
_REMEDIES = {
    "AccessDenied": _DENIED,
    "AccessDeniedException": _DENIED,
    "ExpiredToken": _LOGIN,
    "ExpiredTokenException": _LOGIN,
    "InvalidClientTokenId": _LOGIN,
    "UnrecognizedClientException": _LOGIN,
    "ResourceNotFoundException": (
        "The resource is not in this account. Check that this is the stack's account: "
        "aws sts get-caller-identity"
    ),
}
# The codes with which AWS refuses a request that is too old, or signed in the future.
_TIMED = {
    "AuthFailure",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
}


def is_refusal(error: Exception) -> bool:
    """Whether other credentials may help: these are refused, or there are none."""
    return isinstance(error, (ClientError, *_NO_CREDENTIALS))


def explained(error: ClientError | BotoCoreError, operator_policy_arn: str = "") -> str:
    """Return what AWS refused and what to do about it, and nothing of the request.

    Pass `operator_policy_arn` if the stack's policy for operators allows the call.
    """
    if isinstance(error, _NO_CREDENTIALS):
        return f"There are no AWS credentials. {_LOGIN}"
    if isinstance(error, (EndpointConnectionError, ProfileNotFound)):
        return f"Could not call AWS: {error}"
    if not isinstance(error, ClientError):
        return f"Could not call AWS: {type(error).__name__}"
    code = error.response.get("Error", {}).get("Code", "no code")
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    remedy = clock_problem(headers.get("date")) if code in _TIMED else None
    remedy = remedy or _REMEDIES.get(code, "")
    if remedy == _DENIED and operator_policy_arn:
        remedy = _POLICY.format(operator_policy_arn) + remedy
    return f"AWS refused {error.operation_name}: {code}. {remedy}".rstrip()


@contextmanager
def aws_errors_explained(operator_policy_arn: str = "") -> Iterator[None]:
    """Turn what AWS refuses in the block into a CommandError that says what to do about it."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise CommandError(explained(error, operator_policy_arn)) from None
