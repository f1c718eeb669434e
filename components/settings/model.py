"""The settings of a stack: the only place with their types, defaults, descriptions and examples.

`python -m tests.docs.configuration_table` writes docs/configuration.md and Pulumi.yaml from it.
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
    alias_generators,
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

from .late import Late
from .names import did_you_mean


def _known_scope(scope: str) -> str:
    if scope in OAUTH_SCOPES:
        return scope
    hint = did_you_mean(scope, OAUTH_SCOPES)
    raise PydanticCustomError("scope", "is not a BigCommerce OAuth scope{hint}", {"hint": hint})


def _one_permission_a_row(scopes: tuple[str, ...]) -> tuple[str, ...]:
    """Check what the portal's Scopes tab allows: one permission per row."""
    rows: dict[tuple[str, str], str] = {}
    for scope in scopes:
        other = rows.setdefault((OAUTH_SCOPES[scope].group, OAUTH_SCOPES[scope].name), scope)
        if other != scope:
            what = f"has both {other} and {scope}, but the portal's Scopes tab allows one of them"
            raise PydanticCustomError("scopes", "{what}", {"what": what})
    return scopes


def _long_enough(key: SecretStr) -> SecretStr:
    """Check that the key is as long as HS256's hash, 32 bytes (RFC 7518, section 3.2)."""
    if len(key) < 32:
        raise PydanticCustomError("short_key", "must have at least 32 characters")
    return key


def _without_spaces(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\S*", secret.get_secret_value()):
        raise PydanticCustomError("secret_with_spaces", "must not contain spaces or line breaks")
    return secret


def _not_empty(entries: Any) -> Any:
    if not entries:
        raise PydanticCustomError("empty", "must not be empty")
    return entries


NOT_EMPTY = AfterValidator(_not_empty)
# A resource, or a row of the portal, is named after each entry.
UNIQUE = AfterValidator(lambda entries: tuple(dict.fromkeys(entries)))
# An empty value means no value: Pulumi.yaml's defaults are empty.
EMPTY_IS_NONE = BeforeValidator(lambda given: given or None)
Scope = Annotated[str, AfterValidator(_known_scope)]
PolicyArn = Annotated[
    str, form(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/\S+", "the ARN of a managed IAM policy")
]
CertificateArn = Annotated[
    str, form(r"arn:aws[a-z-]*:acm:\S+:certificate/\S+", "the ARN of an ACM certificate")
]
DomainName = Annotated[
    str,
    StringConstraints(max_length=253),
    form(r"([a-z0-9-]{1,63}\.)+[a-z]{2,63}", "a lowercase domain, such as apps.example.com"),
]
Email = Annotated[str, form(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an email address")]
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
        "an https:// link without user and password, or a mailto: link",
    ),
]
HandoffKey = Annotated[SecretStr, AfterValidator(_long_enough)]
ClientSecret = Annotated[SecretStr, AfterValidator(_without_spaces)]


def setting(default: Any, description: str, example: Any) -> Any:
    """Describe a field. With `...` as its default, it is required."""
    return Field(default, description=description, examples=[example])


class Setting(BaseModel):
    """The base of every map of settings."""

    model_config = ConfigDict(
        alias_generator=alias_generators.to_camel,
        extra="forbid",
        frozen=True,
        # `pulumi config set --path` stores digits as a number.
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )


class RutterSettings(Setting):
    """How an app's stores are connected to Rutter."""

    client_id: RutterClientId = setting(
        ..., "The app's client ID in Rutter's dashboard. Each app needs its own.", "4f6c0c1e"
    )
    on_uninstall: Literal["keep", "delete"] = setting(
        "keep",
        "Whether to `keep` or `delete` a store's connection when the store uninstalls the app.",
        "delete",
    )
    webhooks: bool = setting(False, "Whether to receive Rutter's webhooks.", True)


class AppSettings(Setting):
    """One BigCommerce app."""

    organization_id: OrganizationId = setting(
        ..., "First segment of the app's callback URLs. Each app needs its own.", "acme"
    )
    name: Annotated[str, StringConstraints(max_length=100, strip_whitespace=True), NOT_EMPTY] = (
        setting(..., "The app's name, as merchants see it.", "Example Commerce")
    )
    scopes: Annotated[
        tuple[Scope, ...], NOT_EMPTY, UNIQUE, AfterValidator(_one_permission_a_row)
    ] = setting(
        ..., "OAuth scopes that the app needs, by parameter name.", ["store_v2_orders_read_only"]
    )
    multiple_users: bool = setting(
        True, "Whether users other than a store's owner can use the app.", False
    )
    support_url: SupportUrl | None = setting(
        None, "`https://` or `mailto:` link for help.", "https://www.example.com/support"
    )
    partner_id: PartnerId | None = setting(
        None, "Partner ID of your BigCommerce Technology Partner account.", "4711"
    )
    app_url: AppUrl | None = setting(
        None,
        "URL of your app, to which auth and load redirect. Without it, they show a built-in page.",
        "https://app.example.com/bigcommerce",
    )
    rutter: Annotated[RutterSettings | None, EMPTY_IS_NONE] = setting(
        None, "Connects the app's stores to Rutter.", {"clientId": "4f6c0c1e"}
    )
    client_id: ClientId | None = setting(
        None, "The app's client ID, which the developer portal shows after registration.", "1abcdef"
    )
    registered_base_url: BaseUrl | None = setting(
        None, "Base URL of the callback URLs in the developer portal.", "https://apps.example.com"
    )


# Source of the bounds: API Gateway's default quotas for an account and region.
Rate = Annotated[float, Field(gt=0, le=10_000, description="Requests per second.", examples=[25])]
Burst = Annotated[int, Field(gt=0, le=5_000, description="Requests in a burst.", examples=[50])]


class RouteThrottle(Setting):
    """Limits on the requests that a route accepts."""

    rate: Rate = 50
    burst: Burst = 100


class AuthThrottle(RouteThrottle):
    """The auth callback has a lower limit: each request can cause one to BigCommerce."""

    rate: Rate = 10
    burst: Burst = 20


_ROUTE = RouteThrottle()


class Throttle(Setting):
    """A throttle per route, so that a flood of one leaves the others available.

    A rejected uninstall is lost: BigCommerce does not send it again.
    """

    auth: AuthThrottle = setting(AuthThrottle(), "Throttle of the auth callback.", {"rate": 25})
    load: RouteThrottle = setting(_ROUTE, "Throttle of the load callback.", {"rate": 25})
    uninstall: RouteThrottle = setting(_ROUTE, "Throttle of the uninstall callback.", {"rate": 25})
    remove_user: RouteThrottle = setting(_ROUTE, "Throttle of remove user.", {"rate": 25})
    rutter_webhook: RouteThrottle = setting(_ROUTE, "Throttle of Rutter's webhooks.", {"rate": 25})


ReservedExecutions = Annotated[
    Annotated[int, Field(ge=1)] | None,
    Field(description="Concurrent executions reserved for the function.", examples=[10]),
]


class ReservedConcurrency(Setting):
    """Reserved concurrency of each callback's function."""

    auth: ReservedExecutions = None
    load: ReservedExecutions = None
    uninstall: ReservedExecutions = None
    remove_user: ReservedExecutions = None


class Functions(Setting):
    """Settings of the Lambda functions. Source of the bounds: Lambda's quotas."""

    memory_size: Annotated[int, Field(ge=128, le=10_240)] = setting(
        1024, "Memory of each function, in MiB.", 1769
    )
    tracing: bool = setting(False, "Whether to trace requests with AWS X-Ray.", True)
    reserved_concurrency: ReservedConcurrency = setting(
        ReservedConcurrency(), "Reserved concurrency of each callback's function.", {"auth": 10}
    )


class Domain(Setting):
    """A custom domain of the callback URLs."""

    name: DomainName = setting(..., "Domain of the callback URLs.", "apps.example.com")
    hosted_zone_id: Late[HostedZoneId] | None = setting(
        None, "Route 53 hosted zone for the domain's records.", "Z0123456789ABCDEFGHIJ"
    )
    certificate_arn: Late[CertificateArn] | None = setting(
        None,
        "ACM certificate in the stack's region. Required without `hostedZoneId`.",
        "arn:aws:acm:us-east-1:123456789012:certificate/5d1c",
    )
    keep_default_endpoint: bool = setting(
        False, "Whether the API's own URLs keep working next to the domain.", True
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
    """Alarms, a dashboard and saved queries."""

    emails: Annotated[tuple[Email, ...], UNIQUE] = setting(
        (), "Addresses to notify of each alarm, once confirmed.", ["oncall@example.com"]
    )
    https_endpoints: Annotated[tuple[HttpsUrl, ...], UNIQUE] = setting(
        (),
        "URLs to notify of each alarm by SNS. If a URL contains a key, set it with `--secret`.",
        ["https://events.example.com/alarms"],
    )
    # CloudWatch evaluates seven days at most.
    silence_hours: Annotated[int, Field(ge=1, le=168)] | None = setting(
        None, "Hours, 1 to 168, without an install or a load after which an alarm fires.", 24
    )


class BigCommerce(Setting):
    """Origins of BigCommerce."""

    login_url: LoginUrl = setting(
        "https://login.bigcommerce.com",
        "Origin that exchanges OAuth codes and receives external installs.",
        "http://localhost:4567",
    )
    # The control panel is at https://store-{store_hash}.mybigcommerce.com.
    frame_ancestors: Annotated[tuple[FrameAncestor, ...], NOT_EMPTY] = setting(
        ("https://*.mybigcommerce.com", "https://*.bigcommerce.com"),
        "Origins that can show the app's pages in an iframe.",
        ["https://*.mybigcommerce.com"],
    )


class Settings(Setting):
    """The settings of a stack."""

    apps: Annotated[tuple[AppSettings, ...], NOT_EMPTY] = setting(
        ...,
        "The BigCommerce apps that the stack serves.",
        [{"organizationId": "acme", "name": "Acme", "scopes": ["store_v2_orders_read_only"]}],
    )
    client_secrets: Late[dict[str, ClientSecret]] = setting(
        {}, "Client secret of an app. Always set it with `--secret`.", {"acme": "CLIENT_SECRET"}
    )
    handoff_keys: Late[dict[str, HandoffKey]] = setting(
        {},
        "Key that signs the handoff tokens of an app. Always set it with `--secret`.",
        {"acme": "HANDOFF_KEY_OF_32_CHARACTERS_OR_MORE"},
    )
    rutter_client_secrets: Late[dict[str, ClientSecret]] = setting(
        {},
        "Client secret of an app in Rutter's dashboard. Always set it with `--secret`.",
        {"acme": "RUTTER_CLIENT_SECRET"},
    )
    rutter_base_url: RutterUrl = setting(
        "https://production.rutterapi.com/versioned",
        "Base URL of Rutter's API.",
        "http://localhost:4568",
    )
    throttle: Throttle = setting(
        Throttle(), "Limits on the requests that each route accepts.", {"load": {"rate": 200}}
    )
    # The AWS provider knows which values CloudWatch Logs accepts.
    log_retention_days: Annotated[int, Field(ge=1)] = setting(
        30, "Days that CloudWatch Logs keeps the logs.", 365
    )
    # The marker must outlive signed payloads, which are valid for 24 hours.
    uninstalled_retention_days: Annotated[int, Field(ge=2, le=3_650)] = setting(
        30, "Days, 2 or more, that the marker of an uninstalled store is kept.", 90
    )
    protect: bool = setting(True, "Whether to protect the table, the key and the API.", False)
    permissions_boundary_arn: Annotated[Late[PolicyArn] | None, EMPTY_IS_NONE] = setting(
        None,
        "ARN of the managed policy that is every role's permissions boundary.",
        "arn:aws:iam::123456789012:policy/boundary",
    )
    functions: Functions = setting(
        Functions(), "Settings of the Lambda functions.", {"memorySize": 1769}
    )
    domain: Annotated[Domain | None, EMPTY_IS_NONE] = setting(
        None,
        "Custom domain of the callback URLs.",
        {"name": "apps.example.com", "hostedZoneId": "Z0123456789ABCDEFGHIJ"},
    )
    monitoring: Annotated[MonitoringSettings | None, EMPTY_IS_NONE] = setting(
        None, "Adds alarms, a dashboard and saved queries.", {"silenceHours": 24}
    )
    events: bool = setting(False, "Whether to publish store events on an EventBridge bus.", True)
    bigcommerce: BigCommerce = setting(
        BigCommerce(), "Origins of BigCommerce.", {"loginUrl": "http://localhost:4567"}
    )
