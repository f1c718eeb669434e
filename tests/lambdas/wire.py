"""The line between the functions and AWS, on which every request can go wrong.

It lies below botocore's retries: what fails here once, the functions may never notice.
"""

import json
from collections.abc import Callable
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

from tests.lambdas.harness import CLIENTS

URL = "https://aws.invalid"
# As the functions' clients are configured.
ATTEMPTS = 3

Deliver = Callable[[], AWSResponse]
Fault = Callable[[Deliver], AWSResponse]


def refusal(status: int, code: str) -> Fault:
    """AWS answers with this error instead of doing anything."""
    body = json.dumps({"__type": code, "message": f"{code} of the test"}).encode()

    def fault(_: Deliver) -> AWSResponse:
        raw: Any = MockRawResponse(body)
        return AWSResponse(URL, status, {}, raw)

    return fault


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


class Wire:
    """Delivers the functions' requests to AWS, unless it was told otherwise.

    `calls` is what the functions asked since the last `repair`: operations, by name.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._broken_call = -1
        self._attempts_left = 0
        self._fault: Fault = no_connection

    def connect(self) -> None:
        """Stand between the functions' clients and moto, which answers for AWS."""
        for client in CLIENTS:
            events = client().meta.events
            events.unregister("before-send", botocore_stubber)
            events.register("before-send", self._send)
            events.register("before-call", self._count)

    def repair(self) -> None:
        """Deliver everything, and begin to count anew."""
        self.calls.clear()
        self._broken_call = -1

    def break_call(self, index: int, fault: Fault, attempts: int) -> None:
        """Let this many attempts of one call go wrong; calls are counted from here, from 0."""
        self.calls.clear()
        self._broken_call, self._fault, self._attempts_left = index, fault, attempts

    def _count(self, model: Any, **_: object) -> None:
        self.calls.append(model.name)

    def _send(self, request: Any, event_name: str, **_: object) -> AWSResponse:
        def deliver() -> AWSResponse:
            answer = botocore_stubber(event_name, request)
            assert isinstance(answer, AWSResponse)
            return answer

        if len(self.calls) - 1 != self._broken_call or not self._attempts_left:
            return deliver()
        self._attempts_left -= 1
        return self._fault(deliver)
