"""The workflows: what they may do, and that they do it by the project's own commands.

GitHub runs none of them here: `make lint` checks their form, and these tests what they name.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from components.ci_roles import deploy_role_name, preview_role_name
from tests.documents import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
# Looked at as one: what runs in CI, wherever.
PIPELINES = [*WORKFLOWS, ROOT / "docs/examples/gitlab-ci.yml"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"(?m)^([a-z-]+):", MAKEFILE))
STACKS = ("dev", "staging", "prod")
each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def workflow(name: str) -> dict[Any, Any]:
    text = (ROOT / f".github/workflows/{name}.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def jobs(name: str) -> dict[str, dict[str, Any]]:
    return dict(workflow(name)["jobs"])


@each_workflow
def test_a_workflow_may_nothing_but_what_each_job_says(path: Any) -> None:
    assert workflow(path.stem)["permissions"] == {}
    for name, job in jobs(path.stem).items():
        assert "permissions" in job, name
        writes = {key for key, value in job["permissions"].items() if value == "write"}
        assert writes <= {"id-token", "pull-requests", "issues", "contents"}
        # Who may write to the repository's face takes on no role, and the other way round.
        assert len(writes) <= 1, name
        assert "uses" in job or job["timeout-minutes"] <= 40, name


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in WORKFLOWS:
        for job in jobs(path.stem).values():
            for step in job.get("steps", ()):
                yield path.stem, step


def test_credentials_are_those_of_a_role_and_never_a_key() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in PIPELINES)
    assert not re.search(r"(?i)aws[_-](secret[_-])?access[_-]key", text)
    assert set(re.findall(r"secrets\.(\w+)", text)) == {"PULUMI_ACCESS_TOKEN"}
    (step,) = [each for _, each in steps() if "aws-actions/" in each.get("uses", "")]
    role = step["with"]["role-to-assume"].rpartition("/")[2]
    for kind, name in (("deploy", deploy_role_name), ("preview", preview_role_name)):
        filled = role.replace("${{ inputs.role }}", kind).replace("${{ inputs.stack }}", "dev")
        assert filled.replace("${{ steps.project.outputs.name }}", "shop") == name("shop", "dev")


def test_a_checkout_leaves_no_credentials_behind() -> None:
    checkouts = [step for _, step in steps() if "actions/checkout@" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_a_deployment_is_never_cancelled_and_is_alone_in_its_stack() -> None:
    concurrency = jobs("stack")["stack"]["concurrency"]
    assert concurrency["cancel-in-progress"] is False
    assert {"${{ inputs.action }}", "${{ inputs.stack }}"} <= set(
        re.findall(r"\$\{\{ inputs\.\w+ \}\}", concurrency["group"])
    )


def test_main_deploys_each_stack_after_the_one_before_and_as_its_preview_showed() -> None:
    found = jobs("main")
    before = "checks"
    for stack in STACKS:
        preview, deploy = found[f"preview-{stack}"], found[stack]
        assert (preview["needs"], deploy["needs"]) == (before, f"preview-{stack}")
        assert preview["with"] == {
            "action": "preview",
            "stack": stack,
            "role": "preview",
            "environment": f"{stack}-preview",
        }
        assert deploy["with"] == {
            "action": "deploy",
            "stack": stack,
            "role": "deploy",
            "environment": stack,
            "plan": f"preview-{stack}",
        }
        before = stack
        assert (ROOT / f"Pulumi.{stack}.yaml").exists()
    assert jobs("nightly")["drift"]["strategy"]["matrix"]["stack"] == list(STACKS)
    inputs = workflow("deploy")[True]["workflow_dispatch"]["inputs"]  # YAML's `on`
    assert inputs["stack"]["options"] == list(STACKS)


def test_a_fork_gets_a_message_in_place_of_a_preview() -> None:
    found = jobs("pull-request")
    own = "github.event.pull_request.head.repo.full_name == github.repository"
    assert found["preview"]["if"].startswith(own)
    assert found["no-preview"]["if"].startswith(own.replace("==", "!="))
    assert found["preview"]["with"]["role"] == "preview"


def test_no_deployment_waits_for_the_aws_plugin_on_the_embedded_aws() -> None:
    assert "plugin" not in str(jobs("checks"))
    (job,) = jobs("aws-plugin").values()
    assert job["steps"][-1]["run"] == "make test-plugin"
    assert "workflow_call" not in workflow("aws-plugin")[True]


def test_what_they_call_is_there() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in PIPELINES)
    named = set(re.findall(r"(?m)(?:run:|-|^ +) make ([a-z-]+)", text))
    named |= {f"stack-{action}" for action in re.findall(r"action: (\w+)$", text, re.MULTILINE)}
    named |= set(jobs("checks")["check"]["strategy"]["matrix"]["target"])
    assert named <= TARGETS
    assert {
        "stack-preview",
        "stack-deploy",
        "stack-drift",
        "release-notes",
        "vulnerabilities",
    } <= named
    for script in re.findall(r"\.ci/[a-z-]+", text + MAKEFILE):
        assert (ROOT / script).stat().st_mode & 0o111, script
