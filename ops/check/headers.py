"""The headers of a callback's answer, which let the control panel show it, and no other site.

Source: BigCommerce's app documentation: the control panel shows the pages in an iframe, and only
`frame-ancestors` can name its origins. The rest is what lambdas/callbacks/responses.py promises.
"""

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
    allowed = _directive(headers.get("Content-Security-Policy", ""), "frame-ancestors")
    if missing := [origin for origin in frame_ancestors if origin not in allowed]:
        problems.append(f"Content-Security-Policy does not let {', '.join(missing)} show it")
    return problems


def _directive(policy: str, name: str) -> list[str]:
    """The values of a directive of a Content-Security-Policy."""
    for directive in policy.split(";"):
        found, *values = directive.split() or [""]
        if found == name:
            return values
    return []
