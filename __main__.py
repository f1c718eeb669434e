"""A BigCommerce app back end: settings, then components, then outputs."""

from functools import partial

import pulumi

from components import app_credentials, lambda_bundle
from components.app_credentials import AppCredentials
from components.app_profile import AppProfile
from components.callback_api import CallbackApi
from components.callback_function import CallbackFunction
from components.callback_route import CallbackRoute
from components.callbacks import AUTH, CALLBACKS, LOAD, UNINSTALL
from components.installation_store import InstallationStore
from components.settings import read_settings
from components.stack_context import StackContext
from components.stack_registration import stack_registration, warn_of_url_changes
from registration.install_links import install_links
from registration.model import Registration
from registration.sheet import markdown_sheet

settings = read_settings()
if settings.domain is not None:
    # Its URLs are known already: a change is reported before anything is deployed.
    warn_of_url_changes(stack_registration(settings.domain.base_url, settings))
context = StackContext.current(settings.tags)
code = pulumi.FileArchive(str(lambda_bundle.build()))

# What the apps have: a table of installed stores, a profile and credentials each.
store = InstallationStore(context, protect=settings.protect)
for app in settings.apps:
    AppProfile(store, app)
credentials = {
    app.organization_id: AppCredentials(
        context,
        app,
        client_secret=settings.client_secrets.get(app.organization_id),
        handoff_key=settings.handoff_keys.get(app.organization_id),
        protect=settings.protect,
    )
    for app in settings.apps
}

# What BigCommerce calls: an API with a route and a function for each callback.
api = CallbackApi(
    context,
    throttle=settings.throttle,
    log_retention_days=settings.log_retention_days,
    protect=settings.protect,
    domain=settings.domain,
)
environment: dict[str, pulumi.Input[str]] = {
    "TABLE_NAME": store.table_name,
    "SECRET_PREFIX": app_credentials.secret_prefix(context),
    "FRAME_ANCESTORS": " ".join(settings.bigcommerce.frame_ancestors),
}
own_environment: dict[str, dict[str, pulumi.Input[str]]] = {
    AUTH.name: {
        "BASE_URL": api.base_url,
        "LOGIN_URL": settings.bigcommerce.login_url,
        "ACCESS_TOKEN_KEY_ARN": store.key_arn,
    },
    LOAD.name: {"BASE_URL": api.base_url},
    UNINSTALL.name: {
        "UNINSTALLED_RETENTION_SECONDS": str(settings.uninstalled_retention_days * 86_400)
    },
}
statements = [
    app_credentials.read_statement(list(credentials.values())),
    *store.record_statements(),
]
own_statements = {AUTH.name: [store.encrypt_statement()]}
for callback in CALLBACKS:
    function = CallbackFunction(
        context,
        callback,
        code=code,
        environment=environment | own_environment.get(callback.name, {}),
        statements=statements + own_statements.get(callback.name, []),
        settings=settings.functions,
        log_retention_days=settings.log_retention_days,
    )
    CallbackRoute(callback, api, function)

# What the engineer reads.
registration = api.base_url.apply(partial(stack_registration, settings=settings))
if settings.domain is None:
    registration.apply(warn_of_url_changes)
sheet = registration.apply(markdown_sheet)
pulumi.export("baseUrl", api.base_url)
pulumi.export("technicalTab", registration.apply(Registration.technical_tabs))
if len(settings.apps) == 1:
    for callback in CALLBACKS:
        pulumi.export(
            callback.portal_field.key,
            api.base_url.apply(
                partial(callback.portal_field.url, organization_id=settings.apps[0].organization_id)
            ),
        )
pulumi.export("registrationSheet", sheet)
pulumi.export("readme", sheet)  # Pulumi Cloud shows it on the stack's page
pulumi.export("registration", registration.apply(Registration.as_output))
pulumi.export("registeredUrls", registration.apply(Registration.registered_urls))
pulumi.export("installLinks", registration.apply(install_links))
pulumi.export("credentialSecretArns", {id_: each.arn for id_, each in credentials.items()})
pulumi.export("installationsTable", store.table_name)
pulumi.export("accessTokenReaderPolicyArn", store.reader_policy_arn)
