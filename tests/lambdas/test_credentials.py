"""An app's credentials: how long they are kept, and when they are read again."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from lambdas.records import credentials
from lambdas.shared.errors import AppNotRegisteredError, CredentialsUnreadableError
from local.bigcommerce import App, Store
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import (
    CALLBACKS,
    SIGNED_CALLBACKS,
    Backend,
    Callbacks,
    callback_url,
    signed_url,
)
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
def test_credentials_are_kept_five_minutes(clock: Clock, aws: AwsCalls, backend: Backend) -> None:
    assert credentials.find(ORGANIZATION) == credentials.Credentials(**OLD)
    backend.put_credentials(ORGANIZATION, NEW)
    clock.advance(299)
    assert credentials.find(ORGANIZATION) == credentials.Credentials(**OLD)
    assert reads(aws) == 1

    clock.advance(1)
    assert credentials.find(ORGANIZATION) == credentials.Credentials(**NEW)
    assert reads(aws) == 2


@pytest.mark.parametrize(
    "secret",
    [
        *("{}", "a client secret", "null", '["client_id", "client_secret"]', "[" * 100_000),
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
def test_an_absent_or_malformed_secret_is_cached_for_two_seconds(
    secret: str | None, clock: Clock, aws: AwsCalls, backend: Backend
) -> None:
    backend.put_secret(ORGANIZATION, secret)
    for seconds in (0, 1):
        clock.advance(seconds)
        with pytest.raises(AppNotRegisteredError):
            credentials.find(ORGANIZATION)
    assert reads(aws) == 1

    backend.put_credentials(ORGANIZATION, NEW)
    clock.advance(1)
    assert credentials.find(ORGANIZATION) == credentials.Credentials(**NEW)


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


@pytest.mark.parametrize("warm_for", [0, 9, 299])
@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
def test_a_changed_secret_works_within_ten_seconds_without_a_deploy_and_during_a_flood(
    callback: str, warm_for: int, clock: Clock, installed: Callbacks
) -> None:
    old_url = installed.url(callback)
    forged = forged_url(installed.app, callback, installed.store)
    clock.advance(warm_for)
    installed.app.client_secret = "2" * 64
    installed.backend.deploy(installed.app)
    url = installed.url(callback)

    for _ in range(10):
        assert installed.backend.get(forged).status == 401
        if installed.backend.get(url).status == 200:
            break
        clock.advance(1)

    assert installed.backend.get(url).status == 200
    assert installed.backend.get(old_url).status == 401


@pytest.mark.parametrize("fails", [False, True])
def test_a_flood_of_forged_payloads_reads_the_secret_once_in_ten_seconds(
    fails: bool, clock: Clock, installed: Callbacks, aws: AwsCalls
) -> None:
    if fails:
        aws.instead["GetSecretValue"] = THROTTLED
    right = installed.url("load")
    forged = [forged_url(installed.app, callback, installed.store) for callback in SIGNED_CALLBACKS]

    for seconds in (1, 9) * 40:  # also after the five minutes
        clock.advance(seconds)
        statuses = [installed.backend.get(url).status for url in forged]
        assert statuses[1:] == [401, 401]
        assert installed.backend.get(right).status == 200

    assert reads(aws) == 40


def test_a_flood_of_unknown_organizations_reads_and_caches_no_secret(
    backend: Backend, app: App, aws: AwsCalls
) -> None:
    for number in range(50):
        unknown = replace(app, organization_id=f"unknown-{number}")
        assert backend.get(callback_url(unknown, CALLBACKS[number % 4])).status == 404

    assert reads(aws) == 0
    assert credentials._secrets == {}


def forged_url(app: App, callback: str, store: Store) -> str:
    return signed_url(replace(app, client_secret="f" * 64), callback, store, store.owner)
