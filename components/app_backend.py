"""AppBackend: the whole back end of a stack's apps, put together from the other components."""

from dataclasses import replace

import pulumi

from . import lambda_bundle
from .access_policies import AccessPolicies
from .alarm_topic import AlarmTopic
from .app import BigCommerceApp
from .callback_api import CallbackApi
from .callbacks import CALLBACKS, CallbackResources
from .custom_domain import CustomDomain
from .installation_store import INDEX, InstallationStore
from .monitoring import Monitoring
from .rutter_connect import CONNECT, RutterConnect, operator_grants
from .rutter_webhook import WEBHOOK, webhook_function
from .settings.model import Settings
from .stack_context import StackContext
from .stack_function import FunctionBasis, StackFunction
from .stack_registration import registration_outputs
from .store_events import STORE_EVENTS, StoreEvents


class AppBackend(pulumi.ComponentResource):
    """The callbacks of a stack's apps, and what stores, connects and monitors their stores.

    Attributes:
        outputs: the stack's outputs by name, as docs/outputs.md describes them.
    """

    outputs: dict[str, pulumi.Input[object]]

    def __init__(
        self, name: str, settings: Settings, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("bigcommerce:index:AppBackend", name, None, opts)
        self._settings = settings
        self._child = pulumi.ResourceOptions(parent=self)
        self._context = self._current_context()
        self._basis = FunctionBasis(
            code=pulumi.FileArchive(str(lambda_bundle.build())),
            settings=settings.functions,
            log_retention_days=settings.log_retention_days,
        )
        self._store = InstallationStore(self._context, protect=settings.protect, opts=self._child)
        self._api = CallbackApi(
            self._context, protect=settings.protect, domain=settings.domain, opts=self._child
        )
        self._functions: dict[str, StackFunction] = {}
        apps = self._add_apps()
        log_groups = self._add_callbacks()
        connected = self._connect_to_rutter()
        self._serve()
        event_bus_arn = self._publish_events()
        policies = AccessPolicies(
            self._context,
            self._store,
            log_groups=list(log_groups.values()),
            more_for_operators=operator_grants(self._context) if connected else [],
            opts=self._child,
        )
        self._add_monitoring()
        self.outputs = {
            **registration_outputs(self._api.base_url, settings),
            "credentialSecretArns": {id_: app.secret_arn for id_, app in apps.items()},
            "installationsTable": self._store.table_name,
            "installationsTableArn": self._store.table_arn,
            "installationsIndex": INDEX,
            "accessTokenKeyArn": self._store.key_arn,
            "accessTokenReaderPolicyArn": policies.reader_arn,
            "operatorPolicyArn": policies.operator_arn,
            **log_groups,
            "eventBusArn": event_bus_arn,
        }
        self.register_outputs(self.outputs)

    def _current_context(self) -> StackContext:
        context = StackContext.current(
            permissions_boundary_arn=self._settings.permissions_boundary_arn
        )
        if self._settings.monitoring is None:
            return context
        topic = AlarmTopic(context, self._settings.monitoring, opts=self._child)
        return replace(context, alarm_topics=(topic.arn,))

    def _add_apps(self) -> dict[str, BigCommerceApp]:
        """Add each app's profile and credentials."""
        settings = self._settings
        return {
            app.organization_id: BigCommerceApp(
                self._context,
                app,
                client_secret=settings.client_secrets.get(app.organization_id),
                handoff_key=settings.handoff_keys.get(app.organization_id),
                rutter_client_secret=settings.rutter_client_secrets.get(app.organization_id),
                table_name=self._store.table_name,
                key_arn=self._store.key_arn,
                protect=settings.protect,
                opts=self._child,
            )
            for app in settings.apps
        }

    def _add_callbacks(self) -> dict[str, pulumi.Output[str]]:
        """Add a function and a route for each callback. Return their log groups by output."""
        resources = CallbackResources(
            context=self._context, settings=self._settings, store=self._store, api=self._api
        )
        reserved = self._settings.functions.reserved_concurrency
        for callback in CALLBACKS:
            function = StackFunction(
                self._context,
                callback,
                self._basis,
                environment=callback.environment(resources),
                statements=callback.grants(resources),
                reserved_concurrency=getattr(reserved, callback.setting),
                opts=self._child,
            )
            self._functions[callback.name] = function
            self._api.add_route(callback, function)
        return {
            callback.portal_field.log_group_output: self._functions[callback.name].log_group
            for callback in CALLBACKS
        }

    def _connect_to_rutter(self) -> bool:
        """Connect the stores of the apps with `rutter`. Return whether there are any."""
        apps = [app for app in self._settings.apps if app.rutter]
        if not apps:
            return False
        connect = RutterConnect(
            self._context,
            self._store,
            self._basis,
            organization_ids=[app.organization_id for app in apps],
            base_url=self._settings.rutter_base_url,
            opts=self._child,
        )
        self._functions[CONNECT.name] = connect.function
        if any(app.rutter and app.rutter.webhooks for app in apps):
            webhook = webhook_function(
                self._context,
                self._store,
                connect,
                self._basis,
                frame_ancestors=self._settings.bigcommerce.frame_ancestors,
                opts=self._child,
            )
            self._functions[WEBHOOK.name] = webhook
            self._api.add_route(WEBHOOK, webhook)
        return True

    def _serve(self) -> None:
        """Deploy the API with the routes that were added, at the custom domain if there is one."""
        settings = self._settings
        stage_id = self._api.serve(
            throttle=settings.throttle, log_retention_days=settings.log_retention_days
        )
        if settings.domain is not None:
            CustomDomain(settings.domain, api=self._api, stage_id=stage_id, opts=self._child)

    def _publish_events(self) -> pulumi.Input[str]:
        """Add the event bus if it is configured. Return its ARN, or an empty text."""
        if not self._settings.events:
            return ""
        events = StoreEvents(self._context, self._store, self._basis, opts=self._child)
        self._functions[STORE_EVENTS.name] = events.function
        return events.bus_arn

    def _add_monitoring(self) -> None:
        if self._settings.monitoring is not None:
            Monitoring(
                self._context,
                silence_hours=self._settings.monitoring.silence_hours,
                api_id=self._api.id,
                functions=self._functions,
                opts=self._child,
            )
