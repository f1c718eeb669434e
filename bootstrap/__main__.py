"""The program that an administrator deploys once in each AWS account."""

import sys
from pathlib import Path

# Pulumi runs this file in its own folder. The shared modules are one folder up.
sys.path.append(str(Path(__file__).resolve().parent.parent))

import pulumi

from bootstrap.environment_roles import EnvironmentRoles, github_oidc_provider
from bootstrap.next_steps import next_steps
from bootstrap.settings import main_project, read_settings
from bootstrap.state_store import StateStore

settings = read_settings()
provider_arn = settings.oidc_provider_arn or github_oidc_provider()
state = (
    StateStore(settings.state_bucket, main_project(), [each.name for each in settings.environments])
    if settings.state_bucket
    else None
)
environments = {
    environment.name: EnvironmentRoles(
        main_project(),
        environment,
        repository=settings.repository,
        provider_arn=provider_arn,
        state=state,
    )
    for environment in settings.environments
}

pulumi.export("deployRoleArns", {name: each.deploy_arn for name, each in environments.items()})
pulumi.export("previewRoleArns", {name: each.preview_arn for name, each in environments.items()})
pulumi.export("permissionsBoundaryArns", {n: each.boundary_arn for n, each in environments.items()})
pulumi.export("backendUrl", state.backend_url if state else None)
pulumi.export("secretsProviders", state.secrets_providers if state else None)
pulumi.export("nextSteps", next_steps(settings, environments, state))
