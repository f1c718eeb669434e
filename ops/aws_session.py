"""Make the operator's AWS session for a stack."""

import boto3
from botocore.config import Config

from ops.errors import CommandError
from ops.http_client import is_loopback
from ops.outputs import Outputs

_CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard"})


def session(outputs: Outputs) -> boto3.Session:
    """Return a session in the stack's region, with credentials of the stack's account.

    Another account may have tables, queues and logs with the same names.

    Raises:
        CommandError: the credentials belong to another account, or not to this machine's stack.
    """
    found = boto3.Session(region_name=outputs.region)
    sts = found.client("sts", config=_CONFIG)
    on_this_machine = is_loopback(outputs.registration.apps[0].base_url)
    if on_this_machine and not is_loopback(sts.meta.endpoint_url):
        raise CommandError(
            "The stack is on this machine, but the AWS calls would leave it. Set AWS_ENDPOINT_URL "
            "and the AWS credentials as make serve prints them."
        )
    account = sts.get_caller_identity()["Account"]
    if account != outputs.account:
        raise CommandError(
            f"The AWS credentials are for account {account}, and the stack is in account "
            f"{outputs.account}. Choose another profile with AWS_PROFILE."
        )
    return found
