"""The settings of the bootstrap stack."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pulumi
import yaml
from pydantic import AfterValidator, model_validator
from pydantic_core import PydanticCustomError

from components.settings.checks import validated
from components.settings.model import (
    EMPTY_IS_NONE,
    NOT_EMPTY,
    DomainName,
    HostedZoneId,
    Setting,
    setting,
)
from components.settings.problems import ConfigurationError, Problem
from components.settings.stack import PROJECT_AND_STACK, configured_values
from portal.value_types import StackName, form

ROOT = Path(__file__).resolve().parent.parent
# In Pulumi.sample.yaml.
SAMPLE_REPOSITORY = "OWNER/NAME"


def _is_no_sample(repository: str) -> str:
    """Refuse the sample's repository: its owner could assume the roles."""
    if repository == SAMPLE_REPOSITORY:
        raise PydanticCustomError("sample", "is the sample's: set your own repository")
    return repository


Repository = Annotated[
    str,
    NOT_EMPTY,
    form(
        r"[\w-]+/[\w.-]+|[\w-]+@\d+/[\w.-]+@\d+",
        "OWNER/NAME, as in the repository's URL, or OWNER@ID/NAME@ID with GitHub's IDs",
    ),
    AfterValidator(_is_no_sample),
]
OidcProviderArn = Annotated[
    str, form(r"arn:aws[a-z-]*:iam::\d{12}:oidc-provider/\S+", "the ARN of an IAM OIDC provider")
]
BucketName = Annotated[
    str,
    form(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "3 to 63 lowercase letters, digits, . or -"),
]


class Environment(Setting):
    """One environment of the account."""

    name: StackName = setting(..., "Name of the stack and of the GitHub environment.", "prod")
    preview_pull_requests: bool = setting(
        False,
        "Whether pull requests can preview it. Everyone with write access to the repository can "
        "then read the stack's secrets.",
        True,
    )
    domain_name: DomainName | None = setting(
        None, "Custom domain of the stack. Required with `hostedZoneId`.", "apps.example.com"
    )
    hosted_zone_id: HostedZoneId | None = setting(
        None, "Route 53 hosted zone of the custom domain.", "Z0123456789ABCDEFGHIJ"
    )

    @model_validator(mode="after")
    def _has_the_zones_domain(self) -> "Environment":
        if self.hosted_zone_id and not self.domain_name:
            raise PydanticCustomError("domain", "has hostedZoneId, so it needs domainName")
        return self


class Settings(Setting):
    """The settings of the bootstrap stack."""

    # The subject of GitHub's tokens. With IDs, a later owner of the name is not trusted.
    repository: Repository = setting(
        ...,
        "The GitHub repository that deploys: `OWNER/NAME`. If its tokens have IDs: "
        "`OWNER@ID/NAME@ID`.",
        "example/back-end",
    )
    environments: Annotated[tuple[Environment, ...], NOT_EMPTY] = setting(
        ..., "The environments of this AWS account.", [{"name": "dev"}]
    )
    oidc_provider_arn: Annotated[OidcProviderArn | None, EMPTY_IS_NONE] = setting(
        None,
        "GitHub's OIDC provider, if the account has one already. Without it, one is created.",
        "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
    )
    state_bucket: Annotated[BucketName | None, EMPTY_IS_NONE] = setting(
        None,
        "S3 bucket to create for the stacks' state. Without it, none is created.",
        "example-state",
    )

    @property
    def repository_name(self) -> str:
        """The repository without IDs, as GitHub's API names it."""
        return re.sub(r"@\d+", "", self.repository)


def read_settings() -> Settings:
    """Read the settings of the stack. Raises `ConfigurationError` with every problem."""
    settings, problems = validated(Settings, configured_values())
    if settings is not None:
        problems += _name_problems([each.name for each in settings.environments])
    if settings is None or problems:
        raise ConfigurationError(problems, pulumi.get_stack())
    return settings


def main_project() -> str:
    """Return the name of the project whose stacks the roles deploy."""
    return str(yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))["name"])


def _name_problems(names: list[str]) -> Iterator[Problem]:
    longest = PROJECT_AND_STACK - len(main_project())
    for index, name in enumerate(names):
        key = f"environments[{index}].name"
        reaching = next((each for each in names if name.startswith(f"{each}-")), None)
        if len(name) > longest:
            yield Problem(key, f"must have at most {longest} characters, for names of IAM roles")
        # Source: IAM's CreateRole, "Names are not distinguished by case".
        if name.lower() in (each.lower() for each in names[:index]):
            yield Problem(key, "is the name of another environment: IAM ignores case")
        elif reaching:
            other = f"environments[{names.index(reaching)}]"
            what = f"starts with the name of {other}, whose deploy role could change this stack"
            yield Problem(key, f"{what}: choose another name, or use another AWS account")
