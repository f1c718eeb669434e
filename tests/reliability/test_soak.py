"""The soak: nothing is lost under load and faults, and what would be lost would be noticed."""

import io
from argparse import Namespace
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import pytest
from rich.console import Console

from local import commands
from local.aws import Aws
from local.backend import LocalBackend
from local.bigcommerce import App, CallbackUrls, Store
from local.console import Report
from local.loopback_http import get
from local.soak import Figures, Plan, Soak, soak
from local.soak.audit import Audit
from local.soak.deliveries import deliver
from local.soak.figures import NO_ANSWER
from local.soak.model import Callback, StoreModel
from local.soak.plan import FAULT_SHARE, FAULTS

SMALL = Plan(callbacks=12, stores=4, at_once=2)

SoakCommand = Callable[[Plan], tuple[int, str]]


@pytest.fixture
def soak_command(ready: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> SoakCommand:
    """The command on the back end that runs already: its exit status, and what it prints."""

    def run(plan: Plan) -> tuple[int, str]:
        printed = io.StringIO()
        report = Report(Console(file=printed, width=100, emoji=False))
        monkeypatch.setattr(commands, "_started", lambda *_: nullcontext(ready))
        monkeypatch.setattr(commands, "Plan", lambda: plan)
        return commands.soak(report, Namespace()), printed.getvalue()

    return run


def test_nothing_is_lost_under_load(soak_command: SoakCommand) -> None:
    status, printed = soak_command(Plan(callbacks=200, stores=20, at_once=4))

    assert status == 0, printed
    assert "200 callbacks, 20 stores, 4 at a time, 10 faults" in printed
    assert "Installations lost: 0, doubled: 0, different from the model: 0" in printed
    assert "unexpected answers: 0" in printed


def test_what_is_wrong_fails_the_command(
    soak_command: SoakCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soak, "LIMIT_SECONDS", 0)

    status, printed = soak_command(SMALL)

    assert status == 1
    assert "✗ 12 callbacks were not made" in printed


def test_answers_that_the_model_does_not_allow_are_reported(
    ready: LocalBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ready.apps[0], "client_secret", "0" * 64)

    figures = Soak(ready, SMALL).run(lambda: None)

    assert "was answered (400,), not one of {(200,)}" in figures.unexpected[0]


def test_what_is_not_answered_is_reported(
    ready: LocalBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    for app in ready.apps:
        urls = CallbackUrls.under("http://localhost:1", app.organization_id)
        monkeypatch.setattr(app, "callback_urls", urls)

    figures = Soak(ready, SMALL).run(lambda: None)

    assert {answer.status for answer in figures.answers} == {NO_ANSWER}
    assert len(figures.unexpected) == len(figures.answers)


# The plan.


def test_the_whole_plan_is_two_thousand_callbacks_with_every_fault() -> None:
    turns = [turn for store in Plan().turns() for turn in store]
    wrong = [turn.fault for turn in turns if turn.fault]

    assert len(turns) + wrong.count("duplicated delivery") == 2_000
    assert len(wrong) == 2_000 * FAULT_SHARE
    assert set(wrong) == set(FAULTS)
    assert {turn.callback for turn in turns} == set(Callback)


def test_a_plan_is_the_same_every_time() -> None:
    assert Plan().turns() == Plan().turns()


# The audit, of a store on which the app is installed.


@dataclass(frozen=True)
class Audited:
    """An installed store, the model of it, its record, and an audit that began before."""

    aws: Aws
    table: str
    app: App
    store: Store
    model: StoreModel
    item: dict[str, Any]
    audit: Audit

    def figures(self) -> Figures:
        figures = Figures()
        self.audit.compare({"the store": (self.app, self.store, [self.model])}, figures)
        return figures

    def put(self, **changes: Any) -> None:
        self.aws.dynamodb.put_item(TableName=self.table, Item=self.item | changes)

    def delete(self, sort_key: str) -> None:
        key = {"pk": self.item["pk"], "sk": {"S": sort_key}}
        self.aws.dynamodb.delete_item(TableName=self.table, Key=key)


@pytest.fixture
def audited(ready: LocalBackend) -> Audited:
    aws, table = ready.emulator.aws, ready.outputs["installationsTable"]
    audit = Audit(aws, table)
    app, store = ready.apps[0], ready.bigcommerce.add_store("A store")
    delivery = deliver(ready.bigcommerce, app, store, Callback.INSTALL, store.owner)
    assert get(delivery.url, 30).status == 200
    key = {"pk": {"S": f"ORG#{app.organization_id}#STORE#{store.hash}"}, "sk": {"S": "STORE"}}
    item: Any = aws.dynamodb.get_item(TableName=table, Key=key)["Item"]
    installed_at = int(item["installed_at"]["N"])
    event = replace(delivery.event, at=installed_at)
    _, model = StoreModel(store.owner.id, app.multiple_users).after(event)
    return Audited(aws, table, app, store, model, item, audit)


def test_a_record_as_the_model_has_it_is_no_problem(audited: Audited) -> None:
    assert audited.figures().problems == []


def test_a_record_that_is_gone_is_lost(audited: Audited) -> None:
    audited.delete("STORE")

    assert len(audited.figures().lost) == 1


def test_a_token_that_cannot_be_decrypted_is_lost(audited: Audited) -> None:
    audited.put(access_token={"B": b"not a ciphertext"})

    assert len(audited.figures().lost) == 1


def test_a_second_record_is_doubled(audited: Audited) -> None:
    audited.put(sk={"S": "STORE2"})

    assert audited.figures().doubled == ["the store has 2 records"]
    audited.delete("STORE2")


def test_a_record_of_a_store_that_nobody_installed_is_doubled(audited: Audited) -> None:
    audited.put(sk={"S": "STORE2"}, store_hash={"S": "unheard0f"})

    (problem,) = audited.figures().doubled
    assert problem == "a record of store unheard0f of org-a is there without a reason"
    audited.delete("STORE2")


def test_a_user_too_many_is_a_difference(audited: Audited) -> None:
    users = audited.item["users"]["M"] | {
        "7": audited.item["users"]["M"][str(audited.store.owner.id)]
    }
    audited.put(users={"M": users})

    assert len(audited.figures().different) == 1


def test_personal_data_on_an_uninstalled_store_is_a_difference(audited: Audited) -> None:
    audited.put(status={"S": "uninstalled"})
    gone = replace(audited, model=StoreModel(audited.store.owner.id, multiple_users=True))

    (problem,) = gone.figures().different
    assert "access_token" in problem
    assert "users" in problem
