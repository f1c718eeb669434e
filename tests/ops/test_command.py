"""The command as a person or a CI job runs it: sources, formats, wrong use."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ops.app import app as every_command
from ops.check.check import Check, Failed, Unknown, Warned
from ops.check.checks import Checks
from ops.options import Target
from ops.stores.app import app as stores_app
from ops.version import program_version
from portal.fields import LOAD
from portal.model import AppRegistration
from portal.sheet.commands import Commands
from portal.sheet.documents import html_sheet, markdown_sheet
from tests.ops.command import Done, run, write_pulumi
from tests.ops.examples import BASE_URL, EVERY_STAGE, app, many, outputs_json, ready, registration

ROOT = Path(__file__).parents[2]
OUTPUTS = outputs_json(EVERY_STAGE)
COMMANDS = Commands(EVERY_STAGE, program="python -m ops")
PIPED = ("--file", "-")
STORES_COMMANDS = [name for name in stores_app if not name.startswith("-")]
# Outputs of a stack whose table is not named by an ARN.
NO_ARN = json.dumps(
    json.loads(OUTPUTS)
    | dict.fromkeys(("operatorPolicyArn", "accessTokenKeyArn", "installationsIndex"), "x")
    | dict.fromkeys(("installationsTable", "installationsTableArn"), "x")
)


def refused(done: Done) -> str:
    assert (done.status, done.out) == (2, "")
    assert "Traceback" not in done.err
    return re.sub(r"[│\s]+", " ", done.err).strip()


@pytest.fixture
def outputs_file(tmp_path: Path) -> Path:
    file = tmp_path / "outputs.json"
    file.write_text(OUTPUTS, encoding="utf-8")
    return file


@pytest.fixture
def cli(tmp_path: Path) -> str:
    """A folder for PATH with a `pulumi` that knows the stack dev."""
    selected = "stack output --json --non-interactive"
    outputs = json.dumps({"operations": json.loads(OUTPUTS)})  # of a program with the package
    write_pulumi(tmp_path, [selected, f"{selected} --stack dev"], outputs)
    return str(tmp_path)


class TestSources:
    @pytest.mark.parametrize("stack", [["--stack", "dev"], ["-s", "dev"], ["--stack=dev"], []])
    def test_a_stack_or_the_selected_one_is_read_with_the_cli(
        self, cli: str, stack: list[str]
    ) -> None:
        done = run("sheet", *stack, "--offline", PATH=cli)
        assert (done.status, done.err) == (0, "")
        assert f"{BASE_URL}/acme/redirect-url" in done.out
        assert "  pulumi up --stack dev\n" in done.out

    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16"], ids=["usual", "PowerShell 7", "PowerShell 5"]
    )
    def test_a_file_is_read(self, outputs_file: Path, encoding: str) -> None:
        outputs_file.write_text(OUTPUTS, encoding=encoding)
        printed = run("sheet", "--file", str(outputs_file)).out
        assert f"{BASE_URL}/acme/load" in printed
        # The next commands read the same file; Pulumi's have the stack's name.
        assert printed.splitlines()[-1].startswith(f"  python -m ops sheet --file {outputs_file}")
        assert "  pulumi up --stack dev\n" in printed

    def test_a_missing_cli_is_reported(self, tmp_path: Path) -> None:
        said = refused(run("sheet", "--stack", "dev", PATH=str(tmp_path)))
        assert "The Pulumi CLI is not installed" in said
        assert "--file outputs.json" in said

    def test_the_clis_message_about_an_unknown_stack_is_passed_on(self, cli: str) -> None:
        said = refused(run("check", "--stack", "prod", PATH=cli))
        assert said == (
            "Could not read the outputs of stack prod: error: no stack named 'prod' found"
        )

    @pytest.mark.parametrize(
        ("arguments", "piped", "said"),
        [
            (["sheet", *PIPED], "", "The outputs are not JSON"),
            (["sheet", *PIPED], b"\xff", "Could not read -: it is neither UTF-8 nor UTF-16"),
            (["sheet", *PIPED], b"\xff\xfe{", "Could not read -: it is neither UTF-8 nor UTF-16"),
            (["chekc"], "", 'Unknown command "chekc". Did you mean "check"?'),
            (["check", "--junit", "build/none/x", *PIPED], OUTPUTS, "Could not write build/none/x"),
            (["sheet", *PIPED], "[" * 100_000, "The outputs are not JSON"),
            (["sheet", *PIPED], "null", "have no registration. Deploy the stack"),
            (["sheet", *PIPED], '{"technicalTab": {}}', "have no registration. Deploy the stack"),
            (["sheet", "--file", "build/none.json"], "", "build/none.json: No such file"),
            (["sheet", "--output", "build/none/x", *PIPED], OUTPUTS, "Could not write build/no"),
            (["sheet", "--format", "htlm", *PIPED], "", 'Did you mean "html"?'),
            (["sheet", "--format", "html", "--json", *PIPED], "", "Mutually exclusive arguments"),
            (["sheet", "--app", "acmee", *PIPED], OUTPUTS, "no app with organization ID 'acmee'"),
            (["check", "--app", "acmee", *PIPED], OUTPUTS, "no app with organization ID 'acmee'"),
            (["check", "--offline", *PIPED], "", "Unknown option: --offline"),
            (["check", "--wait", "-5", *PIPED], "", "Must be >= 0"),
            (["check", "--wait", "soon", *PIPED], "", "for --wait"),
            (["check", "--stack", "a", "--file", "b"], "", "Mutually exclusive arguments"),
            (["stores", "connect", *PIPED], OUTPUTS, "Name one STORE, or add --all; not both."),
            (["stores", "list", *PIPED], OUTPUTS, "have no operatorPolicyArn. Deploy the stack"),
            (["stores", "list", *PIPED], NO_ARN, "installationsTableArn is not an ARN. Deploy"),
        ],
    )
    def test_wrong_use_is_explained(
        self, arguments: list[str], piped: str | bytes, said: str
    ) -> None:
        assert said in refused(run(*arguments, piped=piped))

    def test_outputs_of_another_version_are_refused_without_their_values(self) -> None:
        other = json.loads(OUTPUTS)
        other["registration"]["apps"][0]["clientId"] = "not/an/id"
        said = refused(run("sheet", *PIPED, piped=json.dumps(other)))
        assert "Another version" in said
        assert "apps.0.clientId" in said
        assert "not/an/id" not in said


def documents(name: str, *options: str) -> str:
    format_ = ("--json",) if name == "json" else ("--format", name)
    return run("sheet", *format_, *options, *PIPED, piped=OUTPUTS).out


class TestSheet:
    def test_the_table_has_every_value_on_its_own_line(self) -> None:
        lines = run("sheet", *PIPED, piped=OUTPUTS).out.splitlines()
        for each in EVERY_STAGE.apps:
            for field, url in each.callback_urls.items():
                assert lines[lines.index(f"  {url}") - 1] == field.label
        assert "  Checkout Content: modify  (store_content_checkout)" in lines
        assert lines[lines.index(f"  {EVERY_STAGE.apps[0].rutter_webhook_url}") - 1].startswith(
            "Webhook"
        )
        assert "  pulumi config set --stack dev --path 'apps[4].clientId' CLIENT_ID" in lines
        page = "  python -m ops sheet --stack dev --format html --output registration.html"
        assert lines[-1] == page
        to_copy = ("  http", "  pulumi", "  python")
        assert all(len(line) <= 80 for line in lines if not line.startswith(to_copy))

    def test_a_name_does_not_control_the_terminal(self) -> None:
        hostile = registration(app(name="\x1b[31mred\x07 [bold]b[/bold]\nnext"))
        printed = run("sheet", *PIPED, piped=outputs_json(hostile)).out
        assert "\x1b" not in printed
        assert "[31mred [bold]b[/bold] next  acme  awaiting-registration" in printed

    @pytest.mark.parametrize("format_", ["table", "markdown", "html"])
    def test_the_next_commands_read_the_same_file(self, outputs_file: Path, format_: str) -> None:
        shown = run("sheet", "--offline", "--format", format_, "--file", str(outputs_file)).out
        shown = shown.replace("<wbr>", "")
        commands = re.findall(r"python -m ops [^<\n]*", shown)
        assert commands
        assert all(f"--file {outputs_file}" in command for command in commands)

    @pytest.mark.parametrize(
        ("chosen", "options"),
        [
            (EVERY_STAGE.apps, ()),
            (EVERY_STAGE.apps[3:], ("--app", "umbrella", "--app", "acme")),
        ],
    )
    def test_documents_are_the_sheet_and_the_technical_tab_of_the_chosen_apps(
        self, chosen: Sequence[AppRegistration], options: Sequence[str]
    ) -> None:
        shown = {name: documents(name, *options) for name in ("markdown", "html", "json", "table")}
        (made,) = re.findall(r"^Made on \d{4}-\d\d-\d\d by version .*$", shown["markdown"], re.M)
        assert f" {program_version()} " in made
        for name, render in (("markdown", markdown_sheet), ("html", html_sheet)):
            assert shown[name] == render(EVERY_STAGE, chosen, made, commands=COMMANDS)
        tabs = {each.organization_id: each.technical_tab() | {"seen": None} for each in chosen}
        assert json.loads(shown["json"]) == tabs
        for each in EVERY_STAGE.apps:
            assert (each.callback_urls[LOAD] in shown["table"]) == (each in chosen)

    def test_the_table_of_many_apps_has_their_statuses_and_how_to_see_one(self) -> None:
        outputs = outputs_json(many(11))
        lines = [line.rstrip() for line in run("sheet", *PIPED, piped=outputs).out.splitlines()]
        assert lines[0].split() == ["App", "Organization", "ID", "Status", "Next"]
        assert lines[-4:] == [
            "App 10  org-10           awaiting-registration  step 3: Create the app",
            "",
            "11 apps: 6 awaiting registration, 5 ready. To see what to enter for one of them:",
            "  python -m ops sheet --stack dev --app ORGANIZATION_ID",
        ]
        one = run("sheet", "--app", "org-10", *PIPED, piped=outputs).out
        assert one.startswith("App 10  org-10  awaiting-registration\n")
        assert f"{BASE_URL}/org-10/load" in one

    @pytest.mark.parametrize(
        ("outputs", "why"),
        [
            ({}, "The outputs have no installationsTableArn. Deploy the stack with"),
            (
                {"installationsTableArn": "arn:aws:dynamodb:us-east-1:1:table/t"},
                "The stack is on this machine, but the AWS calls would leave it. "
                "Set AWS_ENDPOINT_URL and the AWS credentials as make serve prints them.",
            ),
        ],
    )
    def test_if_the_calls_cannot_be_read_a_line_says_why_and_the_rest_is_shown(
        self, outputs: dict[str, str], why: str
    ) -> None:
        of = registration(ready(base_url="http://localhost:1"))
        done = run("sheet", *PIPED, piped=json.dumps(json.loads(outputs_json(of)) | outputs))
        assert done.err.startswith(f"Could not determine what BigCommerce called: {why}")
        assert (done.status, done.err.count("\n")) == (0, 1)
        assert "http://localhost:1/acme/load" in done.out

    def test_output_goes_to_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "sheet"
        done = run("sheet", "--output", str(file), *PIPED, piped=OUTPUTS)
        assert (done.status, done.out) == (0, "")
        assert file.read_text(encoding="utf-8") == run("sheet", *PIPED, piped=OUTPUTS).out

    @pytest.mark.parametrize("format_", ["table", "html"])
    def test_a_closed_pipe_is_no_error_and_a_full_disk_is_one(self, format_: str) -> None:
        reader, pipe = os.pipe()
        os.close(reader)
        full = os.open("/dev/full", os.O_WRONLY)
        message = "Could not write the output: No space left on device.\n"
        for output, ended in ((pipe, (0, "")), (full, (2, message))):
            done = subprocess.run(
                [sys.executable, "-m", "ops", "sheet", "--offline", "--format", format_, *PIPED],
                cwd=ROOT,
                input=OUTPUTS,
                stdout=output,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
            os.close(output)
            assert (done.returncode, done.stderr) == ended


@pytest.mark.parametrize("wrong", [None, "stack", "initech", "acme"])
def test_one_failed_check_fails_the_command(
    wrong: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def found(finding: Exception) -> str:
        raise finding

    def checks(subject: str) -> list[Check]:
        last = Check(
            "last", (lambda: found(Failed("wrong", "pulumi up"))) if subject == wrong else str
        )
        return [
            Check("a warning", lambda: found(Warned("refused"))),
            Check("unknown", lambda: found(Unknown("nothing to judge by"))),
            last,
        ]

    monkeypatch.setattr("ops.check.report.require_network", lambda _: None)
    monkeypatch.setattr("ops.check.report.session", lambda _: None)
    monkeypatch.setattr(Checks, "of_stack", lambda _: checks("stack"))
    monkeypatch.setattr(Checks, "of_app", lambda _, app: checks(app.organization_id))
    command = ("check", "--app", "initech", "--app", "acme", *PIPED)
    shown, as_json = run(*command, piped=OUTPUTS), run(*command, "--json", piped=OUTPUTS)
    assert shown.status == as_json.status == (1 if wrong else 0)
    more = "See docs/troubleshooting.md#the-check-fails\n"
    assert shown.out.endswith(more) == bool(wrong)
    rows = json.loads(as_json.out)
    assert [row["outcome"] for row in rows[:2]] == ["warning", "unknown"]
    failed = [row for row in rows if row["outcome"] == "failed"]
    assert all((row["found"], row["commands"]) == ("wrong", ["pulumi up"]) for row in failed)
    assert [row["subject"] for row in failed] == [
        *(["stack dev"] if wrong == "stack" else []),
        *(f"{each.name} ({wrong})" for each in EVERY_STAGE.apps if each.organization_id == wrong),
    ]


def test_an_interrupt_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Target, "outputs", interrupt)
    assert run("sheet") == (130, "", "Interrupted.\n")


class TestHelp:
    @pytest.mark.parametrize(
        "command", ["", "sheet", "check", "stores", *(f"stores {name}" for name in STORES_COMMANDS)]
    )
    def test_help_fits_80_columns(self, command: str) -> None:
        text, _, options = run(*command.split(), "--help", COLUMNS="80").out.partition("╭")
        assert f"python -m ops {command}".strip() in text
        assert ("--stack" in options) == (command not in {"", "stores"})
        assert "Exit status: 0" in text or "exit" not in text.lower()
        # Every option says what it does, and no line of a paragraph is broken twice.
        assert all(line.split()[2:] for line in options.splitlines() if line.startswith("│ --"))
        assert max(map(len, (text + options).splitlines())) <= 80

    def test_the_reference_has_only_the_options_that_exist(self) -> None:
        reference = every_command.generate_docs()
        assert "stores purge" in reference
        assert not re.search(r"--no-|--empty-|\[default", reference)

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_a_shell_completes_commands_and_options(self, shell: str, tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, ROOT / "bin/bigcommerce-backend", "--install-completion"],
            env={"HOME": str(tmp_path), "SHELL": f"/bin/{shell}", "PATH": os.environ["PATH"]},
            capture_output=True,
            check=True,
        )
        assert done.stderr == b""
        installed = [file.read_text() for file in tmp_path.rglob("*") if file.is_file()]
        (script,) = [text for text in installed if "redrive" in text]
        for word in ("bigcommerce-backend", "sheet", "markdown", "junit", *STORES_COMMANDS):
            assert word in script

    def test_an_installed_command_prints_commands_with_its_own_name(self) -> None:
        done = subprocess.run(
            [sys.executable, ROOT / "bin/bigcommerce-backend", "sheet", "--offline", *PIPED],
            input=OUTPUTS,
            capture_output=True,
            check=True,
            text=True,
        )
        assert "  bigcommerce-backend check --stack dev --app " in done.stdout
        assert "python -m" not in done.stdout

    def test_the_version_is_that_of_the_program(self) -> None:
        assert run("--version").out == f"{program_version()}\n"

    def test_aws_sdk_and_templates_are_imported_only_if_needed(self) -> None:
        """So that the command starts fast."""
        code = "import sys, ops.app, ops.sheet.command; print(*sys.modules)"
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        )
        imported = {name.partition(".")[0] for name in done.stdout.split()}
        assert imported.isdisjoint({"boto3", "jinja2", "urllib3"})
