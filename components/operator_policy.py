"""OperatorPolicy: what whoever runs `python -m installations` may do."""

from collections.abc import Sequence

import pulumi

from .installation_store import InstallationStore
from .managed_policy import managed_policy
from .policy_document import policy_document
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
        log_groups: Sequence[pulumi.Output[str]],
        more: Sequence[dict[str, object]] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`log_groups` are the names of those that say when BigCommerce called.

        `more` are statements for what not every stack has.
        """
        super().__init__("bigcommerce:index:OperatorPolicy", "operator", None, opts)
        logs = [
            pulumi.Output.concat(context.arn("logs", "log-group:"), name) for name in log_groups
        ]
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
                "QueryCalls",
                "logs:StartQuery",
                *logs,
                *(pulumi.Output.concat(each, ":*") for each in logs),
            ),
            _statement("ReadQuery", "logs:GetQueryResults", "*"),  # it has no resource to name
            *more,
        ]
        self.arn = managed_policy(
            "operator",
            name=context.name("operator"),
            description="Run python -m installations: list, verify, import and purge stores",
            document=policy_document(*statements),
            parent=self,
        )
        self.register_outputs({"arn": self.arn})


def _statement(sid: str, action: str, *resources: pulumi.Input[str]) -> dict[str, object]:
    return {"Sid": sid, "Effect": "Allow", "Action": [action], "Resource": list(resources)}
