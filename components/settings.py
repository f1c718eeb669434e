"""The stack's configuration: every key and its rule.

The keys stand in Pulumi.yaml with their types and descriptions; configuration.py reads them.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationInfo,
    alias_generators,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from portal.oauth_scopes import OAUTH_SCOPES
from portal.value_types import (
    HOST,
    THIS_MACHINE,
    BaseUrl,
    ClientId,
    FrameAncestor,
    LoginUrl,
    OrganizationId,
    PartnerId,
    RutterClientId,
    RutterUrl,
    form,
)

from .configuration_errors import did_you_mean, nearest_names, placeholder

# What CloudWatch Logs takes.
LOG_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip


def _known_scope(scope: str) -> str:
    if scope in OAUTH_SCOPES:
        return scope
    hint = did_you_mean(nearest_names(scope, OAUTH_SCOPES))
    raise PydanticCustomError("scope", "is not a BigCommerce OAuth scope{hint}", {"hint": hint})


def _one_permission_a_row(scopes: tuple[str, ...]) -> tuple[str, ...]:
    """Source: the portal's Scopes tab, where one permission is chosen in each row."""
    rows: dict[tuple[str, str], str] = {}
    for scope in scopes:
        row = (OAUTH_SCOPES[scope].group, OAUTH_SCOPES[scope].name)
        if row in rows:
            what = (
                f"lists {scope} more than once"
                if rows[row] == scope
                else f"lists both {rows[row]} and {scope}; the portal's Scopes tab takes one "
                "permission a row"
            )
            raise PydanticCustomError("scopes", "{what}", {"what": what})
        rows[row] = scope
    return scopes


def _each_once(entries: tuple[str, ...]) -> tuple[str, ...]:
    """Of each entry a resource is named. The entry itself, which may hold a key, is not shown."""
    for index, entry in enumerate(entries):
        if (first := entries.index(entry)) < index:
            places = {"first": first, "index": index}
            raise PydanticCustomError("repeated", "has [{first}] once more as [{index}]", places)
    return entries


def _log_retention(days: int) -> int:
    if days not in LOG_RETENTION_DAYS:
        choices = ", ".join(map(str, LOG_RETENTION_DAYS))
        raise PydanticCustomError("log_retention", "must be one of {choices}", {"choices": choices})
    return days


def _without_spaces(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\S*", secret.get_secret_value()):
        raise PydanticCustomError("secret_with_spaces", "must be one word: no spaces or line ends")
    return secret


def _read_as_pulumi_does(given: Any) -> Any:
    """The texts that Pulumi takes for true and false, as those; another word stays one."""
    texts = {"true": True, "True": True, "false": False, "False": False}
    return texts.get(given, given) if isinstance(given, str) else given


# A value that was emptied is as one that is not there.
EMPTY_IS_NONE = BeforeValidator(lambda given: given or None)
# `pulumi config set` without `--path` stores text.
Switch = Annotated[bool, Field(strict=True), BeforeValidator(_read_as_pulumi_does)]
Scope = Annotated[str, AfterValidator(_known_scope)]
# Of this account, or of AWS's own.
PolicyArn = Annotated[
    str,
    form(
        r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[A-Za-z0-9_+=,.@/-]+",
        "the ARN of a managed policy of IAM",
    ),
]
CertificateArn = Annotated[
    str,
    form(
        r"arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[A-Za-z0-9_-]+",
        "the ARN of a certificate in AWS Certificate Manager",
    ),
]
DomainName = Annotated[
    str,
    StringConstraints(max_length=253),
    form(r"([a-z0-9-]{1,63}\.)+[a-z]{2,63}", "a domain in small letters: apps.example.com"),
]
Email = Annotated[str, form(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address")]
HttpsUrl = Annotated[str, form(r"https://\S+", "a URL that starts with https://")]
HostedZoneId = Annotated[str, form(r"Z[A-Z0-9]+", "the ID of a hosted zone, such as Z0123456789")]
_LINK_END = r"([/?][^\s<>\"'#\\]*)?"
AppUrl = Annotated[
    str,
    form(
        rf"(https://{HOST}|http://{THIS_MACHINE}){_LINK_END}",
        "an https:// link without user, password and fragment (#)",
    ),
]
SupportUrl = Annotated[
    str,
    form(
        rf"https://{HOST}([/?#][^\s<>\"'\\]*)?|mailto:[^\s<>\"']+",
        "an https:// link without user and password, or a mailto: one",
    ),
]

# HS256 wants a key as long as its hash: 32 bytes (RFC 7518, section 3.2).
HandoffKey = Annotated[SecretStr, Field(min_length=32)]
ClientSecret = Annotated[SecretStr, AfterValidator(_without_spaces)]


class Setting(BaseModel):
    """What every map of settings has in common."""

    model_config = ConfigDict(
        alias_generator=alias_generators.to_camel,
        extra="forbid",
        frozen=True,
        # `pulumi config set --path` stores what looks like a number as one.
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )

    @field_validator("*", mode="before")
    @classmethod
    def _is_no_placeholder(cls, given: Any, info: ValidationInfo) -> Any:
        if given == placeholder(str(cls.model_fields[str(info.field_name)].alias)):
            raise PydanticCustomError("placeholder", "is a placeholder: put your own value there")
        return given


class RutterSettings(Setting):
    """How an app's stores are connected to Rutter.

    Attributes:
        client_id: the client ID of the organization in Rutter's dashboard.
        on_uninstall: what becomes of a store's connection once the store has uninstalled the app:
            Rutter keeps it with its data, or it is deleted.
        webhooks: whether Rutter's webhooks are taken, at a URL for its dashboard.
    """

    client_id: RutterClientId
    on_uninstall: Literal["keep", "delete"] = "keep"
    webhooks: Switch = False


class AppSettings(Setting):
    """One BigCommerce app.

    Attributes:
        organization_id: the first segment of its callback URLs.
        name: its name, as merchants see it.
        partner_id: the Partner ID of the BigCommerce Technology Partner account.
        client_id: the Client ID the portal gave; None until the app is registered.
        registered_base_url: the base URL of the callback URLs that are entered in the portal; None
            while that is not recorded. What the deployment has instead, it warns of.
        scopes: the OAuth scopes it needs, by their parameter names.
        multiple_users: whether users other than a store's owner may use it.
        support_url: where its pages send people for help.
        app_url: the app itself, where auth and load end; None where the built-in pages are enough.
        rutter: how its stores are connected to Rutter; None where they are not.
    """

    organization_id: OrganizationId
    name: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
    partner_id: PartnerId | None = None
    client_id: ClientId | None = None
    registered_base_url: BaseUrl | None = None
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1), AfterValidator(_one_permission_a_row)]
    multiple_users: Switch = True
    support_url: SupportUrl | None = None
    app_url: AppUrl | None = None
    rutter: Annotated[RutterSettings | None, EMPTY_IS_NONE] = None


# Source: API Gateway's default quotas for an account and region, which no route can exceed.
Rate = Annotated[float, Field(gt=0, le=10_000)]
Burst = Annotated[int, Field(gt=0, le=5_000)]


class RouteThrottle(Setting):
    """How many requests a callback's route accepts: `rate` a second, and `burst` at once."""

    rate: Rate = 50
    burst: Burst = 100


class AuthThrottle(RouteThrottle):
    """The auth callback's: each of its requests may ask BigCommerce, and takes the longest."""

    rate: Rate = 10
    burst: Burst = 20


class Throttle(Setting):
    """What each route accepts, so that a flood of one leaves room for the others.

    An uninstall that is refused is lost: BigCommerce does not send it again.
    """

    auth: AuthThrottle = AuthThrottle()
    load: RouteThrottle = RouteThrottle()
    uninstall: RouteThrottle = RouteThrottle()
    remove_user: RouteThrottle = RouteThrottle()
    rutter_webhook: RouteThrottle = RouteThrottle()


ReservedExecutions = Annotated[int, Field(ge=1)] | None


class ReservedConcurrency(Setting):
    """Executions at once that are kept for a callback's function, and bound it; None keeps none.

    Of `auth` it bounds the exchanges of codes at once.
    """

    auth: ReservedExecutions = None
    load: ReservedExecutions = None
    uninstall: ReservedExecutions = None
    remove_user: ReservedExecutions = None


class Functions(Setting):
    """Settings of each Lambda function.

    Source of the bounds: the Lambda quotas.

    Attributes:
        memory_size: MiB.
        tracing: whether AWS X-Ray traces every request.
        reserved_concurrency: executions kept for each callback's function.
    """

    memory_size: Annotated[int, Field(ge=128, le=10_240)] = 512
    tracing: Switch = False
    reserved_concurrency: ReservedConcurrency = ReservedConcurrency()


class Domain(Setting):
    """A custom domain of the callback URLs.

    Attributes:
        name: such as `apps.example.com`.
        certificate_arn: its certificate in AWS Certificate Manager, in the stack's region; None for
            one that is requested, and validated by a record in the zone.
        hosted_zone_id: the Route 53 zone that gets its records; None where DNS is elsewhere.
        keep_default_endpoint: whether the API's own endpoint leads to it too, while the URLs in the
            developer portal move.
    """

    name: DomainName
    certificate_arn: CertificateArn | None = None
    hosted_zone_id: HostedZoneId | None = None
    keep_default_endpoint: Switch = False

    @model_validator(mode="after")
    def _has_a_certificate(self) -> "Domain":
        if not (self.certificate_arn or self.hosted_zone_id):
            what = "needs hostedZoneId, where a certificate is validated, or certificateArn"
            raise PydanticCustomError("domain", "{what}", {"what": what})
        return self

    @property
    def base_url(self) -> str:
        """The callback URLs up to `/{organization_id}/`, without that slash."""
        return f"https://{self.name}"

    @property
    def certificate_region(self) -> str | None:
        """The region of the certificate that is given, or None."""
        return self.certificate_arn.split(":")[3] if self.certificate_arn else None


class MonitoringSettings(Setting):
    """Whom the alarms tell.

    Attributes:
        emails: addresses that get each alarm, once they have confirmed that they want to.
        https_endpoints: URLs that get each alarm as an SNS message, such as a paging service's.
        silence_hours: an alarm is on after so many hours in which no store installed or opened an
            app; None for none. Source of the bound: CloudWatch evaluates seven days at most.
    """

    emails: Annotated[tuple[Email, ...], AfterValidator(_each_once)] = ()
    https_endpoints: Annotated[tuple[HttpsUrl, ...], AfterValidator(_each_once)] = ()
    silence_hours: Annotated[int, Field(ge=1, le=168)] | None = None

    @property
    def subscriptions(self) -> tuple[tuple[str, str], ...]:
        """Each subscription's protocol, as SNS calls it, and its endpoint."""
        return (
            *(("email", address) for address in self.emails),
            *(("https", url) for url in self.https_endpoints),
        )


class BigCommerce(Setting):
    """Where BigCommerce is.

    Attributes:
        login_url: the origin that exchanges codes and takes external installs.
        frame_ancestors: the origins that may show the pages in an iframe: the control panel is at
            `https://store-{store_hash}.mybigcommerce.com`.
    """

    login_url: LoginUrl = "https://login.bigcommerce.com"
    frame_ancestors: Annotated[tuple[FrameAncestor, ...], Field(min_length=1)] = (
        "https://*.mybigcommerce.com",
        "https://*.bigcommerce.com",
    )


class Settings(Setting):
    """The whole configuration of a stack; Pulumi.yaml describes each key.

    A marker is kept for two days at least: signed payloads hold for 24 hours.
    """

    apps: Annotated[tuple[AppSettings, ...], Field(min_length=1)]
    client_secrets: dict[str, ClientSecret] = Field(default_factory=dict)
    handoff_keys: dict[str, HandoffKey] = Field(default_factory=dict)
    rutter_client_secrets: dict[str, ClientSecret] = Field(default_factory=dict)
    throttle: Throttle = Throttle()
    log_retention_days: Annotated[int, AfterValidator(_log_retention)] = 30
    uninstalled_retention_days: Annotated[int, Field(ge=2, le=3_650)] = 30
    protect: Switch = True
    permissions_boundary_arn: Annotated[PolicyArn | None, EMPTY_IS_NONE] = None
    functions: Functions = Functions()
    domain: Annotated[Domain | None, EMPTY_IS_NONE] = None
    monitoring: Annotated[MonitoringSettings | None, EMPTY_IS_NONE] = None
    events: Switch = False
    bigcommerce: BigCommerce = BigCommerce()
    rutter_base_url: RutterUrl = "https://production.rutterapi.com/versioned"
