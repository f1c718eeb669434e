"""What BigCommerce's marketplace review refuses, as far as a program can check it.

Source: BigCommerce's developer documentation, "App Store Approval Requirements"
(https://docs.bigcommerce.com/docs/integrations/apps/guide/requirements).
"""

from collections.abc import Iterator
from functools import partial

from ops.check.check import Check, Warned
from ops.http_client import Client, UnreachableError
from portal.model import AppRegistration
from portal.sheet.commands import Commands
from portal.sheet.review import has_every_scope


def review_checks(app: AppRegistration, commands: Commands, client: Client) -> Iterator[Check]:
    """The checks of an app that call none of its callbacks: what they find only warns."""
    yield Check("multiple users", partial(_multiple_users, app, commands))
    yield Check("support link", partial(_support, app, commands, client))
    yield Check("Partner ID", partial(_partner_id, app, commands))
    yield Check("scopes", partial(_scopes, app))


def _multiple_users(app: AppRegistration, commands: Commands) -> str:
    if not app.multiple_users:
        raise Warned(
            "the marketplace takes multi-user apps only",
            commands.set_multiple_users(app),
            commands.up,
        )
    return "on"


def _support(app: AppRegistration, commands: Commands, client: Client) -> str:
    remedy = (commands.set_support_url(app), commands.up)
    if app.support_url is None:
        raise Warned("the app's pages have no support link", *remedy)
    if app.support_url.startswith("mailto:"):
        return app.support_url
    try:
        status = client.get(app.support_url).status
    except UnreachableError as error:
        raise Warned(f"{app.support_url}: {error}", *remedy) from None
    if status >= 400:
        raise Warned(f"{app.support_url} answers {status}", *remedy)
    return f"it answers {status}"


def _partner_id(app: AppRegistration, commands: Commands) -> str:
    if app.partner_id is None:
        raise Warned(
            "not set, and the marketplace requires one", commands.set_partner_id(app), commands.up
        )
    return app.partner_id


def _scopes(app: AppRegistration) -> str:
    if has_every_scope(app):
        raise Warned("the marketplace refuses Modify all: name in scopes what the app needs")
    return f"{len(app.scopes)} chosen"
