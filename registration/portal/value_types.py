"""The forms of values that end up in URLs, in commands and in links that people follow."""

from typing import Annotated

from pydantic import StringConstraints

STACK_NAME = r"^[A-Za-z0-9_-]{1,40}$"
StackName = Annotated[str, StringConstraints(pattern=STACK_NAME)]
OrganizationId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
PartnerId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")]
ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,128}$")]
# Rutter does not say what its client IDs look like; HTTP's Basic authentication takes no colon.
RutterClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,128}$")]
BaseUrl = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.-]+(:\d{1,5})?$")]
# What a Content-Security-Policy takes as a source: a wildcard may stand for subdomains.
FrameAncestor = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.*-]+(:\d{1,5})?$")]
# The client secret is sent there: nowhere but by HTTPS, except to this machine.
LoginUrl = Annotated[
    str,
    StringConstraints(
        pattern=r"^(https://[A-Za-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:\d{1,5})?$"
    ),
]
