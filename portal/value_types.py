"""The syntax of values that become part of URLs, commands and links."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError


def form(pattern: str, words: str) -> AfterValidator:
    """Require that a whole string matches `pattern`; `words` describe it after "must be"."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if compiled.fullmatch(text) is None:
            raise PydanticCustomError("form", "must be {words}", {"words": words})
        return text

    return AfterValidator(check)


# A host and its port, without a path, a user or a password.
HOST = r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?"
THIS_MACHINE = r"(localhost|127\.0\.0\.1)(:\d{1,5})?"

STACK_NAME = r"[A-Za-z0-9_-]{1,40}"
StackName = Annotated[str, form(STACK_NAME, "1 to 40 letters, digits, - or _")]
ORGANIZATION_ID = r"[A-Za-z0-9_-]{1,64}"
OrganizationId = Annotated[
    str, form(ORGANIZATION_ID, "1 to 64 letters, digits, - or _, for its place in URLs")
]
PartnerId = Annotated[str, form(r"[A-Za-z0-9-]{1,64}", "1 to 64 letters, digits or -")]
ClientId = Annotated[str, form(r"[A-Za-z0-9]{1,128}", "1 to 128 letters and digits")]
# Rutter does not document its client IDs; HTTP Basic authentication forbids a colon.
RutterClientId = Annotated[
    str, form(r"[A-Za-z0-9_.-]{1,128}", "1 to 128 letters, digits, -, _ or .")
]
# Scheme and host ignore case, and base URLs are compared.
BaseUrl = Annotated[
    str,
    StringConstraints(to_lower=True),
    form(rf"https?://{HOST}", "https:// and a host, without a path or a slash at the end"),
]
# A source of a Content-Security-Policy. A wildcard alone, or before one label only, would let any
# site show the pages.
FrameAncestor = Annotated[
    str,
    form(
        rf"https://(\*\.[A-Za-z0-9-]+\.)?{HOST}|http://{THIS_MACHINE}",
        "https:// and a host; *. may stand for the subdomains of a domain such as *.example.com",
    ),
]
# The client secret is sent there: only by HTTPS, except to this machine.
LoginUrl = Annotated[
    str, form(rf"https://{HOST}|http://{THIS_MACHINE}", "https:// and a host, without a path")
]
# Rutter's secrets and access tokens are sent there.
RutterUrl = Annotated[
    str,
    form(
        rf"(https://{HOST}|http://{THIS_MACHINE})(/[A-Za-z0-9_-]+)*",
        "https:// and a host, with a path or without one, and no slash at the end",
    ),
]
