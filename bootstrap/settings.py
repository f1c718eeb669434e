"""The bootstrap stack's configuration: every key and its rule."""

import re
from itertools import permutations
from pathlib import Path
from typing import Annotated

import pulumi
import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    alias_generators,
)

from components.configuration import configured_values
from components.configuration_errors import ConfigurationError, Problem, remove_command
from components.settings import DomainName, HostedZoneId
from components.validation import validation_problems
from registration.portal.value_types import StackName, form

MAIN_PROJECT = Path(__file__).resolve().parent.parent / "Pulumi.yaml"


Repository = Annotated[
    str,
    form(
        r"[\w-]+/[\w.-]+|[\w-]+@\d+/[\w.-]+@\d+",
        "OWNER/NAME, as in the repository's URL, or with GitHub's ids: OWNER@ID/NAME@ID",
    ),
]
Reviewer = Annotated[
    str, form(r"[\w-]+(/[\w-]+)?", "a GitHub user, or a team as ORGANIZATION/TEAM")
]
OidcProviderArn = Annotated[
    str, form(r"arn:aws[a-z-]*:iam::\d{12}:oidc-provider/\S+", "the ARN of an OIDC provider of IAM")
]
BucketName = Annotated[
    str,
    form(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "3 to 63 lower-case letters, digits, . or -"),
]


class _Setting(BaseModel):
    model_config = ConfigDict(
        alias_generator=alias_generators.to_camel, extra="forbid", frozen=True
    )


def _or_none(given: object) -> object:
    return given or None


class Environment(_Setting):
    """One environment of the account.

    Attributes:
        name: of the stack, and of the GitHub environment whose jobs deploy it.
        preview_pull_requests: whether pull requests may preview it. A preview decrypts the stack's
            secrets, so this is for environments whose secrets every writer of the repository may
            know.
        reviewers: GitHub users and teams, one of whom approves each deployment. Source of the
            bound: GitHub's, for an environment.
        domain_name: its custom domain; None without one.
        hosted_zone_id: the Route 53 zone of the domain's record; None where DNS is elsewhere.
    """

    name: StackName
    preview_pull_requests: bool = False
    reviewers: Annotated[tuple[Reviewer, ...], Field(max_length=6)] = ()
    domain_name: DomainName | None = None
    hosted_zone_id: HostedZoneId | None = None


class Settings(_Setting):
    """The whole configuration; Pulumi.yaml describes each key.

    Attributes:
        repository: as its tokens' subject names it, which decides who gets the roles. With ids,
            where GitHub puts them there: "Immutable subject claims" in its OpenID Connect
            reference. Nobody who takes over a name later has them.
    """

    repository: Repository
    environments: Annotated[tuple[Environment, ...], Field(min_length=1)]
    oidc_provider_arn: Annotated[OidcProviderArn | None, BeforeValidator(_or_none)] = None
    state_bucket: Annotated[BucketName | None, BeforeValidator(_or_none)] = None

    @property
    def repository_name(self) -> str:
        """The repository as GitHub's API and commands name it, without ids."""
        return re.sub(r"@\d+", "", self.repository)


def read_settings() -> Settings:
    """Read the settings of the bootstrap stack that is being deployed.

    Raises:
        ConfigurationError: every problem found, each with its key and the command that fixes it.
    """
    values, problems = configured_values()
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems += validation_problems(error, values, Settings)
    else:
        problems += _overlapping(settings)
    if problems:
        raise ConfigurationError(pulumi.get_stack(), problems)
    return settings


def main_project() -> str:
    """The name of the project whose stacks the roles deploy."""
    return str(yaml.safe_load(MAIN_PROJECT.read_text(encoding="utf-8"))["name"])


def _overlapping(settings: Settings) -> list[Problem]:
    """Environments one of which could write the other's resources, since names tell them apart."""
    return [
        Problem(
            f"environments[{index}].name",
            f"is {other.name!r}: what belongs to it would be within reach of the deploy role of "
            f"{one.name!r}, so the two need different accounts or names",
            remove_command(f"environments[{index}]"),
        )
        for one, other in permutations(settings.environments, 2)
        for index in [settings.environments.index(other)]
        if f"{other.name}-".startswith(f"{one.name}-")
    ]
