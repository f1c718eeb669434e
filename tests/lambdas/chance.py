"""What holds of an answer whatever was sent, and examples of chance that BigCommerce signed."""

import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import HealthCheck, seed, settings

from local.bigcommerce import App, Store
from tests.lambdas import documented
from tests.lambdas.aws_calls import AwsCalls
from tests.lambdas.backend import (
    Backend,
)
from tests.lambdas.conftest import Logs
from tests.lambdas.responses import Response
from tests.lambdas.strategies import (
    MARK,
)

REFUSED = {302, 400, 401, 404}


DOCUMENTED = REFUSED | {200, 403, 502, 503, 504}


def examples(number: int, of: object = None) -> Callable[[Callable[..., None]], Any]:
    """So many examples; others for each parameter `of` the test."""

    def decorate(check: Callable[..., None]) -> Any:
        some = settings(
            max_examples=number, suppress_health_check=[HealthCheck.function_scoped_fixture]
        )
        return seed(zlib.crc32(repr(of).encode()))(some(check))

    return decorate


def assert_documented(answer: Response) -> None:
    """What API Gateway accepts and the documentation names."""
    assert answer.status in DOCUMENTED
    assert all(isinstance(value, str) for value in answer.headers.values())
    "".join([answer.body, *answer.headers.values()]).encode()  # text, as Lambda demands


def assert_refused(answer: Response, aws: AwsCalls) -> None:
    assert_documented(answer)
    assert answer.status in REFUSED
    assert answer.status != 302 or answer.headers["Location"].endswith("/install/failed")
    assert MARK not in answer.body + str(answer.headers)
    assert "PutItem" not in aws.operations


def undo(aws: AwsCalls, backend: Backend, app: App, store: Store, item: Any) -> None:
    """Let the store's record be this again, where an example wrote another."""
    if "PutItem" in aws.operations:
        backend.put_item(app, store, item)
    aws.repair()


def assert_reached(logs: Logs, *outcomes: str) -> None:
    """Each of these is the outcome of some example: its status, or the reason that is logged.

    An outcome without a reason is `done`. Without this, a test whose examples all end at the first
    check would pass for ever.
    """
    reports = [json.loads(line) for line in logs.text.split("\n") if '"status"' in line]
    reached = "\n".join(f"{line['status']} {line.get('reason', 'done')}" for line in reports)
    assert [outcome for outcome in outcomes if outcome not in reached] == []


def assert_applied(
    callback: str, content: Any, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """A store's record after a payload that was taken is what the documentation says."""
    issued_at, user = int(content["iat"]), str(content["user"]["id"])
    known = before["users"].get(user)
    if callback == "load":
        assert set(after["users"]) == {*before["users"], user}
        changed = ("users", "user_count", "revision", "owner_id")
        assert without(after, *changed) == without(before, *changed)
    elif callback == "uninstall" and issued_at >= before["installed_at"]:
        assert (after["status"], after["uninstalled_at"]) == ("uninstalled", issued_at)
        assert not {"access_token", "users", "owner_id"} & set(after)
    elif callback == "remove-user" and (known is None or issued_at >= known["added_at"]):
        assert user not in after["users"]
        assert after["removed_users"] == {user: issued_at}
    else:
        assert after == before


def without(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in names}


CLAIM_CHECKS = [
    *("DecodeError", "MissingRequiredClaimError"),
    *("InvalidAudienceError", "InvalidIssuerError", "InvalidSubjectError"),
    *("ExpiredSignatureError", "ImmatureSignatureError", "issued more than 24 hours ago"),
    *(f"{claim} is not a number" for claim in ("iat", "nbf", "exp")),
    "sub is not stores/{store_hash}",
    *("user is not an object", "user.id is not an integer"),
    *("owner is not an object", "owner.id is not an integer"),
]


def nearly_right_claims(app: App, now: int) -> dict[str, list[Any]]:
    """Changes for every check, and some that must make no difference to any."""
    users: dict[str, list[Any]] = {
        "id": ["5", "05", 10**40],
        "email": [None, 5, ...],
        "locale": [5, ...],
    }
    return {
        "aud": [[app.client_id]],
        "iss": ["BC"],
        "sub": [5, "stores/", "stores/abc"],
        "iat": [
            now - documented.DAY - 11,
            now - documented.DAY - 60,
            now - 3600,
            now + 60,
            str(now),
        ],
        "nbf": [now + 60, str(now), ...],
        "exp": [now - 60, str(now + 60)],
        "jti": ["\ud800", ...],
        "url": [["/"], None, "/a?b=c", ...],
        "channel_id": ["5", "five", 3, ...],
        "user": [[5], ...],
        "owner": ["5", ...],
        **{f"{who}.{name}": users[name] for who in ("user", "owner") for name in users},
    }


def expected_status(callback: str, content: Any, record: Mapping[str, Any], *, now: int) -> int:
    """What claims get that BigCommerce signed, from a store's installation."""
    if not documented.payload_holds(content, client_id=record["client_id"], now=now):
        return 401
    if callback != "load":
        is_owner = str(content["user"]["id"]) == str(content["owner"]["id"])
        may_be_late = callback == "uninstall" and is_owner
        return 200 if may_be_late or now - int(content["iat"]) <= 310 else 401
    if content["sub"] != f"stores/{record['store_hash']}":
        return 404
    known = str(content["user"]["id"]) in record["users"]
    return 302 if known or content["iat"] >= record["installed_at"] else 401
