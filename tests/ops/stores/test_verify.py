"""`verify`: whether tokens are valid, and what is recorded."""

import json
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from urllib3.exceptions import ProtocolError

from lambdas.records.installation_item import key
from local.backend import LocalBackend
from local.bigcommerce import App, Store
from ops.stores import bigcommerce_api
from ops.stores.bigcommerce_api import Answer, BigCommerceApi, Verdict
from ops.stores.commands import purge
from ops.stores.store import VERIFICATION
from tests.ops.examples import app as registered_app
from tests.ops.examples import registration
from tests.ops.stores.conftest import Run, install, token_of


@pytest.fixture(autouse=True)
def _no_other_stores(request: pytest.FixtureRequest) -> None:
    """Only the stores of the test: others may have been left in any state."""
    if "backend" in request.fixturenames:
        backend: LocalBackend = request.getfixturevalue("backend")
        table = {"TableName": backend.outputs["installationsTable"]}
        for item in backend.emulator.aws.dynamodb.scan(**table)["Items"]:
            if "store_hash" in item:
                key = {name: item[name] for name in ("pk", "sk")}
                backend.emulator.aws.dynamodb.delete_item(**table, Key=key)


@pytest.mark.emulated
def test_valid_tokens_are_recorded_with_the_stores_domain(
    run: Run, backend: LocalBackend, app: App, store: Store
) -> None:
    assert run("verify").out == "1 token verified: 1 valid, 0 not.\n"
    assert json.loads(run("list", "--json").out)[0]["domain"] is None
    assert run("verify", "--mark").status == 0
    domain = f"store-{store.hash}.mybigcommerce.com"
    (listed,) = json.loads(run("list", "--json").out)
    assert (listed["domain"], listed["state"]) == (domain, "installed")
    assert "(valid)" in run("show", store.hash).out
    verified = backend.emulator.aws.dynamodb.get_item(
        TableName=backend.outputs["installationsTable"], Key=key("org-a", store.hash, VERIFICATION)
    )["Item"]
    assert int(verified["expires_at"]["N"]) - int(verified["verified_at"]["N"]) == 90 * 86_400


@pytest.mark.emulated
def test_a_lost_uninstall_is_recorded_until_the_next_install(
    run: Run, backend: LocalBackend, app: App, store: Store
) -> None:
    del backend.bigcommerce.installations[app.client_id, store.hash]  # without a callback
    done = run("verify", "--mark")
    assert done.status == 1
    _, _, row, count = done.out.splitlines()
    assert row.startswith(f"{store.hash}  refused  the app was uninstalled")
    assert count == "1 token verified, recorded: 0 valid, 1 not."
    assert json.loads(run("list", "--json").out)[0]["state"] == "installed, refused"
    install(backend, app, store)
    assert json.loads(run("list", "--json").out)[0]["state"] == "installed"


@pytest.mark.emulated
def test_dead_stores_are_listed_as_json_and_purged_together(
    run: Run, backend: LocalBackend, app: App, store: Store
) -> None:
    """Stores that were reinstalled, were not marked or only need consent stay."""
    refused, again, consent, closed = (
        backend.bigcommerce.add_store(name) for name in ("Refused", "Again", "Consent", "Closed")
    )
    for each in (refused, again, consent, closed):
        install(backend, app, each)
    for each in (refused, again):
        del backend.bigcommerce.installations[app.client_id, each.hash]
    backend.bigcommerce.installations[app.client_id, consent.hash].scope = "store_cart"
    run("verify", "--mark")
    install(backend, app, again)
    del backend.bigcommerce.stores[closed.hash]
    table = run("verify")
    assert re.search(rf"{closed.hash} +store closed ", table.out)
    for secret in (token_of(backend, app, store), "@example.com"):
        assert secret not in table.out + table.err
    found = run("verify", "--json")
    assert found.status == 1
    verdicts = {row["storeHash"]: row for row in json.loads(found.out)}
    assert {hash_: row["verdict"] for hash_, row in verdicts.items()} == {
        store.hash: "valid",
        refused.hash: "refused",
        again.hash: "valid",
        consent.hash: "consent pending",
        closed.hash: "store closed",
    }
    assert verdicts[closed.hash] == {
        "organizationId": "org-a",
        "storeHash": closed.hash,
        "verdict": "store closed",
        "reason": "the store does not exist at BigCommerce",
        "domain": None,
        "remedy": "purge the record",
    }

    dry = run("purge", "--dead", "--dry-run").out
    assert re.search(rf"{refused.hash}  installed, refused +1\n.*\b1 store would", dry)
    run("verify", "--mark")
    with pytest.MonkeyPatch.context() as later:
        later.setattr(purge, "VERDICT_SECONDS", -60)
        stayed = run("purge", "--dead", "--yes")
    assert (stayed.status, "2 stores not purged: verified more than" in stayed.out) == (1, True)
    assert run("purge", "--dead", "--yes").out.endswith("2 stores purged.\n")
    left = {each["storeHash"] for each in json.loads(run("list", "--json").out)}
    assert left == {store.hash, again.hash, consent.hash}
    assert "Name one STORE, or add --dead" in run("purge", store.hash, "--dead").err


@pytest.mark.emulated
def test_a_token_whose_scopes_do_not_show_the_domain_is_valid(
    run: Run, backend: LocalBackend, store: Store
) -> None:
    none = run("verify", "--app", "org-b")
    assert (none.status, none.out) == (2, "")
    assert "No store has org-b installed." in none.err
    install(backend, backend.apps[1], store)
    assert run("verify", "--app", "org-b").out == "1 token verified: 1 valid, 0 not.\n"


@pytest.mark.emulated
def test_a_token_that_cannot_be_decrypted_does_not_stop_the_others(
    run: Run, backend: LocalBackend, app: App, store: Store
) -> None:
    install(backend, app, backend.bigcommerce.add_store("Other"))
    backend.emulator.aws.dynamodb.update_item(
        TableName=backend.outputs["installationsTable"],
        Key=key("org-a", store.hash),
        UpdateExpression="SET access_token = :broken",
        ExpressionAttributeValues={":broken": {"B": b"broken"}},
    )
    done = run("verify", "--mark")
    assert done.status == 1
    assert f"{store.hash}  cannot be decrypted  damaged, or encrypted" in done.out
    assert "2 tokens verified, recorded: 1 valid, 1 not." in done.out
    assert "installed, cannot be decrypted" in run("list").out
    refused = run("token", store.hash, "--yes")
    assert (refused.status, refused.out) == (2, "")
    assert f"Could not decrypt the access token of store {store.hash}" in refused.err


@pytest.mark.emulated
def test_an_unknown_verdict_is_not_recorded(
    run: Run, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("verify", "--mark")
    before = json.loads(run("show", store.hash, "--json").out)["VERIFICATION"]
    monkeypatch.setattr(BigCommerceApi, "verify", lambda *_: Answer(Verdict.UNKNOWN))
    done = run("verify", "--mark")
    assert (done.status, "0 valid, 1 not." in done.out) == (1, True)
    assert json.loads(run("show", store.hash, "--json").out)["VERIFICATION"] == before


@pytest.mark.emulated
@pytest.mark.parametrize("change", [None, {"clientId": "anotherclientid"}])
def test_tokens_of_a_removed_app_or_an_earlier_registration_are_not_verified(
    *,
    run: Run,
    store: Store,
    change_registration: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, str] | None,
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(BigCommerceApi, "verify", lambda *given: asked.append(given))
    change_registration(change)
    assert store.hash in run("list").out
    done = run("verify", "--mark")
    assert (done.status, done.out) == (0, "0 tokens verified, recorded: 0 valid, 0 not.\n")
    assert asked == []


def answer(status: int, data: bytes = b"{}", headers: Any = None) -> Any:
    return SimpleNamespace(status=status, data=data, headers=headers or {})


INFORMATION = {"store_v2_information"}
LIMITED = answer(429, headers={"X-Rate-Limit-Time-Reset-Ms": "1500"})


@pytest.mark.parametrize(
    ("answers", "verdict", "pauses"),
    [
        ([answer(200, b'{"domain": "a.example"}')], Verdict.VALID, []),
        ([answer(401)], Verdict.REFUSED, []),
        ([answer(403)], Verdict.CONSENT, []),
        ([answer(410)], Verdict.CLOSED, []),
        ([LIMITED, answer(200)], Verdict.VALID, [1.5]),
        ([answer(503), ProtocolError("broken"), answer(200)], Verdict.VALID, [1.0, 2.0]),
        ([answer(503)] * 3, Verdict.UNKNOWN, [1.0, 2.0]),
        ([answer(302)] * 3, Verdict.UNKNOWN, [1.0, 2.0]),
    ],
)
def test_bigcommerces_answer_decides_the_verdict(
    answers: list[Any], verdict: Verdict, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, waited = mock.Mock(), list[float]()
    pool.request.side_effect = answers
    monkeypatch.setattr("urllib3.PoolManager", lambda **_: pool)
    monkeypatch.setattr("time.sleep", waited.append)
    found = BigCommerceApi(registration(registered_app())).verify("abc", "token", INFORMATION)
    assert (found.verdict, waited) == (verdict, pauses)
    asked = {call.args for call in pool.request.call_args_list}
    assert asked == {("GET", "https://api.bigcommerce.com/stores/abc/v2/store")}


@pytest.mark.parametrize(
    ("body", "domain"),
    [
        (b'{"domain": "shop.example.com"}', "shop.example.com"),
        (b'{"domain": "\\u001b[31m.com"}', None),
        (b'{"domain": ["a"]}', None),
        (b"[]", None),
        (b"<html>", None),
    ],
)
def test_only_a_well_formed_domain_is_used(body: bytes, domain: str | None) -> None:
    assert bigcommerce_api._domain(body) == domain
