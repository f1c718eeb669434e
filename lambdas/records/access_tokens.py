"""Access tokens, encrypted with KMS directly: they are short, and seldom read.

The encryption context binds the ciphertext to its store: decrypting needs the same context.
"""

from ..shared import aws, environment


def encryption_context(organization_id: str, store_hash: str) -> dict[str, str]:
    """Return the KMS encryption context of a store's access token."""
    return {"organization_id": organization_id, "store_hash": store_hash}


def encrypt(access_token: str, **context: str) -> bytes:
    """Return the access token's KMS ciphertext, bound to this encryption context."""
    answer = aws.kms().encrypt(
        KeyId=environment.access_token_key_arn(),
        Plaintext=access_token.encode(),
        EncryptionContext=context,
    )
    return answer["CiphertextBlob"]


def decrypt(ciphertext: bytes, **context: str) -> str:
    """Return the access token in a KMS ciphertext that is bound to this encryption context."""
    answer = aws.kms().decrypt(
        KeyId=environment.access_token_key_arn(),
        CiphertextBlob=ciphertext,
        EncryptionContext=context,
    )
    return answer["Plaintext"].decode()
