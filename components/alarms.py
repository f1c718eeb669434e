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


@dataclass(frozen=True)
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
    Alarm("api-failures", "Callbacks fail", API_NAMESPACE, "5xx", "ApiId", "Sum", 5),
    Alarm(
        "api-latency", "Callbacks are slow", API_NAMESPACE, "Latency", "ApiId", "p99", 5_000,
        periods=3,
    ),
    Alarm(
        "function-errors", "A function crashes", LAMBDA_NAMESPACE, "Errors", "FunctionName", "Sum",
        1,
    ),
    Alarm(
        "function-throttles", "A function is throttled", LAMBDA_NAMESPACE, "Throttles",
        "FunctionName", "Sum", 1,
    ),
    Alarm(
        "token-exchange-failures", "Installations fail at BigCommerce", FUNCTIONS_NAMESPACE,
        "TokenExchangeFailed", "service", "Sum", 3, minutes=15,
    ),
    Alarm(
        "signature-refusals", "Many signatures are refused", FUNCTIONS_NAMESPACE,
        "SignatureRefused", "service", "Sum", 50,
    ),
    Alarm(
        "credentials-unreadable", "Credentials cannot be read", FUNCTIONS_NAMESPACE,
        "CredentialsUnreadable", "service", "Sum", 1,
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
            "silence", "No one opens the app", FUNCTIONS_NAMESPACE, "InstalledOrOpened", "service",
            "Sum", 1, minutes=60, periods=hours, comparison="LessThanThreshold",
            missing="breaching",
        ),
    )  # fmt: skip
