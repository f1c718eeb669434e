"""AlarmTopic: the SNS topic that the stack's alarms notify, with its subscriptions."""

import hashlib

import pulumi
import pulumi_aws as aws

from .settings.model import MonitoringSettings
from .stack_context import StackContext


class AlarmTopic(pulumi.ComponentResource):
    """An SNS topic and its subscriptions.

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
        # Its messages name alarms and metrics, and no store. CloudWatch cannot publish to a topic
        # that is encrypted with the key that AWS manages.
        topic = aws.sns.Topic("alarms", name=context.name("alarms"), opts=child)
        for protocol, endpoint in (
            *(("email", address) for address in settings.emails),
            *(("https", url) for url in settings.https_endpoints),
        ):
            # The name is a hash of the endpoint, so that removing one keeps the others confirmed.
            # Such a URL often contains a key, so it is a secret too.
            aws.sns.TopicSubscription(
                f"{protocol}-{hashlib.sha256(endpoint.encode()).hexdigest()[:8]}",
                topic=topic.arn,
                protocol=protocol,
                endpoint=pulumi.Output.secret(endpoint),
                opts=child,
            )
        self.arn = topic.arn
        self.register_outputs({"arn": self.arn})
