"""BigCommerceApp: each app's secrets and table item."""

import copy
import json

from tests.components.recorder import KEY_ARN, Recording, Resource
from tests.components.recordings import Recorder
from tests.components.stacks import (
    ACME,
    APP_URL,
    CLIENT_ID,
    CLIENT_SECRET,
    GLOBEX,
    HANDOFF_KEY,
    RUTTER,
    RUTTER_CLIENT_SECRET,
    WITH_APP_URL,
)


def test_secret_holds_a_registered_apps_credentials(awaiting: Recording, ready: Recording) -> None:
    credentials = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    for recording, value in ((awaiting, {}), (ready, credentials)):
        version = recording.one("SecretVersion", GLOBEX)
        assert version.inputs["secretId"] == recording.outputs["credentialSecretArns"][GLOBEX]
        assert json.loads(version.inputs["secretString"]) == value
        assert version.secret_inputs == ["secretString"]


def test_protected_stacks_keep_deleted_secrets(awaiting: Recording, customized: Recording) -> None:
    assert awaiting.one("Secret").inputs["recoveryWindowInDays"] == 30
    # Then the stack can be created again under the same names.
    assert customized.one("Secret").inputs["recoveryWindowInDays"] == 0


def test_an_app_with_a_url_has_a_handoff_key(record: Recorder) -> None:
    recording = record(WITH_APP_URL)
    secret = json.loads(recording.one("SecretVersion", GLOBEX).inputs["secretString"])
    assert secret["handoff_key"] == HANDOFF_KEY
    item = json.loads(recording.one("TableItem", GLOBEX).inputs["item"])
    assert item["app_url"] == {"S": APP_URL}
    assert HANDOFF_KEY not in json.dumps(recording.outputs)


def test_an_app_with_rutter_has_one_more_secret(everything: Recording) -> None:
    version = everything.one("SecretVersion", f"{GLOBEX}.rutter")
    assert {each.inputs["kmsKeyId"] for each in everything.all("Secret")} == {KEY_ARN}
    assert json.loads(version.inputs["secretString"]) == {
        "client_id": "globex-at-rutter",
        "client_secret": RUTTER_CLIENT_SECRET,
    }
    assert version.secret_inputs == ["secretString"]
    items = [json.loads(each.inputs["item"]) for each in everything.all("TableItem")]
    assert [item.get("rutter_on_uninstall") for item in items] == [{"S": "keep"}, None]
    assert RUTTER_CLIENT_SECRET not in json.dumps(everything.outputs)


def test_registering_an_app_changes_its_secret_value_and_item_and_a_new_name_only_the_item(
    record: Recorder, awaiting: Recording, ready: Recording
) -> None:
    rutter = copy.deepcopy(RUTTER)
    rutter["apps"][0]["name"] = "Globex Sync 2"
    for one, other, types in (
        (awaiting, ready, {"SecretVersion", "TableItem"}),
        (record(RUTTER), record(rutter), {"TableItem"}),
    ):
        before, after = _by_urn(one), _by_urn(other)
        assert before.keys() == after.keys()
        changed = [after[urn] for urn in before if before[urn] != after[urn]]
        assert {resource.kind for resource in changed} == types
        assert len(changed) == len(types)


def test_another_app_changes_nothing_of_the_first(ready: Recording, two_apps: Recording) -> None:
    before, after = _by_urn(ready), _by_urn(two_apps)
    assert {after[urn].name for urn in after.keys() - before.keys()} == {ACME}
    assert [urn for urn in before if before[urn] != after[urn]] == []


def _by_urn(recording: Recording) -> dict[str, Resource]:
    return {resource.urn: resource for resource in recording.resources}


def test_the_table_has_the_profile_of_each_app(two_apps: Recording) -> None:
    first, second = (json.loads(each.inputs["item"]) for each in two_apps.all("TableItem"))
    assert first == {
        "pk": {"S": f"ORG#{GLOBEX}"},
        "sk": {"S": "APP"},
        "name": {"S": "Globex *Sync*"},
        "scopes": {"L": [{"S": "store_v2_information_read_only"}]},
        "scope_names": {
            "M": {"store_v2_information_read_only": {"S": "Information & Settings: read-only"}}
        },
        "multiple_users": {"BOOL": False},
        "client_id": {"S": CLIENT_ID},
        "support_url": {"S": "https://support.example.com/globex"},
    }
    assert second.keys() == first.keys() - {"client_id", "support_url"}
    assert second["multiple_users"] == {"BOOL": True}
