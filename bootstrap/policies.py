"""The policies of an environment: deploy role, preview role and permissions boundary."""

from bootstrap.boundary_statements import BOUNDARY_STATEMENTS
from bootstrap.policy import PolicyScope, policy_document
from bootstrap.preview_statements import PREVIEW_STATEMENTS
from bootstrap.program_statements import PROGRAM_STATEMENTS
from bootstrap.state_statements import STATE_STATEMENTS

DEPLOY_STATEMENTS = (*PROGRAM_STATEMENTS, *STATE_STATEMENTS)


def deploy_policy(scope: PolicyScope) -> str:
    """Return the deploy role's policy, in JSON."""
    return policy_document(scope, [(each, each.reads + each.writes) for each in DEPLOY_STATEMENTS])


def preview_policy(scope: PolicyScope) -> str:
    """Return the preview role's policy, in JSON. It changes nothing."""
    statements = (*DEPLOY_STATEMENTS, *PREVIEW_STATEMENTS)
    return policy_document(scope, [(each, each.reads) for each in statements])


def boundary_policy(scope: PolicyScope) -> str:
    """Return the permissions boundary of the stack's roles, in JSON."""
    return policy_document(
        scope, [(each, each.reads + each.writes) for each in BOUNDARY_STATEMENTS]
    )
