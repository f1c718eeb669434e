"""CallbackApi: the HTTP API in front of the functions: stage, throttling, access log, domain."""

import json

import pulumi
import pulumi_aws as aws

from .callback_function import CallbackFunction
from .callbacks import Callback
from .settings import Domain, Throttle
from .stack_context import StackContext

# What API Gateway logs of a request. `path` has no query string: that holds codes and payloads.
ACCESS_LOG_FORMAT = json.dumps(
    {
        "request_id": "$context.requestId",
        "time": "$context.requestTime",
        "source_ip": "$context.identity.sourceIp",
        "method": "$context.httpMethod",
        "path": "$context.path",
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
    """The HTTP API that the callback URLs lead to; `add_route` takes a callback to its function.

    Attributes:
        base_url: the callback URLs up to `/{organization_id}/`, without that slash: at the custom
            domain if there is one, or else at the API's own endpoint.
    """

    base_url: pulumi.Output[str]

    def __init__(
        self,
        context: StackContext,
        *,
        throttle: Throttle,
        log_retention_days: int,
        protect: bool,
        domain: Domain | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bigcommerce:index:CallbackApi", "callbacks", None, opts)
        child = pulumi.ResourceOptions(parent=self)
        api = aws.apigatewayv2.Api(
            "callbacks",
            name=context.name("callbacks"),
            description="The callback URLs of BigCommerce apps",
            protocol_type="HTTP",
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        access_log = aws.cloudwatch.LogGroup(
            "access-log",
            # The prefix spares CloudWatch Logs a resource policy that grows with every API.
            name=f"/aws/vendedlogs/{context.name('callbacks')}",
            retention_in_days=log_retention_days,
            opts=child,
        )
        stage = aws.apigatewayv2.Stage(
            "default",
            api_id=api.id,
            name="$default",
            auto_deploy=True,
            default_route_settings={
                "throttling_rate_limit": throttle.rate,
                "throttling_burst_limit": throttle.burst,
            },
            access_log_settings={
                "destination_arn": access_log.arn,
                "format": ACCESS_LOG_FORMAT,
            },
            opts=child,
        )
        self._api = api
        self.base_url = api.api_endpoint
        if domain is not None:
            self.base_url = self._serve_at(domain, stage, context)
        self.register_outputs({"baseUrl": self.base_url})

    def add_route(self, callback: Callback, function: CallbackFunction) -> None:
        """Add a callback's GET route, which alone may call the function."""
        child = pulumi.ResourceOptions(parent=self)
        integration = aws.apigatewayv2.Integration(
            callback.name,
            api_id=self._api.id,
            integration_type="AWS_PROXY",
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
        aws.apigatewayv2.Route(
            callback.name,
            api_id=self._api.id,
            route_key=callback.route_key,
            target=pulumi.Output.concat("integrations/", integration.id),
            # A route without the permission would answer 500.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )

    def _serve_at(
        self, domain: Domain, stage: aws.apigatewayv2.Stage, context: StackContext
    ) -> pulumi.Output[str]:
        """Serve the API at a custom domain and give its base URL."""
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
        mapping = aws.apigatewayv2.ApiMapping(
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
        return pulumi.Output.concat("https://", mapping.domain_name)
