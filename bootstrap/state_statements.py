"""Permissions for a stack's state in the account's bucket, and for the key of its secrets."""

from bootstrap.policy import Statement

_BUCKET = "arn:{scope.partition}:s3:::{scope.bucket}"
# Pulumi's layout below `.pulumi`: a stack's file, history, backups and locks.
_STACK = "{scope.project}/{scope.stack}"

FIND_STATE = Statement(
    "FindState",
    # All stacks of the bucket share this file, so none may write it. Pulumi creates it with the
    # first stack, as the administrator.
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
        _BUCKET + "/.pulumi/locks/organization/" + _STACK + "/*",  # previews take no lock
    ),
    reads=("s3:GetObject",),
    writes=("s3:DeleteObject", "s3:PutObject"),
    needs="bucket",
)
# A preview runs the program, which needs the stack's secrets.
STATE_SECRETS = Statement(
    "StateSecrets",
    resources=("{scope.secrets_key}",),
    reads=("kms:Decrypt",),
    writes=("kms:Encrypt",),
    needs="secrets_key",
)

STATE_STATEMENTS = (FIND_STATE, STATE, STATE_SECRETS)
