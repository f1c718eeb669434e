"""The policy of a person who deploys without CI's roles and without a permissions boundary."""

import json
from dataclasses import replace

from bootstrap.policy import PolicyScope, Statement, arn
from bootstrap.program_statements import PROGRAM_STATEMENTS
from components.key_policy import CHANGE_KEY, READ_KEY

# The key's own policy grants these to CI's roles, by name. `ForAllValues` also allows keys without
# an alias: a new key has none yet, and the key of a destroyed stack no longer has one (AWS KMS
# developer guide, "Use aliases to control access to KMS keys").
OWN_KEYS = Statement(
    "OwnKeys",
    resources=(arn("kms", "key/*"),),
    reads=READ_KEY,
    writes=CHANGE_KEY,
    condition={"ForAllValues:StringLike": {"kms:ResourceAliases": "alias/{scope.prefix}*"}},
)


def deploy_by_hand_policy(scope: PolicyScope) -> str:
    """Return the policy, in JSON. Its statements have names, because people read it."""
    statements = [
        {"Sid": each.name, **each.document(scope, each.reads + each.writes)}
        for each in (OWN_KEYS, *map(_without_boundary, PROGRAM_STATEMENTS))
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)


def _without_boundary(statement: Statement) -> Statement:
    condition = {
        operator: keys
        for operator, keys in statement.condition.items()
        if "iam:PermissionsBoundary" not in keys
    }
    return replace(statement, condition=condition)
