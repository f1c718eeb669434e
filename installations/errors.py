"""What ends a command: an error whose message says what happened, why, and what mends it."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
)

_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException"}
_LOGIN = "Log in, for example with `aws sso login`, and choose the profile with AWS_PROFILE."


class CommandError(Exception):
    """The command cannot do what it was asked for; the message is for who asked."""


def explained(error: ClientError | BotoCoreError, operator_policy_arn: str) -> str:
    """What AWS refused, and what to do about it. Nothing of the request is in it."""
    if isinstance(error, (NoCredentialsError, PartialCredentialsError, SSOError)):
        return f"There are no AWS credentials. {_LOGIN}"
    if not isinstance(error, ClientError):
        return f"AWS could not be asked: {type(error).__name__}"
    code = error.response.get("Error", {}).get("Code", "no code")
    refused = f"AWS refused {error.operation_name}: {code}."
    if code in _DENIED:
        return (
            f"{refused} The role or user you are needs the stack's policy for operators:\n"
            f"  {operator_policy_arn}\n"
            "Who you are: aws sts get-caller-identity"
        )
    if code in _EXPIRED:
        return f"{refused} {_LOGIN}"
    if code == "ResourceNotFoundException":
        return (
            f"{refused} The outputs name a table that is not in this account: is it the account "
            "of the stack? aws sts get-caller-identity"
        )
    return refused
