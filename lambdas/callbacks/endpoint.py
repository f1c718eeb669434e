"""Middleware shared by all callbacks: the app, deadline, errors, log line and metric."""

import time
from collections.abc import Callable, Mapping
from functools import partial, wraps
from http import HTTPStatus
from typing import Any

from ..records import apps, credentials
from ..records.apps import AppProfile
from ..shared import aws
from ..shared.deadline import DeadlineExceededError, LambdaContext, within
from ..shared.errors import CallbackError, ServiceUnavailableError
from ..shared.log import count, error_location, logger
from .request import CallbackRequest
from .responses import Response

# The time for rendering, logging and returning an answer after the deadline.
RESERVE_SECONDS = 1.0

Handler = Callable[[Mapping[str, Any], LambdaContext], Response]
Handle = Callable[[CallbackRequest, AppProfile], Response]
FindApp = Callable[[CallbackRequest], AppProfile]
RenderError = Callable[[CallbackError, CallbackRequest], Response]


def _deployed_app(request: CallbackRequest) -> AppProfile:
    return apps.find(request.organization_id)


def endpoint(
    render_error: RenderError,
    find_app: FindApp = _deployed_app,
    *,
    success_metric: str | None = None,
) -> Callable[[Handle], Handler]:
    """Make a Lambda handler of a function that answers one callback.

    The function gets the request and its app, as `find_app` finds it. An error becomes the
    documented answer: a CallbackError its own, a failed AWS call or the deadline a 503, a defect a
    500 without details. A success counts as `success_metric`, if there is one; API Gateway counts
    every answer.
    """

    def decorate(handle: Handle) -> Handler:
        @wraps(handle)
        def handler(event: Mapping[str, Any], context: LambdaContext) -> Response:
            started = time.perf_counter()
            request = CallbackRequest.from_event(event)
            error: CallbackError | None = None
            try:
                seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
                response = within(seconds, partial(_answer, handle, find_app, request))
            except (Exception, DeadlineExceededError) as raised:
                error = _as_callback_error(raised)
                response = render_error(error, request)
            _report(request, response, error, time.perf_counter() - started)
            _count(error, success_metric)
            return response

        return handler

    return decorate


def _answer(handle: Handle, find_app: FindApp, request: CallbackRequest) -> Response:
    app = find_app(request)
    logger.append_keys(organization_id=app.organization_id)
    # First: an app without credentials says so, whatever the request contains.
    credentials.find(app.organization_id)
    return handle(request, app)


def _as_callback_error(raised: BaseException) -> CallbackError:
    if isinstance(raised, CallbackError):
        return raised
    if isinstance(raised, (*aws.CALL_ERRORS, DeadlineExceededError)):
        return ServiceUnavailableError(aws.failure_reason(raised))
    return CallbackError(error_location(raised))  # no caller may see how the code failed


def _report(
    request: CallbackRequest, response: Response, error: CallbackError | None, seconds: float
) -> None:
    status = response["statusCode"]
    fields: dict[str, Any] = {
        "request_id": request.request_id,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
    }
    if error is not None:
        fields |= {"error": error.code, "reason": error.reason, "help": error.help}
    # An external install that failed is answered with a redirect: what counts is the error.
    outcome = error.status if error is not None else status
    if outcome >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("callback failed", **fields)
    else:
        logger.info("callback answered", **fields)
    logger.remove_keys()


def _count(error: CallbackError | None, success_metric: str | None) -> None:
    if error is None:
        metrics = [success_metric]
    elif error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        metrics = ["Refused", error.metric]
    else:
        metrics = ["Failed", error.metric]
    if names := [name for name in metrics if name is not None]:
        count(*names)
