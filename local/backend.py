"""The whole back end on this machine: an embedded AWS, a simulated platform, and the stack."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from components.settings.files import project_name
from local.api_answers import find_answer
from local.bigcommerce import App, BigCommerce, CallbackUrls, Store, serve
from local.emulator import Emulator
from local.engine import Deployment, DeploymentError, Event, Stack, stack_config
from local.provider import SERVICES
from local.rutter import Rutter, serve_rutter
from portal.fields import CALLBACK_FIELDS

ROOT = Path(__file__).resolve().parent.parent
STACK = "local"
PROJECT = project_name(ROOT)
APPS = f"{PROJECT}:apps"
DOMAIN = f"{PROJECT}:domain"
CLIENT_SECRETS = f"{PROJECT}:clientSecrets"
HANDOFF_KEYS = f"{PROJECT}:handoffKeys"
RUTTER_CLIENT_SECRETS = f"{PROJECT}:rutterClientSecrets"
SECRETS = [CLIENT_SECRETS, HANDOFF_KEYS, RUTTER_CLIENT_SECRETS]


@dataclass
class LocalBackend:
    """A running emulator and BigCommerce, and the stack to deploy between them.

    Attributes:
        emulator: the embedded AWS.
        bigcommerce: the simulated platform.
        bigcommerce_url: the origin it serves.
        rutter: the simulated Rutter.
        config: the stack's configuration, by full key.
        on_event: called with what deployments do as they do it.
        outputs: the stack's outputs, as the latest deployment gave them.
    """

    emulator: Emulator
    bigcommerce: BigCommerce
    bigcommerce_url: str
    rutter: Rutter
    config: dict[str, Any]
    on_event: Callable[[Event], None]
    _stack: Stack
    outputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def apps(self) -> list[App]:
        """The apps as BigCommerce knows them, in the configuration's order."""
        return list(self.bigcommerce.apps.values())

    def deploy(self) -> Deployment:
        """Run the program, and enter the callback URLs it outputs in BigCommerce's portal.

        Raises `DeploymentError` if the program or AWS refused.
        """
        deployment = self._stack.up(self.config, secrets=SECRETS, on_event=self.on_event)
        self.outputs = deployment.outputs
        self.register_apps()
        webhook_url = next(iter(self.outputs["rutterWebhookUrls"].values()), None)
        if webhook_url and self.domain:
            base_url = self.outputs["baseUrl"]
            webhook_url = webhook_url.replace(base_url, self._served_base_url(), 1)
        self.rutter.webhook_url = webhook_url
        for app in self.apps:
            tab = deployment.outputs["technicalTab"][app.organization_id]
            app.served_base_url = self._served_base_url() if self.domain else None
            app.callback_urls = CallbackUrls(*(tab[field.key] for field in CALLBACK_FIELDS))
        return deployment

    def register_apps(self) -> None:
        """Register the configuration's apps in BigCommerce's portal, if they are not yet.

        Raises `DeploymentError` for malformed apps.
        """
        if self.apps:
            return
        try:
            for app in self.config[APPS]:
                self.bigcommerce.register_app(
                    str(app["organizationId"]),
                    app["name"],
                    app["scopes"],
                    multiple_users=app.get("multipleUsers", True),
                )
        except (KeyError, TypeError, AttributeError) as error:
            raise DeploymentError(
                f"{APPS} in Pulumi.{STACK}.yaml is malformed; `make up` says what is wrong"
            ) from error

    def find_deployed(self) -> bool:
        """Enter the callback URLs of what the Pulumi CLI deployed; whether it has yet."""
        served_base_url = self._served_base_url()
        if served_base_url is None:
            return False
        base_url = f"https://{self.domain}" if self.domain else served_base_url
        for app in self.apps:
            app.served_base_url = served_base_url if self.domain else None
            app.callback_urls = CallbackUrls.under(base_url, app.organization_id)
        return True

    @property
    def domain(self) -> str | None:
        """The stack's custom domain, which the embedded AWS does not serve; None without one."""
        domain = self.config.get(DOMAIN)
        return domain.get("name") if isinstance(domain, dict) else None

    def _served_base_url(self) -> str | None:
        """The API's own URL, None while it is not deployed."""
        for api in self.emulator.aws.apigatewayv2.get_apis()["Items"]:
            if api["Name"] == f"{PROJECT}-{STACK}-callbacks":
                return str(api["ApiEndpoint"])
        return None

    def connection(self, app: App, store: Store) -> str | None:
        """What the table says of a store's connection at Rutter."""
        item: Mapping[str, Any] = self.emulator.aws.dynamodb.get_item(
            TableName=self.outputs["installationsTable"],
            Key={
                "pk": {"S": f"ORG#{app.organization_id}#STORE#{store.hash}"},
                "sk": {"S": "CONNECTION"},
            },
        ).get("Item", {})
        return item["connection_state"]["S"] if item else None

    def configure_credentials(self) -> None:
        """Give the stack's configuration what the portal gave each app, as the sheet says to.

        Raises `DeploymentError` for malformed apps.
        """
        self.register_apps()
        for settings, app in zip(self.config[APPS], self.apps, strict=True):
            settings["clientId"] = app.client_id
        self.config[CLIENT_SECRETS] = {app.organization_id: app.client_secret for app in self.apps}

    def connect_stores_to_rutter(self) -> None:
        """Have the next deployment connect the first app's stores to the simulated Rutter."""
        for app in _maps(self.config.get(APPS))[:1]:
            app["rutter"] = {"clientId": self.rutter.client_id, "webhooks": True}
            organization_id = str(app.get("organizationId"))
            self.config[RUTTER_CLIENT_SECRETS] = {organization_id: self.rutter.client_secret}

    def record_registered_urls(self) -> None:
        """Record that the portal has the callback URLs of the latest deployment."""
        for settings in self.config[APPS]:
            settings["registeredBaseUrl"] = self.outputs["baseUrl"]


@contextmanager
def local_backend(
    *,
    overrides: Mapping[str, Any] | None = None,
    emulator_port: int | None = None,
    bigcommerce_port: int = 0,
    on_event: Callable[[Event], None] = lambda _: None,
) -> Iterator[LocalBackend]:
    """Start the embedded AWS and BigCommerce, with the stack `local` ready to be deployed.

    `overrides` come over Pulumi.local.yaml, by full key. Ports that are not given are free ones.
    Everything is gone when the block ends. Raises `EmulatorError`, and `PortError` for a port that
    cannot be had.
    """
    emulator = Emulator(port=emulator_port)
    bigcommerce = BigCommerce(find_answer=partial(find_answer, emulator))
    rutter = Rutter(bigcommerce.is_access_token)
    with serve(bigcommerce, bigcommerce_port) as server, serve_rutter(rutter) as api, emulator:
        origins = {"loginUrl": server.url, "frameAncestors": [server.url]}
        simulated: dict[str, Any] = {
            f"{PROJECT}:bigcommerce": origins,
            **{key: {} for key in SECRETS},
        }
        simulated[f"{PROJECT}:rutterBaseUrl"] = api.url
        embedded = {"aws:endpoints": [dict.fromkeys(SERVICES, emulator.endpoint_url)]}
        config = stack_config(ROOT, STACK, {**embedded, **simulated, **(overrides or {})})
        yield LocalBackend(
            emulator=emulator,
            bigcommerce=bigcommerce,
            bigcommerce_url=server.url,
            rutter=rutter,
            config=_with_zone(_unregistered(config), emulator),
            on_event=on_event,
            _stack=Stack(STACK),
        )


def _unregistered(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration before registration, and with keys of this run's own.

    Credentials and URLs in the file are those of another BigCommerce, or encrypted for the CLI.
    """
    config = deepcopy(config)
    for app in _maps(config.get(APPS)):
        for name in ("clientId", "registeredBaseUrl", "rutter"):
            app.pop(name, None)
        if app.get("appUrl"):
            config[HANDOFF_KEYS][str(app.get("organizationId"))] = secrets.token_hex(32)
    return config


def _with_zone(config: dict[str, Any], emulator: Emulator) -> dict[str, Any]:
    """The configuration with a Route 53 zone of the embedded AWS, if its domain has a zone."""
    domain = config.get(DOMAIN)
    if isinstance(domain, dict) and domain.get("name") and domain.get("hostedZoneId"):
        name = str(domain["name"])
        zone = emulator.aws.route53.create_hosted_zone(Name=name, CallerReference=STACK)
        domain["hostedZoneId"] = zone["HostedZone"]["Id"].rpartition("/")[2]
    return config


def _maps(apps: object) -> list[dict[str, Any]]:
    """The apps of a configuration that may be malformed."""
    return [app for app in apps if isinstance(app, dict)] if isinstance(apps, list) else []
