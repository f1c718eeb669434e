"""The bootstrap program: its resources, next steps and errors."""

import json
from typing import Any

import pytest

from components.settings.stack import PROJECT_AND_STACK
from local.engine.configuration import encoded, stack_config
from local.engine.program import Program
from tests.bootstrap.evaluation import PROJECT as MAIN
from tests.components.recorder import ACCOUNT, REGION, Recording
from tests.components.recordings import Recorder
from tests.documents import ROOT

FOLDER = ROOT / "bootstrap"
PROJECT = "bigcommerce-bootstrap"
DOMAIN = {"domainName": "apps.example.com", "hostedZoneId": "Z1"}
DEV = {"name": "dev"}
CONFIG: dict[str, Any] = {
    "repository": "example/back-end",
    "environments": [
        {"name": "dev", "previewPullRequests": True},
        {"name": "prod", **DOMAIN},
    ],
    "stateBucket": "example-state",
}
# Environments have their own values. Pull requests use the repository's, under other names.
PLACES = [
    ("", " --env dev"),
    ("", " --env dev-preview"),
    ("PULL_REQUEST_", ""),
    ("", " --env prod"),
    ("", " --env prod-preview"),
]
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/key-state-"


def bootstrapped(record: Recorder, config: dict[str, Any]) -> Recording:
    texts = encoded({f"{PROJECT}:{key}": value for key, value in config.items()})
    return record.of(Program(str(FOLDER / "__main__.py"), PROJECT, "account", texts))


@pytest.fixture
def whole(record: Recorder) -> Recording:
    return bootstrapped(record, CONFIG)


def test_state_and_trust_are_protected_from_deletion(whole: Recording) -> None:
    protected = {
        (each.type.rpartition(":")[2], each.name) for each in whole.resources if each.protect
    }
    assert protected == {
        ("Bucket", "state"),
        ("Key", "state-dev"),
        ("Key", "state-prod"),
        ("OpenIdConnectProvider", "github"),
    }
    kept = {each.name for each in whole.resources if each.ignored == ["description"]}
    assert kept == {"dev-boundary", "prod-boundary"}


def test_next_steps_set_the_variables_and_the_stacks_of_this_account(whole: Recording) -> None:
    steps = whole.outputs["nextSteps"].splitlines()
    assert steps[1].endswith(": dev, dev-preview, prod, prod-preview")
    backend = f"s3://example-state?region={REGION}"
    assert whole.outputs["backendUrl"] == backend
    values = {"AWS_ACCOUNT_ID": ACCOUNT, "AWS_REGION": REGION, "PULUMI_BACKEND_URL": backend}
    assert [step for step in steps if "gh variable set" in step] == [
        f"gh variable set {prefix}{name} --repo example/back-end{place} --body '{value}'"
        for prefix, place in PLACES
        for name, value in values.items()
    ] + ["# gh variable set DEPLOY --repo example/back-end --body true"]
    for stack in ("dev", "prod"):
        url = f"awskms:///{KEY_ARN}{stack}?region={REGION}"
        assert whole.outputs["secretsProviders"][stack] == url
        created = steps.index(f"pulumi stack init {stack} --secrets-provider '{url}'")
        # Otherwise the CLI would ask whether to create the stack.
        assert steps[created + 1] == (
            f"pulumi config set --stack {stack} --path permissionsBoundaryArn "
            f"arn:aws:iam::{ACCOUNT}:policy/boundary-{MAIN}-{stack}"
        )
    assert not any("ACCESS_TOKEN" in step for step in steps)


def test_each_environment_has_its_own_pulumi_cloud_token(record: Recorder) -> None:
    steps = bootstrapped(record, {**CONFIG, "stateBucket": ""}).outputs["nextSteps"].splitlines()
    assert "pulumi stack init prod" in steps
    # Comments: each prompts for a token, and would read the next command as one.
    assert [step for step in steps if "ACCESS_TOKEN" in step] == [
        f"# gh secret set {name}PULUMI_ACCESS_TOKEN --repo example/back-end{place}"
        for name, place in PLACES
    ]


def test_repository_with_ids_is_trusted_only_with_them_and_has_none_in_commands(
    record: Recorder,
) -> None:
    recording = bootstrapped(record, {**CONFIG, "repository": "example@12/back-end@345"})
    for role in recording.all("Role"):
        (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        subjects = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
        assert all(each.startswith("repo:example@12/back-end@345:") for each in subjects)
    steps = recording.outputs["nextSteps"]
    assert "--repo example/back-end " in steps
    assert "@" not in steps.partition("pulumi config")[0]


def test_account_with_githubs_oidc_provider_and_its_state_elsewhere(record: Recorder) -> None:
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/other"
    config = {**CONFIG, "stateBucket": "", "oidcProviderArn": provider}
    recording = bootstrapped(record, config)
    assert not any("s3" in each.type or "oidc" in each.type.lower() for each in recording.resources)
    for role in recording.all("Role"):
        trust = json.loads(role.inputs["assumeRolePolicy"])
        assert trust["Statement"][0]["Principal"] == {"Federated": provider}
    assert recording.outputs["backendUrl"] is None


LONGEST = PROJECT_AND_STACK - len(MAIN)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"repository": "https://github.com/o/r"}, "repository must be OWNER/NAME, as in the"),
        (
            {"environments": []},
            "environments must not be empty.\n"
            "      pulumi config set --stack account --path 'environments[0].name' NAME",
        ),
        ({"environments": [{**DEV, "zone": 1}]}, "environments[0].zone is not a setting"),
        (
            {"environments": [{**DEV, "hostedZoneId": "Z1"}]},
            "environments[0] has hostedZoneId, so it needs domainName.",
        ),
        (
            {"environments": [DEV, {"name": "Dev"}]},
            "environments[1].name is the name of another environment: IAM ignores case.",
        ),
        (
            {"environments": [{"name": "dev-eu"}, DEV]},
            "environments[0].name starts with the name of environments[1], whose deploy role",
        ),
        (
            {"environments": [{"name": "x" * (LONGEST + 1)}]},
            f"environments[0].name must have at most {LONGEST} characters, for names of IAM roles",
        ),
        ({"stateBucket": "Not_A_Bucket"}, "stateBucket must be 3 to 63 lowercase letters"),
    ],
)
def test_wrong_setting_is_refused(record: Recorder, change: dict[str, Any], problem: str) -> None:
    recording = bootstrapped(record, {**CONFIG, **change})
    assert recording.resources == []
    assert f"has 1 problem:\n\n  {problem}" in str(recording.error)


def test_sample_stack_lacks_only_the_repository(record: Recorder) -> None:
    """The owner of the sample's repository could assume the roles of an unchanged copy."""
    sample = stack_config(FOLDER, "sample", {})
    texts = encoded(sample)
    recording = record.of(Program(str(FOLDER / "__main__.py"), PROJECT, "sample", texts))
    assert str(recording.error).endswith(
        " has 1 problem:\n\n  repository is the sample's: set your own repository."
    )
    texts = encoded({**sample, f"{PROJECT}:repository": "example/back-end"})
    assert record.of(Program(str(FOLDER / "__main__.py"), PROJECT, "sample", texts)).error is None
