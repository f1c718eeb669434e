"""Every permission that the programs grant, as one document that a test compares as a whole.

`python -m tests.permissions` writes permissions.yaml, and docs/deploy-policy.json for people. The
diff shows each permission that a change adds or removes. IAM ignores the order of a list, and reads
a single value like a list of one. So permissions.yaml sorts lists, and writes a single value
without a list.
"""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import yaml

from bootstrap.deploy_by_hand import deploy_by_hand_policy
from bootstrap.policy import PolicyScope
from ops.stores.commands.policy import document
from tests.bootstrap.test_program import CONFIG, bootstrapped
from tests.components.recorder import Recording
from tests.components.recordings import PROJECT, Recorder
from tests.components.stacks import ACME, AWAITING, EVERYTHING
from tests.documents import ROOT

FILE = Path(__file__).with_suffix(".yaml")
DEPLOY_POLICY = ROOT / "docs/deploy-policy.json"
# Besides these, every resource with a policy is included.
_TYPES = re.compile(r"^aws:(iam|kms|s3)/|^aws:lambda/permission:")


def permissions(record: Recorder) -> str:
    # A copy of this repository may have another project name: its recording is not kept for others.
    with mock.patch("bootstrap.settings.main_project", return_value=PROJECT):
        bootstrap = bootstrapped(Recorder(), CONFIG)
    stack: Any = SimpleNamespace(table_arn="TABLE", index_name="INDEX", key_arn="KEY")
    granted = {
        "bootstrap": _granted(bootstrap),
        "largest stack": _granted(record(EVERYTHING)),
        "smallest stack": _granted(record(AWAITING)),
        "python -m ops stores policy": normalized(document(stack, ACME)),
    }
    return yaml.safe_dump(granted, width=1000)


def deploy_policy() -> str:
    """Return the text of docs/deploy-policy.json, in which the reader replaces the capitals."""
    scope = PolicyScope(
        "aws", "REGION", "ACCOUNT_ID", "PROJECT", "STACK", domain="DOMAIN", zone="HOSTED_ZONE_ID"
    )
    return deploy_by_hand_policy(scope) + "\n"


def _granted(recording: Recording) -> dict[str, Any]:
    return {
        each.address: normalized(
            {name: value for name, value in each.inputs.items() if name != "description"}
        )
        for each in recording.resources
        if each.custom and (_TYPES.match(each.type) or "Statement" in json.dumps(each.inputs))
    }


def normalized(value: Any) -> Any:
    """Return a value without the differences that AWS ignores."""
    match value:
        case str() if value.startswith("{"):
            return normalized(json.loads(value))
        case dict():
            return {name: normalized(item) for name, item in sorted(value.items())}
        case [alone]:
            return normalized(alone)
        case list():
            return sorted(map(normalized, value), key=_place)
    return value


def _place(item: Any) -> tuple[str, str]:
    return item.get("Sid", "") if isinstance(item, dict) else "", str(item)


if __name__ == "__main__":
    FILE.write_text(permissions(Recorder()), encoding="utf-8")
    DEPLOY_POLICY.write_text(deploy_policy(), encoding="utf-8")
