"""The stores commands: wrong use, and help."""

import json
import re
from pathlib import Path

import pytest

from ops.__main__ import main
from ops.app import app as every_command
from ops.stores.app import app
from tests.docs.prose import section_problems, texts
from tests.ops.examples import EVERY_STAGE, outputs_json


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("outputs.json", "The outputs have no operatorPolicyArn. Deploy"),
        ("no_arn.json", "The output installationsTableArn is not an ARN. Deploy"),
    ],
)
def test_unusable_outputs_are_refused(
    file: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    outputs = json.loads(outputs_json(EVERY_STAGE))
    (tmp_path / "outputs.json").write_text(json.dumps(outputs))
    names = ("installationsTable", "installationsTableArn", "installationsIndex")
    others = ("accessTokenKeyArn", "operatorPolicyArn")
    (tmp_path / "no_arn.json").write_text(json.dumps(outputs | dict.fromkeys(names + others, "x")))
    monkeypatch.chdir(tmp_path)
    assert main(["stores", "list", "--file", file]) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.startswith(said)) == ("", True)


@pytest.mark.parametrize("command", [name for name in app if not name.startswith("-")])
def test_the_help_of_every_command_fits_80_columns(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["stores", command, "--help"]) == 0
    text, _, options = capsys.readouterr().out.partition("╭")
    assert f"stores {command}" in text
    assert "Exit status: 0" in text or "exit" not in text.lower()
    assert "--stack" in options
    # Every option says what it does, and no line of a paragraph is broken twice.
    assert all(line.split()[2:] for line in options.splitlines() if line.startswith("│ --"))
    assert max(map(len, (text + options).splitlines())) <= 80


def test_the_reference_of_a_command_is_short_and_has_only_its_options() -> None:
    reference = every_command.generate_docs()
    assert "stores purge" in reference
    assert not re.search(r"--no-|--empty-|\[default", reference)
    assert list(section_problems(list(texts(reference)))) == []
