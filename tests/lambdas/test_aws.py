"""The AWS clients: a call that fails in every try leaves time for an answer."""

from collections.abc import Callable
from typing import Any

import pytest

from components.callbacks import CALLBACKS
from lambdas.callbacks import aws
from lambdas.callbacks.endpoint import RESERVE_SECONDS

# Of a retry's pause at most, in botocore's standard mode with its first two retries.
LONGEST_PAUSES_SECONDS = 1 + 2


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("client", [aws.dynamodb, aws.kms, aws.secretsmanager])
def test_a_call_without_an_answer_ends_before_the_shortest_function_does(
    client: Callable[[], Any],
) -> None:
    config = client().meta.config
    seconds = (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"]

    shortest = min(callback.timeout for callback in CALLBACKS)
    assert seconds + LONGEST_PAUSES_SECONDS < shortest - RESERVE_SECONDS
