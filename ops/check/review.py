"""Warn of settings that BigCommerce's marketplace review would refuse."""

from collections.abc import Iterator
from functools import partial

from ops.check.check import Check, Warned
from ops.http_client import Client, UnreachableError
from portal.model import AppRegistration
from portal.sheet.review import app_warnings


def review_checks(app: AppRegistration, client: Client) -> Iterator[Check]:
    """Yield a check for each setting that the review would refuse, and one of the support link."""
    for setting, warning in app_warnings(app).items():
        yield Check(setting, partial(_warn, warning))
    if app.support_url and not app.support_url.startswith("mailto:"):
        yield Check("support link", partial(_answers, app.support_url, client))


def _warn(warning: str) -> str:
    raise Warned(warning)


def _answers(support_url: str, client: Client) -> str:
    try:
        status = client.get(support_url).status
    except UnreachableError as error:
        raise Warned(f"{support_url}: {error}") from None
    if status >= 400:
        raise Warned(f"{support_url} answers {status}")
    return str(status)
