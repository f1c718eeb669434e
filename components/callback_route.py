"""CallbackRoute: the way from a callback's route of the API to its function."""

import pulumi
import pulumi_aws as aws

from .callback_api import CallbackApi
from .callback_function import CallbackFunction
from .callbacks import Callback


class CallbackRoute(pulumi.ComponentResource):
    """A callback's GET route, its integration, and the permission of this route alone to invoke."""

    def __init__(
        self,
        callback: Callback,
        api: CallbackApi,
        function: CallbackFunction,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bigcommerce:index:CallbackRoute", callback.name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        integration = aws.apigatewayv2.Integration(
            callback.name,
            api_id=api.id,
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
                api.execution_arn, "/*/GET/*/", callback.portal_field.path
            ),
            opts=child,
        )
        aws.apigatewayv2.Route(
            callback.name,
            api_id=api.id,
            route_key=callback.route_key,
            target=pulumi.Output.concat("integrations/", integration.id),
            # A route without the permission would answer 500.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )
        self.register_outputs({})
