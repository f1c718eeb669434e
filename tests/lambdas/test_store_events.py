"""The events for other consumers: one for each change, and none is left out."""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from lambdas import store_events
from lambdas.events.changes import SOURCE, from_change
from lambdas.records import installation_item
from lambdas.records.installation import Installation, Record, Uninstall, Uninstalled, User
from lambdas.rutter import connection_table
from lambdas.shared import aws
from tests.documents import ROOT
from tests.lambdas.backend import Countdown

SCHEMAS = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in (ROOT / "docs/events").glob("*.json")
}
TOKEN = b"ciphertext of the token"
OWNER, USER = User("1", "owner@example.com", 10), User("2", "user@example.com", 11)
INSTALLED = Installation("id", 10, 10_000, TOKEN, ("a", "b"), "uuid", "1", {"1": OWNER})
AGAIN = replace(INSTALLED, installed_at=20, granted_at_ms=20_000, scopes=("a",))
# As a load by the new owner leaves it.
ANOTHER_OWNER = replace(INSTALLED, owner_id="2", users={"1": OWNER, "2": USER})
WITH_USER = replace(INSTALLED, users={"1": OWNER, "2": USER})
WITHOUT_USER = replace(INSTALLED, removed_users={"2": 30})
MARKER = Uninstalled("id", Uninstall(30, 31), 90)
CREATED = {"scopes": ["a", "b"], "owner_id": "1"}

USER_ADDED = ("UserAdded", {"user_id": "2"})

Item = dict[str, Any]


def updated(names: list[str], scopes: Iterable[str] = "ab", owner: str = "1") -> tuple[str, Item]:
    """The event of an installation in which these values changed."""
    detail = {"changed": names, "scopes": list(scopes), "owner_id": owner}
    return "InstallationUpdated", detail


def record(what: Record, revision: int = 1, store: str = "abc") -> Item | None:
    """A record as the stream has it: binary values in Base64."""
    if what is None:
        return None
    item = installation_item.item("acme", store, what, revision)
    if "access_token" in item:
        item["access_token"] = {"B": base64.b64encode(item["access_token"]["B"]).decode()}
    return item


def connection(state: str, **more: str) -> Item:
    key = connection_table.key("acme", "abc")
    written = {"state": state, "reason": "mail@example.com", "access_token": "t", **more}
    texts = {connection_table.PREFIX + name: {"S": text} for name, text in written.items()}
    return {**key, **texts, connection_table.REVISION: {"N": "1"}}


# At a record's key, of a connection's attributes alone, as a compromised function could write it.
NO_RECORD = connection("active") | installation_item.key("acme", "abc")


def changed(before: Item | None, after: Item | None, number: int = 1) -> Item:
    item = after or before or {}
    images = {"OldImage": before, "NewImage": after}
    change = {
        "Keys": {name: item[name] for name in ("pk", "sk")},
        "SequenceNumber": str(number),
        "ApproximateCreationDateTime": 1_700_000_000,
        **{name: image for name, image in images.items() if image is not None},
    }
    return {"eventSource": "aws:dynamodb", "dynamodb": change}


@pytest.mark.parametrize(
    ("before", "after", "events"),
    [
        (None, INSTALLED, [("InstallationCreated", CREATED | {"user_ids": ["1"]})]),
        (MARKER, WITH_USER, [("InstallationCreated", CREATED | {"user_ids": ["1", "2"]})]),
        (INSTALLED, AGAIN, [updated(["access_token", "installed_at", "scopes"], ["a"])]),
        (INSTALLED, replace(INSTALLED, granted_at_ms=11_000), [updated(["access_token"])]),
        (INSTALLED, replace(INSTALLED, account_uuid="other"), [updated(["account_uuid"])]),
        (INSTALLED, replace(INSTALLED, client_id="other"), [updated(["client_id"])]),
        (INSTALLED, replace(INSTALLED, installed_at=11), [updated(["installed_at"])]),
        (INSTALLED, replace(INSTALLED, owner_id="2"), [updated(["owner_id"], owner="2")]),
        (INSTALLED, replace(INSTALLED, scopes=("a",)), [updated(["scopes"], ["a"])]),
        (INSTALLED, ANOTHER_OWNER, [updated(["owner_id"], owner="2"), USER_ADDED]),
        (INSTALLED, WITH_USER, [USER_ADDED]),
        (WITH_USER, WITHOUT_USER, [("UserRemoved", {"user_id": "2"})]),
        (INSTALLED, WITHOUT_USER, []),
        (WITH_USER, MARKER, [("InstallationRemoved", {"purged": False})]),
        (INSTALLED, None, [("InstallationRemoved", {"purged": True})]),
        (None, MARKER, []),
        (MARKER, None, []),
        (None, NO_RECORD, []),
        (NO_RECORD, INSTALLED, [("InstallationCreated", CREATED | {"user_ids": ["1"]})]),
        (INSTALLED, NO_RECORD, [("InstallationRemoved", {"purged": True})]),
    ],
)
def test_a_change_of_a_record_is_published_as_what_happened(
    before: Record | Item, after: Record | Item, events: list[tuple[str, Item]]
) -> None:
    first, second = (
        each if isinstance(each, dict) else record(each, revision)
        for revision, each in enumerate((before, after), 1)
    )
    assert_published(changed(first, second), events)


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        (None, connection("pending"), ("pending", None, None)),
        (connection("pending"), connection("not_ready", id="c"), ("not_ready", "pending", "c")),
        (connection("active"), connection("active", idempotency_key="k"), None),
        (connection("active"), None, None),
    ],
)
def test_another_state_of_a_connection_is_published(
    before: Item | None, after: Item | None, state: tuple[Any, ...] | None
) -> None:
    names = ("state", "previous_state", "connection_id")
    event = [("ConnectionChanged", dict(zip(names, state, strict=True)))] if state else []
    assert_published(changed(before, after), event)


def assert_published(change: Item, expected: list[tuple[str, Item]]) -> None:
    from jsonschema import validate  # noqa: PLC0415 (takes a second)

    events = from_change(change["dynamodb"])
    common = {"id", "organization_id", "store_hash", "time", "revision"}
    assert [
        (each.name, {name: each.detail[name] for name in each.detail if name not in common})
        for each in events
    ] == expected
    for each in events:
        validate(each.detail, SCHEMAS[each.name])
        assert each.detail.keys() == SCHEMAS[each.name]["properties"].keys()
        assert "@" not in json.dumps(each.detail)
        assert each.detail["time"] == "2023-11-14T22:13:20Z"


def test_a_change_of_anything_else_is_an_error() -> None:
    profile = {"pk": {"S": "ORG#acme"}, "sk": {"S": "APP"}}
    with pytest.raises(KeyError):
        from_change(changed(None, profile)["dynamodb"])


@dataclass
class Bus:
    """A simulated EventBridge; refuses details with one of these words."""

    refused: set[str] = field(default_factory=set)
    taken: list[Item] = field(default_factory=list)
    calls: int = 0

    def put_events(self, **request: list[Item]) -> Item:
        entries = request["Entries"]
        self.calls += 1
        assert 1 <= len(entries) <= 10
        if "everything" in self.refused:
            raise EndpointConnectionError(endpoint_url="https://events.example.com")
        results = []
        for entry in entries:
            assert (entry["EventBusName"], entry["Source"]) == ("bus", SOURCE)
            refused = any(word in entry["Detail"] for word in self.refused)
            results.append({"ErrorCode": "ThrottlingException"} if refused else {"EventId": "e"})
            self.taken += [] if refused else [json.loads(entry["Detail"])]
        return {"Entries": results}


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Bus:
    bus = Bus()
    monkeypatch.setattr(aws, "events", lambda: bus)
    monkeypatch.setenv("EVENT_BUS_NAME", "bus")
    return bus


STORES = [f"store{number:02}" for number in range(25)]


def installs(stores: Iterable[str]) -> list[Item]:
    return [changed(None, record(INSTALLED, store=store), STORES.index(store)) for store in stores]


def restart_at(records: list[Mapping[str, Any]] | list[Item]) -> list[str]:
    answer = store_events.handler({"Records": records}, Countdown(29))
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def test_every_change_is_published_with_at_most_ten_events_a_call(bus: Bus) -> None:
    many = replace(INSTALLED, users={str(id_): User(str(id_), None, 1) for id_ in range(1, 25)})
    assert restart_at([*installs(STORES), changed(record(INSTALLED), record(many), 25)]) == []
    assert [each["store_hash"] for each in bus.taken] == STORES + ["abc"] * 23
    assert bus.calls == len(STORES) + 3


@pytest.mark.parametrize(
    ("refused", "again"),
    [({"store13", "store17"}, "13"), ({"store00"}, "0"), ({"everything"}, "0")],
)
def test_the_stream_restarts_at_the_refused_change(bus: Bus, refused: set[str], again: str) -> None:
    bus.refused = refused
    assert restart_at(installs(STORES)) == [again]
    bus.refused = set()
    assert restart_at(installs(STORES[int(again) :])) == []
    # Some were published twice: their IDs are the same.
    assert sorted({each["id"]: each["store_hash"] for each in bus.taken}.values()) == STORES


def test_changes_before_one_that_cannot_be_read_are_published(bus: Bus) -> None:
    broken = changed(None, installation_item.key("acme", "a") | {"status": {"S": "?"}}, 4)
    assert restart_at([*installs(STORES[:3]), broken, *installs(STORES[5:])]) == ["4"]
    assert [each["store_hash"] for each in bus.taken] == STORES[:3]


def test_a_purge_is_later_than_the_event_before_it() -> None:
    changes = changed(None, record(INSTALLED)), changed(record(INSTALLED), None)
    created, removed = (
        event.detail for change in changes for event in from_change(change["dynamodb"])
    )
    assert removed["revision"] == created["revision"] + 1


def test_event_ids_depend_on_the_change_and_not_on_its_content() -> None:
    """The revision of a record that expired or was purged starts from the beginning."""
    three = replace(INSTALLED, users={id_: User(id_, None, 1) for id_ in ("1", "2", "3")})
    changes = [changed(record(INSTALLED), record(three), number) for number in (1, 2)]
    ids = [each.detail["id"] for change in changes for each in from_change(change["dynamodb"])]
    assert len(set(ids)) == 4
