"""The four handlers on simulated AWS services, called the way API Gateway calls them."""

import json
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import boto3
from boto3.dynamodb.types import TypeDeserializer

from lambdas import auth, load, remove_user, uninstall
from lambdas.callbacks import aws, installation_table
from lambdas.callbacks.endpoint import LambdaContext
from local.bigcommerce import App, Store, User, signed_payload

BASE_URL = "https://callbacks.example.com"
REQUEST_ID = "JKJaXmPLvHcESHA="
FRAME_ANCESTORS = "https://*.mybigcommerce.com https://*.bigcommerce.com"
RETENTION_SECONDS = 30 * 24 * 60 * 60

TABLE = "installations"
SECRET_PREFIX = "bigcommerce/test/apps/"

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


class Countdown:
    """Lambda's context of a function that is stopped after this many seconds."""

    def __init__(self, seconds: float) -> None:
        self._stopped_at = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return int((self._stopped_at - time.monotonic()) * 1000)


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
class Response:
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

    def __init__(self, key_arn: str, secrets: set[str]) -> None:
        self.key_arn = key_arn
        self.secrets = secrets
        self.answered: list[str] = []
        self._secret_names: list[str] = []
        self._dynamodb = client("dynamodb")
        self._secretsmanager = client("secretsmanager")
        self.kms = client("kms")
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

    def destroy(self) -> None:
        """Delete the table and the secrets."""
        self._dynamodb.delete_table(TableName=TABLE)
        for name in self._secret_names:
            self._secretsmanager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)

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
            self._secret_names.append(name)
        except self._secretsmanager.exceptions.ResourceExistsException:
            self._secretsmanager.put_secret_value(SecretId=name, SecretString=value)

    def edit_secret(self, organization_id: str, text: str | None) -> None:
        """Make this the text of an app's secret, or give it none."""
        content = {"SecretBinary": b"{}"} if text is None else {"SecretString": text}
        name = SECRET_PREFIX + organization_id
        self._secretsmanager.put_secret_value(SecretId=name, **content)

    def stored(self) -> list[dict[str, Any]]:
        """Every store's record, as it stands in the table."""
        return [
            _deserialized(item)
            for item in self._dynamodb.scan(TableName=TABLE)["Items"]
            if item["sk"] != {"S": "APP"}
        ]

    def record(self, app: App, store: Store) -> dict[str, Any]:
        """A store's record."""
        item = self.item(app, store)
        assert item is not None
        return _deserialized(item)

    def item(self, app: App, store: Store) -> dict[str, Any] | None:
        """A store's record in DynamoDB's JSON, if there is one."""
        item: dict[str, Any] | None = self._dynamodb.get_item(
            TableName=TABLE, Key=installation_table.key(app.organization_id, store.hash)
        ).get("Item")
        return item

    def put_item(self, app: App, store: Store, item: dict[str, Any] | None) -> None:
        """Make this a store's record, or let there be none."""
        if item is None:
            key = installation_table.key(app.organization_id, store.hash)
            self._dynamodb.delete_item(TableName=TABLE, Key=key)
        else:
            self._dynamodb.put_item(TableName=TABLE, Item=item)

    def decrypt(self, app: App, store: Store) -> str:
        """The access token in a store's record, decrypted as its consumers do."""
        answer = self.kms.decrypt(
            CiphertextBlob=bytes(self.record(app, store)["access_token"]),
            EncryptionContext={"organization_id": app.organization_id, "store_hash": store.hash},
        )
        plaintext: bytes = answer["Plaintext"]
        return plaintext.decode()

    def get(self, url: str, *, remaining_milliseconds: int = 29_000) -> Response:
        """GET a callback URL."""
        parts = urlsplit(url)
        for name, value in parse_qsl(parts.query):
            if name in SECRET_PARAMETERS:
                # A payload's first part is the same for every token of its algorithm.
                parts_of_value = value.split(".")[-2:]
                self.secrets.update(part for part in parts_of_value if len(part) >= 8)
        organization_id, callback = parts.path.removeprefix("/").rsplit("/", 1)
        event = api_event(organization_id, callback, parts.query)
        return self.handle(callback, event, Context(remaining_milliseconds))

    def handle(self, callback: str, event: Any, context: LambdaContext | None = None) -> Response:
        """Call a function with an event of API Gateway, or with anything else."""
        response = HANDLERS[callback](event, context or Context(29_000))
        self.answered.append(json.dumps(response))
        return Response(response["statusCode"], response["headers"], response["body"])


def callback_url(app: App, callback: str, **query: str) -> str:
    """A callback URL of an app with these parameters."""
    return f"{BASE_URL}/{app.organization_id}/{callback}?{urlencode(query)}"


def signed_url(app: App, callback: str, store: Store, user: User, **claims: Any) -> str:
    """A callback URL with a payload as BigCommerce signs it; `claims` as `signed_payload` takes."""
    payload = signed_payload(app, store, user, **claims)
    return callback_url(app, callback, signed_payload_jwt=payload)


# Whatever a test got it from: an e-mail, a JWT, a client secret, a code or an access token. (A
# client ID looks like a code; it is no secret, but has no business in a log either.)
_CONFIDENTIAL = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+|eyJ[\w-]{8,}|(?<![\w-])(?:[0-9a-f]{64}|[0-9a-z]{31})(?![\w-])"
)


def leaks(secrets: Iterable[str], text: str) -> list[str]:
    """Which of these secrets stand in a text."""
    return [secret for secret in secrets if secret in text]


def confidential(text: str) -> list[str]:
    """What in a text looks like a secret or an e-mail, whosever it is."""
    return _CONFIDENTIAL.findall(text)


def user_ids(record: Mapping[str, Any]) -> set[str]:
    """The ids of a record's users."""
    return set(record["users"])


# Those of the functions; what the tests themselves ask goes through `client`.
CLIENTS = (aws.dynamodb, aws.kms, aws.secretsmanager)


class AwsCalls:
    """What the functions ask of AWS: each operation by name, its request, and what comes instead.

    `instead` maps an operation to an exception to raise, or to something to call first.
    """

    def __init__(self) -> None:
        self.operations: list[str] = []
        self.bodies: list[str] = []
        self.instead: dict[str, Any] = {}

    def watch(self) -> None:
        for function_client in CLIENTS:
            function_client().meta.events.register("before-call", self._called)

    def unwatch(self) -> None:
        for function_client in CLIENTS:
            function_client().meta.events.unregister("before-call", self._called)

    def _called(self, model: Any, params: Mapping[str, Any], **_: object) -> None:
        self.operations.append(model.name)
        self.bodies.append(params["body"])
        instead = self.instead.get(model.name)
        if isinstance(instead, Exception):
            raise instead
        if instead is not None:
            instead()


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
