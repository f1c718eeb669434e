"""The records in the deployed table, compared with the model, and the connections at Rutter."""

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from botocore.exceptions import ClientError

from local.backend import LocalBackend
from tests.local.waiting import until
from tests.reliability.lives import Life
from tests.reliability.model import Stored, StoreModel

Item = Mapping[str, Any]

_MARKER = {"pk", "sk", "organization_id", "store_hash", "status", "revision", "client_id"}
_MARKER |= {"uninstalled_at", "arrived_at", "expires_at"}
# Until the store is reconciled with Rutter.
_DUE = {"connection_app", "connection_due"}


class Records:
    """The stores' records in the table of a deployed back end, by partition and sort key."""

    def __init__(self, backend: LocalBackend) -> None:
        self._aws = backend.emulator.aws
        self._table = backend.outputs["installationsTable"]

    def keys(self) -> set[tuple[str, str]]:
        """Those of every record there is."""
        pages = self._aws.dynamodb.get_paginator("scan").paginate(
            TableName=self._table, ConsistentRead=True
        )
        items = (item for page in pages for item in page["Items"] if "store_hash" in item)
        return {(item["pk"]["S"], item["sk"]["S"]) for item in items}

    def item(self, life: Life) -> Item | None:
        pk, sk = key(life)
        answer: dict[str, Item] = self._aws.dynamodb.get_item(
            TableName=self._table, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
        )
        return answer.get("Item")

    def stored(self, life: Life) -> Stored:
        item = self.item(life)
        if item is None:
            return Stored()
        if item["status"]["S"] == "uninstalled":
            return Stored(oddities=frozenset(_MARKER ^ (item.keys() - _DUE)))
        return Stored(
            installed_at=int(item["installed_at"]["N"]),
            token=self._decrypted(item),
            users=frozenset(map(int, item["users"]["M"])),
        )

    def _decrypted(self, item: Item) -> str:
        """The access token, or what KMS says where it cannot be decrypted as this store's."""
        context = {name: item[name]["S"] for name in ("organization_id", "store_hash")}
        try:
            answer = self._aws.kms.decrypt(
                CiphertextBlob=item["access_token"]["B"], EncryptionContext=context
            )
        except ClientError as error:
            return str(error)
        return str(answer["Plaintext"], "utf-8")


def key(life: Life) -> tuple[str, str]:
    """The partition and sort key that the store's record must have."""
    return f"ORG#{life.app.organization_id}#STORE#{life.store.hash}", "STORE"


def difference(name: str, stored: Stored, models: Sequence[StoreModel]) -> str | None:
    """Return what is wrong with a store's record; None if it matches one of the models."""
    expected = [model.stored for model in models]
    if stored in expected:
        return None
    tokens = {each.token for each in expected}
    if stored.token in tokens or None in tokens:
        return f"{name} is {stored}, and should be one of {expected}"
    return f"{name} should be installed, with its latest access token"


def audit(records: Records, lives: Sequence[Life], before: Set[object]) -> Iterator[str]:
    """Yield what is wrong with the table, apart from records that were there `before`."""
    for life in lives:
        if life.possible and (found := difference(life.name, records.stored(life), life.possible)):
            yield found
    for pk, sk in sorted(records.keys() - before - set(map(key, lives))):
        yield f"the record {pk} {sk} is there without a reason"


# Connections: none is lost, and none is doubled.

# A store that Rutter failed several times in a row waits for its next try.
WAIT_SECONDS = 180


def audit_connections(
    backend: LocalBackend, records: Records, lives: Sequence[Life]
) -> Iterator[str]:
    """Yield what is wrong with the connections, after installed stores had time to connect."""
    connected = [life for life in lives if life.app is backend.apps[0]]

    def missing() -> list[Life]:
        return [life for life in connected if _is_missing(backend, records, life)]

    until(lambda: not missing(), WAIT_SECONDS)
    for life in missing():
        state = backend.connection(life.app, life.store)
        yield f"{life.name} should be connected with its latest access token; it is {state}"
    for life in connected:
        if (count := len(backend.rutter.of(life.store.hash))) > 1:
            yield f"{life.name} has {count} connections"


def _is_missing(backend: LocalBackend, records: Records, life: Life) -> bool:
    """Return whether the store's token works, but Rutter or the table does not have it."""
    token = records.stored(life).token
    if token is None or not backend.bigcommerce.is_access_token(life.store.hash, token):
        return False
    tokens = [each.store_token for each in backend.rutter.of(life.store.hash)]
    return token not in tokens or backend.connection(life.app, life.store) != "active"
