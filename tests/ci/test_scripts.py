"""CI's scripts, with stand-ins that record the commands.

tests/cli runs the drift check with the real CLI.
"""

import os
import subprocess
from pathlib import Path

import pytest

from tests.documents import ROOT

# Records its arguments, and fails if there is a file for them.
STAND_IN = """#!/bin/sh
echo "{name} $*" >> calls
echo "output of {name} $1 $2 $3"
test ! -e "fail-$1-$2-$3" || exit 1
"""


class Folder:
    """A folder to run scripts in, with stand-ins for the commands that they call."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.printed = self.error = ""
        for name in ("pulumi", "python", "gh", "sleep"):
            self.command(name, "")

    def command(self, name: str, more: str) -> None:
        """Write the stand-in for a command, with more shell code."""
        path = self.path / name
        path.write_text(STAND_IN.format(name=name) + more)
        path.chmod(0o755)

    def run(self, script: str, *arguments: str, **environment: str) -> int:
        """Run a script and return its exit status; `printed` and `error` are its output."""
        done = subprocess.run(
            [ROOT / ".ci" / script, *arguments],
            cwd=self.path,
            env={
                "PATH": f"{self.path}{os.pathsep}{os.environ['PATH']}",
                "PYTHON": str(self.path / "python"),
                "GITHUB_STEP_SUMMARY": str(self.path / "summary"),
                **environment,
            },
            capture_output=True,
            check=False,
            text=True,
        )
        self.printed, self.error = done.stdout, done.stderr
        return done.returncode

    @property
    def calls(self) -> list[str]:
        """The calls, without the stack's name and what follows it."""
        lines = (self.path / "calls").read_text().splitlines()
        return [line.partition(" --stack")[0] for line in lines]

    @property
    def summary(self) -> str:
        return (self.path / "summary").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


PREVIEW = "pulumi preview --diff --save-plan build/ci/dev/plan.json"
DEPLOYED = "pulumi stack output registration"
CONSENTS = "python -m ops stores consents"


@pytest.mark.parametrize(
    ("failing", "status", "calls", "said"),
    [
        ("", 0, [PREVIEW, DEPLOYED, CONSENTS], "output of python -m ops stores\n"),
        ("preview---diff---save-plan", 1, [PREVIEW], ""),
        # a stack that is not deployed, and a table that cannot be read
        ("stack-output-registration", 0, [PREVIEW, DEPLOYED], ""),
        (
            "-m-ops-stores",
            0,
            [PREVIEW, DEPLOYED, CONSENTS],
            "Could not count the stores that must consent again: output of python -m ops stores",
        ),
    ],
)
def test_a_preview_shows_the_stores_that_must_consent_and_keeps_its_plan(
    folder: Folder, failing: str, status: int, calls: list[str], said: str
) -> None:
    (folder.path / f"fail-{failing}").touch()
    assert folder.run("stack", "preview", "dev") == status
    assert folder.calls == calls
    comment = (folder.path / "build/ci/dev/preview.md").read_text()
    assert "output of pulumi preview" in comment
    assert said in comment.partition("### pulumi preview: dev")[0]
    assert sorted(comment.splitlines()) == sorted(folder.summary.splitlines())


@pytest.mark.parametrize("planned", [True, False])
def test_deploy_applies_the_plan_shows_the_sheet_and_checks(folder: Folder, planned: bool) -> None:
    if planned:
        folder.run("stack", "preview", "prod")
        (folder.path / "build/ci/prod/plan.json").touch()
        (folder.path / "calls").unlink()
    assert folder.run("stack", "deploy", "prod", REASON="because") == 0
    plan = " --plan build/ci/prod/plan.json" if planned else ""
    assert folder.calls == [
        f"pulumi up --yes --diff{plan}",
        "pulumi stack output",
        "python -m ops sheet --offline",
        "python -m ops sheet --offline",
        CHECK,
    ]
    assert (folder.path / "build/ci/prod/outputs.json").read_text().startswith("output of pulumi")
    assert "Reason: because" in folder.summary
    assert "output of python -m ops sheet" in folder.summary


@pytest.mark.parametrize(("failing", "called"), [("up---yes---diff", 1), ("-m-ops-check", 5)])
def test_a_deployment_fails_with_what_failed(folder: Folder, failing: str, called: int) -> None:
    (folder.path / f"fail-{failing}").touch()
    assert folder.run("stack", "deploy", "dev") == 1
    assert len(folder.calls) == called
    assert "output of" in folder.summary


STATE = "pulumi stack export"
DRIFT = "pulumi refresh --preview-only --expect-no-changes --diff"
CHECK = "python -m ops check"
UNDER_WAY = '"pending_operations"'


@pytest.mark.parametrize(
    ("states", "differs", "calls", "status"),
    [
        ("a", 0, [STATE, DRIFT], 0),
        ("a a", 1, [STATE, DRIFT, STATE], 1),
        # a deployment that ends during the first comparison, and one that ends later
        ("a b b", 1, [STATE, DRIFT, STATE, "sleep 60", STATE, DRIFT], 0),
        (f"{UNDER_WAY} b b", 2, [STATE, DRIFT, "sleep 60", STATE, DRIFT, STATE], 1),
        # one that was interrupted and never ends
        (
            " ".join([UNDER_WAY] * 4),
            4,
            [
                *(call for pause in (60, 240, 600) for call in (STATE, DRIFT, f"sleep {pause}")),
                STATE,
                DRIFT,
            ],
            1,
        ),
    ],
)
def test_drift_is_reported_with_the_callback_check_but_without_a_deployments_changes(
    folder: Folder, states: str, differs: int, calls: list[str], status: int
) -> None:
    """`states` are the successive states; `differs` comparisons find a difference."""
    (folder.path / "states").write_text(states.replace(" ", "\n") + "\n")
    (folder.path / "differs").write_text("differs\n" * differs)
    folder.command(
        "pulumi",
        """case $1$2 in
        stackexport) head -n 1 states && sed -i 1d states ;;
        refresh*) test ! -s differs || { sed -i 1d differs; exit 1; } ;;
        esac""",
    )
    assert folder.run("stack", "drift", "dev") == status
    assert folder.calls == [*calls, DEPLOYED, CHECK]


def test_an_undeployed_stack_has_no_callback_check(folder: Folder) -> None:
    (folder.path / "fail-stack-output-registration").touch()
    assert folder.run("stack", "drift", "prod") == 0
    assert folder.calls == [STATE, DRIFT, DEPLOYED]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "No stack is named. Run: make stack-preview STACK=dev\n"),
        (("deploy", ""), "No stack is named. Run: make stack-deploy STACK=dev\n"),
        (("destroy", "dev"), "stack preview|deploy|drift STACK\n"),
    ],
)
def test_wrong_call_prints_right_one(folder: Folder, arguments: tuple[str, ...], said: str) -> None:
    assert folder.run("stack", *arguments) == 2
    assert folder.error.endswith(said)
    assert not (folder.path / "calls").exists()


def said(folder: Folder) -> str:
    """Return the body of a comment or issue. GitHub accepts 65,536 characters."""
    body = (folder.path / "body").read_text()
    assert len(body) < 65_536
    return body


# GitHub receives both ends of a long text, and where the whole text is.
LONG = "".join(f"line {number}\n" for number in range(10_000))


def is_cut(text: str) -> bool:
    """Return whether the text has both ends and a note about the middle."""
    ends = text.startswith("line 0\nline 1\n") and text.endswith("\nline 9999\n")
    return ends and "\nline 5000\n" not in text and "\n[Cut: the text has 98890 bytes," in text


def test_a_long_text_keeps_whole_lines_of_both_ends(folder: Folder) -> None:
    (folder.path / "text").write_text(LONG)
    assert folder.run("shorten", "text", "1000", "in the artifact") == 0
    assert is_cut(folder.printed)
    assert len(folder.printed) < 1_200
    added = set(folder.printed.splitlines()) - set(LONG.splitlines()) - {""}
    assert [line.endswith("All of it is in the artifact.]") for line in added] == [True]
    assert folder.run("shorten", "text", str(len(LONG)), "in the artifact") == 0
    assert folder.printed == LONG


@pytest.mark.parametrize("preview", ["short", LONG, None])
def test_each_comment_names_its_commit_and_run(folder: Folder, preview: str | None) -> None:
    folder.command("gh", "cat > body\n")
    if preview is not None:
        (folder.path / "preview.md").write_text(preview)
    run = {"RUN_URL": "https://example.com/run/1", "COMMIT": "abc123"}
    assert folder.run("comment", "7", "preview.md", **run) == 0
    assert folder.calls == ["gh pr comment 7 --body-file - --edit-last --create-if-none"]
    heading, _, body = said(folder).partition("\n\n")
    assert heading == "Preview of abc123 by https://example.com/run/1"
    if preview == LONG:
        assert is_cut(body)
    else:
        assert body == (preview or "The preview failed before it showed anything. See the run.\n")


@pytest.mark.parametrize(("open_issue", "written"), [("3", "edit 3"), ("", "create")])
@pytest.mark.parametrize("compared", [("dev", "prod"), ()])
def test_drift_has_one_issue_with_every_stack_that_was_compared(
    folder: Folder, open_issue: str, written: str, compared: tuple[str, ...]
) -> None:
    folder.command("gh", f"test $2 != list || echo '{open_issue}'\ncp build/ci/issue.md body\n")
    gh = (folder.path / "gh").read_text()
    (folder.path / "gh").write_text(
        gh.replace('echo "output of', 'test $2 = list || echo "output of')
    )
    for stack in compared:
        found = folder.path / f"build/ci/drift-{stack}/drift.md"
        found.parent.mkdir(parents=True)
        found.write_text(LONG)
    assert folder.run("drift-issue", "build/ci", RUN_URL="https://example.com/run/1") == 0
    # Anyone may open an issue with this title, and would own what is written to it.
    assert folder.calls[0].startswith("gh issue list --app github-actions ")
    assert folder.calls[-1].startswith(f"gh issue {written}")
    assert folder.calls[-1].endswith("--body-file build/ci/issue.md")
    assert said(folder).startswith("From https://example.com/run/1.")
    for stack in compared:
        assert f"All of it is in the artifact drift-{stack}." in said(folder)
    assert said(folder).count("\nline 9999\n") == len(compared)


@pytest.mark.parametrize(("version", "status"), [("1.0.0", 0), ("1.0", 1), ("9.9.9", 1)])
def test_a_release_has_its_versions_changelog(folder: Folder, version: str, status: int) -> None:
    (folder.path / "CHANGELOG.md").write_text(
        "# C\n\n## 1.0.0 - today\n\nNew, in\ntwo lines.\n\n## 0.9.0\n\nOld.\n"
    )
    (folder.path / "python").write_text("#!/bin/sh\necho CHANGELOG.md\n")
    (folder.path / "build/sbom").mkdir(parents=True)
    (folder.path / "build/sbom/bundle.cdx.json").write_text("{}")
    assert folder.run("release-notes", version) == status
    notes = (folder.path / "build/release/notes.md").read_text()
    assert notes.partition("\n### Lambda bundle")[0] == (
        "\nNew, in\ntwo lines.\n\n" if status == 0 else ""
    )
