"""A typical event of each function, and a server that answers as AWS, BigCommerce and Rutter do.

Every function does its usual work: auth installs a store, rutter_connect connects one, and
store_events publishes an installation.
"""

import base64
import hashlib
import hmac
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import botocore
import jwt

from tests.https_server import HOST, certificate, serve

ORGANIZATION = "acme"
SECRET = "s" * 64
BASE_URL = "https://callbacks.invalid"
APP = {
    "name": {"S": "Example Commerce"},
    "scopes": {"L": [{"S": "store_v2_orders"}]},
    "multiple_users": {"BOOL": True},
}
# The same, as the functions for Rutter read it.
RUTTERS_APP = APP | {"rutter_on_uninstall": {"S": "keep"}, "rutter_webhooks": {"BOOL": True}}
STORE = {
    "status": {"S": "installed"},
    "client_id": {"S": "client"},
    "revision": {"N": "1"},
    "installed_at": {"N": "1700000000"},
    "granted_at_ms": {"N": "1700000000000"},
    "access_token": {"B": "AAAA"},
    "scopes": {"L": [{"S": "store_v2_orders"}]},
    "owner_id": {"S": "1"},
    "users": {"M": {"1": {"M": {"email": {"S": "a@b.c"}, "added_at": {"N": "1700000000"}}}}},
    "user_count": {"N": "1"},
    "removed_users": {"M": {}},
}
KEY = {"pk": {"S": "ORG#acme#STORE#abc"}, "sk": {"S": "STORE"}}
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "FRAME_ANCESTORS": "https://*.mybigcommerce.com",
    "BASE_URL": BASE_URL,
    "SERVED_BASE_URLS": BASE_URL,
    "SECRET_PREFIX": "bench/",
    "SERVICE_NAME": "bench",
    "TABLE_NAME": "installations",
    "CONNECTION_INDEX": "by-connection",
    "ACCESS_TOKEN_KEY_ARN": "arn:aws:kms:us-east-1:123456789012:key/bench",
    "EVENT_BUS_NAME": "bench",
    "RUTTER_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/bench",
    "RUTTER_SECRET_PREFIX": "bench/rutter/",
    "UNINSTALLED_RETENTION_SECONDS": "7776000",
}
CALLBACKS = ("load", "auth", "uninstall", "remove_user")
FUNCTIONS = (*CALLBACKS, "rutter_webhook", "rutter_connect", "store_events")


def aws(target: str, body: Mapping[str, Any], function: str) -> dict[str, Any]:
    """AWS's response to a function; `target` is its X-Amz-Target, `DynamoDB_20120810.Query`."""
    operation = target.rpartition(".")[2]
    if operation == "GetItem":
        items: dict[str, Any] = {
            "APP": RUTTERS_APP if "rutter" in function else APP,
            "STORE": STORE,
        }
        kind = body["Key"]["sk"]["S"]
        return {"Item": items[kind]} if kind in items else {}
    secret = {"client_id": "client", "client_secret": SECRET}
    contents: dict[str, dict[str, Any]] = {
        "PutItem": {},
        "UpdateItem": {},
        "Query": {"Items": [KEY]},
        "GetSecretValue": {"SecretString": json.dumps(secret)},
        "Encrypt": {"CiphertextBlob": "AAAA"},
        "Decrypt": {"Plaintext": "AAAA"},
        "SendMessageBatch": {"Successful": [], "Failed": []},
        "PutEvents": {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]},
    }
    return contents[operation]


def elsewhere(url: str) -> dict[str, Any]:
    """BigCommerce's response to a code, or Rutter's to a new connection."""
    if "rutter" in url:
        return {"connection": {"id": "c1", "access_token": "token", "is_ready": True}}
    user = {"id": 1, "email": "a@b.c"}
    return {
        "access_token": "t" * 31,
        "scope": "store_v2_orders",
        "user": user,
        "owner": user,
        "context": "stores/abc",
        "account_uuid": "a1",
    }


def event(function: str) -> dict[str, Any]:
    """The event that the function, or the floor, is called with."""
    if function == "floor":
        return {"TableName": "installations", "Key": KEY, "ConsistentRead": True}
    if function == "rutter_connect":
        message = json.dumps(
            {"organization_id": ORGANIZATION, "store_hash": "abc", "trigger": "change"}
        )
        received = {"attributes": {"ApproximateReceiveCount": "1"}, "body": message}
        return {"Records": [{"eventSource": "aws:sqs", "messageId": "1"} | received]}
    if function == "store_events":
        change = {"Keys": KEY, "NewImage": STORE, "SequenceNumber": "1"}
        return {"Records": [{"dynamodb": change | {"ApproximateCreationDateTime": 1700000000}}]}
    if function == "rutter_webhook":
        return _webhook()
    if function == "auth":
        query = {"code": "c" * 31, "scope": "store_v2_orders", "context": "stores/abc"}
    else:
        query = {"signed_payload_jwt": _payload()}
    return _request({"rawQueryString": urlencode(query)})


def succeeded(answer: Mapping[str, Any]) -> bool:
    return answer.get("statusCode", 200) == 200 and not answer.get("batchItemFailures")


def _request(more: dict[str, Any]) -> dict[str, Any]:
    return {
        "pathParameters": {"organization_id": ORGANIZATION},
        "requestContext": {
            "requestId": "bench",
            "domainName": "callbacks.invalid",
            "http": {"method": "GET", "path": "/"},
        },
        **more,
    }


def _payload() -> str:
    now, owner = int(time.time()), {"id": 1, "email": "a@b.c"}
    claims = {"aud": "client", "iss": "bc", "iat": now, "nbf": now, "exp": now + 86_400}
    claims |= {"sub": "stores/abc", "user": owner, "owner": owner, "url": "/"}
    return jwt.encode(claims, SECRET, algorithm="HS256")


def _webhook() -> dict[str, Any]:
    body = json.dumps({"type": "CONNECTION", "code": "CONNECTION_UPDATED", "connection_id": "c1"})
    digest = hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).digest()
    signature = f"sha256={base64.b64encode(digest).decode()}"
    return _request({"body": body, "headers": {"x-rutter-signature": signature}})


@contextmanager
def served(function: str, folder: Path) -> Iterator[tuple[dict[str, str], dict[str, set[int]]]]:
    """Serve everything that a function calls over TLS; `folder` takes the certificates.

    Yields the environment variables that lead there, and the client ports that each service saw.
    A service has the name that requests to AWS are signed with, or is `bigcommerce` or `rutter`.
    """
    ports: dict[str, set[int]] = defaultdict(set)

    def answer(request: BaseHTTPRequestHandler, body: bytes) -> tuple[Mapping[str, str], bytes]:
        target = request.headers.get("X-Amz-Target")
        if target is None:
            service, content = request.path.split("/")[1], elsewhere(request.path)
        else:
            # Credential={key}/{date}/{region}/{service}/aws4_request
            service = request.headers["Authorization"].split("/")[3]
            content = aws(target, json.loads(body), function)
        ports[service].add(request.client_address[1])
        return {}, json.dumps(content).encode()

    file, trusted = certificate(HOST, folder), folder / "trusted.pem"
    # With those that botocore trusts: loading them is the larger part of a TLS connection.
    own = Path(botocore.__file__).with_name("cacert.pem").read_bytes()
    trusted.write_bytes(own + file.read_bytes().partition(b"-----BEGIN PRIVATE")[0])
    with serve(answer, file) as host:
        where = {
            "AWS_ENDPOINT_URL": f"https://{host}",
            "AWS_CA_BUNDLE": str(trusted),
            "SSL_CERT_FILE": str(trusted),
            "LOGIN_URL": f"https://{host}/bigcommerce",
            "RUTTER_BASE_URL": f"https://{host}/rutter",
        }
        yield ENVIRONMENT | where, ports
