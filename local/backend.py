"""The whole back end on this machine: an embedded AWS, a simulated BigCommerce, and the stack."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from local.api_answers import find_answer
from local.bigcommerce import App, BigCommerce, CallbackUrls, Store, serve
from local.emulator import Emulator
from local.engine import Deployment, DeploymentError, Event, Stack, stack_config
from local.engine.stack_files import project_name
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
    """A running emulator, a running BigCommerce, and the stack that connects them.

    Attributes:
        bigcommerce_url: the origin it serves.
        config: the stack's configuration, by full key.
        on_event: called with each event of a deployment.
        outputs: the stack's outputs after the latest deployment.
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
        """The registered apps, in the order of the configuration."""
        return list(self.bigcommerce.apps.values())

    def deploy(self) -> Deployment:
        """Run the program, and enter its callback URLs in BigCommerce's portal.

        Raises `DeploymentError` if the program or AWS fails.
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
        """Register the configuration's apps in BigCommerce's portal, unless they are registered.

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
                f"{APPS} in Pulumi.{STACK}.yaml is malformed. Run `make up` to see the problem."
            ) from error

    def find_deployed(self) -> bool:
        """Enter the callback URLs if the Pulumi CLI has deployed; return whether it has."""
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
        """The stack's custom domain, or None. The embedded AWS does not serve it."""
        domain = self.config.get(DOMAIN)
        return domain.get("name") if isinstance(domain, dict) else None

    def _served_base_url(self) -> str | None:
        """Return the API's default URL, or None before it is deployed."""
        for api in self.emulator.aws.apigatewayv2.get_apis()["Items"]:
            if api["Name"] == f"{PROJECT}-{STACK}-callbacks":
                return str(api["ApiEndpoint"])
        return None

    def connection(self, app: App, store: Store) -> str | None:
        """Return the state of a store's connection in the table, or None without one."""
        item: Mapping[str, Any] = self.emulator.aws.dynamodb.get_item(
            TableName=self.outputs["installationsTable"],
            Key={
                "pk": {"S": f"ORG#{app.organization_id}#STORE#{store.hash}"},
                "sk": {"S": "CONNECTION"},
            },
        ).get("Item", {})
        return item["connection_state"]["S"] if item else None

    def configure_credentials(self) -> None:
        """Configure the credentials that the portal issued to each app.

        Raises `DeploymentError` for malformed apps.
        """
        self.register_apps()
        for settings, app in zip(self.config[APPS], self.apps, strict=True):
            settings["clientId"] = app.client_id
        self.config[CLIENT_SECRETS] = {app.organization_id: app.client_secret for app in self.apps}

    def connect_stores_to_rutter(self) -> None:
        """Configure the first app to connect its stores to the simulated Rutter."""
        for app in _maps(self.config.get(APPS))[:1]:
            app["rutter"] = {"clientId": self.rutter.client_id, "webhooks": True}
            organization_id = str(app.get("organizationId"))
            self.config[RUTTER_CLIENT_SECRETS] = {organization_id: self.rutter.client_secret}

    def record_registered_urls(self) -> None:
        """Record in the configuration that the portal has the latest callback URLs."""
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
    """Start the embedded AWS and BigCommerce, with the stack `local` ready to deploy.

    `overrides` replace values of Pulumi.local.yaml, by full key. A port that is None is a free one.
    Everything stops when the block ends. Raises `EmulatorError`, and `PortError` for a port that is
    not available.
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
    """Return the configuration of unregistered apps, with handoff keys of this run.

    Credentials and URLs in the file belong to another BigCommerce, or are encrypted for the CLI.
    """
    config = deepcopy(config)
    for app in _maps(config.get(APPS)):
        for name in ("clientId", "registeredBaseUrl", "rutter"):
            app.pop(name, None)
        if app.get("appUrl"):
            config[HANDOFF_KEYS][str(app.get("organizationId"))] = secrets.token_hex(32)
    return config


def _with_zone(config: dict[str, Any], emulator: Emulator) -> dict[str, Any]:
    """Replace the domain's hosted zone, if it has one, with a zone of the embedded AWS."""
    domain = config.get(DOMAIN)
    if isinstance(domain, dict) and domain.get("name") and domain.get("hostedZoneId"):
        name = str(domain["name"])
        zone = emulator.aws.route53.create_hosted_zone(Name=name, CallerReference=STACK)
        domain["hostedZoneId"] = zone["HostedZone"]["Id"].rpartition("/")[2]
    return config


def _maps(apps: object) -> list[dict[str, Any]]:
    """Return the apps of a configuration that may be malformed."""
    return [app for app in apps if isinstance(app, dict)] if isinstance(apps, list) else []
