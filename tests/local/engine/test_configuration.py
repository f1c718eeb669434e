"""A stack's configuration from the project's files, and the secrets kept out of texts."""

from pathlib import Path

import pytest

from local.engine.configuration import encoded, stack_config
from local.engine.redaction import Redaction
from local.engine.stack_files import StackFileError


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
    assert stack_config(project(tmp_path, empty="encryptionsalt: a"), "empty", {}) == config


def test_configuration_that_only_the_cli_can_read_is_refused(tmp_path: Path) -> None:
    root = project(tmp_path, local="config:\n  shop:password: {secure: AAAB}\n")
    with pytest.raises(StackFileError, match=r"shop:password in Pulumi\.local\.yaml"):
        stack_config(root, "local", {})
    assert stack_config(root, "local", {"shop:password": "given"})["shop:password"] == "given"


@pytest.mark.parametrize(
    ("stacks", "said"),
    [
        ({}, r"Could not read .*Pulumi\.local\.yaml"),
        ({"local": "config: [}"}, r"(?s)Pulumi\.local\.yaml is not YAML: .*line 1"),
        ({"local": "[1]"}, r"Pulumi\.local\.yaml and its config must be maps"),
        ({"local": "config: {a: !!binary aGk=}"}, r"local\.yaml has a value that is not valid in"),
        ({"local": "config: {a: &a [*a]}"}, r"local\.yaml has a value that is not valid in"),
    ],
)
def test_a_bad_stack_file_is_named(tmp_path: Path, stacks: dict[str, str], said: str) -> None:
    with pytest.raises(StackFileError, match=said):
        stack_config(project(tmp_path, **stacks), "local", {})


def test_programs_receive_text() -> None:
    values = {"a": "text", "b": True, "c": 5, "d": {"e": [1]}}
    assert encoded(values) == {"a": "text", "b": "true", "c": "5", "d": '{"e": [1]}'}


def test_redaction_hides_the_longest_secret_first() -> None:
    redaction = Redaction()
    redaction.add({"org": "secret", "other": ["secret-and-more", "", 5]})
    assert redaction.apply("secret-and-more, secret, no") == "[secret], [secret], no"
