"""What CI's roles for a stack are called, and what else `bootstrap/` makes for it.

The policy of the stack's key knows the roles. No name begins with `{project}-{stack}-`, as those of
the stack's own resources do: so a deploy role, which may write what begins so, can write none.
"""


def deploy_role_name(project: str, stack: str) -> str:
    """The name of the role that deploys a stack."""
    return f"deploy-{project}-{stack}"


def preview_role_name(project: str, stack: str) -> str:
    """The name of the role that previews a stack, and looks for drift."""
    return f"preview-{project}-{stack}"


def boundary_name(project: str, stack: str) -> str:
    """The name of the policy that is the permissions boundary of a stack's roles."""
    return f"boundary-{project}-{stack}"


def state_key_alias(project: str, stack: str) -> str:
    """The alias of the KMS key of the secrets in a stack's state."""
    return f"alias/state-{project}-{stack}"
