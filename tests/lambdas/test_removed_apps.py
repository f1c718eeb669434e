"""An app that was taken out of the configuration: while it has a secret, its stores can leave."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from local.bigcommerce import App, Store
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import (
    SIGNED_CALLBACKS,
    Backend,
    Callbacks,
    forget_apps,
    forget_credentials,
    signed_url,
)
from tests.lambdas.responses import BUSY, INVALID_PAYLOAD, UNKNOWN_ORGANIZATION


@pytest.fixture
def removed(backend: Backend, app: App, installed_store: Store) -> App:
    """The app, taken out of the configuration with a store that has it installed."""
    assistant = installed_store.staff[0]
    assert backend.get(signed_url(app, "load", installed_store, assistant)).status == 200
    backend.remove_app(app)
    forget_apps()
    forget_credentials()
    return app


def test_an_uninstall_and_a_removal_are_honoured_and_everything_else_finds_no_app(
    backend: Backend, removed: App, installed_store: Store
) -> None:
    owner, assistant = installed_store.owner, installed_store.staff[0]
    loaded = backend.get(signed_url(removed, "load", installed_store, owner))
    UNKNOWN_ORGANIZATION.assert_is(loaded, "load")

    removal = signed_url(removed, "remove-user", installed_store, assistant)
    assert backend.get(removal).status == 200
    assert set(backend.record(removed, installed_store)["users"]) == {str(owner.id)}

    assert backend.get(signed_url(removed, "uninstall", installed_store, owner)).status == 200
    assert backend.record(removed, installed_store)["status"] == "uninstalled"


@pytest.mark.parametrize("callback", ["uninstall", "remove-user"])
def test_a_forged_payload_is_refused_and_a_store_without_a_record_asks_for_no_secret(
    callback: str, installed: Callbacks, removed: App, aws: AwsCalls
) -> None:
    before = installed.backend.stored()
    forger = replace(removed, client_secret="f" * 64)
    nowhere = replace(installed.store, hash="nowhere123")

    unknown = installed.backend.get(signed_url(removed, callback, nowhere, installed.store.owner))
    UNKNOWN_ORGANIZATION.assert_is(unknown, callback)
    assert "GetSecretValue" not in aws.operations

    forged = installed.backend.get(
        signed_url(forger, callback, installed.store, installed.store.owner)
    )
    INVALID_PAYLOAD.assert_is(forged, callback)
    assert installed.backend.stored() == before


@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"ForceDeleteWithoutRecovery": True}, id="deleted"),
        pytest.param({"RecoveryWindowInDays": 30}, id="marked for deletion"),
        pytest.param(None, id="empty"),
    ],
)
def test_without_its_secret_there_is_no_such_app_and_its_records_stay_to_be_purged(
    callback: str, how: dict[str, Any] | None, installed: Callbacks, removed: App
) -> None:
    if how is None:
        installed.backend.put_credentials(removed.organization_id, {})
    else:
        installed.backend.delete_secret(removed, **how)
    before = installed.backend.stored()

    answer = installed.backend.get(
        signed_url(removed, callback, installed.store, installed.store.owner)
    )

    UNKNOWN_ORGANIZATION.assert_is(answer, callback)
    assert installed.backend.stored() == before


def test_a_secrets_manager_that_fails_is_not_taken_for_a_secret_that_is_gone(
    backend: Backend, removed: App, installed_store: Store, aws: AwsCalls
) -> None:
    aws.instead["GetSecretValue"] = EndpointConnectionError(endpoint_url="https://aws.invalid")

    answer = backend.get(signed_url(removed, "uninstall", installed_store, installed_store.owner))

    BUSY.assert_is(answer, "uninstall")
