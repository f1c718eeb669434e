"""OperatorPolicy: what whoever runs `python -m installations` may do."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from .installation_store import InstallationStore
from .stack_context import StackContext


class OperatorPolicy(pulumi.ComponentResource):
    """The managed policy for operators. It reaches every store of every app of the stack.

    Attributes:
        arn: the policy's ARN.
    """

    arn: pulumi.Output[str]

    def __init__(
        self,
        context: StackContext,
        store: InstallationStore,
        *,
        load_log_group: pulumi.Output[str],
        more: Sequence[dict[str, object]] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`load_log_group` is the name of the log group that says when stores opened the app.

        `more` are statements for what not every stack has.
        """
        super().__init__("bigcommerce:index:OperatorPolicy", "operator", None, opts)
        log_group = pulumi.Output.concat(context.arn("logs", "log-group:"), load_log_group)
        read_actions = ["dynamodb:GetItem", "dynamodb:BatchGetItem"]
        write_actions = ["dynamodb:PutItem", "dynamodb:DeleteItem"]
        statements = [
            store.list_stores_statement(),
            {**store.read_items_statement(), "Action": read_actions},
            {**store.write_records_statement(), "Action": write_actions},
            store.encrypt_statement(),
            store.decrypt_any_statement(),
            # AWS documents the ARN of a log group both ways.
            _statement(
                "QueryLoads", "logs:StartQuery", log_group, pulumi.Output.concat(log_group, ":*")
            ),
            _statement("ReadQuery", "logs:GetQueryResults", "*"),  # it has no resource to name
            *more,
        ]
        self.arn = aws.iam.Policy(
            "operator",
            name=context.name("operator"),
            description="Run python -m installations: list, verify, import and purge stores",
            policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements}),
            opts=pulumi.ResourceOptions(parent=self),
        ).arn
        self.register_outputs({"arn": self.arn})


def _statement(sid: str, action: str, *resources: pulumi.Input[str]) -> dict[str, object]:
    return {"Sid": sid, "Effect": "Allow", "Action": [action], "Resource": list(resources)}
