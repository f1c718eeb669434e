"""Monitoring: alarms that a person should act on, a dashboard, saved queries."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from . import dashboard
from .alarms import ALARMS, silence
from .metric_alarm import metric_alarm
from .stack_context import StackContext
from .stack_function import StackFunction


class Monitoring(pulumi.ComponentResource):
    """The alarms of the stack, a dashboard, and saved queries."""

    def __init__(
        self,
        context: StackContext,
        *,
        silence_hours: int | None,
        api_id: pulumi.Output[str],
        functions: Mapping[str, StackFunction],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`functions` are by their names within the stack.

        `silence_hours` is how long no store may install or open an app; None means no limit.
        """
        super().__init__("bigcommerce:index:Monitoring", "monitoring", None, opts)
        child = pulumi.ResourceOptions(parent=self)
        watched: dict[str, dict[str, pulumi.Input[str]]] = {
            "service": {"": context.service},
            "ApiId": {"": api_id},
            "FunctionName": {f"-{callback}": each.name for callback, each in functions.items()},
        }
        for alarm in (*ALARMS, *silence(silence_hours)):
            for suffix, value in watched[alarm.dimension].items():
                metric_alarm(context, alarm, value, suffix=suffix, opts=child)
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
            opts=child,
        )
        for name, query in dashboard.QUERIES.items():
            aws.cloudwatch.QueryDefinition(
                name.replace(" ", "-"),
                name=f"{context.project}/{context.stack}/{name}",
                log_group_names=[each.log_group for each in functions.values()],
                query_string=query,
                opts=child,
            )
        self.register_outputs({})
