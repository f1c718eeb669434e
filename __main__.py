"""A BigCommerce app back end: settings, then components, then outputs."""

from functools import partial

import pulumi

from components import lambda_bundle
from components.alarm_topic import AlarmTopic
from components.app import BigCommerceApp, read_credentials_statement, secret_prefix
from components.callback_api import CallbackApi
from components.callbacks import CALLBACKS
from components.custom_domain import CustomDomain
from components.installation_store import INDEX, InstallationStore
from components.monitoring import Monitoring
from components.operator_policy import OperatorPolicy
from components.rutter_connect import CONNECT, RutterConnect, operator_statements
from components.rutter_webhook import WEBHOOK, webhook_function
from components.settings.stack import configuration_warnings, read_settings
from components.stack_context import StackContext
from components.stack_function import FunctionBasis, StackFunction
from components.stack_registration import stack_registration, warn_of_url_changes
from components.store_events import STORE_EVENTS, StoreEvents
from portal.model import Registration
from portal.sheet.documents import markdown_sheet
from portal.sheet.install_links import install_links

settings = read_settings()
for warning in configuration_warnings(settings):
    pulumi.log.warn(warning)
if settings.domain is not None:
    # Its URLs are known already: a change is reported before anything is deployed.
    warn_of_url_changes(stack_registration(settings.domain.base_url, settings))
context = StackContext.current(permissions_boundary_arn=settings.permissions_boundary_arn)
basis = FunctionBasis(
    code=pulumi.FileArchive(str(lambda_bundle.build())),
    settings=settings.functions,
    log_retention_days=settings.log_retention_days,
)
frame_ancestors = " ".join(settings.bigcommerce.frame_ancestors)

# What is kept: the installed stores, and each app's profile and credentials.
store = InstallationStore(context, protect=settings.protect)
apps = {
    app.organization_id: BigCommerceApp(
        context,
        app,
        client_secret=settings.client_secrets.get(app.organization_id),
        handoff_key=settings.handoff_keys.get(app.organization_id),
        rutter_client_secret=settings.rutter_client_secrets.get(app.organization_id),
        table_name=store.table_name,
        key_arn=store.key_arn,
        protect=settings.protect,
    )
    for app in settings.apps
}

# What is called from outside: an API with a route and a function for each callback.
api = CallbackApi(context, protect=settings.protect, domain=settings.domain)
environment: dict[str, pulumi.Input[str]] = {
    "TABLE_NAME": store.table_name,
    "SECRET_PREFIX": secret_prefix(context),
    "FRAME_ANCESTORS": frame_ancestors,
    "BASE_URL": api.base_url,
    "SERVED_BASE_URLS": api.served_base_urls,
    "LOGIN_URL": settings.bigcommerce.login_url,
    "ACCESS_TOKEN_KEY_ARN": store.key_arn,
    "UNINSTALLED_RETENTION_SECONDS": str(settings.uninstalled_retention_days * 86_400),
}
statements = [
    read_credentials_statement(context),
    store.read_items_statement(),
    store.write_records_statement(),
    store.encrypt_statement(),
]
functions = {}
for callback in CALLBACKS:
    functions[callback.name] = StackFunction(
        context,
        callback,
        basis,
        environment={name: environment[name] for name in callback.environment},
        statements=[each for each in statements if each["Sid"] in callback.statements],
        reserved_concurrency=getattr(settings.functions.reserved_concurrency, callback.setting),
    )
    api.add_route(callback, functions[callback.name])

# Whom the alarms tell.
topics = []
if settings.monitoring is not None:
    topics.append(AlarmTopic(context, settings.monitoring).arn)

# What connects the stores of apps with `rutter` to Rutter, if there are any.
connected = [app.organization_id for app in settings.apps if app.rutter]
if connected:
    connect = RutterConnect(
        context,
        store,
        basis,
        organization_ids=connected,
        base_url=settings.rutter_base_url,
        topics=topics,
    )
    functions[CONNECT.name] = connect.function
    if any(app.rutter and app.rutter.webhooks for app in settings.apps):
        functions[WEBHOOK.name] = webhook_function(
            context, store, connect, basis, frame_ancestors=frame_ancestors
        )
        api.add_route(WEBHOOK, functions[WEBHOOK.name])

# Every route has its function.
stage_id = api.serve(throttle=settings.throttle, log_retention_days=settings.log_retention_days)
if settings.domain is not None:
    CustomDomain(settings.domain, api=api, stage_id=stage_id)

# What tells other consumers what happens to stores, where that is on.
events = None
if settings.events:
    events = StoreEvents(
        context,
        store,
        basis,
        topics=topics,
    )
    functions[STORE_EVENTS.name] = events.function

# What an operator of the stores may do.
operator_policy = OperatorPolicy(
    context,
    store,
    log_groups=[functions[callback.name].log_group for callback in CALLBACKS],
    more=operator_statements(context) if connected else (),
)

# What tells a person of all of them.
if settings.monitoring is not None:
    Monitoring(
        context,
        silence_hours=settings.monitoring.silence_hours,
        topics=topics,
        api_id=api.id,
        functions=functions,
    )

# What the engineer reads.
registration = api.base_url.apply(partial(stack_registration, settings=settings))
if settings.domain is None:
    registration.apply(warn_of_url_changes)
pulumi.export("baseUrl", api.base_url)
pulumi.export("technicalTab", registration.apply(Registration.technical_tabs))
for callback in CALLBACKS:
    url = partial(callback.portal_field.url, organization_id=settings.apps[0].organization_id)
    pulumi.export(callback.portal_field.key, api.base_url.apply(url))
pulumi.export("registration", registration.apply(Registration.as_output))
pulumi.export("readme", registration.apply(markdown_sheet))  # shown by Pulumi Cloud
pulumi.export("registeredUrls", registration.apply(Registration.registered_urls))
pulumi.export("rutterWebhookUrls", registration.apply(Registration.rutter_webhook_urls))
pulumi.export("installLinks", registration.apply(install_links))
pulumi.export("credentialSecretArns", {id_: app.secret_arn for id_, app in apps.items()})
pulumi.export("installationsTable", store.table_name)
pulumi.export("installationsTableArn", store.table_arn)
pulumi.export("installationsIndex", INDEX)
pulumi.export("accessTokenKeyArn", store.key_arn)
pulumi.export("accessTokenReaderPolicyArn", store.reader_policy_arn)
pulumi.export("operatorPolicyArn", operator_policy.arn)
for callback in CALLBACKS:
    pulumi.export(callback.portal_field.log_group_output, functions[callback.name].log_group)
pulumi.export("eventBusArn", events.bus_arn if events is not None else "")
