"""AppBackend: the whole back end of a stack's apps, put together from the other components."""

from dataclasses import replace

import pulumi

from .access_policies import AccessPolicies
from .alarm_topic import AlarmTopic
from .app import BigCommerceApp
from .callback_api import CallbackApi
from .callbacks import CALLBACKS, CallbackResources
from .custom_domain import CustomDomain
from .installation_store import INDEX, InstallationStore
from .monitoring import Monitoring
from .routed_function import RoutedFunction
from .rutter_connect import CONNECT, RutterConnect, operator_grants
from .rutter_webhook import WEBHOOK, webhook_function
from .settings.model import Settings
from .stack_context import StackContext
from .stack_function import FunctionSpec, StackFunction
from .stack_registration import registration_outputs
from .store_events import STORE_EVENTS, StoreEvents

# The outputs that the operator's commands read.
OPERATIONS = (
    "registration",
    "credentialSecretArns",
    "installationsTable",
    "installationsTableArn",
    "installationsIndex",
    "accessTokenKeyArn",
    "operatorPolicyArn",
    *(each.portal_field.log_group_output for each in CALLBACKS),
)


class AppBackend(pulumi.ComponentResource):
    """The callbacks of a stack's apps, and what stores, connects and monitors their stores.

    Args:
        packaged: whether the settings are in a program that uses the component package.

    Attributes:
        outputs: the stack's outputs by name, as docs/outputs.md describes them.
    """

    outputs: dict[str, pulumi.Input[object]]

    def __init__(
        self,
        name: str,
        settings: Settings,
        opts: pulumi.ResourceOptions | None = None,
        *,
        packaged: bool = False,
    ) -> None:
        super().__init__("bigcommerce:index:AppBackend", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self._context = self._stack_context(settings)
        self._store = InstallationStore(self._context, opts=self._child)
        self._api = CallbackApi(self._context, opts=self._child)
        secret_arns = self._add_apps()
        events = self._store_events()
        self._functions: dict[FunctionSpec, StackFunction] = {
            **self._callbacks(),
            **self._rutter_functions(),
            **({STORE_EVENTS: events.function} if events else {}),
        }
        self._serve()
        self._add_monitoring()
        self.outputs = {
            **registration_outputs(self._api.base_url, settings, packaged=packaged),
            "apiId": self._api.id,
            "credentialSecretArns": secret_arns,
            "installationsTable": self._store.table_name,
            "installationsTableArn": self._store.table_arn,
            "installationsIndex": INDEX,
            "accessTokenKeyArn": self._store.key_arn,
            **self._give_access(),
            "eventBusArn": events.bus_arn if events else "",
        }
        operations = {name: self.outputs[name] for name in OPERATIONS}
        self.outputs["operations"] = pulumi.Output.from_input(operations)
        self.register_outputs({"baseUrl": self._api.base_url})

    def _stack_context(self, settings: Settings) -> StackContext:
        """Return the context, with a topic for the alarms if monitoring is configured."""
        context = StackContext.current(settings, self)
        if settings.monitoring is None:
            return context
        topic = AlarmTopic(context, settings.monitoring, opts=self._child)
        return replace(context, alarm_topics=(topic.arn,))

    def _add_apps(self) -> dict[str, pulumi.Output[str]]:
        """Add each app's credentials and profile. Return the credentials' ARNs by app."""
        return {
            app.organization_id: BigCommerceApp(
                self._context, app, self._store, opts=self._child
            ).secret_arn
            for app in self._context.settings.apps
        }

    def _store_events(self) -> StoreEvents | None:
        """Add the event bus if it is configured."""
        if not self._context.settings.events:
            return None
        return StoreEvents(self._context, self._store, opts=self._child)

    def _callbacks(self) -> dict[FunctionSpec, StackFunction]:
        resources = CallbackResources(context=self._context, store=self._store, api=self._api)
        reserved = self._context.settings.functions.reserved_concurrency
        return {
            callback: StackFunction(
                self._context,
                callback,
                environment=callback.environment(resources),
                statements=callback.grants(resources),
                reserved_concurrency=getattr(reserved, callback.module),
                opts=self._child,
            )
            for callback in CALLBACKS
        }

    def _rutter_functions(self) -> dict[FunctionSpec, StackFunction]:
        """Connect the stores of the apps with `rutter`, if there are any."""
        apps = [app for app in self._context.settings.apps if app.rutter]
        if not apps:
            return {}
        connect = RutterConnect(
            self._context,
            self._store,
            organization_ids=[app.organization_id for app in apps],
            opts=self._child,
        )
        if not any(app.rutter and app.rutter.webhooks for app in apps):
            return {CONNECT: connect.function}
        webhook = webhook_function(self._context, self._store, connect, opts=self._child)
        return {CONNECT: connect.function, WEBHOOK: webhook}

    def _serve(self) -> None:
        """Deploy the API with the functions' routes, at the custom domain if there is one."""
        functions = self._functions.items()
        routed = {spec: each for spec, each in functions if isinstance(spec, RoutedFunction)}
        domain, stage_id = self._context.settings.domain, self._api.serve(routed)
        if domain is not None:
            CustomDomain(domain, api=self._api, stage_id=stage_id, opts=self._child)

    def _add_monitoring(self) -> None:
        if self._context.settings.monitoring is not None:
            Monitoring(
                self._context,
                silence_hours=self._context.settings.monitoring.silence_hours,
                api_id=self._api.id,
                functions={spec.name: each for spec, each in self._functions.items()},
                opts=self._child,
            )

    def _give_access(self) -> dict[str, pulumi.Input[object]]:
        """Add the policies for people and programs. Return them and the log groups as outputs."""
        log_groups = {
            each.portal_field.log_group_output: self._functions[each].log_group
            for each in CALLBACKS
        }
        policies = AccessPolicies(
            self._context,
            self._store,
            log_groups=list(log_groups.values()),
            more_for_operators=(
                operator_grants(self._context) if CONNECT in self._functions else []
            ),
            opts=self._child,
        )
        return {
            **log_groups,
            "accessTokenReaderPolicyArn": policies.reader_arn,
            "operatorPolicyArn": policies.operator_arn,
        }
