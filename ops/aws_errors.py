"""Explain AWS's errors: what happened, why, and what to do."""

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

from ops.errors import CommandError

_NO_CREDENTIALS = (
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)

_IDENTITY = "To see your identity: aws sts get-caller-identity"
_POLICY = "Your role or user needs the stack's policy for operators:\n  {}\n"
_LOGIN = "Log in, for example with `aws sso login`, and choose the profile with AWS_PROFILE."
_DENIED = {"AccessDenied", "AccessDeniedException"}
_EXPIRED = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
}
# AWS refuses a request that is too old, or signed in the future.
_TIMED = {
    "AuthFailure",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
}


def explained(error: ClientError | BotoCoreError, operator_policy_arn: str = "") -> str:
    """Return what AWS refused and what to do about it, without the request's values.

    Pass `operator_policy_arn` if the stack's policy for operators allows the call.
    """
    if isinstance(error, _NO_CREDENTIALS):
        return f"There are no AWS credentials. {_LOGIN}"
    if isinstance(error, (EndpointConnectionError, ProfileNotFound)):
        return f"Could not call AWS: {error}"
    if not isinstance(error, ClientError):
        return f"Could not call AWS: {type(error).__name__}"
    code = error.response.get("Error", {}).get("Code", "no code")
    remedy = ""
    if code in _DENIED:
        remedy = (_POLICY.format(operator_policy_arn) if operator_policy_arn else "") + _IDENTITY
    elif code in _EXPIRED:
        remedy = _LOGIN
    elif code in _TIMED:
        remedy = "Check this machine's clock, and the secret key."
    elif code == "ResourceNotFoundException":
        remedy = f"It is not in this account. {_IDENTITY}"
    return f"AWS refused {error.operation_name}: {code}. {remedy}".rstrip()


@contextmanager
def aws_errors_explained(operator_policy_arn: str = "") -> Iterator[None]:
    """Turn AWS's errors in the block into a CommandError that says what to do."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise CommandError(explained(error, operator_policy_arn)) from None
