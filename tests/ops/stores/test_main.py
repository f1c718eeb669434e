"""The command itself: what it says of wrong use, and what its help has."""

import json
from pathlib import Path

import pytest

from ops.stores.__main__ import main
from ops.stores.commands import COMMANDS
from tests.ops.examples import EVERY_STAGE, outputs_json


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lst"], "There is no command lst. Did you mean list? The commands: list, show, token"),
        (["x", "--help"], "There is no command x. The commands: list"),
        (["--file", "none.json"], "none.json cannot be read"),
        (["list", "--file", "outputs.json"], "The outputs have no installationsTable. Deploy"),
        (["list", "--file", "no_arn.json"], "The output installationsTableArn is no ARN. Deploy"),
    ],
)
def test_wrong_use_is_said(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    outputs = json.loads(outputs_json(EVERY_STAGE))
    (tmp_path / "outputs.json").write_text(json.dumps(outputs))
    names = ("installationsTable", "installationsTableArn", "installationsIndex")
    others = ("accessTokenKeyArn", "operatorPolicyArn", "loadLogGroup")
    (tmp_path / "no_arn.json").write_text(json.dumps(outputs | dict.fromkeys(names + others, "x")))
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.startswith(said)) == ("", True)


def test_every_command_has_help_that_begins_with_what_it_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("", *COMMANDS):
        with pytest.raises(SystemExit) as ended:
            main([*filter(None, [name]), "--help"])
        assert ended.value.code == 0
    printed = capsys.readouterr().out
    for command in COMMANDS.values():
        assert str(command.run.__doc__).partition(".")[0] in " ".join(printed.split())
