"""What the table holds, and whether it is what the model says."""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from local.aws import Aws
from local.bigcommerce import App, Store
from local.soak.figures import Figures
from local.soak.model import Stored, StoreModel

_MARKER = {
    "pk",
    "sk",
    "organization_id",
    "store_hash",
    "status",
    "revision",
    "client_id",
    "uninstalled_at",
    "arrived_at",
    "expires_at",
}


class Audit:
    """Compares the table with the model; what was in it before is left out of account."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table
        self._known = {_key(item) for item in self._store_items()}

    def compare(
        self, stores: Mapping[str, tuple[App, Store, Sequence[StoreModel]]], figures: Figures
    ) -> None:
        """Note in `figures` whatever is lost, doubled or different.

        `stores` has by name what may be true of an app at a store: one of the models must hold.
        """
        items: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for item in self._store_items():
            items.setdefault(_store(item), []).append(item)
        for name, (app, store, models) in stores.items():
            found = items.pop((app.organization_id, store.hash), [])
            if len(found) > 1:
                figures.doubled.append(f"{name} has {len(found)} records")
            stored = read_record(self._aws, found[0]) if found else Stored()
            self._compare_store(name, stored, models, figures)
        figures.doubled += [
            f"a record of store {store_hash} of {organization_id} is there without a reason"
            for (organization_id, store_hash), found in items.items()
            if not self._known.issuperset(map(_key, found))
        ]

    def _compare_store(
        self, name: str, stored: Stored, models: Sequence[StoreModel], figures: Figures
    ) -> None:
        expected = [model.stored for model in models]
        if stored in expected:
            return
        tokens = {each.token for each in expected}
        if stored.token not in tokens and None not in tokens:
            figures.lost.append(f"{name} should be installed, with its latest access token")
        else:
            figures.different.append(f"{name} is {stored}, and should be {expected}")

    def _store_items(self) -> list[Mapping[str, Any]]:
        pages = self._aws.dynamodb.get_paginator("scan").paginate(
            TableName=self._table, ConsistentRead=True
        )
        return [item for page in pages for item in page["Items"] if "store_hash" in item]


def _key(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _store(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["organization_id"]["S"], item["store_hash"]["S"]


def read_record(aws: Aws, item: Mapping[str, Any]) -> Stored:
    """What a record of the table says, its access token decrypted."""
    if item["status"]["S"] == "uninstalled":
        return Stored(oddities=frozenset(_MARKER ^ item.keys()))
    return Stored(
        installed_at=int(item["installed_at"]["N"]),
        token=_decrypted(aws, item),
        users=frozenset(map(int, item["users"]["M"])),
    )


def _decrypted(aws: Aws, item: Mapping[str, Any]) -> str:
    """The access token, or what KMS says where it cannot be decrypted as this store's."""
    context = {name: item[name]["S"] for name in ("organization_id", "store_hash")}
    try:
        answer = aws.kms.decrypt(
            CiphertextBlob=item["access_token"]["B"], EncryptionContext=context
        )
    except ClientError as error:
        return str(error)
    return answer["Plaintext"].decode()
