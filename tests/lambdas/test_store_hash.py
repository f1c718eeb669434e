"""The store hash in `stores/{store_hash}`."""

import pytest

from lambdas.callbacks.store_hash import from_context


@pytest.mark.parametrize("store_hash", ["a", "abc123def4", "ABC", "0", "a" * 64])
def test_a_store_hash_is_letters_and_digits(store_hash: str) -> None:
    assert from_context(f"stores/{store_hash}") == store_hash


@pytest.mark.parametrize(
    "context",
    [
        "",
        "stores",
        "stores/",
        "/stores/abc",
        "abc",
        "stores/" + "a" * 65,
        "stores/abc/",
        "stores/abc\n",
        "stores/a-b",
        "stores/a#b",
        "stores/a b",
        "stores/é",
        "stores/\u0661",
        "STORES/abc",
        "accounts/abc",
        "stores//abc",
    ],
    ids=ascii,
)
def test_anything_else_is_none(context: str) -> None:
    assert from_context(context) is None
