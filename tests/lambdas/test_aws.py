"""The AWS clients: a call that fails in every try leaves time for an answer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore import httpsession
from botocore.awsrequest import AWSRequest
from botocore.exceptions import SSLError

from components.callbacks import CALLBACKS
from lambdas.callbacks.endpoint import RESERVE_SECONDS
from lambdas.shared import aws as clients
from tests.https_server import certificate, serve
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import Callbacks

# Of a retry's pause at most, in botocore's standard mode with its first two retries.
LONGEST_PAUSES_SECONDS = 1 + 2
# What makes a client's TLS context.
CONTEXT = "create_urllib3_context"


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize(("variable", "made"), [("AWS_LAMBDA_FUNCTION_NAME", 1), ("ELSEWHERE", 0)])
def test_clients_are_created_before_the_first_request_only_in_lambda(
    variable: str, made: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "load")
    done: list[str] = []
    monkeypatch.setattr("gc.freeze", lambda: done.append("frozen"))
    monkeypatch.setattr(clients, "_load_certificates_once", lambda _: done.append("loaded"))
    clients.sqs.cache_clear()

    clients.prepare(clients.sqs)

    assert clients.sqs.cache_info().currsize == made
    assert done == ["loaded", "frozen"] * made


@pytest.mark.parametrize(
    ("name", "trusted"),
    [
        pytest.param("127.0.0.1", False, id="signed by an untrusted authority"),
        pytest.param("127.0.0.2", True, id="of another host"),
    ],
)
def test_nothing_is_sent_to_aws_if_its_certificate_is_invalid(
    name: str, trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(name, tmp_path)
    asked: list[None] = []
    bundle = str(file) if trusted else None
    monkeypatch.setattr(httpsession, CONTEXT, getattr(httpsession, CONTEXT))  # to be put back
    clients._load_certificates_once(bundle)
    session = httpsession.URLLib3Session(verify=bundle or True)  # type: ignore[arg-type]

    with serve(lambda *_: asked.append(None), file) as host, pytest.raises(SSLError):
        session.send(AWSRequest("GET", f"https://{host}/").prepare())
    assert asked == []


def test_a_botocore_with_other_names_loads_certificates_in_its_own_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make = getattr(httpsession, CONTEXT)
    monkeypatch.delattr(httpsession, "get_cert_path")

    clients._load_certificates_once(None)

    assert getattr(httpsession, CONTEXT) is make


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("client", [clients.dynamodb, clients.kms, clients.secretsmanager])
def test_a_call_without_an_answer_ends_before_the_shortest_function_does(
    client: Callable[[], Any],
) -> None:
    config = client().meta.config
    seconds = (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"]

    shortest = min(callback.timeout for callback in CALLBACKS)
    assert seconds + LONGEST_PAUSES_SECONDS < shortest - RESERVE_SECONDS


def test_a_warm_callback_makes_no_needless_aws_call(installed: Callbacks, aws: AwsCalls) -> None:
    asked = {}
    for callback in ("load", "uninstall", "redirect-url", "remove-user"):
        aws.repair()
        installed.get(callback)
        asked[callback] = list(aws.operations)

    assert asked == {
        "load": ["GetItem"],
        "remove-user": ["GetItem", "PutItem"],
        "uninstall": ["GetItem", "PutItem"],
        "redirect-url": ["Encrypt", "GetItem", "PutItem"],
    }
