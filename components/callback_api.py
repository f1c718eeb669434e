"""CallbackApi: the HTTP API in front of the functions: routes, throttling, access log."""

import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from .routed_function import RoutedFunction
from .settings.model import RouteThrottle, Throttle
from .stack_context import StackContext
from .stack_function import StackFunction

# The fields that API Gateway logs. It does not escape values, so none is the caller's own text:
# with a quotation mark in the decoded path, a caller could write other fields. Query strings are
# left out because they have codes and payloads.
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
    """The HTTP API of the callback URLs.

    Attributes:
        base_url: the callback URLs up to `/{organization_id}/`, without that slash: at the custom
            domain if there is one, or else at the API's own endpoint.
        served_base_urls: every base URL that leads here, `base_url` first, separated by spaces.
        id: the HTTP API's id.
    """

    base_url: pulumi.Output[str]
    served_base_urls: pulumi.Output[str]
    id: pulumi.Output[str]

    def __init__(
        self,
        context: StackContext,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bigcommerce:index:CallbackApi", "callbacks", None, opts)
        domain = context.settings.domain
        api = aws.apigatewayv2.Api(
            "callbacks",
            name=context.name("callbacks"),
            description="The callback URLs of BigCommerce apps",
            protocol_type="HTTP",
            ip_address_type="dualstack",
            disable_execute_api_endpoint=domain is not None and not domain.keep_default_endpoint,
            opts=pulumi.ResourceOptions(parent=self, protect=context.settings.protect),
        )
        self._context = context
        self._api = api
        self.id = api.id
        self.base_url = pulumi.Output.from_input(domain.base_url) if domain else api.api_endpoint
        self.served_base_urls = (
            pulumi.Output.concat(self.base_url, " ", api.api_endpoint)
            if domain is not None and domain.keep_default_endpoint
            else self.base_url
        )
        self.register_outputs({"baseUrl": self.base_url})

    def serve(self, functions: Mapping[RoutedFunction, StackFunction]) -> pulumi.Output[str]:
        """Serve a route to each function, with its own throttle. Return the stage's ID."""
        routes = [self._route(routed, function) for routed, function in functions.items()]
        settings = self._context.settings
        child = pulumi.ResourceOptions(parent=self)
        access_log = aws.cloudwatch.LogGroup(
            "access-log",
            # The prefix spares CloudWatch Logs a resource policy that grows with every API.
            name=f"/aws/vendedlogs/{self._context.name('callbacks')}",
            retention_in_days=settings.log_retention_days,
            opts=child,
        )
        stage = aws.apigatewayv2.Stage(
            "default",
            api_id=self._api.id,
            name="$default",
            auto_deploy=True,
            route_settings=[_route_settings(routed, settings.throttle) for routed in functions],
            access_log_settings={
                "destination_arn": access_log.arn,
                "format": ACCESS_LOG_FORMAT,
            },
            # API Gateway refuses settings of a route that is not there.
            opts=pulumi.ResourceOptions(parent=self, depends_on=routes),
        )
        return stage.id

    def _route(self, routed: RoutedFunction, function: StackFunction) -> aws.apigatewayv2.Route:
        """Add a route. No other route may invoke the function."""
        child = pulumi.ResourceOptions(parent=self)
        integration = aws.apigatewayv2.Integration(
            routed.name,
            api_id=self._api.id,
            integration_type="AWS_PROXY",
            integration_method="POST",  # the only one that Lambda takes
            integration_uri=function.invoke_arn,
            payload_format_version="2.0",
            opts=child,
        )
        permission = aws.lambda_.Permission(
            routed.name,
            statement_id=f"Invoke-{routed.name}",
            action="lambda:InvokeFunction",
            function=function.name,
            principal="apigateway.amazonaws.com",
            # Stage, method, and the route's path with its parameter.
            source_arn=pulumi.Output.concat(
                self._api.execution_arn, f"/*/{routed.method}/*/{routed.path}"
            ),
            opts=child,
        )
        return aws.apigatewayv2.Route(
            routed.name,
            api_id=self._api.id,
            route_key=routed.route_key,
            target=pulumi.Output.concat("integrations/", integration.id),
            # A route without the permission would answer 500.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )


def _route_settings(
    routed: RoutedFunction, throttle: Throttle
) -> aws.apigatewayv2.StageRouteSettingArgsDict:
    limits: RouteThrottle = getattr(throttle, routed.module)
    return {
        "route_key": routed.route_key,
        "throttling_rate_limit": limits.rate,
        "throttling_burst_limit": limits.burst,
    }
