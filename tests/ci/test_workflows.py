"""The workflows: their permissions, and the project's commands that they run.

`make lint` checks their syntax. These tests check what they refer to.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from semver import VersionInfo

from components.ci_roles import deploy_role_name, preview_role_name
from tests.documents import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
# Everything that runs in CI, on GitHub and GitLab.
PIPELINES = [*WORKFLOWS, ROOT / "docs/examples/gitlab-ci.yml"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
BOTH = "-n 2 --dist loadscope --no-loadscope-reorder"
TARGETS = set(re.findall(r"(?m)^([a-z-]+):", MAKEFILE))


def workflow(name: str) -> dict[Any, Any]:
    text = (ROOT / f".github/workflows/{name}.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def jobs(name: str) -> dict[str, dict[str, Any]]:
    return dict(workflow(name)["jobs"])


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_only_jobs_have_permissions(path: Any) -> None:
    assert workflow(path.stem)["permissions"] == {}
    for name, job in jobs(path.stem).items():
        assert "permissions" in job, name
        writes = {key for key, value in job["permissions"].items() if value == "write"}
        assert writes <= {"id-token", "pull-requests", "issues", "contents"}
        # A job that may write to the repository takes no role, and vice versa.
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
    for path in PIPELINES:
        named = set(re.findall(r"secrets\.(\w+)", path.read_text(encoding="utf-8")))
        # Every branch can read the repository's secret, so no environment may use it.
        prefix = "PULL_REQUEST_" if path.stem == "pull-request" else ""
        assert named <= {f"{prefix}PULUMI_ACCESS_TOKEN"}, path
    # A called workflow receives a secret of its environment only if the caller names it.
    for path in WORKFLOWS:
        for job in jobs(path.stem).values():
            if job.get("uses", "").endswith(("/stack.yml", "/rollout.yml")):
                assert job["secrets"].keys() == {"PULUMI_ACCESS_TOKEN"}
    (step,) = [each for _, each in steps() if "aws-actions/" in each.get("uses", "")]
    role = step["with"]["role-to-assume"].rpartition("/")[2]
    for kind, name in (("deploy", deploy_role_name), ("preview", preview_role_name)):
        filled = role.replace("${{ inputs.role }}", kind).replace("${{ inputs.stack }}", "dev")
        assert filled.replace("${{ steps.project.outputs.name }}", "shop") == name("shop", "dev")


def test_a_job_of_an_environment_runs_only_commits_that_main_was_at() -> None:
    """The branch rule of a GitHub environment applies to the run's branch only."""
    assert all("commit" not in str(job.get("with")) for job in jobs("pull-request").values())
    (checkout, allowed, *others) = jobs("stack")["stack"]["steps"]
    assert checkout["with"]["ref"] == "${{ inputs.environment != '' && 'refs/heads/main' || '' }}"
    assert checkout["with"]["fetch-depth"] == "${{ inputs.environment != '' && '0' || '1' }}"
    assert allowed["if"] == "inputs.environment != ''"
    assert allowed["run"] == '.ci/checkout "$COMMIT"'
    assert allowed["env"] == {"COMMIT": "${{ inputs.commit || github.sha }}"}
    assert not any("checkout" in str(step) for step in others)


def test_a_stacks_requirements_are_installed_before_it_has_credentials() -> None:
    names = [step.get("uses") or step["run"] for step in jobs("stack")["stack"]["steps"]]
    (credentials,) = [name for name in names if name.startswith("aws-actions/")]
    assert names.index("make .venv/.requirements") < names.index(credentials)
    needed = re.findall(r"(?m)^stack-[a-z]+: (.*?) +##", MAKEFILE)
    assert needed == ["$(PROGRAM)"] * 3
    assert "\nPROGRAM := .venv/.requirements\n" in MAKEFILE


def test_the_pulumi_cli_is_as_new_as_its_sdk() -> None:
    asked = subprocess.run([ROOT / ".ci/pulumi-version"], capture_output=True, check=True)
    assert VersionInfo.parse(asked.stdout.decode().strip()) >= VersionInfo.parse(version("pulumi"))
    installed = [step for _, step in steps() if "pulumi/actions@" in step.get("uses", "")]
    assert len(installed) == 3
    for step in installed:
        assert re.fullmatch(r"\$\{\{ steps\.\w+\.outputs\.\w+ \}\}", step["with"]["pulumi-version"])
    for path in PIPELINES:
        for line in re.findall(".*get.pulumi.com.*", path.read_text(encoding="utf-8")):
            assert line.endswith('--version "$(.ci/pulumi-version)"')


def test_a_deployment_is_never_cancelled_and_is_alone_in_its_stack() -> None:
    concurrency = jobs("stack")["stack"]["concurrency"]
    for each in (concurrency, *(workflow(name)["concurrency"] for name, _, _ in ROLLOUTS)):
        assert each["cancel-in-progress"] is False
    assert {"${{ inputs.action }}", "${{ inputs.stack }}"} <= set(
        re.findall(r"\$\{\{ inputs\.\w+ \}\}", concurrency["group"])
    )


def rollouts() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield workflow, job name and job of each rollout to a stack."""
    for path in WORKFLOWS:
        for name, job in jobs(path.stem).items():
            if job.get("uses", "").endswith("/rollout.yml"):
                yield path.stem, name, job


ROLLOUTS = list(rollouts())
STACKS = {job["with"]["stack"] for _, _, job in ROLLOUTS}


def test_the_workflows_agree_on_the_stacks_and_each_has_its_file() -> None:
    """If you remove a stack's file, remove its jobs (docs/ci-github.md)."""
    assert STACKS
    assert {name for name in STACKS if not (ROOT / f"Pulumi.{name}.yaml").exists()} == set()
    assert set(jobs("nightly")["drift"]["strategy"]["matrix"]["stack"]) == STACKS
    inputs = workflow("deploy")[True]["workflow_dispatch"]["inputs"]  # YAML's `on`
    assert set(inputs["stack"]["options"]) == STACKS


def test_main_deploys_each_stack_after_the_one_before() -> None:
    before = "checks"
    for workflow_name, stack, job in ROLLOUTS:
        if workflow_name == "main":
            assert (job["needs"], job["with"]) == (before, {"stack": stack})
            before = stack
    assert before != "checks"


def test_a_stack_is_deployed_as_its_preview_showed() -> None:
    stack = {"stack": "${{ inputs.stack }}", "commit": "${{ inputs.commit }}"}
    found = jobs("rollout")
    assert found["preview"]["with"] == {
        "action": "preview",
        "role": "preview",
        "environment": "${{ inputs.stack }}-preview",
        **stack,
    }
    assert found["deploy"]["needs"] == "preview"
    assert found["deploy"]["with"] == {
        "action": "deploy",
        "role": "deploy",
        "environment": "${{ inputs.stack }}",
        "plan": "preview-${{ inputs.stack }}",
        **stack,
    }
    (upload,) = [each for _, each in steps() if "upload-artifact@" in each.get("uses", "")]
    assert upload["with"]["name"] == "${{ inputs.action }}-${{ inputs.stack }}"
    # A rerun finds the artifact of the first attempt.
    assert upload["with"]["overwrite"] is True


@pytest.mark.parametrize(
    "name", sorted({name for name, _, _ in ROLLOUTS if "workflow_run" in workflow(name)[True]})
)
def test_the_workflow_after_main_takes_only_the_commit_that_main_deployed(name: str) -> None:
    assert workflow(name)[True] == {
        "workflow_run": {
            "workflows": [workflow("main")["name"]],
            "types": ["completed"],
            "branches": workflow("main")[True]["push"]["branches"],
        }
    }
    (job,) = jobs(name).values()
    conditions = {each.strip() for each in job["if"].split("&&")}
    run = "github.event.workflow_run"
    assert conditions == {
        "vars.DEPLOY == 'true'",
        f"{run}.conclusion == 'success'",
        f"{run}.event == 'push'",
        f"{run}.head_repository.full_name == github.repository",
    }
    assert job["with"]["commit"] == f"${{{{ {run}.head_sha }}}}"
    # A run that deploys nothing must not replace the waiting run.
    group = workflow(name)["concurrency"]["group"]
    assert group == f"${{{{ {job['if']} && '{name}' || github.run_id }}}}"
    assert workflow("main")["concurrency"]["group"] == "main"


def test_jobs_without_an_environment_use_no_variable_of_one() -> None:
    """GitHub resolves an environment's variables only in the steps of its jobs."""
    for path in WORKFLOWS:
        found = workflow(path.stem)
        for job in found["jobs"].values():
            job["steps"] = []
        named = set(re.findall(r"vars\.(\w+)", str(found)))
        assert named <= {
            "DEPLOY",
            "PULL_REQUEST_AWS_ACCOUNT_ID",
            "PULL_REQUEST_AWS_REGION",
            "PULL_REQUEST_PULUMI_BACKEND_URL",
        }, path


def test_forks_and_dependabot_get_a_message_in_place_of_a_preview() -> None:
    found = jobs("pull-request")
    assert set(found["preview"]["if"].split(" && ")) == {
        "github.event.pull_request.head.repo.full_name == github.repository",
        # The actor is the last pusher; the author stays the same.
        "github.event.pull_request.user.login != 'dependabot[bot]'",
        "vars.PULL_REQUEST_AWS_ACCOUNT_ID != ''",
    }
    assert found["no-preview"]["if"] == f"!({found['preview']['if']})"
    assert found["preview"]["with"]["role"] == "preview"


@pytest.mark.parametrize(
    ("name", "job", "condition"),
    [
        # A job that times out is cancelled, and a disabled one is skipped.
        (
            "nightly",
            "issue",
            "always() && needs.drift.result != 'success' && needs.drift.result != 'skipped'",
        ),
        ("pull-request", "comment", "!cancelled() && needs.preview.result != 'skipped'"),
    ],
)
def test_a_stacks_result_is_reported_without_artifact(name: str, job: str, condition: str) -> None:
    found = jobs(name)[job]
    assert found["if"] == condition
    (download,) = [step for step in found["steps"] if "download-artifact@" in step.get("uses", "")]
    assert download["continue-on-error"] is True
    (script,) = [step for step in found["steps"] if "run" in step]
    # The variables that the script requires.
    text = (ROOT / script["run"].split()[0]).read_text(encoding="utf-8")
    assert script["env"].keys() >= set(re.findall(r"\$\{([A-Z_]+):\?\}", text)) > set()


def test_no_deployment_waits_for_the_aws_plugin_on_the_embedded_aws() -> None:
    assert "plugin" not in str(jobs("checks"))
    (job,) = jobs("aws-plugin").values()
    assert job["steps"][-1]["run"] == "make test-plugin"
    assert "workflow_call" not in workflow("aws-plugin")[True]


def test_vulnerabilities_are_checked_if_any_pinned_package_changes() -> None:
    (pattern,) = workflow("vulnerabilities")[True]["pull_request"]["paths"]
    # In GitHub's patterns, only two stars match a slash.
    filtered = re.compile(re.escape(pattern).replace(r"\*\*", ".*").replace(r"\*", "[^/]*"))
    pinned = re.findall(
        r"-r (\S+)", MAKEFILE.partition("\nvulnerabilities:")[2].partition("\n\n")[0]
    )
    assert "lambdas/requirements.txt" in pinned
    assert all(filtered.fullmatch(path) for path in pinned)


def test_targets_and_scripts_of_the_workflows_exist() -> None:
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


def test_ci_runs_the_targets_of_the_readme() -> None:
    """CI measures the coverage too."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    (check,) = jobs("checks").values()
    for target in ("up", "test"):
        assert re.search(rf"\bmake {target}\b", readme)
        assert re.search(rf"(?m)^make {target}$", script)
    ours = set(re.findall(r"(?m)^make ([a-z-]+)$", script)) - {"up"}
    assert set(check["strategy"]["matrix"]["target"]) == ours
    assert check["steps"][-1]["env"]["COVERAGE"] == 1
    gitlab = yaml.safe_load(PIPELINES[-1].read_text(encoding="utf-8"))["checks"]
    assert gitlab["variables"]["COVERAGE"] == "1"
    assert set(gitlab["parallel"]["matrix"][0]["TARGET"]) <= ours


@pytest.mark.parametrize(
    ("target", "variables", "command"),
    [
        ("test", [], f'-m "unit or emulated" {BOTH}'),
        ("test", ["COVERAGE=1"], f'-m "unit or emulated" {BOTH} --cov --cov-report=term'),
        ("test-unit", ["ARGS=tests/x.py -k y"], f"-m unit {BOTH} tests/x.py -k y"),
        ("test-browser", ["ARGS=-k y"], "-m browser -k y"),
    ],
)
def test_make_selects_tests_and_coverage(target: str, variables: list[str], command: str) -> None:
    installed = ["-o", ".venv/.requirements-dev"]
    make = ["make", "--no-print-directory", "-C", str(ROOT), "-n", *installed, target, *variables]
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(make, capture_output=True, check=True, text=True, env=environment)
    assert done.stdout.strip().endswith(f"python -m pytest {command}")


def test_make_clean_removes_everything_that_was_built(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for built in (".venv/lib", "build", "htmlcov", "__pycache__", "source/deep/__pycache__"):
        (tmp_path / built).mkdir(parents=True)
        (tmp_path / built / "file").touch()
    subprocess.run(["make", "clean"], cwd=tmp_path, capture_output=True, check=True)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert left == {"Makefile", "source", "source/deep"}
