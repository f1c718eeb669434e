"""The functions' calls to AWS, and faults in them.

`AwsCalls` counts calls, and breaks single attempts. botocore retries below the functions, which may
not notice a fault in one attempt.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

from lambdas.shared import aws

# The clients of the functions; the tests themselves ask others.
CLIENTS = (aws.dynamodb, aws.kms, aws.secretsmanager)
URL = "https://aws.invalid"
# As the functions' clients are configured.
ATTEMPTS = 3

Deliver = Callable[[], AWSResponse]
Fault = Callable[[Deliver], AWSResponse]


def refusal(status: int, code: str) -> Fault:
    """AWS answers with this error instead of doing anything."""
    body = json.dumps({"__type": code, "message": f"{code} of the test"}).encode()
    headers: Any = {}
    return lambda _: AWSResponse(URL, status, headers, MockRawResponse(body))


def no_connection(_: Deliver) -> AWSResponse:
    """The request does not reach AWS."""
    raise EndpointConnectionError(endpoint_url=URL)


def timeout(_: Deliver) -> AWSResponse:
    """AWS does nothing, and does not answer."""
    raise ReadTimeoutError(endpoint_url=URL)


def lost(deliver: Deliver) -> AWSResponse:
    """AWS does what it is asked, and its answer is lost."""
    deliver()
    raise ReadTimeoutError(endpoint_url=URL)


class AwsCalls:
    """The calls since the last `repair`: each operation by name, and its request's body.

    `instead` maps an operation to an exception to raise, or to something to call first.
    """

    def __init__(self) -> None:
        self.operations: list[str] = []
        self.bodies: list[str] = []
        self.instead: dict[str, Any] = {}
        self.repair()

    def watch(self) -> None:
        for client in CLIENTS:
            events: Any = client().meta.events
            events.register("before-call", self._called)
            events.unregister("before-send", botocore_stubber)  # moto, which answers for AWS
            events.register("before-send", self._sent)

    def unwatch(self) -> None:
        for client in CLIENTS:
            events: Any = client().meta.events
            events.unregister("before-call", self._called)
            events.unregister("before-send", self._sent)
            events.register("before-send", botocore_stubber)

    def repair(self) -> None:
        """Remove all faults, and count from zero again."""
        self.break_call(-1, no_connection, 0)

    def break_call(self, index: int, fault: Fault, attempts: int = ATTEMPTS) -> None:
        """Make this many attempts of one call fail; calls are counted from here, from 0."""
        self.operations.clear()
        self.bodies.clear()
        self._broken_call, self._fault, self._attempts_left = index, fault, attempts

    def _called(self, model: Any, params: Mapping[str, Any], **_: object) -> None:
        self.operations.append(model.name)
        self.bodies.append(params["body"])
        instead = self.instead.get(model.name)
        if isinstance(instead, Exception):
            raise instead
        if instead is not None:
            instead()

    def _sent(self, request: Any, event_name: str, **_: object) -> AWSResponse:
        def deliver() -> AWSResponse:
            answer = botocore_stubber(event_name, request)
            assert isinstance(answer, AWSResponse)
            return answer

        if len(self.operations) - 1 != self._broken_call or not self._attempts_left:
            return deliver()
        self._attempts_left -= 1
        return self._fault(deliver)
