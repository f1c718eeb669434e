"""The four handlers on simulated AWS services, called the way API Gateway calls them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import boto3
from boto3.dynamodb.types import TypeDeserializer

import auth
import load
import remove_user
import uninstall
from callbacks import environment
from local.bigcommerce import App, Store, User, signed_payload

BASE_URL = "https://callbacks.example.com"
REQUEST_ID = "JKJaXmPLvHcESHA="
FRAME_ANCESTORS = "https://*.mybigcommerce.com https://*.bigcommerce.com"
RETENTION_SECONDS = 30 * 24 * 60 * 60

TABLE = "installations"
SECRET_PREFIX = "bigcommerce/test/"

HANDLERS = {
    "redirect-url": auth.handler,
    "load": load.handler,
    "uninstall": uninstall.handler,
    "remove-user": remove_user.handler,
}
CALLBACKS = tuple(HANDLERS)
BROWSER_CALLBACKS = ("redirect-url", "load")
SIGNED_CALLBACKS = ("load", "uninstall", "remove-user")
SECRET_PARAMETERS = {"code", "signed_payload_jwt"}


class Context:
    """Lambda's context of a call that has this many milliseconds left."""

    def __init__(self, remaining_milliseconds: int) -> None:
        self._remaining_milliseconds = remaining_milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._remaining_milliseconds


class Page(HTMLParser):
    """A page's text, its elements and their attributes, as a browser would find them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self._text).split())

    @property
    def links(self) -> list[str | None]:
        return [attributes.get("href") for tag, attributes in self.elements if tag == "a"]


@dataclass(frozen=True)
class Answer:
    """What a handler answered."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def is_html(self) -> bool:
        return self.headers["Content-Type"] == "text/html; charset=utf-8"

    @property
    def page(self) -> Page:
        assert self.is_html
        return Page(self.body)

    @property
    def json(self) -> Any:
        assert self.headers["Content-Type"] == "application/json"
        return json.loads(self.body)


class Backend:
    """A stack's table, keys, secrets and functions.

    `secrets` collects what goes in and must never come out; `answered` is what came out.
    """

    def __init__(self, secrets: set[str]) -> None:
        self.secrets = secrets
        self.answered: list[str] = []
        self._dynamodb = _client("dynamodb")
        self._secretsmanager = _client("secretsmanager")
        self.kms = _client("kms")
        self.key_arn: str = self.kms.create_key()["KeyMetadata"]["Arn"]
        self._dynamodb.create_table(
            TableName=TABLE,
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )

    def environment(self, login_url: str) -> dict[str, str]:
        """The environment variables of the functions."""
        return {
            "TABLE_NAME": TABLE,
            "SECRET_PREFIX": SECRET_PREFIX,
            "ACCESS_TOKEN_KEY_ARN": self.key_arn,
            "BASE_URL": BASE_URL,
            "LOGIN_URL": login_url,
            "FRAME_ANCESTORS": FRAME_ANCESTORS,
            "UNINSTALLED_RETENTION_SECONDS": str(RETENTION_SECONDS),
        }

    def deploy(
        self,
        app: App,
        *,
        support_url: str | None = None,
        app_url: str | None = None,
        handoff_key: str | None = None,
    ) -> None:
        """Write an app's entry into the table and its credentials into the secret."""
        entry: dict[str, Any] = {
            "pk": {"S": f"ORG#{app.organization_id}"},
            "sk": {"S": "APP"},
            "name": {"S": app.name},
            "scopes": {"L": [{"S": scope} for scope in app.scopes]},
            "multiple_users": {"BOOL": app.multiple_users},
        }
        if support_url:
            entry["support_url"] = {"S": support_url}
        if app_url:
            entry["app_url"] = {"S": app_url}
        self._dynamodb.put_item(TableName=TABLE, Item=entry)
        self.put_credentials(
            app.organization_id,
            {"client_id": app.client_id, "client_secret": app.client_secret}
            | ({"handoff_key": handoff_key} if handoff_key else {}),
        )

    def put_credentials(self, organization_id: str, content: object) -> None:
        """Make this the content of an app's secret, without telling the functions."""
        if isinstance(content, dict) and content.get("client_secret"):
            self.secrets.add(content["client_secret"])
        if isinstance(content, dict) and content.get("handoff_key"):
            self.secrets.add(content["handoff_key"])
        name, value = SECRET_PREFIX + organization_id, json.dumps(content)
        try:
            self._secretsmanager.create_secret(Name=name, SecretString=value)
        except self._secretsmanager.exceptions.ResourceExistsException:
            self._secretsmanager.put_secret_value(SecretId=name, SecretString=value)

    def stored(self) -> list[dict[str, Any]]:
        """Every store's record, as it stands in the table."""
        deserialize = TypeDeserializer().deserialize
        return [
            {name: deserialize(value) for name, value in item.items()}
            for item in self._dynamodb.scan(TableName=TABLE)["Items"]
            if item["sk"] != {"S": "APP"}
        ]

    def record(self, app: App, store: Store) -> dict[str, Any]:
        """A store's record."""
        key = f"ORG#{app.organization_id}#STORE#{store.hash}"
        (record,) = [item for item in self.stored() if item["pk"] == key]
        return record

    def decrypt(self, app: App, store: Store) -> str:
        """The access token in a store's record, decrypted as its consumers do."""
        answer = self.kms.decrypt(
            CiphertextBlob=bytes(self.record(app, store)["access_token"]),
            EncryptionContext={"organization_id": app.organization_id, "store_hash": store.hash},
        )
        plaintext: bytes = answer["Plaintext"]
        return plaintext.decode()

    def get(self, url: str, *, remaining_milliseconds: int = 29_000) -> Answer:
        """GET a callback URL."""
        parts = urlsplit(url)
        for name, value in parse_qsl(parts.query):
            if name in SECRET_PARAMETERS:
                # A payload's first part is the same for every token of its algorithm.
                parts_of_value = value.split(".")[-2:]
                self.secrets.update(part for part in parts_of_value if len(part) >= 8)
        organization_id, callback = parts.path.removeprefix("/").rsplit("/", 1)
        event = _event(organization_id, callback, parts.query)
        response = HANDLERS[callback](event, Context(remaining_milliseconds))
        self.answered.append(json.dumps(response))
        return Answer(response["statusCode"], response["headers"], response["body"])


def callback_url(app: App, callback: str, **query: str) -> str:
    """A callback URL of an app with these parameters."""
    return f"{BASE_URL}/{app.organization_id}/{callback}?{urlencode(query)}"


def signed_url(app: App, callback: str, store: Store, user: User, **claims: Any) -> str:
    """A callback URL with a payload as BigCommerce signs it; `claims` as `signed_payload` takes."""
    payload = signed_payload(app, store, user, **claims)
    return callback_url(app, callback, signed_payload_jwt=payload)


def leaks(secrets: Iterable[str], text: str) -> list[str]:
    """Which of these secrets stand in a text."""
    return [secret for secret in secrets if secret in text]


def user_ids(record: Mapping[str, Any]) -> set[str]:
    """The ids of a record's users."""
    return set(record["users"])


class AwsCalls:
    """What the functions ask of AWS: each operation by name, and what shall come of it instead.

    `instead` maps an operation to an exception to raise, or to something to call first.
    """

    CLIENTS = (environment.dynamodb, environment.kms, environment.secretsmanager)

    def __init__(self) -> None:
        self.operations: list[str] = []
        self.instead: dict[str, Any] = {}

    def watch(self) -> None:
        for client in self.CLIENTS:
            client().meta.events.register("before-call", self._called)

    def unwatch(self) -> None:
        for client in self.CLIENTS:
            client().meta.events.unregister("before-call", self._called)

    def _called(self, model: Any, **_: object) -> None:
        self.operations.append(model.name)
        instead = self.instead.get(model.name)
        if isinstance(instead, Exception):
            raise instead
        if instead is not None:
            instead()


@cache
def _client(service: str) -> Any:
    """A client of the test's own: what it asks does not count as asked by the functions."""
    create: Any = boto3.client  # its overloads want each service's name written out
    return create(service)


def _event(organization_id: str, callback: str, query: str) -> dict[str, Any]:
    """An event of API Gateway's payload format 2.0."""
    path = f"/{quote(organization_id)}/{callback}"
    joined: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return {
        "version": "2.0",
        "routeKey": f"GET /{{organization_id}}/{callback}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"accept": "*/*", "host": "callbacks.example.com"},
        "queryStringParameters": joined,
        "pathParameters": {"organization_id": organization_id},
        "requestContext": {
            "http": {"method": "GET", "path": path, "protocol": "HTTP/1.1"},
            "requestId": REQUEST_ID,
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
