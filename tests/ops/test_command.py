"""The command as a person or a CI job runs it: each source, each format, each thing done wrong."""

import json
import os
import pty
import re
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ops.check.checks import Check, CheckFailedError, Checks
from ops.check.review import ReviewChecks
from ops.outputs import OutputsError, read_outputs
from ops.sheet.__main__ import main
from ops.version import program_version
from portal.model import AppRegistration
from portal.sheet.documents import html_sheet, markdown_sheet
from tests.ops.examples import BASE_URL, EVERY_STAGE, app, many, outputs_json, ready, registration

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "registration"]
OUTPUTS = outputs_json(EVERY_STAGE)


def run(
    *arguments: str, piped: str | bytes = "", path: str | None = None
) -> subprocess.CompletedProcess[str]:
    environment = os.environ | ({"PATH": path} if path is not None else {})
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=environment,
        input=piped.encode() if isinstance(piped, str) else piped,
        capture_output=True,
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """What is said to somebody who used it wrongly."""
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return done.stderr


def offline(apps: Sequence[AppRegistration]) -> dict[str, object]:
    """What is shown of apps as JSON where AWS is not asked."""
    unknown = {"seen": None, "connections": None}
    return {each.organization_id: each.technical_tab() | unknown for each in apps}


@pytest.fixture
def outputs_file(tmp_path: Path) -> Path:
    file = tmp_path / "outputs.json"
    file.write_text(OUTPUTS, encoding="utf-8")
    return file


@pytest.fixture
def cli(tmp_path: Path) -> str:
    """A folder for PATH with a `pulumi` that knows the stack dev."""
    (tmp_path / "stack.json").write_text(OUTPUTS, encoding="utf-8")
    script = tmp_path / "pulumi"
    script.write_text(
        "#!/bin/sh\n"
        '[ "$*" = "stack output --json --non-interactive --stack dev" ] && '
        f"exec /bin/cat '{tmp_path}/stack.json'\n"
        "echo \"error: no stack named 'prod' found\" >&2\n"
        "exit 255\n",
        encoding="utf-8",
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(tmp_path)


class TestSources:
    def test_a_stack_is_read_with_the_cli(self, cli: str) -> None:
        done = run("--stack", "dev", "--offline", path=cli)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"{BASE_URL}/acme/redirect-url" in done.stdout

    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16"], ids=["usual", "PowerShell 7", "PowerShell 5"]
    )
    def test_a_file_is_read(self, outputs_file: Path, encoding: str) -> None:
        outputs_file.write_text(OUTPUTS, encoding=encoding)
        printed = run("--file", str(outputs_file)).stdout
        assert f"{BASE_URL}/acme/load" in printed
        # Who has a file is told commands that read it, and Pulumi's with the stack's name.
        assert printed.splitlines()[-1].startswith(f"  python -m ops sheet --file {outputs_file}")
        assert "  pulumi up --stack dev\n" in printed

    @pytest.mark.parametrize("arguments", [[], ["--file", "-"], ["show"]])
    def test_what_is_piped_is_read(self, arguments: list[str]) -> None:
        assert f"{BASE_URL}/acme/load" in run(*arguments, piped=OUTPUTS).stdout

    def test_a_missing_cli_is_said(self, tmp_path: Path) -> None:
        said = refused(run("--stack", "dev", path=str(tmp_path)))
        assert "The Pulumi CLI is not installed" in said
        assert "--file outputs.json" in said

    def test_what_the_cli_says_of_an_unknown_stack_is_passed_on(self, cli: str) -> None:
        said = refused(run("check", "--stack", "prod", path=cli))
        assert said == (
            "pulumi could not give the outputs of stack prod: error: no stack named 'prod' found\n"
        )

    def test_no_source_in_a_terminal_is_said(self) -> None:
        controller, terminal = pty.openpty()
        done = subprocess.run(
            COMMAND, cwd=ROOT, stdin=terminal, capture_output=True, text=True, check=False
        )
        os.close(controller)
        os.close(terminal)
        assert "Which stack? Say --stack NAME" in refused(done)

    @pytest.mark.parametrize(
        ("arguments", "piped", "said"),
        [
            ([], "", "Say --stack NAME"),
            ([], b"\xff", "standard input is neither UTF-8 nor UTF-16 text"),
            ([], b"\xff\xfe{", "standard input is neither UTF-8 nor UTF-16 text"),
            (["chekc"], OUTPUTS, "no command chekc. Did you mean check?"),
            (["publish"], OUTPUTS, "no command publish. The commands: show, check"),
            (["check", "--junit", "build/none/x"], OUTPUTS, "x cannot be written"),
            ([], "not json", "The outputs are not JSON"),
            ([], '{"technicalTab": {}}', "have no registration. Deploy the stack with this"),
            (["--file", "build/none.json"], "", "none.json cannot be read: No such file"),
            (["--format", "html", "--output", "build/none/x"], OUTPUTS, "cannot be written"),
            (["--format", "xml"], OUTPUTS, "usage: "),
            (["check", "--offline"], OUTPUTS, "ops check: error: unrecognized arguments"),
            (["check", "--wait", "-5"], OUTPUTS, "-5 is no number of seconds, such as 0 or 90"),
            (["--stack", "a", "--file", "b"], OUTPUTS, "usage: "),
        ],
    )
    def test_wrong_use_is_said(self, arguments: list[str], piped: str | bytes, said: str) -> None:
        assert said in refused(run(*arguments, piped=piped))

    @pytest.mark.parametrize("text", ["[" * 100_000, '{"registration": ', "NaN?"])
    def test_other_texts_are_not_json_either(self, text: str) -> None:
        with pytest.raises(OutputsError, match="not JSON"):
            read_outputs(text)

    @pytest.mark.parametrize("text", ["{}", "[]", '"text"', "null"])
    def test_other_json_has_no_registration_either(self, text: str) -> None:
        with pytest.raises(OutputsError, match=r"have no registration.* pulumi up"):
            read_outputs(text)

    def test_outputs_of_another_version_are_said_without_their_values(self) -> None:
        other = json.loads(OUTPUTS)
        other["registration"]["apps"][0]["clientId"] = "not/an/id"
        said = refused(run(piped=json.dumps(other)))
        assert "another version" in said
        assert "apps.0.clientId" in said
        assert "not/an/id" not in said


class TestShow:
    def test_table_has_every_value_in_one_line(self) -> None:
        lines = run(piped=OUTPUTS).stdout.splitlines()
        for each in EVERY_STAGE.apps:
            for field, url in each.callback_urls.items():
                assert any(line.split("  ")[0] == field.label and url in line for line in lines)
        assert any("Checkout Content: modify  (store_content_checkout)" in line for line in lines)
        assert any("! BigCommerce's security team" in line for line in lines)
        assert any(line.startswith("! The marketplace takes multi-user") for line in lines)
        assert "  pulumi config set --stack dev --path 'apps[4].clientId' CLIENT_ID" in lines
        page = "  python -m ops sheet --stack dev --format html --output registration.html"
        assert lines[-1] == page

    def test_table_does_not_let_a_name_steer_the_terminal(self) -> None:
        hostile = registration(app(name="\x1b[31mred\x07 [bold]b[/bold]\nnext"))
        printed = run(piped=outputs_json(hostile)).stdout
        assert "\x1b" not in printed
        assert "[31mred [bold]b[/bold] next  acme  awaiting-registration" in printed

    @pytest.mark.parametrize("format_", ["table", "markdown", "html"])
    def test_what_is_to_be_run_next_reads_the_same_file(
        self, outputs_file: Path, format_: str
    ) -> None:
        shown = run("--offline", "--format", format_, "--file", str(outputs_file)).stdout
        shown = shown.replace("<wbr>", "")
        commands = re.findall(r"python -m (?:registration|installations) [^<\n]*", shown)
        assert commands
        assert all(f"--file {outputs_file}" in command for command in commands)
        assert all("--config Pulumi.dev.yaml" in each for each in commands if "consents" in each)

    def test_documents_are_the_sheet_and_the_technical_tab(self) -> None:
        shown = {
            name: run("show", "--format", name, piped=OUTPUTS).stdout
            for name in ("markdown", "html", "json")
        }
        (made,) = re.findall(r"^Made on \d{4}-\d\d-\d\d by version .*$", shown["markdown"], re.M)
        assert f" {program_version()} " in made
        assert shown["markdown"] == markdown_sheet(EVERY_STAGE, made=made)
        assert shown["html"] == html_sheet(EVERY_STAGE, made=made)
        assert json.loads(shown["json"]) == offline(EVERY_STAGE.apps)

    def test_documents_are_of_the_apps_that_were_chosen(self) -> None:
        chosen = EVERY_STAGE.apps[3:]
        shown = {
            name: run(
                "show", "--format", name, "--app", "umbrella", "--app", "acme", piped=OUTPUTS
            ).stdout
            for name in ("markdown", "html", "json", "table")
        }
        made = shown["markdown"].splitlines()[-1]
        assert shown["markdown"] == markdown_sheet(EVERY_STAGE, chosen, made)
        assert shown["html"] == html_sheet(EVERY_STAGE, chosen, made)
        assert json.loads(shown["json"]) == offline(chosen)
        assert f"{BASE_URL}/umbrella/load" in shown["table"]
        assert "initech" not in shown["table"]

    def test_table_of_many_apps_is_where_they_stand_and_how_to_see_one(self) -> None:
        outputs = outputs_json(many(11))
        lines = [line.rstrip() for line in run(piped=outputs).stdout.splitlines()]
        assert lines[0].split() == ["App", "Organization", "ID", "Status", "Next"]
        assert lines[11:] == [
            "App 10  org-10           awaiting-registration  step 7: Create the app",
            "",
            "11 apps: 6 awaiting registration, 5 ready. What to enter for one of them, and",
            "what is next:",
            "  python -m ops sheet --stack dev --app ORGANIZATION_ID",
        ]
        one = run("--app", "org-10", piped=outputs).stdout
        assert one.startswith("App 10  org-10  awaiting-registration\n")
        assert f"{BASE_URL}/org-10/load" in one

    @pytest.mark.parametrize("command", ["show", "check"])
    def test_an_app_that_is_not_there_is_said(self, command: str) -> None:
        said = refused(run(command, "--app", "acmee", piped=OUTPUTS))
        assert said.startswith("Stack dev has no app with the organization id 'acmee'. The near")

    @pytest.mark.parametrize(
        ("outputs", "why"),
        [
            ({}, "The outputs have no installationsTableArn. Deploy the stack with"),
            (
                {"installationsTableArn": "table"},
                "The output installationsTableArn is no ARN. Deploy",
            ),
            (
                {"installationsTableArn": "arn:aws:dynamodb:us-east-1:1:table/t"},
                "The stack is on this machine, and AWS_ENDPOINT_URL leads elsewhere.",
            ),
        ],
    )
    def test_what_was_seen_and_is_not_known_is_said_in_a_line_and_the_rest_is_shown(
        self, outputs: dict[str, str], why: str
    ) -> None:
        of = registration(ready(base_url="http://localhost:1"))
        done = run(piped=json.dumps(json.loads(outputs_json(of)) | outputs))
        assert done.stderr.startswith(f"It is not known what BigCommerce has called: {why}")
        assert (done.returncode, done.stderr.count("\n")) == (0, 1)
        assert "http://localhost:1/acme/load" in done.stdout

    def test_output_goes_to_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "sheet"
        done = run("show", "--format", "table", "--output", str(file), piped=OUTPUTS)
        assert (done.returncode, done.stdout) == (0, "")
        assert file.read_text(encoding="utf-8") == run(piped=OUTPUTS).stdout

    def test_a_reader_that_has_seen_enough_is_no_error(self, outputs_file: Path) -> None:
        with subprocess.Popen(
            [*COMMAND, "--offline", "--format", "html", "--file", str(outputs_file)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 0

    @pytest.mark.parametrize("format_", ["table", "html"])
    def test_a_full_disk_is_said(self, format_: str) -> None:
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [*COMMAND, "--offline", "--format", format_],
                cwd=ROOT,
                input=OUTPUTS,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert (done.returncode, done.stderr) == (
            2,
            "Could not write the output: No space left on device.\n",
        )


@pytest.mark.parametrize(
    "wrong", [None, "stack", "initech", "acme", "initech, review", "acme, review"]
)
def test_one_of_several_that_fails_fails_the_check(
    wrong: str | None, outputs_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def checks(subject: str) -> list[Check]:
        def probe() -> str:
            if subject == wrong:
                raise CheckFailedError("wrong")
            return "right"

        return [Check("first", str), Check("point", probe), Check("last", str)]

    monkeypatch.setattr("registration.check.report.require_network", lambda _: None)
    monkeypatch.setattr(Checks, "of_stack", lambda _: checks("stack"))
    monkeypatch.setattr(Checks, "of_app", lambda _, app: checks(app.organization_id))
    review = "{}, review".format
    monkeypatch.setattr(ReviewChecks, "of_app", lambda _, app: checks(review(app.organization_id)))
    apps = ("--app", "initech", "--app", "acme")
    report = str(tmp_path / "review.md")
    status = main(["check", *apps, "--review", report, "--file", str(outputs_file)])
    assert status == (1 if wrong else 0)


class TestHelp:
    def test_help_teaches_every_use(self) -> None:
        printed = run("--help").stdout
        for words in ("show", "check", "GITHUB_STEP_SUMMARY", "--format html", "--junit"):
            assert words in printed

    @pytest.mark.parametrize(
        ("modules", "missing"),
        [
            # So that it starts fast; and nothing here needs the program.
            ("__main__", {"boto3", "jinja2", "urllib3"}),
            ("check.report, registration.check.junit, registration.sheet.documents", set()),
        ],
    )
    def test_little_is_imported_and_never_the_program(
        self, modules: str, missing: set[str]
    ) -> None:
        code = f"import sys, registration.{modules}; print(*sys.modules)"
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        )
        imported = {name.partition(".")[0] for name in done.stdout.split()}
        assert imported.isdisjoint({"pulumi", "components", "local"} | missing)
