"""The stores' records: written as one item, and only over what was read."""

import json
import random
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from boto3.dynamodb.types import TypeSerializer

from lambdas.records import installation_table
from lambdas.records.installation import Record, Uninstall, Uninstalled, User
from lambdas.records.installation_item import key
from lambdas.shared import environment
from lambdas.shared.errors import ServiceUnavailableError
from tests.documents import code_spans, table
from tests.lambdas import installations
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import Backend
from tests.lambdas.backend import client as aws_client

INSTALLATION = replace(
    installations.INSTALLATION,
    access_token=b"\x00\x01ciphertext\xff",
    code_hash="0" * 64,
    removed_users={"2": 1_700_000_100},
)
UNINSTALLED = Uninstalled("theclientid", Uninstall(1_700_000_200, 1_700_000_201), 1_702_592_200)

pytestmark = pytest.mark.usefixtures("backend")

update = partial(installation_table.update, "organization", "abc123def4")


def always(record: Record) -> Callable[[Record], Record]:
    return lambda _: record


def read() -> Record:
    return update(lambda record: record)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(replace(INSTALLATION, account_uuid=None, code_hash=None), id="imported"),
        pytest.param(
            replace(INSTALLATION, previous_uninstall=Uninstall(1_699_999_000, 1_699_999_001)),
            id="reinstalled",
        ),
        pytest.param(
            replace(INSTALLATION, scopes=(), users={}, removed_users={}), id="with empty lists"
        ),
        pytest.param(
            replace(INSTALLATION, users={"1": User("1", None, 1_700_000_000)}), id="without address"
        ),
        pytest.param(UNINSTALLED, id="uninstalled"),
    ],
)
def test_a_record_is_read_as_it_was_written(record: Record) -> None:
    assert update(always(record)) == record
    assert read() == record


def test_an_item_without_a_status_counts_as_absent_and_is_replaced() -> None:
    """Only the function that writes connections could make one, and only if it is taken over."""
    dynamodb = aws_client("dynamodb")
    item = key("organization", "abc123def4") | {"connection_state": {"S": "active"}}
    dynamodb.put_item(TableName=environment.table_name(), Item=item)
    assert read() is None
    assert update(always(INSTALLATION)) == read() == INSTALLATION


def test_reads_are_consistent(aws: AwsCalls) -> None:
    """Source: the DynamoDB developer guide; moto reads consistently whatever it is asked for."""
    read()

    assert [json.loads(body)["ConsistentRead"] for body in aws.bodies] == [True]


@pytest.mark.parametrize(
    ("record", "when"),
    [
        (replace(INSTALLATION, previous_uninstall=UNINSTALLED.uninstall), "installed"),
        (UNINSTALLED, "uninstalled"),
    ],
    ids=["installed", "uninstalled"],
)
def test_an_item_has_the_documented_attributes(record: Record, when: str, backend: Backend) -> None:
    update(always(record))

    (item,) = backend.stored()
    rows = table("docs/data.md", "Attribute", "Type", "When", "Meaning")
    documented = {
        code_spans(name)[0]: type_
        for name, type_, condition, _ in rows
        if condition.partition(",")[0] in {"always", when}
    }
    assert {name: next(iter(TypeSerializer().serialize(item[name]))) for name in item} == documented


def test_a_record_that_stays_the_same_is_not_written(backend: Backend, aws: AwsCalls) -> None:
    update(always(INSTALLATION))
    update(always(replace(INSTALLATION)))

    assert aws.operations == ["GetItem", "PutItem", "GetItem"]
    assert [item["revision"] for item in backend.stored()] == [1]


@pytest.mark.parametrize("before", [None, INSTALLATION], ids=["first write", "later write"])
def test_after_a_conflict_a_rule_is_applied_to_the_record_of_the_other_writer(
    before: Record,
) -> None:
    if before:
        update(always(before))
    seen: list[Record] = []

    def rule(record: Record) -> Record:
        seen.append(record)
        if len(seen) == 1:
            update(always(UNINSTALLED))
        return replace(INSTALLATION, owner_id="2")

    assert update(rule) == replace(INSTALLATION, owner_id="2")
    assert seen == [before, UNINSTALLED]
    assert read() == replace(INSTALLATION, owner_id="2")


def test_an_update_that_conflicts_at_every_attempt_pauses_longer_and_gives_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(installation_table, "PAUSE_SECONDS", 1)
    monkeypatch.setattr(random, "uniform", lambda least, most: least + most / 4)
    monkeypatch.setattr(time, "sleep", pauses.append)
    attempts: list[Record] = []

    def rule(record: Record) -> Record:
        attempts.append(record)
        update(always(replace(INSTALLATION, owner_id=str(len(attempts)))))
        return UNINSTALLED

    with pytest.raises(ServiceUnavailableError):
        update(rule)
    assert len(attempts) == installation_table.ATTEMPTS == 6
    assert pauses == [0.25, 0.5, 1, 2, 4]
    assert read() == replace(INSTALLATION, owner_id="6")


def test_a_record_does_not_show_its_token_or_its_users_addresses_when_printed() -> None:
    assert "ciphertext" not in repr(INSTALLATION)
    assert "@" not in repr(INSTALLATION)
