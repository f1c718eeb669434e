"""What is configured of the AWS provider: its keys, the region, and the default tags."""

import json
from pathlib import Path

import pytest

from components.configuration_errors import ConfigurationError
from tests.components.reading import IN_FILE, REMOVE, SET, read_texts
from tests.components.recordings import PROJECT
from tests.components.stacks import (
    ACME_APP,
    DOMAIN_ELSEWHERE,
)

ARN = "arn:aws:acm:REGION:ACCOUNT:certificate/ID"


@pytest.mark.parametrize(
    ("provider", "variables", "wrong"),
    [
        ({"region": "us-east-1"}, {"AWS_REGION": "eu-west-1"}, False),
        ({"region": "eu-west-1"}, {"AWS_REGION": "us-east-1"}, True),
        ({}, {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}, True),
        ({}, {"AWS_DEFAULT_REGION": "eu-west-1"}, True),
        ({}, {"AWS_PROFILE": "eu"}, True),
        ({}, {"AWS_PROFILE": "none"}, False),  # which the provider says
        ({"profile": "eu"}, {}, True),
        ({"profile": "eu", "sharedConfigFiles": '["none"]'}, {}, False),
        *(({"sharedConfigFiles": it}, {}, False) for it in ("~/.aws/config", "[]", "{}", "1")),
        ({}, {}, False),
    ],
)
def test_certificate_of_another_region(
    provider: dict[str, str],
    variables: dict[str, str],
    wrong: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "config").write_text("[profile eu]\nregion = eu-west-1\n")
    for name, region in {**variables, "AWS_CONFIG_FILE": str(tmp_path / "config")}.items():
        monkeypatch.setenv(name, region)
    config = {"apps": [ACME_APP], "domain": DOMAIN_ELSEWHERE}
    texts = {f"{PROJECT}:{key}": json.dumps(value) for key, value in config.items()}
    texts |= {f"aws:{key}": text for key, text in provider.items()}
    if not wrong:
        assert read_texts(texts).domain is not None
        return
    with pytest.raises(ConfigurationError) as raised:
        read_texts(texts)
    (problem,) = raised.value.problems
    assert problem.what == (
        "is of us-east-1: API Gateway takes a certificate of the stack's own region, eu-west-1"
    )
    assert problem.remedy == f"{SET} --path 'domain.certificateArn' {ARN}"


@pytest.mark.parametrize(
    ("key", "value", "good"),
    [
        ("cost-center", "A/7 = größe @ x:y+z_1.", True),
        ("owner", "", True),
        ("k" * 128, "v" * 256, True),
        ("k" * 129, "v", False),
        ("owner", "v" * 257, False),
        ("owner", "Smith & Sons", False),
        ("ow#ner", "a", False),
        ("aws:owner", "a", False),
    ],
)
def test_default_tags_are_those_that_iam_takes(key: str, value: str, good: bool) -> None:
    tags = {"aws:defaultTags": json.dumps({"tags": {key: value}})}
    texts = {f"{PROJECT}:apps": json.dumps([ACME_APP])} | tags
    if good:
        assert read_texts(texts)
        return
    with pytest.raises(ConfigurationError) as raised:
        read_texts(texts)
    assert [each.key for each in raised.value.problems] == [f"aws:defaultTags.tags.{key}"]


@pytest.mark.parametrize(
    ("given", "what", "remedy"),
    [
        (
            {"aws:regoin": "eu-west-1"},
            "is no setting of the AWS provider (did you mean aws:region?)",
            f"{IN_FILE} rename aws:regoin to aws:region",
        ),
        (
            {"aws:regoin": "eu-west-1", "aws:region": "eu-west-1"},
            "is no setting of the AWS provider (did you mean aws:region?)",
            f"{REMOVE} --path 'aws:regoin'",
        ),
        ({"aws:zzz": "1"}, "is no setting of the AWS provider", f"{REMOVE} --path 'aws:zzz'"),
        ({"aws:s3UsePathStyle": "true", "aws:version": "7.1.0"}, None, None),
        ({"aws:defaultTags": "{tags"}, None, None),  # which the provider refuses
    ],
)
def test_keys_of_the_aws_provider_are_those_it_has(
    given: dict[str, str], what: str | None, remedy: str | None
) -> None:
    texts = {f"{PROJECT}:apps": json.dumps([ACME_APP]), **given}
    if what is None:
        assert read_texts(texts)
        return
    with pytest.raises(ConfigurationError) as raised:
        read_texts(texts)
    assert [(each.what, each.remedy) for each in raised.value.problems] == [(what, remedy)]
