"""IAM policies as data: statements with placeholders, and the document for one stack."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from components.ci_roles import boundary_name


def arn(service: str, resource: str) -> str:
    """Return a template of an ARN in the stack's account and region."""
    return f"arn:{{scope.partition}}:{service}:{{scope.region}}:{{scope.account}}:{resource}"


@dataclass(frozen=True)
class PolicyScope:
    """The stack whose values replace the placeholders.

    Attributes:
        prefix: start of the names of the stack's resources, such as `bigcommerce-dev-`.
        boundary: ARN of the permissions boundary of the stack's roles.
        domain: custom domain; empty without one.
        zone: ID of the domain's Route 53 hosted zone; empty without one.
        bucket: S3 bucket with the state; empty if the state is elsewhere.
        secrets_key: ARN of the KMS key of the secrets in the state; empty if it is elsewhere.
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
        """Fill in the placeholders of a text."""
        return template.format(scope=self)


@dataclass(frozen=True)
class Statement:
    """Allowed actions on some resources.

    `{scope.…}` in texts stands for an attribute of `PolicyScope`.

    Attributes:
        name: what it is for.
        resources: ARN patterns.
        reads: actions that change nothing.
        writes: the other actions.
        condition: IAM's condition block.
        needs: attribute of `PolicyScope` that must not be empty; else the statement is left out.
    """

    name: str
    resources: tuple[str, ...]
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    condition: Mapping[str, Mapping[str, str | tuple[str, ...]]] = field(default_factory=dict)
    needs: str = ""

    def document(self, scope: PolicyScope, actions: Iterable[str]) -> dict[str, Any]:
        """Return the statement in IAM's form, with some of its actions."""
        # It has no Sid, because a role's policies have at most 10,240 characters.
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
    """Return the policy, in JSON, of the statements that the stack needs, with their actions."""
    documents = [
        statement.document(scope, actions)
        for statement, actions in statements
        if actions and (not statement.needs or getattr(scope, statement.needs))
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": documents})
