"""The forms of values that end up in URLs, in commands and in links that people follow."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError


def form(pattern: str, words: str) -> AfterValidator:
    """The form of a text: all of it matches `pattern`; `words` say the same after "must be"."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if compiled.fullmatch(text) is None:
            raise PydanticCustomError("form", "must be {words}", {"words": words})
        return text

    return AfterValidator(check)


# A host and its port: neither a path nor the user and password that a URL may hold before it.
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
# Rutter does not say what its client IDs look like; HTTP's Basic authentication takes no colon.
RutterClientId = Annotated[
    str, form(r"[A-Za-z0-9_.-]{1,128}", "1 to 128 letters, digits, -, _ or .")
]
# Scheme and host are the same in capitals, and base URLs are compared.
BaseUrl = Annotated[
    str,
    StringConstraints(to_lower=True),
    form(rf"https?://{HOST}", "https:// and a host, without a path or a slash at the end"),
]
# What a Content-Security-Policy takes as a source. A wildcard stands for the subdomains of a
# domain: alone, or before one label only, it would let any site show the pages.
FrameAncestor = Annotated[
    str,
    form(
        rf"https://(\*\.[A-Za-z0-9-]+\.)?{HOST}|http://{THIS_MACHINE}",
        "https:// and a host; *. may stand for the subdomains of a domain such as *.example.com",
    ),
]
# The client secret is sent there: nowhere but by HTTPS, except to this machine.
LoginUrl = Annotated[
    str, form(rf"https://{HOST}|http://{THIS_MACHINE}", "https:// and a host, without a path")
]
# So are those at Rutter, and access tokens.
RutterUrl = Annotated[
    str,
    form(
        rf"(https://{HOST}|http://{THIS_MACHINE})(/[A-Za-z0-9_-]+)*",
        "https:// and a host, with a path or without one, and no slash at the end",
    ),
]
