"""Checks the configuration of the AWS provider (`aws:…`) before anything is deployed."""

import inspect
import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi.runtime.config import CONFIG
from pydantic.alias_generators import to_camel

from .names import nearest_names
from .problems import Problem, set_command, to_set

# The provider's, and those that the Pulumi engine reads.
_KEYS = {
    *("pluginDownloadURL", "version"),
    *map(to_camel, inspect.signature(aws.ProviderArgs).parameters),
}
_REGION = r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}"
# Source: IAM's rules for tags, which are the narrowest of the services that take them.
_TAG_KEY, _TAG_VALUE = r"(?!aws:)[\w .:/=+@-]{1,128}", r"[\w .:/=+@-]{0,256}"
_TAG_RULE = "IAM takes letters, digits, spaces and _ . : / = + - @"


def provider_problems() -> list[Problem]:
    """Return what the provider would ignore, or AWS would refuse in the middle of a deployment."""
    return [*_unknown_keys(), *_wrong_region(), *_wrong_accounts(), *_wrong_tags()]


def region() -> str | None:
    """Return the region that the provider finds; None if there is no good one."""
    _, found = _region_and_source()
    return found if found and re.fullmatch(_REGION, found) else None


def region_warnings() -> Iterator[str]:
    """Warn if there is no region. It is no problem: on EC2 the provider asks the instance."""
    if region() is None:
        yield (
            "aws:region is not set, and neither AWS_REGION nor AWS_DEFAULT_REGION nor the profile "
            "of the AWS CLI has a region: unless this runs on EC2, the AWS provider deploys "
            f"nothing. {set_command(to_set('aws:region'), pulumi.get_stack())}"
        )


def _region_and_source() -> tuple[str, str | None]:
    if given := CONFIG.get().get("aws:region"):
        return "aws:region", given
    if given := os.environ.get("AWS_REGION"):
        return "AWS_REGION", given
    # It takes long to import, and most stacks configure a region.
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415
    from botocore.session import Session  # noqa: PLC0415

    session, files = Session(profile=CONFIG.get().get("aws:profile")), _given("sharedConfigFiles")
    if isinstance(files, list) and files:
        session.set_config_variable("config_file", str(files[0]))
    try:
        found = session.get_config_variable("region")
    except BotoCoreError:  # no such profile: the provider says so
        found = None
    return "AWS_DEFAULT_REGION or the region of the AWS CLI's profile", found


def _unknown_keys() -> Iterator[Problem]:
    given = {key.removeprefix("aws:") for key in CONFIG.get() if key.startswith("aws:")}
    for key in sorted(given - _KEYS):
        meant = "".join(f"aws:{near}" for near in nearest_names(key, _KEYS)[:1])
        yield Problem(f"aws:{key}", "is no setting of the AWS provider", meant=meant)


def _wrong_region() -> Iterator[Problem]:
    source, given = _region_and_source()
    if given and region() is None:
        yield Problem(source, f"is {given!r}: it must be an AWS region, such as us-east-1")


def _wrong_accounts() -> Iterator[Problem]:
    for name in ("allowedAccountIds", "forbiddenAccountIds"):
        key, given = f"aws:{name}", _given(name) or []
        if not isinstance(given, list):
            yield Problem(key, "must be a list of AWS account IDs")
        elif wrong := [each for each in given if not re.fullmatch(r"\d{12}", str(each))]:
            yield Problem(key, f"has {json.dumps(wrong[0])}: an AWS account ID has 12 digits")


def _wrong_tags() -> Iterator[Problem]:
    default_tags = _given("defaultTags")
    tags = default_tags.get("tags") if isinstance(default_tags, dict) else None
    for key, value in tags.items() if isinstance(tags, dict) else ():
        if not re.fullmatch(_TAG_KEY, key) or not re.fullmatch(_TAG_VALUE, str(value)):
            yield Problem(
                f"aws:defaultTags.tags.{key}",
                f"is not a tag that AWS takes: {_TAG_RULE}, up to 128 in a key, which does not "
                "begin with aws:, and up to 256 in a value",
            )


def from_json(text: str) -> Any:
    """Read a value as the CLI gives it: JSON for a list or a map, and text for the rest."""
    try:
        return json.loads(text) if text.startswith(("[", "{")) else text
    except (ValueError, RecursionError):  # a number is too long, or lists are too deep
        return text


def _given(key: str) -> Any:
    return from_json(CONFIG.get().get(f"aws:{key}", ""))
