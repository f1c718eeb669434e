"""Access tokens, encrypted and decrypted as the operator: each call is logged by CloudTrail."""

from botocore.exceptions import ClientError

from lambdas.records.access_tokens import encryption_context
from ops.errors import CommandError
from ops.stores.stack import Stack

# How KMS refuses a ciphertext itself, whoever asks.
_UNREADABLE = {"InvalidCiphertextException", "IncorrectKeyException"}


class UnreadableTokenError(CommandError):
    """What a store's record holds is no access token of the store under the stack's key."""


def decrypted(stack: Stack, organization_id: str, store_hash: str, ciphertext: bytes) -> str:
    """A store's access token.

    Raises:
        UnreadableTokenError: it cannot be decrypted: also a ciphertext of another store.
        ClientError, BotoCoreError: KMS refused.
    """
    try:
        answer = stack.kms.decrypt(
            CiphertextBlob=ciphertext,
            EncryptionContext=encryption_context(organization_id, store_hash),
            KeyId=stack.key_arn,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in _UNREADABLE:
            raise
        raise UnreadableTokenError(
            f"The access token of store {store_hash} cannot be decrypted: it was not encrypted for "
            f"it, with the stack's key. It gets another when it installs {organization_id} again."
        ) from None
    return answer["Plaintext"].decode()


def encrypted(stack: Stack, organization_id: str, store_hash: str, access_token: str) -> bytes:
    """The ciphertext that a store's record holds.

    Raises:
        ClientError, BotoCoreError: KMS refused.
    """
    answer = stack.kms.encrypt(
        KeyId=stack.key_arn,
        Plaintext=access_token.encode(),
        EncryptionContext=encryption_context(organization_id, store_hash),
    )
    return answer["CiphertextBlob"]
