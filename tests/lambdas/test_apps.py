"""The apps of the stack, and those that were removed from it.

As long as a removed app has a secret, its stores can leave.
"""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from lambdas.records import apps
from lambdas.shared.errors import UnknownOrganizationError
from local.bigcommerce import App
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import (
    SIGNED_CALLBACKS,
    Backend,
    Callbacks,
    forget_apps,
    forget_credentials,
)
from tests.lambdas.conftest import ORGANIZATION_ID, SCOPES, SUPPORT_URL, Clock
from tests.lambdas.responses import BUSY, INVALID_PAYLOAD, UNKNOWN_ORGANIZATION


def test_an_app_is_read_as_the_deployment_wrote_it(backend: Backend, app: App) -> None:
    written = apps.AppProfile(ORGANIZATION_ID, "Order Sync", SCOPES, True, SUPPORT_URL)
    assert apps.find(ORGANIZATION_ID) == written

    backend.deploy(replace(app, scopes=(), multiple_users=False))
    forget_apps()
    assert apps.find(ORGANIZATION_ID) == replace(
        written, scopes=(), multiple_users=False, support_url=None
    )


def test_app_is_kept_five_minutes(clock: Clock, backend: Backend, app: App, aws: AwsCalls) -> None:
    apps.find(ORGANIZATION_ID)
    backend.deploy(replace(app, name="Renamed"))
    clock.advance(299)
    assert apps.find(ORGANIZATION_ID).name == "Order Sync"
    assert aws.operations == ["GetItem"]

    clock.advance(1)
    assert apps.find(ORGANIZATION_ID).name == "Renamed"


def test_an_unknown_organization_is_not_cached_because_strangers_choose_its_id(
    backend: Backend, app: App
) -> None:
    with pytest.raises(UnknownOrganizationError):
        apps.find("newcomer")

    backend.deploy(replace(app, organization_id="newcomer"))

    assert apps.find("newcomer").organization_id == "newcomer"


# Removed apps.


@pytest.fixture
def removed(installed: Callbacks) -> Callbacks:
    """The app, taken out of the configuration with a store that has it installed."""
    assert installed.get("load", installed.store.staff[0]).status == 200
    installed.backend.remove_app(installed.app)
    forget_apps()
    forget_credentials()
    return installed


def test_an_uninstall_and_a_removal_take_effect_and_a_load_finds_no_app(
    removed: Callbacks,
) -> None:
    UNKNOWN_ORGANIZATION.assert_is(removed.get("load"), "load")

    assert removed.get("remove-user", removed.store.staff[0]).status == 200
    assert set(removed.record()["users"]) == {str(removed.store.owner.id)}

    assert removed.get("uninstall").status == 200
    assert removed.record()["status"] == "uninstalled"


@pytest.mark.parametrize("callback", ["uninstall", "remove-user"])
def test_a_forged_payload_is_refused_and_a_store_without_a_record_reads_no_secret(
    callback: str, removed: Callbacks, aws: AwsCalls
) -> None:
    before = removed.backend.stored()
    nowhere = replace(removed, store=replace(removed.store, hash="nowhere123"))
    forged = replace(removed, app=replace(removed.app, client_secret="f" * 64))

    UNKNOWN_ORGANIZATION.assert_is(nowhere.get(callback), callback)
    assert "GetSecretValue" not in aws.operations

    INVALID_PAYLOAD.assert_is(forged.get(callback), callback)
    assert removed.backend.stored() == before


@pytest.mark.parametrize("callback", SIGNED_CALLBACKS)
@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"ForceDeleteWithoutRecovery": True}, id="deleted"),
        pytest.param({"RecoveryWindowInDays": 30}, id="marked for deletion"),
        pytest.param(None, id="empty"),
    ],
)
def test_an_app_without_a_secret_is_unknown_and_its_records_stay_to_be_purged(
    callback: str, how: dict[str, Any] | None, removed: Callbacks
) -> None:
    if how is None:
        removed.backend.put_credentials(removed.app.organization_id, {})
    else:
        removed.backend.delete_secret(removed.app, **how)
    before = removed.backend.stored()

    UNKNOWN_ORGANIZATION.assert_is(removed.get(callback), callback)
    assert removed.backend.stored() == before


def test_a_failing_secrets_manager_is_not_a_deleted_secret(
    removed: Callbacks, aws: AwsCalls
) -> None:
    aws.instead["GetSecretValue"] = EndpointConnectionError(endpoint_url="https://aws.invalid")

    BUSY.assert_is(removed.get("uninstall"), "uninstall")
