"""AccessPolicies: the managed policies to attach to the roles of operators and integrations."""

from collections.abc import Sequence

import pulumi

from . import grants
from .installation_store import InstallationStore
from .managed_policy import managed_policy
from .policy_document import Statement, allow, policy_document
from .stack_context import StackContext


class AccessPolicies(pulumi.ComponentResource):
    """Two managed policies that reach every store of every app of the stack.

    Attributes:
        reader_arn: the policy that lets an integration read and decrypt access tokens.
        operator_arn: the policy that lets an operator run `bigcommerce-backend stores`.
    """

    reader_arn: pulumi.Output[str]
    operator_arn: pulumi.Output[str]

    def __init__(
        self,
        context: StackContext,
        store: InstallationStore,
        *,
        log_groups: Sequence[pulumi.Output[str]],
        more_for_operators: Sequence[Statement],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`log_groups` are the names of the callbacks' log groups.

        `more_for_operators` are statements for parts that not every stack has.
        """
        super().__init__("bigcommerce:index:AccessPolicies", "access", None, opts)
        self.reader_arn = managed_policy(
            "access-token-reader",
            name=context.name("access-token-reader"),
            description="Read installed stores and decrypt their BigCommerce access tokens",
            document=policy_document(grants.read_items(store), grants.decrypt_tokens(store)),
            parent=self,
        )
        self.operator_arn = managed_policy(
            "operator",
            name=context.name("operator"),
            description="Run bigcommerce-backend stores: list, verify, import and purge stores",
            document=policy_document(
                grants.list_stores(store),
                grants.read_items(store, "dynamodb:BatchGetItem"),
                grants.write_records(store, "dynamodb:DeleteItem"),
                grants.encrypt_tokens(store),
                grants.decrypt_tokens(store),
                *_query_logs(context, log_groups),
                *more_for_operators,
            ),
            parent=self,
        )
        self.register_outputs({"readerArn": self.reader_arn, "operatorArn": self.operator_arn})


def _query_logs(context: StackContext, log_groups: Sequence[pulumi.Output[str]]) -> list[Statement]:
    arns = [pulumi.Output.concat(context.arn("logs", "log-group:"), name) for name in log_groups]
    # AWS documents the ARN of a log group both ways.
    both = [*arns, *(pulumi.Output.concat(arn, ":*") for arn in arns)]
    return [
        allow("QueryCalls", ["logs:StartQuery"], *both),
        # This action supports no resource.
        allow("ReadQuery", ["logs:GetQueryResults"], "*"),
    ]
