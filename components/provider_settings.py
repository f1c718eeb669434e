"""What is configured of the AWS provider (`aws:…`), before it refuses it or does without it."""

import inspect
import json
import os
import re
from typing import Any

import pulumi_aws as aws
from pulumi.runtime.config import CONFIG
from pydantic.alias_generators import to_camel

from .configuration_errors import (
    Problem,
    did_you_mean,
    in_stack_file,
    nearest_names,
    remove_command,
    set_command,
)

# What the Pulumi engine takes of a provider's configuration for itself.
_ENGINE_KEYS = {"pluginDownloadURL", "version"}
# Source: IAM's rules for tags, which are the narrowest of the services that take them.
_TAG_KEY, _TAG_VALUE = r"(?!aws:)[\w .:/=+@-]{1,128}", r"[\w .:/=+@-]{0,256}"
_TAG_RULE = "IAM takes letters, digits, spaces and _ . : / = + - @"


def provider_problems() -> list[Problem]:
    """Keys that the provider does not know, and default tags that IAM would refuse."""
    return _unknown_keys() + _wrong_tags()


def region() -> str | None:
    """The region of the stack, where the provider looks for it; None where none is found."""
    for given in (CONFIG.get().get("aws:region"), *map(os.environ.get, _REGION_VARIABLES)):
        if given:
            return given
    return _profiles_region()


def region_warnings() -> list[str]:
    """That no region is known. On EC2 the provider would ask the instance, so it is no problem."""
    if region() is not None:
        return []
    return [
        "aws:region is not set, and neither AWS_REGION nor AWS_DEFAULT_REGION nor the profile of "
        "the AWS CLI gives a region: unless this runs on EC2, the AWS provider deploys nothing. "
        f"{set_command('aws:region', 'REGION')}"
    ]


_REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")


def _profiles_region() -> str | None:
    # It takes long to import, and a region is given in most places.
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415
    from botocore.session import Session  # noqa: PLC0415

    session = Session(profile=CONFIG.get().get("aws:profile"))
    files = _from_json("aws:sharedConfigFiles")
    if isinstance(files, list) and files:
        session.set_config_variable("config_file", str(files[0]))
    try:
        found: str | None = session.get_config_variable("region")
    except BotoCoreError:  # no such profile: the provider says so
        return None
    return found


def _unknown_keys() -> list[Problem]:
    known = _ENGINE_KEYS | set(map(to_camel, inspect.signature(aws.ProviderArgs).parameters))
    given = {key.removeprefix("aws:") for key in CONFIG.get() if key.startswith("aws:")}
    problems = []
    for key in sorted(given - known):
        meant = [f"aws:{each}" for each in nearest_names(key, known, cutoff=0.6)[:1]]
        remedy = remove_command(f"aws:{key}")
        if meant and meant[0] not in CONFIG.get():
            remedy = in_stack_file(f"rename aws:{key} to {meant[0]}")
        what = f"is no setting of the AWS provider{did_you_mean(meant)}"
        problems.append(Problem(f"aws:{key}", what, remedy))
    return problems


def _wrong_tags() -> list[Problem]:
    """Default tags that IAM would refuse, when other resources are deployed already."""
    default_tags = _from_json("aws:defaultTags")
    tags = default_tags.get("tags") if isinstance(default_tags, dict) else None
    return [
        Problem(
            f"aws:defaultTags.tags.{key}",
            f"is not a tag that AWS takes: {_TAG_RULE}, up to 128 in a key, which does not begin "
            "with aws:, and up to 256 in a value",
            in_stack_file("write that tag in other characters"),
        )
        for key, value in (tags.items() if isinstance(tags, dict) else ())
        if not re.fullmatch(_TAG_KEY, key) or not re.fullmatch(_TAG_VALUE, str(value))
    ]


def _from_json(key: str) -> Any:
    """The value of a setting that is a list or an object; None of another text: the provider's."""
    try:
        return json.loads(CONFIG.get().get(key, ""))
    except (ValueError, RecursionError):
        return None
