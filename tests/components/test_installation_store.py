"""InstallationStore: the table, its key, and the policy of those who read access tokens."""

from components.installation_store import INDEX_KEYS, INDEXED
from lambdas.records import installation_item
from lambdas.records.installation import Installation, User
from tests.components.recorder import KEY_ARN, Recording

KEY = "aws:kms/key:Key"
TABLE = "aws:dynamodb/table:Table"


def test_table_is_on_demand_recoverable_streamed_and_encrypted_with_the_stacks_own_key(
    awaiting: Recording,
) -> None:
    assert awaiting.one(TABLE).inputs == {
        "name": "bigcommerce-test-installations",
        "billingMode": "PAY_PER_REQUEST",
        "hashKey": "pk",
        "rangeKey": "sk",
        "attributes": [
            {"name": name, "type": "S"}
            for name in ("pk", "sk", *INDEX_KEYS, "connection_id", "connection_app")
        ]
        + [{"name": "connection_due", "type": "N"}],
        "globalSecondaryIndexes": [
            {
                "name": "by-organization",
                "keySchemas": [
                    {"attributeName": "organization_id", "keyType": "HASH"},
                    {"attributeName": "store_hash", "keyType": "RANGE"},
                ],
                "projectionType": "INCLUDE",
                "nonKeyAttributes": [
                    *("status", "client_id", "installed_at", "granted_at_ms", "scopes"),
                    *("user_count", "uninstalled_at", "verdict", "domain"),
                ],
            },
            {
                "name": "by-connection",
                "keySchemas": [{"attributeName": "connection_id", "keyType": "HASH"}],
                "projectionType": "KEYS_ONLY",
            },
            {
                "name": "by-due",
                "keySchemas": [
                    {"attributeName": "connection_app", "keyType": "HASH"},
                    {"attributeName": "connection_due", "keyType": "RANGE"},
                ],
                "projectionType": "KEYS_ONLY",
            },
        ],
        "ttl": {"attributeName": "expires_at", "enabled": True},
        "pointInTimeRecovery": {"enabled": True},
        "streamEnabled": True,
        "streamViewType": "NEW_AND_OLD_IMAGES",
        "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY_ARN},
        "deletionProtectionEnabled": True,
    }


def test_table_key_and_api_are_protected_by_setting_and_nothing_else_is(
    awaiting: Recording, customized: Recording
) -> None:
    protected = {each.type for each in awaiting.resources if each.protect}
    assert protected == {TABLE, KEY, "aws:apigatewayv2/api:Api"}
    assert not any(each.protect for each in customized.resources)
    assert customized.one(TABLE).inputs["deletionProtectionEnabled"] is False


def test_the_index_has_neither_token_nor_address() -> None:
    secret = "hidden"
    owner = User("1", secret, 0)
    installed = Installation("id", 0, 0, secret.encode(), ("scope",), "uuid", "1", {"1": owner})
    item = installation_item.item("acme", "abc", installed, 1)
    assert secret in repr(item)
    assert secret not in repr({name: item[name] for name in INDEXED if name in item})
