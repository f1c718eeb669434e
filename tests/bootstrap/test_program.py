"""The bootstrap program: what it registers, and what it says of a wrong configuration."""

import json
from typing import Any

import pytest

from local.engine.configuration import encoded, stack_config
from local.engine.program import Program
from tests.bootstrap.evaluation import PROJECT as MAIN
from tests.components.recorder import ACCOUNT, REGION, Recording
from tests.components.recordings import Recorder
from tests.documents import ROOT

FOLDER = ROOT / "bootstrap"
PROJECT = "bigcommerce-bootstrap"
DOMAIN = {"domainName": "apps.example.com", "hostedZoneId": "Z1"}
CONFIG: dict[str, Any] = {
    "repository": "example/back-end",
    "environments": [
        {"name": "dev", "previewPullRequests": True},
        {"name": "prod", "reviewers": ["alice", "acme/platform"], **DOMAIN},
    ],
    "stateBucket": "example-state",
}
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/key-state-"


def bootstrapped(record: Recorder, config: dict[str, Any]) -> Recording:
    texts = encoded({f"{PROJECT}:{key}": value for key, value in config.items()})
    return record.of(Program(str(FOLDER / "__main__.py"), PROJECT, "account", texts))


@pytest.fixture
def whole(record: Recorder) -> Recording:
    return bootstrapped(record, CONFIG)


def test_what_state_and_trust_need_is_protected_and_descriptions_stay(whole: Recording) -> None:
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


def test_each_stack_keeps_its_secrets_with_its_own_key(whole: Recording) -> None:
    assert whole.outputs["backendUrl"] == f"s3://example-state?region={REGION}"
    steps = whole.outputs["nextSteps"].splitlines()
    for stack in ("dev", "prod"):
        url = f"awskms:///{KEY_ARN}{stack}?region={REGION}"
        assert whole.outputs["secretsProviders"][stack] == url
        assert f"pulumi stack init {stack} --secrets-provider '{url}'" in steps


def test_the_next_steps_are_the_commands_with_this_accounts_values(whole: Recording) -> None:
    steps = whole.outputs["nextSteps"].splitlines()
    limited = (
        " -F 'deployment_branch_policy[protected_branches]=false'"
        " -F 'deployment_branch_policy[custom_branch_policies]=true'"
    )
    reviewed = (
        " -F 'reviewers[][type]=User' -F \"reviewers[][id]=$(gh api users/alice --jq .id)\""
        " -F 'reviewers[][type]=Team'"
        ' -F "reviewers[][id]=$(gh api orgs/acme/teams/platform --jq .id)"'
        " -F prevent_self_review=true"
    )
    # Before all else: without them the role is for whoever can push a branch.
    protected = ("dev", ""), ("dev-preview", ""), ("prod", reviewed), ("prod-preview", "")
    for index, (name, reviewers) in enumerate(protected):
        path = f"repos/example/back-end/environments/{name}"
        assert steps[2 * index : 2 * index + 2] == [
            f"gh api --method PUT {path}{limited}{reviewers}",
            f"gh api --method POST {path}/deployment-branch-policies -f name=main",
        ]
    values = {
        "AWS_ACCOUNT_ID": ACCOUNT,
        "AWS_REGION": REGION,
        "PULUMI_BACKEND_URL": f"s3://example-state?region={REGION}",
    }
    # Of an environment, so that another account's do not take their place; and the repository's
    # for previews of pull requests, which have no environment, under other names.
    places = [("", f" --env {name}") for name, _ in protected]
    places.insert(2, ("PULL_REQUEST_", ""))
    assert [step for step in steps if "gh variable set" in step] == [
        f"gh variable set {prefix}{name} --repo example/back-end{place} --body '{value}'"
        for prefix, place in places
        for name, value in values.items()
    ] + ["# gh variable set DEPLOY --repo example/back-end --body true"]
    assert (
        "pulumi config set --stack prod --path permissionsBoundaryArn "
        f"arn:aws:iam::{ACCOUNT}:policy/boundary-{MAIN}-prod"
    ) in steps
    assert not any("ACCESS_TOKEN" in step for step in steps)


@pytest.mark.parametrize(
    ("reviewers", "prevented"), [(["alice"], False), (["alice", "bob"], True), (["a/team"], True)]
)
def test_nobody_approves_their_own_deployment_but_who_is_alone(
    record: Recorder, reviewers: list[str], prevented: bool
) -> None:
    environments = [{"name": "prod", "reviewers": reviewers}]
    steps = bootstrapped(record, {**CONFIG, "environments": environments}).outputs["nextSteps"]
    (reviewed,) = [step for step in steps.splitlines() if "reviewers" in step]
    assert ("-F prevent_self_review=true" in reviewed) == prevented


def test_each_environment_has_a_token_of_pulumi_cloud_of_its_own(record: Recorder) -> None:
    steps = bootstrapped(record, {**CONFIG, "stateBucket": ""}).outputs["nextSteps"].splitlines()
    # Made before it is configured: else the CLI asks whether to, and what is pasted answers.
    assert steps.index("pulumi stack init prod") + 1 == next(
        index for index, step in enumerate(steps) if "config set --stack prod" in step
    )
    # Comments: each waits for a token, and would take the next command for it.
    assert [step for step in steps if "ACCESS_TOKEN" in step] == [
        f"# gh secret set {name}PULUMI_ACCESS_TOKEN --repo example/back-end{place}"
        for name, place in (
            ("", " --env dev"),
            ("", " --env dev-preview"),
            ("PULL_REQUEST_", ""),
            ("", " --env prod"),
            ("", " --env prod-preview"),
        )
    ]


def test_a_repository_with_ids_is_trusted_with_them_alone_and_has_none_in_commands(
    record: Recorder,
) -> None:
    recording = bootstrapped(record, {**CONFIG, "repository": "example@12/back-end@345"})
    for role in recording.all("aws:iam/role:Role"):
        (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        subjects = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
        assert all(each.startswith("repo:example@12/back-end@345:") for each in subjects)
    steps = recording.outputs["nextSteps"]
    assert "--repo example/back-end " in steps
    assert "@" not in steps.partition("pulumi config")[0]


def test_an_account_that_believes_github_already_and_keeps_its_state_elsewhere(
    record: Recorder,
) -> None:
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/other"
    config = {**CONFIG, "stateBucket": "", "oidcProviderArn": provider}
    recording = bootstrapped(record, config)
    assert not any("s3" in each.type or "oidc" in each.type.lower() for each in recording.resources)
    for role in recording.all("aws:iam/role:Role"):
        trust = json.loads(role.inputs["assumeRolePolicy"])
        assert trust["Statement"][0]["Principal"] == {"Federated": provider}
    assert recording.outputs["backendUrl"] is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"repository": "https://github.com/o/r"}, "must be OWNER/NAME"),
        ({"environments": [{"name": "dev", "reviewers": ["$(x)"]}]}, "must be a GitHub user"),
        ({"environments": [{"name": "dev", "zone": 1}]}, "environments[0].zone is not a setting"),
        ({"stateBucket": "Not_A_Bucket"}, "must be 3 to 63"),
    ],
)
def test_wrong_setting_is_reported_before_anything_is_registered(
    record: Recorder, change: dict[str, Any], words: str
) -> None:
    recording = bootstrapped(record, {**CONFIG, **change})
    assert recording.resources == []
    assert words in str(recording.error)


def test_sample_stack_lacks_only_the_repository(record: Recorder) -> None:
    """Whoever owned the sample's repository could assume the roles of an unchanged copy."""
    sample = stack_config(FOLDER, "sample", {})
    texts = encoded(sample)
    recording = record.of(Program(str(FOLDER / "__main__.py"), PROJECT, "sample", texts))
    assert str(recording.error).endswith(
        " has 1 problem:\n\n  repository is the sample's: set your own repository."
    )
    texts = encoded({**sample, f"{PROJECT}:repository": "example/back-end"})
    assert record.of(Program(str(FOLDER / "__main__.py"), PROJECT, "sample", texts)).error is None
