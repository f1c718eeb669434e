"""CallbackApi: the HTTP API in front of the functions: routes, throttling, access log, domain."""

import json

import pulumi
import pulumi_aws as aws

from .callbacks import Callback
from .settings import Domain, RouteThrottle, Throttle
from .stack_context import StackContext
from .stack_function import StackFunction

# What API Gateway logs of a request. It puts values in as they are, so none is the caller's own
# text: with a quotation mark in its path, which arrives decoded, a caller could write other fields.
# Nor are there query strings, which hold codes and payloads.
ACCESS_LOG_FORMAT = json.dumps(
    {
        "request_id": "$context.requestId",
        "time": "$context.requestTime",
        "source_ip": "$context.identity.sourceIp",
        "method": "$context.httpMethod",
        "route": "$context.routeKey",
        "status": "$context.status",
        "response_length": "$context.responseLength",
        "latency_ms": "$context.responseLatency",
        "integration_latency_ms": "$context.integrationLatency",
        "integration_error": "$context.integrationErrorMessage",
        "error": "$context.error.message",
    }
)


class CallbackApi(pulumi.ComponentResource):
    """The HTTP API that the callback URLs lead to.

    `add_route` takes a callback to its function; `serve`, once all have theirs, begins to serve.

    Attributes:
        base_url: the callback URLs up to `/{organization_id}/`, without that slash: at the custom
            domain if there is one, or else at the API's own endpoint.
        id: the HTTP API's id.
    """

    base_url: pulumi.Output[str]
    id: pulumi.Output[str]

    def __init__(
        self,
        context: StackContext,
        *,
        protect: bool,
        domain: Domain | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bigcommerce:index:CallbackApi", "callbacks", None, opts)
        api = aws.apigatewayv2.Api(
            "callbacks",
            name=context.name("callbacks"),
            description="The callback URLs of BigCommerce apps",
            protocol_type="HTTP",
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        self._context = context
        self._api = api
        self.id = api.id
        self._domain = domain
        self._routes: dict[Callback, aws.apigatewayv2.Route] = {}
        self.base_url = pulumi.Output.from_input(domain.base_url) if domain else api.api_endpoint
        self.register_outputs({"baseUrl": self.base_url})

    def add_route(self, callback: Callback, function: StackFunction) -> None:
        """Add a callback's GET route, which alone may call the function."""
        child = pulumi.ResourceOptions(parent=self)
        integration = aws.apigatewayv2.Integration(
            callback.name,
            api_id=self._api.id,
            integration_type="AWS_PROXY",
            integration_method="POST",  # the only one that Lambda takes
            integration_uri=function.invoke_arn,
            payload_format_version="2.0",
            opts=child,
        )
        permission = aws.lambda_.Permission(
            callback.name,
            statement_id=f"Invoke-{callback.name}",
            action="lambda:InvokeFunction",
            function=function.name,
            principal="apigateway.amazonaws.com",
            # Stage, method, and the route's path with its parameter.
            source_arn=pulumi.Output.concat(
                self._api.execution_arn, "/*/GET/*/", callback.portal_field.path
            ),
            opts=child,
        )
        self._routes[callback] = aws.apigatewayv2.Route(
            callback.name,
            api_id=self._api.id,
            route_key=callback.route_key,
            target=pulumi.Output.concat("integrations/", integration.id),
            # A route without the permission would answer 500.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )

    def serve(self, *, throttle: Throttle, log_retention_days: int) -> None:
        """Serve the routes that were added, each with a throttle of its own."""
        child = pulumi.ResourceOptions(parent=self)
        access_log = aws.cloudwatch.LogGroup(
            "access-log",
            # The prefix spares CloudWatch Logs a resource policy that grows with every API.
            name=f"/aws/vendedlogs/{self._context.name('callbacks')}",
            retention_in_days=log_retention_days,
            opts=child,
        )
        stage = aws.apigatewayv2.Stage(
            "default",
            api_id=self._api.id,
            name="$default",
            auto_deploy=True,
            route_settings=[_route_settings(callback, throttle) for callback in self._routes],
            access_log_settings={
                "destination_arn": access_log.arn,
                "format": ACCESS_LOG_FORMAT,
            },
            # API Gateway refuses settings of a route that is not there.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(self._routes.values())),
        )
        if self._domain is not None:
            self._serve_at(self._domain, stage)

    def _serve_at(self, domain: Domain, stage: aws.apigatewayv2.Stage) -> None:
        """Serve the API at a custom domain."""
        child = pulumi.ResourceOptions(parent=self)
        name = aws.apigatewayv2.DomainName(
            "domain",
            domain_name=domain.name,
            domain_name_configuration={
                "certificate_arn": domain.certificate_arn,
                "endpoint_type": "REGIONAL",
                "security_policy": "TLS_1_2",
            },
            opts=child,
        )
        aws.apigatewayv2.ApiMapping(
            "domain",
            api_id=self._api.id,
            domain_name=name.id,
            stage=stage.id,
            opts=child,
        )
        if domain.hosted_zone_id is not None:
            target = name.domain_name_configuration
            aws.route53.Record(
                "domain",
                zone_id=domain.hosted_zone_id,
                name=domain.name,
                type="A",
                aliases=[
                    {
                        "name": target.target_domain_name,
                        "zone_id": target.hosted_zone_id,
                        "evaluate_target_health": False,
                    }
                ],
                opts=child,
            )


def _route_settings(
    callback: Callback, throttle: Throttle
) -> aws.apigatewayv2.StageRouteSettingArgsDict:
    limits: RouteThrottle = getattr(throttle, callback.setting)
    return {
        "route_key": callback.route_key,
        "throttling_rate_limit": limits.rate,
        "throttling_burst_limit": limits.burst,
    }
