"""What BigCommerce's marketplace review asks for, as far as a machine can see it.

Source: BigCommerce's developer documentation, "App Store Approval Requirements"
(https://docs.bigcommerce.com/docs/integrations/apps/guide/requirements).
"""

import re
import secrets
from collections.abc import Iterator, Sequence
from functools import partial

from ops.check.checks import PAYLOAD, Check, CheckFailedError, UndeterminedError
from ops.check.headers import header_problems
from ops.check.http_client import Client, Response, UnreachableError
from ops.outputs import Outputs
from portal.fields import AUTH, CALLBACK_FIELDS, LOAD
from portal.model import AppRegistration
from portal.oauth_scopes import OAUTH_SCOPES

_INVISIBLE = re.compile(r"<(style|script|title)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
# What the portal's "Modify all" chooses.
_MODIFY_ALL = {
    parameter for parameter, scope in OAUTH_SCOPES.items() if scope.permission == "modify"
}


class ReviewChecks:
    """The points of the review for the apps of one stack."""

    def __init__(self, outputs: Outputs) -> None:
        self._frame_ancestors = outputs.registration.frame_ancestors
        self._commands = outputs.commands
        self._client = Client()

    def of_app(self, app: AppRegistration) -> Iterator[Check]:
        """Each point once; all of them call nothing but the callbacks and the support link.

        The callbacks of an app that awaits registration answer 503, whatever they are called with,
        and the alarm of callbacks that fail counts that: they are looked at later.
        """
        yield Check("every URL on HTTPS", partial(self._https, app))
        if app.client_id:
            yield from self._of_callbacks(app)
        else:
            yield Check("answers of the callbacks", partial(self._not_yet, app))
        yield Check("multiple users", partial(self._multiple_users, app))
        yield Check("support link", partial(self._support, app))
        yield Check("Partner ID", partial(self._partner_id, app))
        yield Check("least scopes", partial(self._scopes, app))

    def _of_callbacks(self, app: AppRegistration) -> Iterator[Check]:
        for field in (AUTH, LOAD):
            url = app.callback_urls[field]
            yield Check(f"{field.label} shows a page", partial(self._page, url))
        yield Check("no cookie is set", partial(self._no_cookie, app))
        yield Check("nothing sensitive comes back", partial(self._no_echo, app))

    def _not_yet(self, app: AppRegistration) -> str:
        """Fails: what nobody has looked at is not fit for the review."""
        raise CheckFailedError(
            "not looked at yet: they wait for the app's registration",
            self._commands.sheet_of(app),
        )

    def _https(self, app: AppRegistration) -> str:
        if not app.base_url.startswith("https://"):
            raise CheckFailedError(
                f"{app.base_url} is not HTTPS: the review wants URLs that the public can reach",
                self._commands.up,
            )
        return app.base_url

    def _page(self, url: str) -> str:
        answer = self._get(url)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            raise CheckFailedError("it does not answer with HTML", self._commands.up)
        if not _INVISIBLE.sub("", answer.text).strip():
            raise CheckFailedError("its page is blank", self._commands.up)
        if problems := header_problems(answer.headers, self._frame_ancestors):
            raise CheckFailedError("; ".join(problems), self._commands.up)
        return "HTML, not blank, and the control panel may frame it"

    def _no_cookie(self, app: AppRegistration) -> str:
        for field in CALLBACK_FIELDS:
            if "Set-Cookie" in self._get(app.callback_urls[field]).headers:
                raise CheckFailedError(f"{field.label} sets a cookie", self._commands.up)
        return "by no callback"

    def _no_echo(self, app: AppRegistration) -> str:
        """Neither a page nor a redirect repeats a payload, which would be left in histories."""
        probe = secrets.token_hex(16)
        for field in CALLBACK_FIELDS:
            answer = self._get(app.callback_urls[field], {PAYLOAD: probe, "code": probe})
            if probe in answer.text or any(probe in value for value in answer.headers.values()):
                raise CheckFailedError(
                    f"{field.label} repeats what it was called with", self._commands.up
                )
        return "by no callback"

    def _multiple_users(self, app: AppRegistration) -> str:
        if not app.multiple_users:
            raise CheckFailedError(
                "the marketplace takes multi-user apps only",
                self._commands.set_multiple_users(app),
                self._commands.up,
            )
        return "on"

    def _support(self, app: AppRegistration) -> str:
        remedy = (self._commands.set_support_url(app), self._commands.up)
        if app.support_url is None:
            raise CheckFailedError("the pages of the app name no support", *remedy)
        if app.support_url.startswith("mailto:"):
            raise UndeterminedError(f"{app.support_url}: a mail address, which nobody can ask")
        try:
            status = self._client.get(app.support_url).status
        except UnreachableError as error:
            raise CheckFailedError(f"{app.support_url}: {error}", *remedy) from None
        if status >= 400:
            raise CheckFailedError(f"{app.support_url} answers {status}", *remedy)
        return f"{app.support_url} answers {status}"

    def _partner_id(self, app: AppRegistration) -> str:
        if app.partner_id is None:
            raise CheckFailedError(
                "none is recorded, and the marketplace wants one",
                self._commands.set_partner_id(app),
                self._commands.up,
            )
        return app.partner_id

    def _scopes(self, app: AppRegistration) -> str:
        if set(app.scopes) >= _MODIFY_ALL:
            raise CheckFailedError(
                "it modifies everything, as with Modify all, which the marketplace refuses: name "
                "the scopes it needs in apps[].scopes",
                self._commands.up,
            )
        return f"{len(app.scopes)} of {len(OAUTH_SCOPES)}"

    def _get(self, url: str, query: dict[str, str] | None = None) -> Response:
        try:
            return self._client.get(url, query)
        except UnreachableError as error:
            raise CheckFailedError(f"{url}: {error}", self._commands.up) from None


def left_to_people(app: AppRegistration, scope_warnings: Sequence[str]) -> list[str]:
    """What only a person can see, each a sentence to tick off; `scope_warnings` are among it."""
    need = [f"The app needs {OAUTH_SCOPES[scope]} ({scope})." for scope in app.scopes]
    return [
        "Opened from a store's control panel, the app's pages are styled, carry its brand, and "
        "work in a browser that blocks third-party cookies.",
        "A second user of the store can open the app, and no longer can once removed.",
        "Support is found during onboarding and in the app.",
        "No URL of the app's own pages carries an e-mail, a token or another secret in its query.",
        "In the portal the four callback URLs and the switch for multiple users are as above, and "
        "Modify all is not chosen on the Scopes tab.",
        *need,
        *scope_warnings,
        "The app calls V3 of BigCommerce's API wherever V3 can do what V2 does, and the Channels "
        "API if it adds a sales channel.",
        "The listing and the app bear the same name, without a tagline, and speak of no other "
        "commerce platform.",
        "The listing is complete, and the test instructions have an account for the reviewers.",
    ]
