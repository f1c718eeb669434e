"""A CloudWatch alarm, made from its description as data."""

import pulumi
import pulumi_aws as aws

from .alarms import Alarm
from .stack_context import StackContext


def metric_alarm(
    context: StackContext,
    alarm: Alarm,
    watched: pulumi.Input[str],
    *,
    opts: pulumi.ResourceOptions,
    suffix: str = "",
) -> None:
    """Make the alarm, which notifies the stack's alarm topics.

    `watched` is the value of the metric's dimension. `suffix` goes after the alarm's name.
    """
    percentile = alarm.statistic.startswith("p")
    aws.cloudwatch.MetricAlarm(
        f"{alarm.name}{suffix}",
        name=context.name(f"{alarm.name}{suffix}"),
        alarm_description=f"{alarm.title}: docs/alarms.md#{alarm.anchor}",
        namespace=alarm.namespace,
        metric_name=alarm.metric,
        dimensions={alarm.dimension: watched},
        extended_statistic=alarm.statistic if percentile else None,
        statistic=None if percentile else alarm.statistic,
        comparison_operator=alarm.comparison,
        threshold=alarm.threshold,
        period=alarm.minutes * 60,
        evaluation_periods=alarm.periods,
        treat_missing_data=alarm.missing,
        alarm_actions=context.alarm_topics,
        ok_actions=context.alarm_topics,
        opts=opts,
    )
