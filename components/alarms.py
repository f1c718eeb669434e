"""The alarms as data: the metric of each, and when a person should act.

Each has an entry in docs/alarms.md under its title. docs/callbacks.md describes the metrics in
`BigCommerceApp`. The other metrics are AWS's. See "CloudWatch metrics for HTTP APIs" in the API
Gateway developer guide, and "Types of metrics for Lambda functions" in the Lambda developer guide.
"""

from dataclasses import dataclass
from typing import Literal

FUNCTIONS_NAMESPACE = "BigCommerceApp"
API_NAMESPACE = "AWS/ApiGateway"
LAMBDA_NAMESPACE = "AWS/Lambda"


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """When one metric is worth a person's time.

    Attributes:
        name: the alarm's name within the stack, such as `function-errors`.
        title: the heading of its entry in docs/alarms.md.
        namespace: the metric's namespace.
        metric: the metric's name.
        dimension: what the metric belongs to. `FunctionName` makes one alarm for each function.
        statistic: of the metric in each period, such as `Sum` or `p99`.
        threshold: what the statistic is compared with.
        minutes: the length of a period.
        periods: consecutive periods that raise the alarm.
        comparison: CloudWatch's operator, read as "statistic, operator, threshold".
        missing: what a period without data counts as.
    """

    name: str
    title: str
    namespace: str
    metric: str
    dimension: Literal["service", "ApiId", "FunctionName", "QueueName"]
    statistic: str
    threshold: float
    minutes: int = 5
    periods: int = 1
    comparison: str = "GreaterThanOrEqualToThreshold"
    missing: Literal["notBreaching", "breaching"] = "notBreaching"

    @property
    def anchor(self) -> str:
        """The anchor of its entry in docs/alarms.md."""
        return self.title.lower().replace(" ", "-")


ALARMS = (
    Alarm(
        name="api-failures", title="Callbacks fail",
        namespace=API_NAMESPACE, metric="5xx", dimension="ApiId",
        statistic="Sum", threshold=5,
    ),
    Alarm(
        name="api-latency", title="Callbacks are slow",
        namespace=API_NAMESPACE, metric="Latency", dimension="ApiId",
        statistic="p99", threshold=5_000, periods=3,
    ),
    Alarm(
        name="function-errors", title="A function crashes",
        namespace=LAMBDA_NAMESPACE, metric="Errors", dimension="FunctionName",
        statistic="Sum", threshold=1,
    ),
    Alarm(
        name="function-throttles", title="A function is throttled",
        namespace=LAMBDA_NAMESPACE, metric="Throttles", dimension="FunctionName",
        statistic="Sum", threshold=1,
    ),
    Alarm(
        name="token-exchange-failures", title="Installations fail at BigCommerce",
        namespace=FUNCTIONS_NAMESPACE, metric="TokenExchangeFailed", dimension="service",
        statistic="Sum", threshold=3, minutes=15,
    ),
    Alarm(
        name="signature-refusals", title="Many signatures are refused",
        namespace=FUNCTIONS_NAMESPACE, metric="SignatureRefused", dimension="service",
        statistic="Sum", threshold=50,
    ),
    Alarm(
        name="credentials-unreadable", title="Credentials cannot be read",
        namespace=FUNCTIONS_NAMESPACE, metric="CredentialsUnreadable", dimension="service",
        statistic="Sum", threshold=1,
    ),
)  # fmt: skip


def silence(hours: int | None) -> tuple[Alarm, ...]:
    """Return the alarm for this many hours in which no store opened an app; none for None.

    Its metric excludes the project's own check and Rutter's webhooks.
    """
    if hours is None:
        return ()
    return (
        Alarm(
            name="silence", title="No one opens the app",
            namespace=FUNCTIONS_NAMESPACE, metric="InstalledOrOpened", dimension="service",
            statistic="Sum", threshold=1, minutes=60, periods=hours,
            comparison="LessThanThreshold", missing="breaching",
        ),
    )  # fmt: skip
