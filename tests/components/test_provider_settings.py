"""What is configured of the AWS provider: its keys, the region, and the default tags."""

import json
from pathlib import Path

import pytest

from components.settings.problems import ConfigurationError
from tests.components.reading import read, read_texts
from tests.components.recordings import PROJECT
from tests.components.stacks import (
    ACME_APP,
    DOMAIN_ELSEWHERE,
)


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
    ("given", "said"),
    [
        (
            {"aws:regoin": "eu-west-1", "aws:region": "eu-west-1"},
            "aws:regoin is no setting of the AWS provider (did you mean aws:region?).",
        ),
        ({"aws:zzz": "1"}, "aws:zzz is no setting of the AWS provider."),
        ({"aws:s3UsePathStyle": "true", "aws:version": "7.1.0"}, None),
        ({"aws:defaultTags": "{tags"}, None),  # which the provider refuses
        *(
            ({"aws:region": region}, f"aws:region is '{region}': it must be an AWS region")
            for region in ("eu-west1", "EU-WEST-1", "us-east-1a", "us-east-1 ", "virginia")
        ),
        *(
            ({"aws:region": region}, None)
            for region in ("us-gov-west-1", "ap-southeast-7", "us-isob-east-1", "eusc-de-east-1")
        ),
        *(
            (
                {f"aws:{key}": json.dumps(["123456789012", wrong])},
                f"aws:{key} has {json.dumps(wrong)}: an AWS account ID has 12 digits.",
            )
            for key in ("allowedAccountIds", "forbiddenAccountIds")
            for wrong in ("1234-5678-9012", "12345678901", 12345678901, "", None)
        ),
        (
            {"aws:allowedAccountIds": "123456789012"},
            "aws:allowedAccountIds must be a list of AWS account IDs.",
        ),
        ({"aws:allowedAccountIds": "[123456789012]"}, None),
    ],
)
def test_what_the_provider_would_not_take(given: dict[str, str], said: str | None) -> None:
    texts = {f"{PROJECT}:apps": json.dumps([ACME_APP]), **given}
    if said is None:
        assert read_texts(texts)
        return
    with pytest.raises(ConfigurationError) as raised:
        read_texts(texts)
    (problem,) = raised.value.problems
    assert str(problem).startswith(said)


def test_a_region_of_the_environment_is_one_of_aws_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """And of a wrong one nothing is said that only follows."""
    monkeypatch.setenv("AWS_REGION", "eu-west1")
    with pytest.raises(ConfigurationError) as raised:
        read({"apps": [ACME_APP], "domain": DOMAIN_ELSEWHERE})
    assert [each.key for each in raised.value.problems] == ["AWS_REGION"]
