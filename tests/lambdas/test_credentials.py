"""An app's credentials: how long they are kept, and when they are read again."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from lambdas.records import credentials
from lambdas.shared.errors import (
    AppNotRegisteredError,
    CredentialsUnreadableError,
    InvalidSignedPayloadError,
)
from local.bigcommerce import App, Store
from tests.conftest import Count
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import CALLBACKS, SIGNED_CALLBACKS, Backend, callback_url, signed_url
from tests.lambdas.caches import forget_credentials
from tests.lambdas.conftest import Clock, Logs

ORGANIZATION = "organization"
OLD = {"client_id": "a" * 31, "client_secret": "1" * 64}
NEW = {"client_id": "a" * 31, "client_secret": "2" * 64}


@pytest.fixture
def registered(backend: Backend) -> None:
    backend.put_credentials(ORGANIZATION, OLD)


def reads(aws: AwsCalls) -> int:
    return aws.operations.count("GetSecretValue")


@pytest.mark.usefixtures("registered")
def test_credentials_are_read_once_in_five_minutes_or_when_they_were_forgotten(
    clock: Clock, aws: AwsCalls, backend: Backend
) -> None:
    assert credentials.find(ORGANIZATION) == credentials.Credentials(**OLD)
    backend.put_credentials(ORGANIZATION, NEW)
    clock.advance(299)
    assert credentials.find(ORGANIZATION) == credentials.Credentials(**OLD)
    assert reads(aws) == 1

    clock.advance(1)
    assert credentials.find(ORGANIZATION) == credentials.Credentials(**NEW)
    assert reads(aws) == 2

    forget_credentials()
    credentials.find(ORGANIZATION)
    assert reads(aws) == 3


def test_a_missing_registration_is_looked_for_at_most_every_two_seconds(
    clock: Clock, aws: AwsCalls, backend: Backend
) -> None:
    backend.put_credentials(ORGANIZATION, {})
    for seconds in (0, 1):
        clock.advance(seconds)
        with pytest.raises(AppNotRegisteredError):
            credentials.find(ORGANIZATION)
    assert reads(aws) == 1

    backend.put_credentials(ORGANIZATION, NEW)
    clock.advance(1)

    assert credentials.find(ORGANIZATION) == credentials.Credentials(**NEW)


@pytest.mark.parametrize(
    "secret",
    [
        *("a client secret", "null", '["client_id", "client_secret"]', "[" * 100_000),
        '{"client_id": "a"}',
        '{"client_secret": "0"}',
        '{"client_id": "", "client_secret": "0"}',
        '{"client_id": "a", "client_secret": ""}',
        '{"client_id": 5, "client_secret": {"a": "b"}}',
        '{"clientId": "a", "clientSecret": "b"}',
        None,
    ],
    ids=lambda secret: "binary" if secret is None else secret[:45],
)
def test_a_secret_that_somebody_spoilt_holds_no_credentials(
    secret: str | None, clock: Clock, backend: Backend
) -> None:
    backend.put_secret(ORGANIZATION, secret)

    with pytest.raises(AppNotRegisteredError):
        credentials.find(ORGANIZATION)

    backend.put_credentials(ORGANIZATION, NEW)
    clock.advance(2)
    assert credentials.find(ORGANIZATION) == credentials.Credentials(**NEW)


class Attempts:
    """Attempts with credentials, of which those with `right` ones succeed."""

    def __init__(self, right: dict[str, str] | None = None) -> None:
        self.right = right
        self.made_with: list[credentials.Credentials] = []

    def __call__(self) -> bool:
        """Whether one of them succeeded."""
        try:
            return credentials.use(ORGANIZATION, self._attempt, refusal=InvalidSignedPayloadError)
        except InvalidSignedPayloadError:
            return False

    def _attempt(self, known: credentials.Credentials) -> bool:
        self.made_with.append(known)
        if self.right is None or known != credentials.Credentials(**self.right):
            raise InvalidSignedPayloadError("refused")
        return True


@pytest.mark.usefixtures("registered")
def test_credentials_are_renewed_at_most_every_ten_seconds(clock: Clock, aws: AwsCalls) -> None:
    attempt = Attempts()
    assert not attempt()
    clock.advance(9)
    assert not attempt()
    assert reads(aws) == 1

    clock.advance(1)
    assert not attempt()
    assert not attempt()
    assert reads(aws) == 2


@pytest.mark.usefixtures("registered")
def test_renewed_credentials_are_the_new_ones_and_are_kept(
    clock: Clock, aws: AwsCalls, backend: Backend
) -> None:
    credentials.find(ORGANIZATION)
    backend.put_credentials(ORGANIZATION, NEW)
    clock.advance(10)
    attempt = Attempts(right=NEW)

    assert attempt()
    assert attempt()

    assert attempt.made_with == [credentials.Credentials(**each) for each in (OLD, NEW, NEW)]
    assert reads(aws) == 2


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("content", [OLD, {}], ids=["unchanged", "removed"])
def test_credentials_that_are_not_new_get_no_second_try(
    content: dict[str, str], clock: Clock, backend: Backend
) -> None:
    credentials.find(ORGANIZATION)
    backend.put_credentials(ORGANIZATION, content)
    clock.advance(10)
    attempt = Attempts(right=NEW)

    assert not attempt()

    assert attempt.made_with == [credentials.Credentials(**OLD)]


@pytest.mark.usefixtures("registered")
def test_what_is_no_refusal_renews_nothing(clock: Clock, aws: AwsCalls) -> None:
    def not_registered(_: credentials.Credentials) -> None:
        raise AppNotRegisteredError("refused")

    credentials.find(ORGANIZATION)
    clock.advance(10)

    with pytest.raises(AppNotRegisteredError):
        credentials.use(ORGANIZATION, not_registered, refusal=InvalidSignedPayloadError)
    assert reads(aws) == 1


THROTTLED = ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue")
FAILURES = [THROTTLED, EndpointConnectionError(endpoint_url="https://secretsmanager.invalid")]


@pytest.mark.parametrize("failure", FAILURES, ids=["throttled", "no connection"])
@pytest.mark.usefixtures("registered")
def test_credentials_outlast_a_secrets_manager_that_fails_for_an_hour(
    failure: Exception, clock: Clock, aws: AwsCalls, logs: Logs
) -> None:
    known = credentials.find(ORGANIZATION)
    aws.instead["GetSecretValue"] = failure
    clock.advance(3599)
    assert credentials.find(ORGANIZATION) == known
    assert logs.last["level"] == "WARNING"

    for seconds in (1, 1, 10):
        clock.advance(seconds)
        with pytest.raises(CredentialsUnreadableError):
            credentials.find(ORGANIZATION)

    aws.instead.clear()
    assert credentials.find(ORGANIZATION) == known


@pytest.mark.usefixtures("registered")
def test_a_secrets_manager_that_recovers_is_heard_within_ten_seconds(
    clock: Clock, aws: AwsCalls, backend: Backend
) -> None:
    credentials.find(ORGANIZATION)
    aws.instead["GetSecretValue"] = THROTTLED
    clock.advance(300)
    credentials.find(ORGANIZATION)
    aws.instead.clear()
    backend.put_credentials(ORGANIZATION, NEW)
    clock.advance(10)

    assert credentials.find(ORGANIZATION) == credentials.Credentials(**NEW)


@pytest.mark.figures("client secrets that change while the functions are warm")
@pytest.mark.parametrize("warm_for", [0, 1, 9, 10, 60, 299])
@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
def test_a_changed_secret_works_within_ten_seconds_without_a_deploy_and_during_a_flood(
    *,
    callback: str,
    warm_for: int,
    clock: Clock,
    backend: Backend,
    app: App,
    installed_store: Store,
) -> None:
    old_url = signed_url(app, callback, installed_store, installed_store.owner)
    forged = forged_url(app, callback, installed_store)
    clock.advance(warm_for)
    app.client_secret = "2" * 64
    backend.deploy(app)
    url = signed_url(app, callback, installed_store, installed_store.owner)

    for _ in range(10):
        assert backend.get(forged).status == 401
        if backend.get(url).status == 200:
            break
        clock.advance(1)

    assert backend.get(url).status == 200
    assert backend.get(old_url).status == 401


FLOOD = "requests of a flood of forged payloads"


@pytest.mark.figures(FLOOD)
def test_a_flood_of_forged_payloads_is_one_call_in_ten_seconds(  # noqa: PLR0917
    clock: Clock,
    backend: Backend,
    app: App,
    installed_store: Store,
    aws: AwsCalls,
    count: Count,
) -> None:
    forged = [forged_url(app, callback, installed_store) for callback in SIGNED_CALLBACKS]

    for _ in range(60):
        clock.advance(1)
        for url in forged * 2:
            assert backend.get(url).status == 401
            count()

    assert reads(aws) == 6


@pytest.mark.figures(FLOOD)
def test_a_flood_while_secrets_manager_fails_is_one_call_in_ten_seconds_too(  # noqa: PLR0917
    clock: Clock,
    backend: Backend,
    app: App,
    installed_store: Store,
    aws: AwsCalls,
    count: Count,
) -> None:
    aws.instead["GetSecretValue"] = THROTTLED
    right = signed_url(app, "load", installed_store, installed_store.owner)
    forged = forged_url(app, "load", installed_store)

    for _ in range(400):  # also after the five minutes
        clock.advance(1)
        assert [backend.get(forged).status for _ in range(3)][1:] == [401, 401]
        assert backend.get(right).status == 200
        for _ in range(3):
            count()

    assert reads(aws) == 40


@pytest.mark.figures(FLOOD)
def test_a_flood_of_unknown_organizations_asks_secrets_manager_nothing_and_leaves_nothing(
    backend: Backend, app: App, aws: AwsCalls, count: Count
) -> None:
    for number in range(50):
        nobody = replace(app, organization_id=f"nobody-{number}")
        assert backend.get(callback_url(nobody, CALLBACKS[number % 4])).status == 404
        count()

    assert reads(aws) == 0
    assert credentials._secrets == {}


def forged_url(app: App, callback: str, store: Store) -> str:
    return signed_url(replace(app, client_secret="f" * 64), callback, store, store.owner)
