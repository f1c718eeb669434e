"""Access tokens, encrypted and decrypted as the operator: each call is logged by CloudTrail."""

from lambdas.records.access_tokens import encryption_context

from .stack import Stack


def decrypted(stack: Stack, organization_id: str, store_hash: str, ciphertext: bytes) -> str:
    """A store's access token.

    Raises:
        ClientError, BotoCoreError: KMS refused: also a ciphertext of another store.
    """
    answer = stack.kms.decrypt(
        CiphertextBlob=ciphertext,
        EncryptionContext=encryption_context(organization_id, store_hash),
        KeyId=stack.key_arn,
    )
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
