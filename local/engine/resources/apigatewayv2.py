"""HTTP APIs: routes, integrations, stages and custom domains."""

from __future__ import annotations

from typing import Any

from local.engine.resources.base import (
    Created,
    Inputs,
    Outputs,
    ResourceType,
    UpdatableType,
    renamed,
    retag,
)

_API = {
    "name": "Name",
    "protocolType": "ProtocolType",
    "description": "Description",
    "tags": "Tags",
}
_INTEGRATION = {
    "apiId": "ApiId",
    "integrationType": "IntegrationType",
    "integrationUri": "IntegrationUri",
    "payloadFormatVersion": "PayloadFormatVersion",
}
_ROUTE = {"apiId": "ApiId", "routeKey": "RouteKey", "target": "Target"}
_THROTTLE = {
    "throttlingBurstLimit": "ThrottlingBurstLimit",
    "throttlingRateLimit": "ThrottlingRateLimit",
}
_ACCESS_LOG = {"destinationArn": "DestinationArn", "format": "Format"}
_DOMAIN = {
    "certificateArn": "CertificateArn",
    "endpointType": "EndpointType",
    "securityPolicy": "SecurityPolicy",
}


class _Tagged(UpdatableType):
    """A type whose tags are set by ARN."""

    def _retag(self, arn: str, old: Inputs, new: Inputs) -> None:
        client = self.aws.apigatewayv2
        retag(
            old,
            new,
            lambda tags: client.tag_resource(ResourceArn=arn, Tags=tags),
            lambda keys: client.untag_resource(ResourceArn=arn, TagKeys=keys),
        )

    def _arn(self, path: str) -> str:
        return f"arn:aws:apigateway:{self.aws.region}::/{path}"


class Api(_Tagged):
    """An HTTP API."""

    token = "aws:apigatewayv2/api:Api"
    immutable = frozenset({"protocolType"})
    mutable = frozenset(_API) - immutable

    def create(self, inputs: Inputs) -> Created:
        """Create the API."""
        api = self.aws.apigatewayv2.create_api(**renamed(inputs, _API))
        api_id = api["ApiId"]
        account = f"{self.aws.region}:{self.aws.account_id}"
        return Created(
            api_id,
            {
                "apiEndpoint": api["ApiEndpoint"],
                "arn": self._arn(f"apis/{api_id}"),
                "executionArn": f"arn:aws:execute-api:{account}:{api_id}",
            },
        )

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Change name, description and tags."""
        self.aws.apigatewayv2.update_api(
            ApiId=resource_id,
            Name=new["name"],
            Description=new.get("description", ""),
        )
        self._retag(self._arn(f"apis/{resource_id}"), old, new)
        return {}

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Delete the API with all that belongs to it."""
        self.aws.apigatewayv2.delete_api(ApiId=resource_id)


class Stage(_Tagged):
    """A stage."""

    token = "aws:apigatewayv2/stage:Stage"
    immutable = frozenset({"apiId", "name"})
    mutable = frozenset({"accessLogSettings", "autoDeploy", "defaultRouteSettings", "tags"})

    def create(self, inputs: Inputs) -> Created:
        """Create the stage."""
        api, name = inputs["apiId"], inputs["name"]
        self.aws.apigatewayv2.create_stage(
            ApiId=api, StageName=name, Tags=inputs.get("tags", {}), **_stage(inputs)
        )
        return Created(name, {"arn": self._arn(f"apis/{api}/stages/{name}")})

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Change whatever differs."""
        api = new["apiId"]
        self.aws.apigatewayv2.update_stage(ApiId=api, StageName=resource_id, **_stage(new))
        self._retag(self._arn(f"apis/{api}/stages/{resource_id}"), old, new)
        return {}

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Delete the stage."""
        self.aws.apigatewayv2.delete_stage(ApiId=inputs["apiId"], StageName=resource_id)


class Integration(UpdatableType):
    """What a route calls."""

    token = "aws:apigatewayv2/integration:Integration"
    immutable = frozenset({"apiId", "integrationType"})
    mutable = frozenset(_INTEGRATION) - immutable

    def create(self, inputs: Inputs) -> Created:
        """Create the integration."""
        made = self.aws.apigatewayv2.create_integration(**renamed(inputs, _INTEGRATION))
        return Created(made["IntegrationId"])

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Change whatever differs."""
        self.aws.apigatewayv2.update_integration(
            IntegrationId=resource_id, **renamed(new, _INTEGRATION)
        )
        return {}

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Delete the integration."""
        self.aws.apigatewayv2.delete_integration(ApiId=inputs["apiId"], IntegrationId=resource_id)


class Route(UpdatableType):
    """A route."""

    token = "aws:apigatewayv2/route:Route"
    immutable = frozenset({"apiId"})
    mutable = frozenset(_ROUTE) - immutable

    def create(self, inputs: Inputs) -> Created:
        """Create the route."""
        return Created(self.aws.apigatewayv2.create_route(**renamed(inputs, _ROUTE))["RouteId"])

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Change key and target."""
        self.aws.apigatewayv2.update_route(RouteId=resource_id, **renamed(new, _ROUTE))
        return {}

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Delete the route."""
        self.aws.apigatewayv2.delete_route(ApiId=inputs["apiId"], RouteId=resource_id)


class DomainName(_Tagged):
    """A custom domain name."""

    token = "aws:apigatewayv2/domainName:DomainName"
    immutable = frozenset({"domainName"})
    mutable = frozenset({"domainNameConfiguration", "tags"})

    def create(self, inputs: Inputs) -> Created:
        """Create the domain name; the configuration gains the target of the DNS record."""
        name = inputs["domainName"]
        made = self.aws.apigatewayv2.create_domain_name(
            DomainName=name,
            DomainNameConfigurations=[_domain(inputs)],
            Tags=inputs.get("tags", {}),
        )
        return Created(
            name,
            {
                "arn": self._arn(f"domainnames/{name}"),
                "domainNameConfiguration": _with_target(inputs, made),
            },
        )

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Change certificate, security policy and tags."""
        made = self.aws.apigatewayv2.update_domain_name(
            DomainName=resource_id, DomainNameConfigurations=[_domain(new)]
        )
        self._retag(self._arn(f"domainnames/{resource_id}"), old, new)
        return {"domainNameConfiguration": _with_target(new, made)}

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Delete the domain name."""
        self.aws.apigatewayv2.delete_domain_name(DomainName=resource_id)


class ApiMapping(UpdatableType):
    """A custom domain's connection to a stage of an API."""

    token = "aws:apigatewayv2/apiMapping:ApiMapping"
    immutable = frozenset({"domainName"})
    mutable = frozenset({"apiId", "stage"})

    def create(self, inputs: Inputs) -> Created:
        """Create the mapping."""
        made = self.aws.apigatewayv2.create_api_mapping(
            ApiId=inputs["apiId"], DomainName=inputs["domainName"], Stage=inputs["stage"]
        )
        return Created(made["ApiMappingId"])

    def update(self, resource_id: str, old: Inputs, new: Inputs) -> Outputs:
        """Point the domain at another API or stage."""
        self.aws.apigatewayv2.update_api_mapping(
            ApiMappingId=resource_id,
            ApiId=new["apiId"],
            DomainName=new["domainName"],
            Stage=new["stage"],
        )
        return {}

    def delete(self, resource_id: str, inputs: Inputs) -> None:
        """Delete the mapping."""
        self.aws.apigatewayv2.delete_api_mapping(
            ApiMappingId=resource_id, DomainName=inputs["domainName"]
        )


def _stage(inputs: Inputs) -> dict[str, Any]:
    # What is absent is sent empty, so that an update takes it away. AWS has a call of its own to
    # take the access log away, but the embedded AWS deletes the whole stage at it.
    return {
        "AutoDeploy": inputs.get("autoDeploy", False),
        "DefaultRouteSettings": renamed(inputs.get("defaultRouteSettings", {}), _THROTTLE),
        "AccessLogSettings": renamed(inputs.get("accessLogSettings", {}), _ACCESS_LOG),
    }


def _domain(inputs: Inputs) -> Any:
    return renamed(inputs["domainNameConfiguration"], _DOMAIN)


def _with_target(inputs: Inputs, made: Any) -> dict[str, Any]:
    configuration = made["DomainNameConfigurations"][0]
    return {
        **inputs["domainNameConfiguration"],
        "targetDomainName": configuration["ApiGatewayDomainName"],
        "hostedZoneId": configuration["HostedZoneId"],
    }


TYPES: list[type[ResourceType]] = [
    Api,
    Stage,
    Integration,
    Route,
    DomainName,
    ApiMapping,
]
