"""The command as a person or a CI job runs it: sources, formats, wrong use."""

import contextlib
import io
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import pytest

from ops.__main__ import main
from ops.check.check import Check, Failed, Unknown, Warned
from ops.check.checks import Checks
from ops.options import Target
from ops.version import program_version
from portal.model import AppRegistration
from portal.sheet.commands import Commands
from portal.sheet.documents import html_sheet, markdown_sheet
from tests.ops.examples import BASE_URL, EVERY_STAGE, app, many, outputs_json, ready, registration

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "ops"]
OUTPUTS = outputs_json(EVERY_STAGE)
COMMANDS = Commands(EVERY_STAGE, program="python -m ops")
PIPED = ("--file", "-")
STORES_COMMANDS = [
    "list",
    "show",
    "token",
    "verify",
    "purge",
    "import",
    "connect",
    "redrive",
    "policy",
    "consents",
]


def run(
    *arguments: str, piped: str | bytes = "", path: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in this process: a new one would import every library again."""
    text = piped.encode() if isinstance(piped, str) else piped
    streams = [io.TextIOWrapper(io.BytesIO(each)) for each in (text, b"", b"")]
    with (
        pytest.MonkeyPatch.context() as patch,
        mock.patch.object(sys, "stdin", streams[0]),
        contextlib.redirect_stdout(streams[1]),
        contextlib.redirect_stderr(streams[2]),
    ):
        patch.chdir(ROOT)
        if path is not None:
            patch.setenv("PATH", path)
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = int(ended.code or 0)
    for stream in streams:
        stream.flush()
    out, error = (stream.buffer.getvalue().decode() for stream in streams[1:])
    return subprocess.CompletedProcess(arguments, status, out, error)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The message about wrong use."""
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return re.sub(r"[│\s]+", " ", done.stderr).strip()


def offline(apps: Sequence[AppRegistration]) -> dict[str, object]:
    """The sheet's JSON without AWS."""
    return {each.organization_id: each.technical_tab() | {"seen": None} for each in apps}


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
        'case "${*#stack output --json --non-interactive}" in\n'
        f"'' | ' --stack dev') exec /bin/cat '{tmp_path}/stack.json' ;;\n"
        "esac\n"
        "echo \"error: no stack named 'prod' found\" >&2\n"
        "exit 255\n",
        encoding="utf-8",
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(tmp_path)


class TestSources:
    @pytest.mark.parametrize("stack", [["--stack", "dev"], ["-s", "dev"], ["--stack=dev"], []])
    def test_a_stack_or_the_selected_one_is_read_with_the_cli(
        self, cli: str, stack: list[str]
    ) -> None:
        done = run("sheet", *stack, "--offline", path=cli)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"{BASE_URL}/acme/redirect-url" in done.stdout
        assert "  pulumi up --stack dev\n" in done.stdout

    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16"], ids=["usual", "PowerShell 7", "PowerShell 5"]
    )
    def test_a_file_is_read(self, outputs_file: Path, encoding: str) -> None:
        outputs_file.write_text(OUTPUTS, encoding=encoding)
        printed = run("sheet", "--file", str(outputs_file)).stdout
        assert f"{BASE_URL}/acme/load" in printed
        # The next commands read the same file; Pulumi's have the stack's name.
        assert printed.splitlines()[-1].startswith(f"  python -m ops sheet --file {outputs_file}")
        assert "  pulumi up --stack dev\n" in printed

    def test_a_missing_cli_is_reported(self, tmp_path: Path) -> None:
        said = refused(run("sheet", "--stack", "dev", path=str(tmp_path)))
        assert "The Pulumi CLI is not installed" in said
        assert "--file outputs.json" in said

    def test_the_clis_message_about_an_unknown_stack_is_passed_on(self, cli: str) -> None:
        said = refused(run("check", "--stack", "prod", path=cli))
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
            (
                ["sheet", "--file", "build/none.json"],
                "",
                "build/none.json: No such file",
            ),
            (["sheet", "--output", "build/none/x", *PIPED], OUTPUTS, "Could not write build/no"),
            (["sheet", "--format", "htlm", *PIPED], "", 'Did you mean "html"?'),
            (["sheet", "--format", "html", "--json", *PIPED], "", "Mutually exclusive arguments"),
            (["check", "--offline", *PIPED], "", "Unknown option: --offline"),
            (["check", "--wait", "-5", *PIPED], "", "Must be >= 0"),
            (["check", "--wait", "soon", *PIPED], "", "for --wait"),
            (["check", "--stack", "a", "--file", "b"], "", "Mutually exclusive arguments"),
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
    return run("sheet", *format_, *options, *PIPED, piped=OUTPUTS).stdout


class TestSheet:
    def test_the_table_has_every_value_on_its_own_line(self) -> None:
        lines = run("sheet", *PIPED, piped=OUTPUTS).stdout.splitlines()
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
        printed = run("sheet", *PIPED, piped=outputs_json(hostile)).stdout
        assert "\x1b" not in printed
        assert "[31mred [bold]b[/bold] next  acme  awaiting-registration" in printed

    @pytest.mark.parametrize("format_", ["table", "markdown", "html"])
    def test_the_next_commands_read_the_same_file(self, outputs_file: Path, format_: str) -> None:
        shown = run("sheet", "--offline", "--format", format_, "--file", str(outputs_file)).stdout
        shown = shown.replace("<wbr>", "")
        commands = re.findall(r"python -m ops [^<\n]*", shown)
        assert commands
        assert all(f"--file {outputs_file}" in command for command in commands)

    def test_documents_are_the_sheet_and_the_technical_tab(self) -> None:
        shown = {name: documents(name) for name in ("markdown", "html", "json")}
        (made,) = re.findall(r"^Made on \d{4}-\d\d-\d\d by version .*$", shown["markdown"], re.M)
        assert f" {program_version()} " in made
        for name, render in (("markdown", markdown_sheet), ("html", html_sheet)):
            assert shown[name] == render(EVERY_STAGE, made=made, commands=COMMANDS)
        assert json.loads(shown["json"]) == offline(EVERY_STAGE.apps)

    def test_documents_contain_only_the_chosen_apps(self) -> None:
        chosen = EVERY_STAGE.apps[3:]
        shown = {
            name: documents(name, "--app", "umbrella", "--app", "acme")
            for name in ("markdown", "html", "json", "table")
        }
        made = shown["markdown"].splitlines()[-1]
        for name, render in (("markdown", markdown_sheet), ("html", html_sheet)):
            assert shown[name] == render(EVERY_STAGE, chosen, made, commands=COMMANDS)
        assert json.loads(shown["json"]) == offline(chosen)
        assert f"{BASE_URL}/umbrella/load" in shown["table"]
        assert "initech" not in shown["table"]

    def test_the_table_of_many_apps_has_their_statuses_and_how_to_see_one(self) -> None:
        outputs = outputs_json(many(11))
        lines = [line.rstrip() for line in run("sheet", *PIPED, piped=outputs).stdout.splitlines()]
        assert lines[0].split() == ["App", "Organization", "ID", "Status", "Next"]
        assert lines[-4:] == [
            "App 10  org-10           awaiting-registration  step 3: Create the app",
            "",
            "11 apps: 6 awaiting registration, 5 ready. To see what to enter for one of them:",
            "  python -m ops sheet --stack dev --app ORGANIZATION_ID",
        ]
        one = run("sheet", "--app", "org-10", *PIPED, piped=outputs).stdout
        assert one.startswith("App 10  org-10  awaiting-registration\n")
        assert f"{BASE_URL}/org-10/load" in one

    @pytest.mark.parametrize("command", ["sheet", "check"])
    def test_an_unknown_app_is_refused(self, command: str) -> None:
        said = refused(run(command, "--app", "acmee", *PIPED, piped=OUTPUTS))
        assert said.startswith("Stack dev has no app with organization ID 'acmee'. It has, for")

    @pytest.mark.parametrize(
        ("outputs", "why"),
        [
            ({}, "The outputs have no installationsTableArn. Deploy the stack with"),
            (
                {"installationsTableArn": "table"},
                "The output installationsTableArn is not an ARN. Deploy",
            ),
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
        assert done.stderr.startswith(f"Could not determine what BigCommerce called: {why}")
        assert (done.returncode, done.stderr.count("\n")) == (0, 1)
        assert "http://localhost:1/acme/load" in done.stdout

    def test_output_goes_to_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "sheet"
        done = run("sheet", "--output", str(file), *PIPED, piped=OUTPUTS)
        assert (done.returncode, done.stdout) == (0, "")
        assert file.read_text(encoding="utf-8") == run("sheet", *PIPED, piped=OUTPUTS).stdout

    def test_a_closed_pipe_is_no_error(self, outputs_file: Path) -> None:
        with subprocess.Popen(
            [*COMMAND, "sheet", "--offline", "--format", "html", "--file", str(outputs_file)],
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
    def test_a_full_disk_is_reported(self, format_: str) -> None:
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [*COMMAND, "sheet", "--offline", "--format", format_, *PIPED],
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


@pytest.mark.parametrize("wrong", [None, "stack", "initech", "acme"])
def test_one_failed_check_fails_the_command(
    wrong: str | None,
    outputs_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def found(finding: Exception) -> str:
        raise finding

    def checks(subject: str) -> list[Check]:
        last = Check("last", (lambda: found(Failed("wrong"))) if subject == wrong else str)
        return [
            Check("a warning", lambda: found(Warned("refused"))),
            Check("unknown", lambda: found(Unknown("nothing to judge by"))),
            last,
        ]

    monkeypatch.setattr("ops.check.report.require_network", lambda _: None)
    monkeypatch.setattr(Checks, "of_stack", lambda _: checks("stack"))
    monkeypatch.setattr(Checks, "of_app", lambda _, app: checks(app.organization_id))
    command = ["check", "--app", "initech", "--app", "acme", "--file", str(outputs_file)]
    assert main(command) == (1 if wrong else 0)
    more = "See docs/troubleshooting.md#the-check-fails\n"
    assert capsys.readouterr().out.endswith(more) == bool(wrong)
    assert main([*command, "--json"]) == (1 if wrong else 0)
    rows = json.loads(capsys.readouterr().out)
    assert [row["outcome"] for row in rows[:2]] == ["warning", "unknown"]
    assert [row["subject"] for row in rows if row["outcome"] == "failed"] == [
        *(["stack dev"] if wrong == "stack" else []),
        *(f"{each.name} ({wrong})" for each in EVERY_STAGE.apps if each.organization_id == wrong),
    ]


def test_an_interrupt_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Target, "outputs", interrupt)
    assert main(["sheet"]) == 130


class TestHelp:
    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ([], ["sheet", "check", "stores", "--version"]),
            (["sheet"], ["--stack -s", "--file", "--app", "--format", "--json", "--offline"]),
            (["check"], ["--stack -s", "--wait", "--junit", "--json", "Exit status"]),
            (["stores"], STORES_COMMANDS),
        ],
    )
    def test_help_fits_a_terminal(self, arguments: list[str], words: list[str]) -> None:
        printed = run(*arguments, "--help").stdout
        assert all(word in printed for word in words)
        assert all(len(line) <= 80 for line in printed.splitlines())

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

    def test_version(self) -> None:
        assert run("--version").stdout == f"{program_version()}\n"

    @pytest.mark.parametrize(
        ("modules", "missing"),
        [
            # So that it starts fast; and nothing here needs the program.
            ("app, ops.sheet.command", {"boto3", "jinja2", "urllib3"}),
            ("check.command, ops.stores.app, portal.sheet.documents, lambdas.auth", set()),
        ],
    )
    def test_little_is_imported_and_never_the_program(
        self, modules: str, missing: set[str]
    ) -> None:
        code = f"import sys, ops.{modules}; print(*sys.modules)"
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        )
        imported = {name.partition(".")[0] for name in done.stdout.split()}
        assert imported.isdisjoint({"pulumi", "components", "local"} | missing)
