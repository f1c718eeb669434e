"""EnvironmentRoles: CI's roles for one environment, and its permissions boundary."""

import json

import pulumi
import pulumi_aws as aws

from bootstrap.policies import boundary_policy, deploy_policy, preview_policy
from bootstrap.policy import PolicyScope
from bootstrap.settings import Environment
from bootstrap.state_store import StateStore
from components.ci_roles import boundary_name, deploy_role_name, preview_role_name
from components.managed_policy import managed_policy

GITHUB = "token.actions.githubusercontent.com"
# The audience that GitHub's action for AWS credentials requests.
AUDIENCE = "sts.amazonaws.com"
_ONE_HOUR = 3600


def github_oidc_provider() -> pulumi.Output[str]:
    """Create GitHub's OIDC provider in the account, and return its ARN."""
    provider = aws.iam.OpenIdConnectProvider(
        "github",
        url=f"https://{GITHUB}",
        client_id_lists=[AUDIENCE],
        opts=pulumi.ResourceOptions(protect=True),
    )
    return provider.arn


class EnvironmentRoles(pulumi.ComponentResource):
    """An environment's deploy role, preview role and permissions boundary.

    Attributes:
        deploy_arn: the role that jobs of the GitHub environment assume.
        preview_arn: the role for previews and drift detection.
        boundary_arn: for the stack's setting `permissionsBoundaryArn`.
    """

    deploy_arn: pulumi.Output[str]
    preview_arn: pulumi.Output[str]
    boundary_arn: pulumi.Output[str]

    def __init__(
        self,
        project: str,
        environment: Environment,
        *,
        repository: str,
        provider_arn: pulumi.Input[str],
        state: StateStore | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bigcommerce:index:EnvironmentRoles", environment.name, None, opts)
        scope = _policy_scope(project, environment, state)
        self._child = pulumi.ResourceOptions(parent=self)
        self._provider_arn = provider_arn
        self.boundary_arn = managed_policy(
            f"{environment.name}-boundary",
            name=boundary_name(project, environment.name),
            description=f"The most that a role of {project} {environment.name} may do",
            document=scope.apply(boundary_policy),
            parent=self,
        )
        job = f"repo:{repository}:environment:{environment.name}"
        self.deploy_arn = self._role(
            deploy_role_name(project, environment.name), [job], scope.apply(deploy_policy)
        )
        previews = [f"{job}-preview"]
        if environment.preview_pull_requests:
            previews.append(f"repo:{repository}:pull_request")
        self.preview_arn = self._role(
            preview_role_name(project, environment.name), previews, scope.apply(preview_policy)
        )
        self.register_outputs({})

    def _role(
        self, name: str, subjects: list[str], policy: pulumi.Output[str]
    ) -> pulumi.Output[str]:
        role = aws.iam.Role(
            name,
            name=name,
            description="For jobs of " + " and ".join(subjects),
            assume_role_policy=pulumi.Output.from_input(self._provider_arn).apply(
                lambda provider_arn: trust_policy(provider_arn, subjects)
            ),
            max_session_duration=_ONE_HOUR,
            opts=self._child,
        )
        aws.iam.RolePolicy(name, name=name, role=role.name, policy=policy, opts=self._child)
        return role.arn


def trust_policy(provider_arn: str, subjects: list[str]) -> str:
    """Return the trust policy, in JSON, for jobs whose token has one of these subjects."""
    condition = {f"{GITHUB}:aud": AUDIENCE, f"{GITHUB}:sub": subjects}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": condition},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _policy_scope(
    project: str, environment: Environment, state: StateStore | None
) -> pulumi.Output[PolicyScope]:
    return pulumi.Output.all(
        partition=aws.get_partition_output().partition,
        region=aws.get_region_output().region,
        account=aws.get_caller_identity_output().account_id,
        bucket=state.bucket if state else "",
        secrets_key=state.key_arns[environment.name] if state else "",
    ).apply(
        lambda known: PolicyScope(
            **known,
            project=project,
            stack=environment.name,
            domain=environment.domain_name or "",
            zone=environment.hosted_zone_id or "",
        )
    )
