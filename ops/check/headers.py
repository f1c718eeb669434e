"""Check the headers that let the control panel show a callback's page, and no other site.

Source: BigCommerce's app documentation: the control panel shows the pages in an iframe, and only
`frame-ancestors` can name its origins. The rest is what lambdas/callbacks/responses.py promises.
"""

import re
from collections.abc import Iterable, Mapping

_REQUIRED = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=",
}


def header_problems(headers: Mapping[str, str], frame_ancestors: Iterable[str]) -> list[str]:
    """Return what is wrong with the headers; `frame_ancestors` are the control panel's origins."""
    problems = [
        f"{name} is not {value}"
        for name, value in _REQUIRED.items()
        if value not in headers.get(name, "")
    ]
    if "X-Frame-Options" in headers:
        problems.append("X-Frame-Options forbids the control panel's iframe")
    if "Set-Cookie" in headers:
        problems.append("it sets a cookie, which browsers block in the control panel's iframe")
    policy = headers.get("Content-Security-Policy", "")
    directive = re.search(r"(?:^|;)\s*frame-ancestors\s([^;]*)", policy)
    allowed = directive[1].split() if directive else []
    if missing := [origin for origin in frame_ancestors if origin not in allowed]:
        problems.append(f"Content-Security-Policy does not let {', '.join(missing)} show it")
    return problems
