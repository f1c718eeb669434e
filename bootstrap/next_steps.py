"""What to do once the bootstrap stack is deployed: the commands, with this account's values."""

from collections.abc import Iterator, Mapping

import pulumi
import pulumi_aws as aws

from bootstrap.environment_roles import EnvironmentRoles
from bootstrap.settings import Environment, Settings
from bootstrap.state_store import StateStore

# What .github/workflows deploys from.
_BRANCH = "main"


def next_steps(
    settings: Settings, environments: Mapping[str, EnvironmentRoles], state: StateStore | None
) -> pulumi.Output[str]:
    """The commands that keep the roles, and give the repository and the stacks what they need."""
    lines: list[pulumi.Input[str]] = [*_protections(settings)]
    lines += _variables(settings, state)
    if state:
        # For this shell alone: the bootstrap stack itself is kept elsewhere.
        lines.append(pulumi.Output.concat("export PULUMI_BACKEND_URL='", state.backend_url, "'"))
    for name, environment in environments.items():
        # Without it the next command asks whether to, and takes what is pasted for the answer.
        init = f"pulumi stack init {name}"
        if state:
            provider = state.secrets_providers[name]
            lines.append(pulumi.Output.concat(f"{init} --secrets-provider '", provider, "'"))
        else:
            lines.append(init)
        lines.append(
            pulumi.Output.concat(
                f"pulumi config set --stack {name} --path permissionsBoundaryArn ",
                environment.boundary_arn,
            )
        )
    if not state:
        lines += _tokens(settings)
    lines += (
        "# Once every account has had its commands, and the stacks are described:",
        f"# gh variable set DEPLOY --repo {settings.repository_name} --body true",
    )
    return pulumi.Output.all(*lines).apply("\n".join)


def _protections(settings: Settings) -> Iterator[str]:
    """The commands that let jobs of one branch alone, and after an approval, have the roles.

    GitHub makes an environment, with no rule, for the first job that names it. Its rule "protected
    branches" lets every branch through if the repository protects none: so the branch is named.
    """
    for environment in settings.environments:
        for name, reviewers in (
            (environment.name, _reviewers(environment)),
            (f"{environment.name}-preview", ""),  # previews every night, with nobody there
        ):
            path = f"repos/{settings.repository_name}/environments/{name}"
            yield (
                f"gh api --method PUT {path}"
                " -F 'deployment_branch_policy[protected_branches]=false'"
                " -F 'deployment_branch_policy[custom_branch_policies]=true'" + reviewers
            )
            yield f"gh api --method POST {path}/deployment-branch-policies -f name={_BRANCH}"


def _variables(settings: Settings, state: StateStore | None) -> Iterator[pulumi.Output[str]]:
    """The commands that tell jobs of which account, region and state their stack is.

    Those of an environment are its own, so that no other account's take their place. Previews of
    pull requests have none, since theirs are for one branch: they ask for the repository's, whose
    names are others.
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
    """The commands that ask for the tokens of Pulumi Cloud, as comments: each waits for its own.

    One of the repository's reaches every job of every branch. So it has another name, and no
    environment whose own is missing takes it.
    """
    yield "# With Pulumi Cloud, one by one: each asks for a token that reaches that stack alone:"
    for environment in settings.environments:
        for prefix, place in _places(environment):
            command = f"gh secret set {prefix}PULUMI_ACCESS_TOKEN"
            yield f"# {command} --repo {settings.repository_name}{place}"


def _places(environment: Environment) -> Iterator[tuple[str, str]]:
    """Where a stack's jobs find what they are told: how names begin there, and gh's option."""
    yield "", f" --env {environment.name}"
    yield "", f" --env {environment.name}-preview"
    if environment.preview_pull_requests:
        yield "PULL_REQUEST_", ""


def _reviewers(environment: Environment) -> str:
    """Who approves, by the ids that GitHub has for them."""
    fields = []
    for reviewer in environment.reviewers:
        organization, _, team = reviewer.partition("/")
        kind = "Team" if team else "User"
        found = f"orgs/{organization}/teams/{team}" if team else f"users/{reviewer}"
        fields.append(
            f" -F 'reviewers[][type]={kind}' -F \"reviewers[][id]=$(gh api {found} --jq .id)\""
        )
    # Not of one person alone, who would then approve nothing of their own, and deploy nothing.
    if len(fields) > 1 or any("/" in reviewer for reviewer in environment.reviewers):
        fields.append(" -F prevent_self_review=true")
    return "".join(fields)
