"""What one fresh interpreter does and what it costs: `one_process.py WHAT BUNDLE`.

WHAT is `floor` or a handler. AWS is answered where botocore would send a request. Prints one
line of JSON, in CPU seconds: `cold` (from the interpreter's start to the first answer), `warm` (a
call).
"""

import importlib
import json
import os
import resource
import sys
import time
from types import SimpleNamespace
from typing import Any

CALLS = 500
ORGANIZATION = "acme"
SECRET = "s" * 64
APP = {
    "name": {"S": "Example Commerce"},
    "scopes": {"L": [{"S": "store_v2_orders"}]},
    "multiple_users": {"BOOL": True},
}
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
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "FRAME_ANCESTORS": "https://*.mybigcommerce.com",
    "LOGIN_URL": "https://login.invalid",
    "BASE_URL": "https://callbacks.invalid",
    "SERVED_BASE_URLS": "https://callbacks.invalid",
    "SECRET_PREFIX": "bench/",
    "SERVICE_NAME": "bench",
    "TABLE_NAME": "installations",
    "UNINSTALLED_RETENTION_SECONDS": "7776000",
}
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 15_000)


def cpu_seconds() -> float:
    """What this process has used so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def answer(request: Any, **_: object) -> Any:
    """AWS's answer, in the place of a connection."""
    from botocore.awsrequest import AWSResponse  # noqa: PLC0415 (imported when it is, not before)

    body = json.loads(request.body)
    content: dict[str, Any]
    if "SecretId" in body:
        content = {"SecretString": json.dumps({"client_id": "client", "client_secret": SECRET})}
    elif "Key" not in body:
        content = {}  # a write
    else:
        content = {"Item": APP if body["Key"]["sk"] == {"S": "APP"} else STORE}
    raw: Any = SimpleNamespace(stream=lambda: [json.dumps(content).encode()])
    headers: Any = {}
    return AWSResponse(request.url, 200, headers, raw)


def answered(*clients: Any) -> None:
    """Let these clients be answered here."""
    for client in clients:
        client.meta.events.register("before-send", answer)


def event(handler: str) -> dict[str, Any]:
    """An event: for load, uninstall and remove_user a store's owner; for auth no code."""
    jwt = importlib.import_module("jwt")
    now, owner = int(time.time()), {"id": 1, "email": "a@b.c"}
    claims = {"aud": "client", "iss": "bc", "iat": now, "nbf": now, "exp": now + 86_400}
    claims |= {"sub": "stores/abc", "user": owner, "owner": owner, "url": "/"}
    token = jwt.encode(claims, SECRET, algorithm="HS256")
    query = {} if handler == "auth" else {"signed_payload_jwt": token}
    return {
        "pathParameters": {"organization_id": ORGANIZATION},
        "queryStringParameters": query,
        "rawQueryString": "&".join("=".join(pair) for pair in query.items()),
        "requestContext": {
            "requestId": "bench",
            "domainName": "callbacks.invalid",
            "http": {"method": "GET", "path": "/"},
        },
    }


def floor() -> Any:
    """Importing boto3 and making its clients for DynamoDB and Secrets Manager; one read a call."""
    boto3 = importlib.import_module("boto3")
    dynamodb, secretsmanager = boto3.client("dynamodb"), boto3.client("secretsmanager")
    answered(dynamodb, secretsmanager)
    key = {"pk": {"S": "ORG#acme#STORE#abc"}, "sk": {"S": "STORE"}}
    return lambda: dynamodb.get_item(TableName="installations", Key=key, ConsistentRead=True)


def callback(name: str) -> Any:
    """A handler, its clients answered here; one event a call."""
    handler = importlib.import_module(f"lambdas.{name}").handler
    aws = importlib.import_module("lambdas.callbacks.aws")
    answered(aws.dynamodb(), aws.secretsmanager())
    made = event(name)
    return lambda: handler(made, CONTEXT)


def main(what: str, bundle: str) -> None:
    """Measure and print."""
    os.environ.update(ENVIRONMENT)
    sys.path.insert(0, bundle)
    results, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: PTH123, SIM115 (the functions' log)
    # Not in Lambda's runtime, and PyJWT would import it.
    sys.modules["cryptography"] = None  # type: ignore[assignment]
    call = floor() if what == "floor" else callback(what)
    if what != "floor" and call()["statusCode"] >= 500:
        raise SystemExit(f"{what} failed")
    cold = cpu_seconds()
    call()
    started = cpu_seconds()
    for _ in range(CALLS):
        call()
    warm = (cpu_seconds() - started) / CALLS
    results.write(json.dumps({"cold": cold, "warm": warm}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
