"""What keeping a stack's state in the account's bucket takes, and its key of secrets."""

from bootstrap.policy import Statement

_BUCKET = "arn:{scope.partition}:s3:::{scope.bucket}"
# Pulumi's own layout below `.pulumi`: a stack's file, its history and backups, its locks.
_STACK = "{scope.project}/{scope.stack}"

FIND_STATE = Statement(
    "FindState",
    # The file says how all stacks of the bucket are laid out: none of them may write it. Pulumi
    # makes it when the first of them is made, by the administrator.
    resources=(_BUCKET, _BUCKET + "/.pulumi/meta.yaml"),
    reads=("s3:GetObject", "s3:ListBucket"),
    needs="bucket",
)
STATE = Statement(
    "State",
    resources=(
        _BUCKET + "/.pulumi/stacks/" + _STACK + ".*",
        _BUCKET + "/.pulumi/history/" + _STACK + "/*",
        _BUCKET + "/.pulumi/backups/" + _STACK + "/*",
        _BUCKET + "/.pulumi/locks/organization/" + _STACK + "/*",  # previews take none
    ),
    reads=("s3:GetObject",),
    writes=("s3:DeleteObject", "s3:PutObject"),
    needs="bucket",
)
# A preview decrypts the stack's secrets: without them the program cannot run.
STATE_SECRETS = Statement(
    "StateSecrets",
    resources=("{scope.secrets_key}",),
    reads=("kms:Decrypt",),
    writes=("kms:Encrypt",),
    needs="secrets_key",
)

STATE_STATEMENTS = (FIND_STATE, STATE, STATE_SECRETS)
