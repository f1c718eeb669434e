"""InstallationStore: the table, its key, and the policy of those who read access tokens."""

from components.installation_store import INDEXED
from lambdas.records import installation_item
from lambdas.records.installation import Installation, User
from tests.components.recorder import KEY_ARN, Recording


def test_table_is_on_demand_recoverable_and_encrypted_with_the_stacks_own_key(
    awaiting: Recording,
) -> None:
    assert (
        awaiting.one("Table").inputs.items()
        >= {
            "billingMode": "PAY_PER_REQUEST",
            "ttl": {"attributeName": "expires_at", "enabled": True},
            "pointInTimeRecovery": {"enabled": True},
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY_ARN},
            "deletionProtectionEnabled": True,
        }.items()
    )


def test_table_key_and_api_alone_are_protected(awaiting: Recording, customized: Recording) -> None:
    protected = {each.kind for each in awaiting.resources if each.protect}
    assert protected == {"Table", "Key", "Api"}
    assert not any(each.protect for each in customized.resources)
    assert customized.one("Table").inputs["deletionProtectionEnabled"] is False


def test_the_index_has_neither_token_nor_address() -> None:
    secret = "hidden"
    owner = User("1", secret, 0)
    installed = Installation("id", 0, 0, secret.encode(), ("scope",), "uuid", "1", {"1": owner})
    item = installation_item.item("acme", "abc", installed, 1)
    assert secret in repr(item)
    assert secret not in repr({name: item[name] for name in INDEXED if name in item})
