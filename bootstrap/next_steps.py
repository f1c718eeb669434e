"""The commands that follow the deployment of the bootstrap stack, with this account's values."""

from collections.abc import Iterator, Mapping

import pulumi
import pulumi_aws as aws

from bootstrap.environment_roles import EnvironmentRoles
from bootstrap.settings import Environment, Settings
from bootstrap.state_store import StateStore


def next_steps(
    settings: Settings, environments: Mapping[str, EnvironmentRoles], state: StateStore | None
) -> pulumi.Output[str]:
    """Return the commands that configure the repository and the stacks."""
    names = [f"{name}{suffix}" for name in environments for suffix in ("", "-preview")]
    lines: list[pulumi.Input[str]] = [
        "# GitHub creates an environment without rules, so that any branch gets its roles. First",
        f"# protect these as in docs/ci-github.md: {', '.join(names)}",
        *_variables(settings, state),
    ]
    if state:
        # Only for this shell: the bootstrap stack itself has another backend.
        lines.append(pulumi.Output.concat("export PULUMI_BACKEND_URL='", state.backend_url, "'"))
    for name, environment in environments.items():
        # Otherwise `config set` would ask whether to create the stack.
        init = f"pulumi stack init {name}"
        if state:
            provider = state.secrets_providers[name]
            lines.append(pulumi.Output.concat(f"{init} --secrets-provider '", provider, "'"))
        else:
            lines.append(init)
        boundary = f"pulumi config set --stack {name} --path permissionsBoundaryArn "
        lines.append(pulumi.Output.concat(boundary, environment.boundary_arn))
    if not state:
        lines += _tokens(settings)
    lines += (
        "# When every account has run its commands and every stack is described:",
        f"# gh variable set DEPLOY --repo {settings.repository_name} --body true",
    )
    return pulumi.Output.all(*lines).apply("\n".join)


def _variables(settings: Settings, state: StateStore | None) -> Iterator[pulumi.Output[str]]:
    """Return the commands that set the variables of CI's jobs.

    Each GitHub environment has its own, because environments can be in different accounts.
    """
    values = {
        "AWS_ACCOUNT_ID": aws.get_caller_identity_output().account_id,
        "AWS_REGION": aws.get_region_output().region,
        "PULUMI_BACKEND_URL": state.backend_url if state else "https://api.pulumi.com",
    }
    for environment in settings.environments:
        for prefix, place in _places(environment):
            for name, value in values.items():
                command = f"gh variable set {prefix}{name} --repo {settings.repository_name}{place}"
                yield pulumi.Output.concat(f"{command} --body '", value, "'")


def _tokens(settings: Settings) -> Iterator[str]:
    """Return the commands that store tokens of Pulumi Cloud. Comments, because each prompts."""
    yield "# Run one by one. Each prompts for a Pulumi Cloud token that can access only that stack:"
    for environment in settings.environments:
        for prefix, place in _places(environment):
            command = f"gh secret set {prefix}PULUMI_ACCESS_TOKEN"
            yield f"# {command} --repo {settings.repository_name}{place}"


def _places(environment: Environment) -> Iterator[tuple[str, str]]:
    """Return the places of a stack's variables: the prefix of their names, and gh's option.

    Pull requests have no GitHub environment, so they use the repository's variables. The prefix
    keeps other jobs from using these.
    """
    yield "", f" --env {environment.name}"
    yield "", f" --env {environment.name}-preview"
    if environment.preview_pull_requests:
        yield "PULL_REQUEST_", ""
