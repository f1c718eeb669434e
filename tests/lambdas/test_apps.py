"""The apps of the stack: how they are read, and how long they are kept."""

from dataclasses import replace

import pytest

from lambdas.records import apps
from lambdas.shared.errors import UnknownOrganizationError
from local.bigcommerce import App
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import Backend, forget_apps
from tests.lambdas.conftest import ORGANIZATION_ID, SCOPES, SUPPORT_URL, Clock


def test_an_app_is_what_the_deployment_wrote(backend: Backend, app: App) -> None:
    written = apps.AppProfile(ORGANIZATION_ID, "Order Sync", SCOPES, True, SUPPORT_URL)
    assert apps.find(ORGANIZATION_ID) == written

    backend.deploy(replace(app, scopes=(), multiple_users=False))
    forget_apps()
    assert apps.find(ORGANIZATION_ID) == replace(
        written, scopes=(), multiple_users=False, support_url=None
    )


def test_an_app_is_read_once_in_five_minutes(
    clock: Clock, backend: Backend, app: App, aws: AwsCalls
) -> None:
    apps.find(ORGANIZATION_ID)
    backend.deploy(replace(app, name="Renamed"))
    clock.advance(299)
    assert apps.find(ORGANIZATION_ID).name == "Order Sync"
    assert aws.operations == ["GetItem"]

    clock.advance(1)
    assert apps.find(ORGANIZATION_ID).name == "Renamed"


def test_an_unknown_organization_is_not_kept_as_strangers_choose_its_id(
    backend: Backend, app: App
) -> None:
    with pytest.raises(UnknownOrganizationError):
        apps.find("newcomer")

    backend.deploy(replace(app, organization_id="newcomer"))

    assert apps.find("newcomer").organization_id == "newcomer"
