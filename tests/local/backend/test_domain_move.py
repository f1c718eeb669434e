"""The runbook's move to a custom domain, step by step, on the embedded AWS.

The embedded AWS serves no custom domain and disables no endpoint. Every request goes to the API's
default endpoint. test_auth.py tests that a code is exchanged for the URI that was called.
"""

from collections.abc import Iterator

import pytest

from local.backend import PROJECT, LocalBackend, local_backend
from local.bigcommerce import CallbackUrls, load_url
from local.loopback_http import get

pytestmark = pytest.mark.emulated

DOMAIN = "apps.localhost"


@pytest.fixture
def backend() -> Iterator[LocalBackend]:
    with local_backend() as running:
        running.configure_credentials()
        running.deploy()
        yield running


def installs(backend: LocalBackend) -> bool:
    """Return whether a new store can install the app at the portal's URLs."""
    app = backend.apps[0]
    store = backend.bigcommerce.add_store("A store")
    urls = (
        backend.bigcommerce.auth_callback_url(app, store, store.owner),
        load_url(app, store, store.owner),
    )
    return all(get(url, 30).status == 200 for url in urls)


def test_installations_continue_during_a_domain_move(backend: LocalBackend) -> None:
    aws, app = backend.emulator.aws, backend.apps[0]
    before = app.callback_urls
    assert installs(backend)

    zone = aws.route53.create_hosted_zone(Name="localhost", CallerReference="move")["HostedZone"]
    domain = {"name": DOMAIN, "hostedZoneId": zone["Id"].rpartition("/")[2]}
    backend.config[f"{PROJECT}:domain"] = domain | {"keepDefaultEndpoint": True}
    backend.deploy()
    moved, app.callback_urls = app.callback_urls, before
    assert moved == CallbackUrls.under(f"https://{DOMAIN}", app.organization_id)
    records = aws.route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    assert {"A", "AAAA", "CNAME"} <= {each["Type"] for each in records}
    (api,) = aws.apigatewayv2.get_apis()["Items"]
    assert not api.get("DisableExecuteApiEndpoint")
    assert installs(backend)  # the portal is not edited yet

    backend.record_registered_urls()
    backend.config[f"{PROJECT}:domain"] = domain
    backend.deploy()
    (api,) = aws.apigatewayv2.get_apis()["Items"]
    assert api["DisableExecuteApiEndpoint"] is True
    assert app.callback_urls == moved
    assert installs(backend)
