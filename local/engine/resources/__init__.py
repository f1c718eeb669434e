"""The AWS resource types and functions the engine knows, by Pulumi token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from local.aws import Aws
from local.engine.resources import (
    apigatewayv2,
    dynamodb,
    iam,
    kms,
    lambda_,
    logs,
    route53,
    secretsmanager,
)
from local.engine.resources.base import ResourceType

_MODULES = (apigatewayv2, dynamodb, iam, kms, lambda_, logs, route53, secretsmanager)
TYPES: Mapping[str, type[ResourceType]] = {
    kind.token: kind for module in _MODULES for kind in module.TYPES
}


def _caller_identity(aws: Aws) -> dict[str, Any]:
    return {"id": aws.account_id, "accountId": aws.account_id}


def _region(aws: Aws) -> dict[str, Any]:
    return {"id": aws.region, "region": aws.region}


def _partition(aws: Aws) -> dict[str, Any]:
    return {"id": "aws", "partition": "aws"}


FUNCTIONS: Mapping[str, Callable[[Aws], dict[str, Any]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getPartition:getPartition": _partition,
}
