"""The settings of a stack. Type, default, description and example of each stand only here.

`python -m tests.docs.configuration_table` writes docs/configuration.md and Pulumi.yaml from them.
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

from .names import did_you_mean, nearest_names, placeholder

# The values that CloudWatch Logs accepts.
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
    """Source: the portal's Scopes tab, where you choose one permission in each row."""
    rows: dict[tuple[str, str], str] = {}
    for scope in scopes:
        other = rows.setdefault((OAUTH_SCOPES[scope].group, OAUTH_SCOPES[scope].name), scope)
        if other != scope:
            what = f"lists both {other} and {scope}; the portal's Scopes tab takes one of them"
            raise PydanticCustomError("scopes", "{what}", {"what": what})
    return scopes


def _log_retention(days: int) -> int:
    if days not in LOG_RETENTION_DAYS:
        choices = ", ".join(map(str, LOG_RETENTION_DAYS))
        raise PydanticCustomError("log_retention", "must be one of {choices}", {"choices": choices})
    return days


def _long_enough(key: SecretStr) -> SecretStr:
    """HS256 needs a key as long as its hash: 32 bytes (RFC 7518, section 3.2)."""
    if len(key) < 32:
        raise PydanticCustomError("short_key", "must have at least 32 characters")
    return key


def _without_spaces(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\S*", secret.get_secret_value()):
        raise PydanticCustomError("secret_with_spaces", "must be one word: no spaces or line ends")
    return secret


# A resource, or a row of the portal, has the name of each entry.
UNIQUE = AfterValidator(lambda entries: tuple(dict.fromkeys(entries)))
# An empty value counts as absent: Pulumi.yaml's defaults are empty.
EMPTY_IS_NONE = BeforeValidator(lambda given: given or None)
Scope = Annotated[str, AfterValidator(_known_scope)]
# The account's own, or one of AWS.
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
AppUrl = Annotated[
    str,
    form(
        rf"(https://{HOST}|http://{THIS_MACHINE})([/?][^\s<>\"'#\\]*)?",
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
HandoffKey = Annotated[SecretStr, AfterValidator(_long_enough)]
ClientSecret = Annotated[SecretStr, AfterValidator(_without_spaces)]


def setting(default: Any, description: str, example: Any) -> Any:
    """Describe a field; `...` as the default makes it required."""
    return Field(default, description=description, examples=[example])


class Setting(BaseModel):
    """The base of every map of settings."""

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
    """How an app's stores are connected to Rutter."""

    client_id: RutterClientId = setting(
        ..., "Client ID in Rutter's dashboard. No other app may have it.", "4f6c0c1e"
    )
    on_uninstall: Literal["keep", "delete"] = setting(
        "keep",
        "Whether to `keep` or `delete` the connection of a store that uninstalled the app.",
        "delete",
    )
    webhooks: bool = setting(False, "Take Rutter's webhooks, at a URL for its dashboard.", True)


class AppSettings(Setting):
    """One BigCommerce app."""

    organization_id: OrganizationId = setting(
        ..., "First segment of the app's URLs. No other app may have it.", "acme"
    )
    name: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)] = (
        setting(..., "The app's name, as merchants see it.", "Example Commerce")
    )
    scopes: Annotated[
        tuple[Scope, ...], Field(min_length=1), UNIQUE, AfterValidator(_one_permission_a_row)
    ] = setting(
        ..., "OAuth scopes that the app needs, by parameter name.", ["store_v2_orders_read_only"]
    )
    multiple_users: bool = setting(
        True, "Whether users other than a store's owner may use the app.", False
    )
    support_url: SupportUrl | None = setting(
        None, "`https://` or `mailto:` link for help.", "https://www.example.com/support"
    )
    partner_id: PartnerId | None = setting(
        None, "Partner ID of your BigCommerce Technology Partner account.", "4711"
    )
    app_url: AppUrl | None = setting(
        None,
        "The app itself, where auth and load end. Without it they end at a built-in page.",
        "https://app.example.com/bigcommerce",
    )
    rutter: Annotated[RutterSettings | None, EMPTY_IS_NONE] = setting(
        None, "Connect the app's stores to Rutter.", {"clientId": "4f6c0c1e"}
    )
    client_id: ClientId | None = setting(
        None, "Client ID that the developer portal shows after registration.", "1abcdef"
    )
    registered_base_url: BaseUrl | None = setting(
        None, "Base URL of the URLs in the developer portal.", "https://apps.example.com"
    )


# Source of the bounds: API Gateway's default quotas for an account and region.
Rate = Annotated[
    float,
    Field(gt=0, le=10_000, description="Requests a second that the route accepts.", examples=[25]),
]
Burst = Annotated[
    int, Field(gt=0, le=5_000, description="Requests that may arrive at once.", examples=[50])
]


class RouteThrottle(Setting):
    """How many requests a route accepts."""

    rate: Rate = 50
    burst: Burst = 100


class AuthThrottle(RouteThrottle):
    """The auth callback takes the longest: each request may ask BigCommerce."""

    rate: Rate = 10
    burst: Burst = 20


class Throttle(Setting):
    """A throttle for each route, so that a flood on one leaves room for the others.

    A refused uninstall is lost: BigCommerce does not send it again.
    """

    auth: AuthThrottle = setting(AuthThrottle(), "Of the auth callback.", {"rate": 25})
    load: RouteThrottle = setting(RouteThrottle(), "Of the load callback.", {"rate": 25})
    uninstall: RouteThrottle = setting(RouteThrottle(), "Of the uninstall callback.", {"rate": 25})
    remove_user: RouteThrottle = setting(RouteThrottle(), "Of remove user.", {"rate": 25})
    rutter_webhook: RouteThrottle = setting(RouteThrottle(), "Of Rutter's webhooks.", {"rate": 25})


ReservedExecutions = Annotated[
    Annotated[int, Field(ge=1)] | None,
    Field(description="Concurrent executions reserved for the function.", examples=[10]),
]


class ReservedConcurrency(Setting):
    """Reserved concurrency of each callback's function, which is its limit too."""

    auth: ReservedExecutions = None
    load: ReservedExecutions = None
    uninstall: ReservedExecutions = None
    remove_user: ReservedExecutions = None


class Functions(Setting):
    """Settings of the Lambda functions. Source of the bounds: Lambda's quotas."""

    memory_size: Annotated[int, Field(ge=128, le=10_240)] = setting(
        512, "Memory of each function in MiB.", 1024
    )
    tracing: bool = setting(False, "Trace requests with AWS X-Ray.", True)
    reserved_concurrency: ReservedConcurrency = setting(
        ReservedConcurrency(), "Reserved concurrency by callback.", {"auth": 10}
    )


class Domain(Setting):
    """A custom domain of the callback URLs."""

    name: DomainName = setting(..., "The domain of the callback URLs.", "apps.example.com")
    hosted_zone_id: HostedZoneId | None = setting(
        None, "Route 53 zone that gets the domain's records.", "Z0123456789ABCDEFGHIJ"
    )
    certificate_arn: CertificateArn | None = setting(
        None,
        "ACM certificate in the stack's region. Required without `hostedZoneId`.",
        "arn:aws:acm:us-east-1:123456789012:certificate/5d1c",
    )
    keep_default_endpoint: bool = setting(
        False, "Keep the API's own URLs while you edit the developer portal.", True
    )

    @model_validator(mode="after")
    def _has_a_certificate(self) -> "Domain":
        if not (self.certificate_arn or self.hosted_zone_id):
            raise PydanticCustomError("domain", "needs hostedZoneId, certificateArn or both")
        return self

    @property
    def base_url(self) -> str:
        """The callback URLs up to `/{organization_id}/`, without that slash."""
        return f"https://{self.name}"


class MonitoringSettings(Setting):
    """Whom the alarms notify."""

    emails: Annotated[tuple[Email, ...], UNIQUE] = setting(
        (), "Addresses that get each alarm, once confirmed.", ["oncall@example.com"]
    )
    https_endpoints: Annotated[tuple[HttpsUrl, ...], UNIQUE] = setting(
        (),
        "URLs that get each alarm as an SNS message. Set one that holds a key with `--secret`.",
        ["https://events.example.com/alarms"],
    )
    # CloudWatch evaluates seven days at most.
    silence_hours: Annotated[int, Field(ge=1, le=168)] | None = setting(
        None, "Hours, 1 to 168, without an install or a load after which an alarm goes on.", 24
    )


class BigCommerce(Setting):
    """Where BigCommerce is."""

    login_url: LoginUrl = setting(
        "https://login.bigcommerce.com",
        "Origin that exchanges codes and takes external installs.",
        "http://localhost:4567",
    )
    # The control panel is at https://store-{store_hash}.mybigcommerce.com.
    frame_ancestors: Annotated[tuple[FrameAncestor, ...], Field(min_length=1)] = setting(
        ("https://*.mybigcommerce.com", "https://*.bigcommerce.com"),
        "Origins that may show the app's pages in an iframe.",
        ["https://*.mybigcommerce.com"],
    )


class Settings(Setting):
    """The settings of a stack."""

    apps: Annotated[tuple[AppSettings, ...], Field(min_length=1)] = setting(
        ...,
        "The BigCommerce apps that the stack serves.",
        [{"organizationId": "acme", "name": "Acme", "scopes": ["store_v2_orders_read_only"]}],
    )
    client_secrets: dict[str, ClientSecret] = setting(
        {}, "Client Secret of an app. Always set with `--secret`.", {"acme": "CLIENT_SECRET"}
    )
    handoff_keys: dict[str, HandoffKey] = setting(
        {},
        "Key that signs the handoff tokens of an app. Always set with `--secret`.",
        {"acme": "HANDOFF_KEY_OF_32_CHARACTERS_OR_MORE"},
    )
    rutter_client_secrets: dict[str, ClientSecret] = setting(
        {},
        "Client Secret in Rutter's dashboard of an app. Always set with `--secret`.",
        {"acme": "RUTTER_CLIENT_SECRET"},
    )
    rutter_base_url: RutterUrl = setting(
        "https://production.rutterapi.com/versioned",
        "Base URL of Rutter's API.",
        "http://localhost:4568",
    )
    throttle: Throttle = setting(
        Throttle(), "How many requests each route accepts.", {"load": {"rate": 200}}
    )
    log_retention_days: Annotated[int, AfterValidator(_log_retention)] = setting(
        30, "Days that CloudWatch Logs keeps the logs.", 365
    )
    # Signed payloads are valid for 24 hours, and the marker must outlive them.
    uninstalled_retention_days: Annotated[int, Field(ge=2, le=3_650)] = setting(
        30, "Days, 2 or more, that the marker of an uninstalled store is kept.", 90
    )
    protect: bool = setting(True, "Refuse to delete the table, the key and the API.", False)
    permissions_boundary_arn: Annotated[PolicyArn | None, EMPTY_IS_NONE] = setting(
        None,
        "Managed policy that every role of the stack gets as its permissions boundary.",
        "arn:aws:iam::123456789012:policy/boundary",
    )
    functions: Functions = setting(
        Functions(), "Settings of the Lambda functions.", {"memorySize": 1024}
    )
    domain: Annotated[Domain | None, EMPTY_IS_NONE] = setting(
        None,
        "A custom domain for the callback URLs.",
        {"name": "apps.example.com", "hostedZoneId": "Z0123456789ABCDEFGHIJ"},
    )
    monitoring: Annotated[MonitoringSettings | None, EMPTY_IS_NONE] = setting(
        None, "Add alarms, a dashboard and saved queries.", {"silenceHours": 24}
    )
    events: bool = setting(
        False, "Publish what happens to stores as events on an EventBridge bus.", True
    )
    bigcommerce: BigCommerce = setting(
        BigCommerce(), "Where BigCommerce is.", {"loginUrl": "http://localhost:4567"}
    )
