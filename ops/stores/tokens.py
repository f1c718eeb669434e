"""Encrypt and decrypt access tokens as the operator. CloudTrail logs each call."""

from botocore.exceptions import ClientError

from lambdas.records.access_tokens import encryption_context
from ops.errors import CommandError
from ops.stores.stack import Stack

# KMS's errors for a ciphertext that no caller can decrypt.
_UNREADABLE = {"InvalidCiphertextException", "IncorrectKeyException"}


class UnreadableTokenError(CommandError):
    """A store's record has no access token that the stack's key decrypts for it."""


def decrypted(stack: Stack, organization_id: str, store_hash: str, ciphertext: bytes) -> str:
    """Return a store's access token, or raise UnreadableTokenError."""
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
            f"Could not decrypt the access token of store {store_hash}: it is damaged, or was "
            f"encrypted for another store or key. Reinstall {organization_id} on the store."
        ) from None
    return answer["Plaintext"].decode()


def encrypted(stack: Stack, organization_id: str, store_hash: str, access_token: str) -> bytes:
    """Return the ciphertext for a store's record."""
    answer = stack.kms.encrypt(
        KeyId=stack.key_arn,
        Plaintext=access_token.encode(),
        EncryptionContext=encryption_context(organization_id, store_hash),
    )
    return answer["CiphertextBlob"]
