"""What one fresh interpreter does and what it costs: `one_process.py WHAT BUNDLE`.

WHAT is `floor` or a function. AWS is answered where botocore would send a request. Prints one
line of JSON, in CPU seconds: `cold` (from the interpreter's start to the first answer), `warm` (a
call).
"""

import importlib
import io
import json
import os
import resource
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench import answers

CALLS = 500
CLIENTS = ("dynamodb", "secretsmanager", "kms", "sqs", "events")
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 15_000)


def cpu_seconds() -> float:
    """What this process has used so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def answered(function: str, *clients: Any) -> None:
    """Let these clients be answered here, in the place of a connection."""
    from botocore.awsrequest import AWSResponse  # noqa: PLC0415 (imported when it is, not before)

    def answer(request: Any, **_: object) -> Any:
        target = request.headers["X-Amz-Target"]
        target = target.decode() if isinstance(target, bytes) else target
        content = answers.aws(target, json.loads(request.body), function)
        raw: Any = SimpleNamespace(stream=lambda: [json.dumps(content).encode()])
        headers: Any = {}
        return AWSResponse(request.url, 200, headers, raw)

    for client in clients:
        client.meta.events.register("before-send", answer)


def answered_elsewhere() -> None:
    """Let BigCommerce and Rutter be answered here too."""
    urllib3 = importlib.import_module("urllib3")

    def request(_pool: Any, _method: str, url: str, **_: object) -> Any:
        content = json.dumps(answers.elsewhere(url)).encode()
        return urllib3.HTTPResponse(io.BytesIO(content), status=200, preload_content=False)

    urllib3.PoolManager.request = request


def floor() -> Any:
    """Importing boto3 and making its clients for DynamoDB and Secrets Manager; one read a call."""
    module = importlib.import_module("bench.floor")
    answered("load", module.dynamodb, module.secretsmanager)
    event = answers.event("floor")
    return lambda: module.handler(event, CONTEXT)


def called(function: str, bundle: str) -> Any:
    """A function of the bundle, its clients answered here; one event a call."""
    sys.path.insert(0, bundle)
    handler = importlib.import_module(f"lambdas.{function}").handler
    aws = importlib.import_module("lambdas.shared.aws")
    # Those it has made itself: another would be another's cost.
    made = (getattr(aws, name) for name in CLIENTS)
    answered(function, *(client() for client in made if client.cache_info().currsize))
    answered_elsewhere()
    event = answers.event(function)
    return lambda: handler(event, CONTEXT)


def main(what: str, bundle: str) -> None:
    """Measure and print."""
    # Without connections there is nobody to trust.
    nobody = dict.fromkeys(("AWS_CA_BUNDLE", "SSL_CERT_FILE"), os.devnull)
    os.environ.update(answers.ENVIRONMENT | nobody)
    results, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: PTH123, SIM115 (the functions' log)
    # Not in Lambda's runtime, and PyJWT would import it.
    sys.modules["cryptography"] = None  # type: ignore[assignment]
    call = floor() if what == "floor" else called(what, bundle)
    first = call()
    if not answers.succeeded(first):
        raise SystemExit(f"{what} failed: {first}")
    cold = cpu_seconds()
    call()
    started = cpu_seconds()
    for _ in range(CALLS):
        call()
    warm = (cpu_seconds() - started) / CALLS
    results.write(json.dumps({"cold": cold, "warm": warm}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
