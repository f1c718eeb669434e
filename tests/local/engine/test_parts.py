"""The engine's small parts: plain values, redaction, configuration, state, messages."""

import stat
from pathlib import Path

import pulumi
import pytest

from local.engine import DeploymentFailed, stack_config
from local.engine.configuration import encoded
from local.engine.errors import EngineError
from local.engine.messages import Failed, Finished, LogEvent, Message, ResourceEvent, decode, encode
from local.engine.redaction import Redaction
from local.engine.state import Resource, State
from local.engine.values import plain


def secret(value: object) -> dict[str, object]:
    return {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "value": value,
    }


def test_secrets_are_unwrapped_and_whole_numbers_are_integers() -> None:
    value = {"a": secret({"b": [1.0, 0.5, True, None]}), "value": "x"}
    assert plain(value) == {"a": {"b": [1, 0.5, True, None]}, "value": "x"}
    assert type(plain(1.0)) is int


def test_an_archive_is_its_content(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(b"one")
    before = plain(pulumi.FileArchive(str(path)))
    path.write_bytes(b"two")
    after = plain(pulumi.FileArchive(str(path)))
    assert before["path"] == after["path"] == str(path)
    assert before["sha256"] != after["sha256"]


def test_an_archive_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot read the archive"):
        plain(pulumi.FileArchive(str(tmp_path / "missing.zip")))
    with pytest.raises(EngineError, match="not a AssetArchive"):
        plain(pulumi.AssetArchive({}))


def test_redaction_hides_the_longest_secret_first() -> None:
    redaction = Redaction()
    redaction.add({"org": "secret", "other": ["secret-and-more", "", 5]})
    redaction.add_wrapped({"plain": "visible", "deep": [{"x": secret(["nested"])}]})
    text = redaction.apply("secret-and-more, secret, nested, visible")
    assert text == "[secret], [secret], [secret], visible"


def project(folder: Path, **stacks: str) -> Path:
    (folder / "Pulumi.yaml").write_text(
        "name: shop\nruntime: python\nconfig:\n"
        "  apps: {type: array, items: {type: object}, default: []}\n"
        "  note: {type: string}\n"
        "  days: 30\n"
        "  throttle: {type: object, default: {rate: 50, burst: 100}}\n"
        "  'aws:region': {value: us-east-1}\n"
    )
    for stack, text in stacks.items():
        (folder / f"Pulumi.{stack}.yaml").write_text(text)
    return folder


def test_configuration_is_laid_over_the_defaults(tmp_path: Path) -> None:
    root = project(
        tmp_path, local="config:\n  shop:throttle: {rate: 5}\n  days: 7\n  aws:region: eu-west-1\n"
    )
    assert stack_config(root, "local", {"shop:apps": [{"organizationId": "o"}]}) == {
        "shop:apps": [{"organizationId": "o"}],
        "shop:days": 7,
        "shop:throttle": {"rate": 5},
        "aws:region": "eu-west-1",
    }


def test_a_stack_without_configuration_has_the_defaults(tmp_path: Path) -> None:
    config = stack_config(project(tmp_path, empty=""), "empty", {})
    assert config["shop:throttle"] == {"rate": 50, "burst": 100}
    assert "shop:note" not in config


def test_configuration_that_only_the_cli_can_read_is_refused(tmp_path: Path) -> None:
    root = project(tmp_path, local="config:\n  shop:password: {secure: AAAB}\n")
    with pytest.raises(DeploymentFailed, match=r"shop:password in Pulumi\.local\.yaml"):
        stack_config(root, "local", {})
    assert stack_config(root, "local", {"shop:password": "given"})["shop:password"] == "given"


def test_a_missing_stack_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFailed, match=r"cannot read .*Pulumi\.prod\.yaml"):
        stack_config(project(tmp_path), "prod", {})


def test_a_file_that_is_not_yaml_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFailed, match=r"(?s)Pulumi\.local\.yaml is not YAML: .*line 1"):
        stack_config(project(tmp_path, local="config: ["), "local", {})


def test_programs_receive_text() -> None:
    values = {"a": "text", "b": True, "c": 5, "d": {"e": [1]}}
    assert encoded(values) == {"a": "text", "b": "true", "c": "5", "d": '{"e": [1]}'}


def test_state_is_private_and_keeps_the_order(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "state.json"
    assert list(State.read(path)) == []
    first, second = (Resource("t", name, name, {}, {}) for name in ("first", "second"))
    state = State([first, second])
    state.put(first)
    state.write(path)
    state.write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [resource.name for resource in State.read(path)] == ["second", "first"]
    assert [entry.name for entry in path.parent.iterdir()] == ["state.json"]


@pytest.mark.parametrize(
    "message",
    [
        ResourceEvent("create", "aws:kms/key:Key", "key"),
        LogEvent("warning", "two\nlines"),
        Finished({"url": "http://localhost"}, ["password"]),
        Failed("why"),
    ],
)
def test_a_message_is_one_line(message: Message) -> None:
    assert "\n" not in encode(message)
    assert decode(encode(message)) == message
