"""Check a deployment: call its URLs as BigCommerce would, without side effects.

A load and an uninstall are signed with the app's real client secret, for a store that cannot
exist. The callbacks look it up, do not find it, and write nothing.
"""

import secrets
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from ops.aws_errors import explained
from ops.aws_session import session
from ops.check.check import Check, Failed, Unknown
from ops.check.client_secret import WrongSecretError, client_secret
from ops.check.headers import header_problems
from ops.check.retry_budget import RetryBudget
from ops.check.review import review_checks
from ops.check.signed_payload import signed_payload
from ops.http_client import Client, Response, UnreachableError, UnresolvedError, is_loopback
from ops.outputs import Outputs
from ops.traffic import TrafficUnknownError, traffic
from portal.fields import AUTH, CALLBACK_FIELDS, LOAD, UNINSTALL, CallbackField
from portal.model import AppRegistration
from portal.sheet.progress import next_step
from portal.traffic import Traffic

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

PAYLOAD = "signed_payload_jwt"
_MEANINGS = {
    401: ": the function has other credentials than the secret",
    404: ": no app or no route is deployed at this URL",
    503: ": the function has no credentials, or an AWS call failed",
}
# Any of these may be the first that the Auth callback misses.
_AUTH_PARAMETERS = ("code", "scope", "context")


class Checks:
    """The checks of one deployment."""

    def __init__(self, outputs: Outputs, budget: RetryBudget) -> None:
        self._budget = budget
        self._outputs = outputs
        self._registration = outputs.registration
        self._commands = outputs.commands
        self._client = Client()
        # Client secrets by organization ID, once read.
        self._secrets: dict[str, str] = {}
        self._first_awaiting: AppRegistration | None = None

    def of_stack(self) -> Iterator[Check]:
        """Yield the checks that do not depend on the apps."""
        yield Check("unknown organization", self._unknown_organization)

    def of_app(self, app: AppRegistration) -> Iterator[Check]:
        """Yield an app's checks.

        If several apps await registration, only the first has a callback called. The answer is 503,
        and the alarm for failing callbacks counts it.
        """
        yield Check("HTTPS", partial(self._https, app))
        for field in CALLBACK_FIELDS if app.client_id else (LOAD,):
            probe = self._unsigned if app.client_id else self._awaiting
            yield Check(f"{field.label}, unsigned", partial(probe, app, field))
        if app.client_id:
            yield Check("client secret", partial(self._secret, app))
            if secret := self._secrets.get(app.organization_id):
                for field, status in ((LOAD, 404), (UNINSTALL, 200)):
                    probe = partial(self._signed, app, field, secret, status)
                    yield Check(f"{field.label}, signed for an unknown store", probe)
        yield Check("URLs in the developer portal", partial(self._registered, app))
        if app.client_id:
            yield Check("calls from BigCommerce", partial(self._called, app))
            yield Check("scopes in the developer portal", partial(self._consented, app))
        yield from review_checks(app, self._client)

    def _unknown_organization(self) -> str:
        base_url = self._registration.apps[0].base_url
        url = f"{base_url}/registration-check-{secrets.token_hex(8)}/load"
        return self._expect(self._get(url, 404), 404)

    def _https(self, app: AppRegistration) -> str:
        if app.base_url.startswith("https://"):
            return "every URL"
        if is_loopback(app.base_url):
            return "not needed on this machine: BigCommerce could not call these URLs"
        raise Failed("BigCommerce calls HTTPS URLs only", self._commands.up)

    def _unsigned(self, app: AppRegistration, field: CallbackField) -> str:
        expected = 400 if app.client_id else 503
        answer = self._get(app.callback_urls[field], expected)
        found = self._expect(answer, expected)
        if app.client_id:
            names = _AUTH_PARAMETERS if field == AUTH else (PAYLOAD,)
            if not any(name in answer.text for name in names):
                raise Failed("it does not name the missing parameter", self._commands.up)
        self._expect_headers(answer)
        return found

    def _awaiting(self, app: AppRegistration, field: CallbackField) -> str:
        if self._first_awaiting is None:
            self._first_awaiting = app
            return self._unsigned(app, field)
        first = self._first_awaiting.organization_id
        raise Unknown(f"not called: it has the route and the function of {first}")

    def _secret(self, app: AppRegistration) -> str:
        """Read the secret. The checks that sign with it run only if this succeeds."""
        arns = self._outputs.credential_secret_arns
        try:
            secret = client_secret(app, arns, self._secrets_manager)
        except WrongSecretError as error:
            raise Failed(str(error), self._commands.up) from None
        except (ClientError, BotoCoreError) as error:
            raise Failed(f"could not read its secret: {explained(error)}") from None
        self._secrets[app.organization_id] = secret
        return "belongs to this client ID"

    def _signed(self, app: AppRegistration, field: CallbackField, secret: str, status: int) -> str:
        payload = signed_payload(str(app.client_id), secret)
        answer = self._get(app.callback_urls[field], status, {PAYLOAD: payload})
        found = self._expect(answer, status)
        self._expect_headers(answer)
        return found

    def _registered(self, app: AppRegistration) -> str:
        if app.has_registered_urls:
            return "recorded as these"
        if app.has_moved or app.client_id:
            step = next_step(app, self._commands)
            raise Failed(step.what, *step.commands)
        return "not yet"

    def _called(self, app: AppRegistration) -> str:
        """Never fails: BigCommerce does not call an app that no one has installed yet."""
        seen = self._seen(app)
        if not seen.calls:
            raise Unknown(seen.last_calls)
        return seen.last_calls

    def _consented(self, app: AppRegistration) -> str:
        seen = self._seen(app)
        if seen.scopes_match is None:
            raise Unknown(seen.last_scopes)
        if not seen.scopes_match:
            raise Failed(
                f"{seen.last_scopes}: edit the portal's Scopes tab, or the app's scopes",
                self._commands.sheet_of(app),
            )
        return seen.last_scopes

    def _seen(self, app: AppRegistration) -> Traffic:
        if isinstance(self._traffic, TrafficUnknownError):
            raise Unknown(f"could not read the logs: {self._traffic}")
        return self._traffic[app.organization_id]

    @cached_property
    def _traffic(self) -> Mapping[str, Traffic] | TrafficUnknownError:
        """The traffic of every registered app by organization ID, or why it could not be read."""
        registered = [app for app in self._registration.apps if app.client_id]
        try:
            return traffic(self._outputs, registered)
        except TrafficUnknownError as error:
            return error

    @cached_property
    def _secrets_manager(self) -> "SecretsManagerClient":
        return session(self._outputs).client("secretsmanager")

    def _get(self, url: str, expected: int, query: Mapping[str, str] | None = None) -> Response:
        """Return a URL's response; retry what a fresh deployment may return instead."""
        try:
            while True:
                try:
                    answer = self._client.get(url, query)
                except UnresolvedError:
                    if not self._budget.again("it cannot be reached yet"):
                        raise
                    continue
                early = answer.status in {403, 404} or answer.status >= 500
                # Functions cache credentials for five minutes after they were removed.
                kept = (answer.status, expected) == (400, 503)
                if answer.status == expected or not (early or kept):
                    return answer
                if not self._budget.again(f"it answers {answer.status}"):
                    return answer
        except UnreachableError as error:
            raise Failed(f"{url}: {error}", self._commands.up) from None

    def _expect(self, answer: Response, status: int) -> str:
        """Return the status if it is this one."""
        if answer.status == status:
            return str(status)
        commands = [self._commands.up]
        if answer.status >= 500:
            commands.append(self._commands.logs)
        meaning = _MEANINGS.get(answer.status, "")
        raise Failed(f"it answers {answer.status}, not {status}{meaning}", *commands)

    def _expect_headers(self, answer: Response) -> None:
        problems = header_problems(answer.headers, self._registration.frame_ancestors)
        if problems:
            raise Failed("; ".join(problems), self._commands.up)
