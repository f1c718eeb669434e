"""What to do once the bootstrap stack is deployed: the commands, with this account's values."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from bootstrap.environment_roles import EnvironmentRoles
from bootstrap.settings import Settings
from bootstrap.state_store import StateStore


def next_steps(
    settings: Settings, environments: Mapping[str, EnvironmentRoles], state: StateStore | None
) -> pulumi.Output[str]:
    """The commands that give the repository its variables and the stacks their boundary."""
    variables = {
        "AWS_ACCOUNT_ID": aws.get_caller_identity_output().account_id,
        "AWS_REGION": aws.get_region_output().region,
        "PULUMI_BACKEND_URL": state.backend_url if state else "https://api.pulumi.com",
    }
    lines = [
        pulumi.Output.concat(
            f"gh variable set {name} --repo {settings.repository} --body '", value, "'"
        )
        for name, value in variables.items()
    ]
    if state:
        # Only here: the bootstrap stack itself is kept elsewhere.
        lines.append(pulumi.Output.concat("export PULUMI_BACKEND_URL='", state.backend_url, "'"))
    for name, environment in environments.items():
        if state:
            lines.append(
                pulumi.Output.concat(
                    f"pulumi stack init {name} --secrets-provider '",
                    state.secrets_providers[name],
                    "'",
                )
            )
        lines.append(
            pulumi.Output.concat(
                f"pulumi config set --stack {name} --path permissionsBoundaryArn ",
                environment.boundary_arn,
            )
        )
    return pulumi.Output.all(*lines).apply("\n".join)
