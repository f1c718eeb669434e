"""AlarmTopic: whom the stack's alarms tell when they go on, and when they go off."""

import hashlib

import pulumi
import pulumi_aws as aws

from .settings.model import MonitoringSettings
from .stack_context import StackContext


class AlarmTopic(pulumi.ComponentResource):
    """An SNS topic, with those whom it tells.

    Attributes:
        arn: the topic's ARN.
    """

    arn: pulumi.Output[str]

    def __init__(
        self,
        context: StackContext,
        settings: MonitoringSettings,
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bigcommerce:index:AlarmTopic", "alarms", None, opts)
        child = pulumi.ResourceOptions(parent=self)
        # Its messages name alarms and metrics and nothing of a store. CloudWatch cannot publish to
        # a topic that is encrypted with the key that AWS manages.
        topic = aws.sns.Topic("alarms", name=context.name("alarms"), opts=child)
        for protocol, endpoint in (
            *(("email", address) for address in settings.emails),
            *(("https", url) for url in settings.https_endpoints),
        ):
            # Named for its endpoint, so that taking one away leaves the others confirmed; by a
            # hash, since such a URL often holds a key: so it is a secret too.
            aws.sns.TopicSubscription(
                f"{protocol}-{hashlib.sha256(endpoint.encode()).hexdigest()[:8]}",
                topic=topic.arn,
                protocol=protocol,
                endpoint=pulumi.Output.secret(endpoint),
                opts=child,
            )
        self.arn = topic.arn
        self.register_outputs({"arn": self.arn})
