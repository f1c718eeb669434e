"""What CI's roles for a stack are called; `bootstrap/` makes them, and the key's policy knows them.

Their names do not begin with `{project}-{stack}-`, as those of the stack's own resources do: so a
deploy role, which may write what begins so, can write none of these.
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
