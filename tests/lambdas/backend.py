"""The handlers on simulated AWS services, called the way API Gateway calls them."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import boto3
from boto3.dynamodb.types import TypeDeserializer
from moto.backends import get_backend

from lambdas import auth, load, remove_user, rutter_webhook, uninstall
from lambdas.records import apps, credentials, installation_item
from lambdas.shared.deadline import LambdaContext
from local.bigcommerce import App, BigCommerce, Store, User, signed_payload
from tests.lambdas.responses import REQUEST_ID, Response

REGION = "eu-west-1"
ACCOUNT_ID = "123456789012"  # moto's
BASE_URL = "https://callbacks.example.com"
RETENTION_SECONDS = 30 * 24 * 60 * 60

TABLE = "installations"
CONNECTION_INDEX = "by-connection"
DUE_INDEX = "by-due"
SECRET_PREFIX = "bigcommerce/test/apps/"

HANDLERS = {
    "redirect-url": auth.handler,
    "load": load.handler,
    "uninstall": uninstall.handler,
    "remove-user": remove_user.handler,
    "rutter": rutter_webhook.handler,
}
SIGNED_CALLBACKS = ("load", "uninstall", "remove-user")
CALLBACKS = ("redirect-url", *SIGNED_CALLBACKS)
EXTERNAL = "external"
SECRET_PARAMETERS = {"code", "signed_payload_jwt"}


def forget_apps() -> None:
    """Have every app read again at its next use, as at a cold start."""
    apps._cache.clear()


def forget_credentials() -> None:
    """Have every secret read again at its next use, as at a cold start."""
    credentials._secrets.clear()


class Countdown:
    """Lambda's context of a function that is stopped after this many seconds."""

    def __init__(self, seconds: float) -> None:
        self._stopped_at = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return int((self._stopped_at - time.monotonic()) * 1000)


def create_table() -> None:
    client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=_key_schema("pk", "sk"),
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "N" if name == "connection_due" else "S"}
            for name in ("pk", "sk", "connection_id", "connection_app", "connection_due")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": name,
                "KeySchema": _key_schema(*keys),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for name, keys in (
                (CONNECTION_INDEX, ["connection_id"]),
                (DUE_INDEX, ["connection_app", "connection_due"]),
            )
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def _key_schema(*names: str) -> list[dict[str, str]]:
    types = zip(names, ("HASH", "RANGE"), strict=False)
    return [{"AttributeName": name, "KeyType": type_} for name, type_ in types]


class Backend:
    """A stack's table, keys, secrets and functions.

    `secrets` collects what goes in and must never come out; `answered` is what came out.
    """

    def __init__(self, secrets: set[str]) -> None:
        self.secrets = secrets
        self.answered: list[str] = []
        self._dynamodb = client("dynamodb")
        self._secretsmanager = client("secretsmanager")
        self.kms = client("kms")

    def destroy(self) -> None:
        """Empty the table, and forget the secrets: deleting them one by one takes longer."""
        _simulated("dynamodb").tables[TABLE].items.clear()
        _simulated("secretsmanager").secrets.clear()

    def deploy(
        self,
        app: App,
        *,
        support_url: str | None = None,
        app_url: str | None = None,
        handoff_key: str | None = None,
        rutter_on_uninstall: str | None = None,
        scope_names: dict[str, str] | None = None,
        rutter_webhooks: bool = False,
    ) -> None:
        """Write an app's entry into the table and its credentials into the secret."""
        entry: dict[str, Any] = {
            "pk": {"S": f"ORG#{app.organization_id}"},
            "sk": {"S": "APP"},
            "name": {"S": app.name},
            "scopes": {"L": [{"S": scope} for scope in app.scopes]},
            "multiple_users": {"BOOL": app.multiple_users},
        }
        texts = {
            "support_url": support_url,
            "app_url": app_url,
            "rutter_on_uninstall": rutter_on_uninstall,
        }
        entry |= {name: {"S": text} for name, text in texts.items() if text}
        if scope_names:
            entry["scope_names"] = {"M": {key: {"S": name} for key, name in scope_names.items()}}
        if rutter_webhooks:
            entry["rutter_webhooks"] = {"BOOL": True}
        _simulated("dynamodb").put_item(TABLE, entry)
        self.put_credentials(
            app.organization_id,
            {"client_id": app.client_id, "client_secret": app.client_secret}
            | ({"handoff_key": handoff_key} if handoff_key else {}),
        )

    def remove_app(self, app: App) -> None:
        """Take an app out of the configuration; its secret and its stores' records stay."""
        key = {"pk": {"S": f"ORG#{app.organization_id}"}, "sk": {"S": "APP"}}
        self._dynamodb.delete_item(TableName=TABLE, Key=key)

    def delete_secret(self, app: App, **how: Any) -> None:
        """Delete an app's secret; `how` as Secrets Manager takes it."""
        name = SECRET_PREFIX + app.organization_id
        self._secretsmanager.delete_secret(SecretId=name, **how)

    def put_credentials(self, organization_id: str, content: Mapping[str, str]) -> None:
        self.secrets.update(filter(None, map(content.get, ("client_secret", "handoff_key"))))
        self.put_secret(organization_id, json.dumps(content))

    def put_secret(self, organization_id: str, text: str | None) -> None:
        """Make this the text of an app's secret, or give it none."""
        name = SECRET_PREFIX + organization_id
        content = {"SecretBinary": b"{}"} if text is None else {"SecretString": text}
        try:
            self._secretsmanager.create_secret(Name=name, **content)
        except self._secretsmanager.exceptions.ResourceExistsException:
            self._secretsmanager.put_secret_value(SecretId=name, **content)

    def stored(self) -> list[dict[str, Any]]:
        return [
            _deserialized(item)
            for item in self._dynamodb.scan(TableName=TABLE)["Items"]
            if item["sk"] != {"S": "APP"}
        ]

    def record(self, app: App, store: Store) -> dict[str, Any]:
        item = self.item(app, store)
        assert item is not None
        return _deserialized(item)

    def item(self, app: App, store: Store) -> dict[str, Any] | None:
        """A store's record in DynamoDB's JSON, if there is one."""
        key = installation_item.key(app.organization_id, store.hash)
        item = _simulated("dynamodb").get_item(TABLE, key)
        return item and dict(item.to_json()["Attributes"])

    def put_item(self, app: App, store: Store, item: dict[str, Any] | None) -> None:
        """Make this a store's record, or let there be none."""
        if item is None:
            key = installation_item.key(app.organization_id, store.hash)
            self._dynamodb.delete_item(TableName=TABLE, Key=key)
        else:
            _simulated("dynamodb").put_item(TABLE, item)

    def decrypt(self, app: App, store: Store) -> str:
        """The access token in a store's record, decrypted as its consumers do."""
        answer = self.kms.decrypt(
            CiphertextBlob=bytes(self.record(app, store)["access_token"]),
            EncryptionContext={"organization_id": app.organization_id, "store_hash": store.hash},
        )
        plaintext: bytes = answer["Plaintext"]
        return plaintext.decode()

    def get(self, url: str, *, seconds_left: float = 29) -> Response:
        parts = urlsplit(url)
        for name, value in parse_qsl(parts.query):
            if name in SECRET_PARAMETERS:
                # A payload's first part is the same for every token of its algorithm.
                parts_of_value = value.split(".")[-2:]
                self.secrets.update(part for part in parts_of_value if len(part) >= 8)
        organization_id, callback = parts.path.removeprefix("/").rsplit("/", 1)
        event = api_event(organization_id, callback, parts.query)
        return self.handle(callback, event, Countdown(seconds_left))

    def handle(self, callback: str, event: Any, context: LambdaContext | None = None) -> Response:
        """Call a function with an event of API Gateway, or with anything else."""
        answered = HANDLERS[callback](event, context or Countdown(29))
        self.answered.append(json.dumps(answered))
        response = Response(answered["statusCode"], answered["headers"], answered["body"])
        response.assert_secure()
        return response


@dataclass
class Callbacks:
    backend: Backend
    bigcommerce: BigCommerce
    app: App
    store: Store

    def url(self, callback: str, user: User | None = None, **claims: Any) -> str:
        """The URL that BigCommerce calls for a user, by default the owner.

        Each URL of the auth callback has a new code. `EXTERNAL` is that of an external install.
        `claims` change the signed payload of any other, as `signed_payload` takes them.
        """
        user = user or self.store.owner
        if callback == EXTERNAL:
            return self.bigcommerce.external_auth_callback_url(self.app, self.store, user)
        if callback == "redirect-url":
            return self.bigcommerce.auth_callback_url(self.app, self.store, user)
        return signed_url(self.app, callback, self.store, user, **claims)

    def get(self, callback: str, user: User | None = None, **claims: Any) -> Response:
        return self.backend.get(self.url(callback, user, **claims))

    def item(self) -> dict[str, Any] | None:
        """The store's record in DynamoDB's JSON, if there is one."""
        return self.backend.item(self.app, self.store)

    def record(self) -> dict[str, Any]:
        return self.backend.record(self.app, self.store)


def callback_url(app: App, callback: str, **query: str) -> str:
    return f"{BASE_URL}/{app.organization_id}/{callback}?{urlencode(query)}"


def signed_url(app: App, callback: str, store: Store, user: User, **claims: Any) -> str:
    """A callback URL with a payload as BigCommerce signs it; `claims` as `signed_payload` takes."""
    payload = signed_payload(app, store, user, **claims)
    return callback_url(app, callback, signed_payload_jwt=payload)


def _simulated(service: Any) -> Any:
    """Return moto's state of a service. Reading it takes a tenth of the time of a client's call."""
    return get_backend(service)[ACCOUNT_ID][REGION]


def _deserialized(item: Mapping[str, Any]) -> dict[str, Any]:
    deserialize = TypeDeserializer().deserialize
    return {name: deserialize(value) for name, value in item.items()}


@cache
def client(service: str) -> Any:
    """A client of the tests' own: what it asks does not count as asked by the functions."""
    create: Any = boto3.client  # its overloads want each service's name written out
    return create(service)


def api_event(organization_id: str, callback: str, query: str) -> dict[str, Any]:
    """An event of API Gateway's payload format 2.0."""
    path = f"/{quote(organization_id)}/{callback}"
    return {
        "version": "2.0",
        "routeKey": f"GET /{{organization_id}}/{callback}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"accept": "*/*", "host": "callbacks.example.com"},
        "pathParameters": {"organization_id": organization_id},
        "requestContext": {
            "http": {"method": "GET", "path": path, "protocol": "HTTP/1.1"},
            "domainName": "callbacks.example.com",
            "requestId": REQUEST_ID,
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
