"""An IAM policy as data: statements with placeholders, and the document they make of a stack."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from components.ci_roles import boundary_name


def arn(service: str, resource: str) -> str:
    """A template of the ARN of something in the stack's account and region."""
    return f"arn:{{scope.partition}}:{service}:{{scope.region}}:{{scope.account}}:{resource}"


@dataclass(frozen=True)
class PolicyScope:
    """What the placeholders of statements stand for: one stack of one account and region.

    Attributes:
        prefix: what the names of the stack's resources begin with, such as `bigcommerce-dev-`.
        boundary: ARN of the policy that the stack's roles have as their permissions boundary.
        domain: the custom domain's name, empty without one.
        zone: id of the Route 53 zone of the domain's record, empty without one.
        bucket: name of the bucket with the state, empty if state is kept elsewhere.
        secrets_key: ARN of the stack's own key of the secrets in its state, empty likewise.
    """

    partition: str
    region: str
    account: str
    project: str
    stack: str
    domain: str = ""
    zone: str = ""
    bucket: str = ""
    secrets_key: str = ""

    @property
    def prefix(self) -> str:  # noqa: D102 (an attribute, described above)
        return f"{self.project}-{self.stack}-"

    @property
    def boundary(self) -> str:  # noqa: D102
        name = boundary_name(self.project, self.stack)
        return f"arn:{self.partition}:iam::{self.account}:policy/{name}"

    def fill(self, template: str) -> str:
        """Put what they stand for in place of the placeholders of a text."""
        return template.format(scope=self)


@dataclass(frozen=True)
class Statement:
    """What is allowed with some resources.

    `{scope.…}` in texts stands for an attribute of `PolicyScope`. A statement that needs one is
    left out while it is empty: the stack does not have what the statement is for.

    Attributes:
        name: what it is for, in a word.
        resources: ARN patterns.
        reads: actions that change nothing.
        writes: the other actions.
        types: the Pulumi resource types it is for.
        condition: IAM's condition block.
        needs: the attribute of `PolicyScope` without which it is left out.
    """

    name: str
    resources: tuple[str, ...]
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    condition: Mapping[str, Mapping[str, str | tuple[str, ...]]] = field(default_factory=dict)
    needs: str = ""

    def document(self, scope: PolicyScope, actions: Iterable[str]) -> dict[str, Any]:
        """The statement as IAM has it, for some of its actions."""
        # Without its name: the policies of a role may have 10,240 characters.
        filled: dict[str, Any] = {
            "Effect": "Allow",
            "Action": sorted(actions),
            "Resource": [scope.fill(each) for each in self.resources],
        }
        if self.condition:
            filled["Condition"] = {
                operator: {
                    key: scope.fill(value)
                    if isinstance(value, str)
                    else [scope.fill(each) for each in value]
                    for key, value in keys.items()
                }
                for operator, keys in self.condition.items()
            }
        return filled


def policy_document(
    scope: PolicyScope, statements: Iterable[tuple[Statement, Iterable[str]]]
) -> str:
    """The policy, in JSON, of the statements that the stack needs, each with its actions."""
    documents = [
        statement.document(scope, actions)
        for statement, actions in statements
        if actions and (not statement.needs or getattr(scope, statement.needs))
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": documents})
