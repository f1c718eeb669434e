"""The bootstrap stack's configuration: every key and its rule."""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from components.settings.checks import validated
from components.settings.files import project_name
from components.settings.model import EMPTY_IS_NONE, DomainName, HostedZoneId, Setting
from components.settings.problems import ConfigurationError, Problem, to_set
from components.settings.stack import PROJECT_AND_STACK, checked_configuration
from portal.value_types import StackName, form

ROOT = Path(__file__).resolve().parent.parent
# That of Pulumi.sample.yaml.
SAMPLE_REPOSITORY = "OWNER/NAME"


def _is_no_sample(repository: str) -> str:
    """The roles of a stack would be for whoever has a repository of that name."""
    if repository == SAMPLE_REPOSITORY:
        raise PydanticCustomError("sample", "is the sample's: put your own in its place")
    return repository


Repository = Annotated[
    str,
    form(
        r"[\w-]+/[\w.-]+|[\w-]+@\d+/[\w.-]+@\d+",
        "OWNER/NAME, as in the repository's URL, or with GitHub's ids: OWNER@ID/NAME@ID",
    ),
    AfterValidator(_is_no_sample),
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


class Environment(Setting):
    """One environment of the account.

    Attributes:
        name: of the stack, and of the GitHub environment whose jobs deploy it.
        preview_pull_requests: whether pull requests may preview it. A preview decrypts the stack's
            secrets, so this is for environments whose secrets every writer of the repository may
            know.
        reviewers: GitHub users and teams; one of them approves each deployment. Source of the
            bound: GitHub's limit for an environment.
        domain_name: its custom domain; None without one.
        hosted_zone_id: the Route 53 zone of the domain's record; None if DNS is elsewhere.
    """

    name: StackName
    preview_pull_requests: bool = False
    reviewers: Annotated[tuple[Reviewer, ...], Field(max_length=6)] = ()
    domain_name: DomainName | None = None
    hosted_zone_id: HostedZoneId | None = None


class Settings(Setting):
    """The whole configuration; Pulumi.yaml describes each key.

    Attributes:
        repository: as its tokens' subject names it, which decides who gets the roles. With ids,
            where GitHub puts them there: "Immutable subject claims" in its OpenID Connect
            reference. Nobody who takes over a name later has them.
    """

    repository: Repository
    environments: Annotated[tuple[Environment, ...], Field(min_length=1)]
    oidc_provider_arn: Annotated[OidcProviderArn | None, EMPTY_IS_NONE] = None
    state_bucket: Annotated[BucketName | None, EMPTY_IS_NONE] = None

    @property
    def repository_name(self) -> str:
        """The repository as GitHub's API and commands name it, without ids."""
        return re.sub(r"@\d+", "", self.repository)


def read_settings() -> Settings:
    """Read the settings of the stack. Raises `ConfigurationError` with every problem."""
    return checked_configuration(_checked)


def _checked(values: Mapping[str, Any], encrypted: Collection[str]) -> Settings:
    settings, problems = validated(Settings, values, encrypted)
    if settings is not None:
        problems += _name_problems(settings) + _nameless_domains(settings)
    if settings is None or problems:
        raise ConfigurationError(problems)
    return settings


def main_project() -> str:
    """The name of the project whose stacks the roles deploy."""
    return project_name(ROOT)


def _name_problems(settings: Settings) -> list[Problem]:
    """Names that are one for AWS, or too long for a stack, or within reach of another's role."""
    names = [each.name for each in settings.environments]
    longest = PROJECT_AND_STACK - len(main_project())
    problems = []
    for index, name in enumerate(names):
        key, what = f"environments[{index}].name", _wrong_with_name(name, names[:index], names)
        if len(name) > longest:
            what = f"the stack's name has at most {longest} characters, since those of AWS begin so"
        if what is not None:
            problems.append(Problem(key, f"is {name!r}: {what}"))
    return problems


def _wrong_with_name(name: str, earlier: Sequence[str], names: Sequence[str]) -> str | None:
    """Return why an environment's name conflicts with the others; None if it does not."""
    # Source: IAM's CreateRole, "Names are not distinguished by case".
    if name.lower() in (each.lower() for each in earlier):
        return "another environment has that name, and capitals make no other one for IAM"
    reaching = next((each for each in names if name.startswith(f"{each}-")), None)
    if reaching is None:
        return None
    return (
        "what belongs to it would be within reach of the deploy role of "
        f"{reaching!r}, so the two need different accounts or names"
    )


def _nameless_domains(settings: Settings) -> list[Problem]:
    """Zones for a domain whose name the roles would not know."""
    keys = [
        f"environments[{index}].domainName"
        for index, each in enumerate(settings.environments)
        if each.hosted_zone_id and not each.domain_name
    ]
    what = "is missing: the environment has the hostedZoneId of a domain, and needs its name"
    return [Problem(key, what, to_set(key)) for key in keys]
