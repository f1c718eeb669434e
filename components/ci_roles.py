"""Names of CI's roles for a stack, and of what else `bootstrap/` creates for it.

The policy of the stack's key names the roles. A deploy role may write resources whose names start
with `{project}-{stack}-`. No name here starts so, so a deploy role cannot change these roles.
"""


def deploy_role_name(project: str, stack: str) -> str:
    """The name of the role that deploys a stack."""
    return f"deploy-{project}-{stack}"


def preview_role_name(project: str, stack: str) -> str:
    """The name of the role that previews a stack and detects its drift."""
    return f"preview-{project}-{stack}"


def boundary_name(project: str, stack: str) -> str:
    """The name of the permissions boundary of a stack's roles."""
    return f"boundary-{project}-{stack}"


def state_key_alias(project: str, stack: str) -> str:
    """The alias of the KMS key that encrypts the secrets in a stack's state."""
    return f"alias/state-{project}-{stack}"
