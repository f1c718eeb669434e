"""Monitoring: alarms that a person should act on, a dashboard, saved queries."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from . import dashboard
from .alarms import ALARMS, Alarm, silence
from .stack_context import StackContext
from .stack_function import StackFunction


class Monitoring(pulumi.ComponentResource):
    """The alarms of the stack, a dashboard, and saved queries."""

    def __init__(
        self,
        context: StackContext,
        *,
        silence_hours: int | None,
        topics: Sequence[pulumi.Input[str]],
        api_id: pulumi.Output[str],
        functions: Mapping[str, StackFunction],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`functions` are by their names within the stack; `topics` are whom the alarms tell.

        `silence_hours` is how long no store may install or open an app; None for ever.
        """
        super().__init__("bigcommerce:index:Monitoring", "monitoring", None, opts)
        self._context = context
        self._topics = topics
        self._child = pulumi.ResourceOptions(parent=self)
        watched: dict[str, dict[str, pulumi.Input[str]]] = {
            "service": {"": context.service},
            "ApiId": {"": api_id},
            "FunctionName": {f"-{callback}": each.name for callback, each in functions.items()},
        }
        for alarm in (*ALARMS, *silence(silence_hours)):
            for suffix, value in watched[alarm.dimension].items():
                self._alarm(alarm, f"{alarm.name}{suffix}", value)
        aws.cloudwatch.Dashboard(
            "callbacks",
            dashboard_name=context.service,
            dashboard_body=pulumi.Output.json_dumps(
                pulumi.Output.all(
                    region=context.region,
                    api_id=api_id,
                    functions={callback: each.name for callback, each in functions.items()},
                    log_groups={callback: each.log_group for callback, each in functions.items()},
                ).apply(lambda known: dashboard.body(**known))
            ),
            opts=self._child,
        )
        for name, query in dashboard.QUERIES.items():
            aws.cloudwatch.QueryDefinition(
                name.replace(" ", "-"),
                name=f"{context.project}/{context.stack}/{name}",
                log_group_names=[each.log_group for each in functions.values()],
                query_string=query,
                opts=self._child,
            )
        self.register_outputs({})

    def _alarm(self, alarm: Alarm, name: str, watched: pulumi.Input[str]) -> None:
        percentile = alarm.statistic.startswith("p")
        aws.cloudwatch.MetricAlarm(
            name,
            name=self._context.name(name),
            alarm_description=f"{alarm.title}: docs/runbook.md#{alarm.anchor}",
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
            alarm_actions=self._topics,
            ok_actions=self._topics,
            opts=self._child,
        )
