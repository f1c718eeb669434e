"""The findings that are not mended, each kind with its reason: waivers.yaml."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("waivers.yaml")

Finding = tuple[str, str]
"""A check's id and the address of the resource that it is about."""


@dataclass(frozen=True)
class Waiver:
    """Why findings of one check stay.

    Attributes:
        check: the check's id.
        resources: patterns of the addresses of the resources it is waived for, and of no other.
        reason: a sentence for whoever audits a deployment.
    """

    check: str
    resources: tuple[str, ...]
    reason: str


def waivers() -> list[Waiver]:
    """The waivers as the file has them."""
    written = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [
        Waiver(check, tuple(each["resources"]), each["reason"]) for check, each in written.items()
    ]


def differences(
    found: Collection[Finding], names: Mapping[str, str], waived: Collection[Waiver]
) -> list[str]:
    """What is found and not waived, and what is waived and not found; `names` are the checks'."""
    patterns = {(each.check, pattern) for each in waived for pattern in each.resources}
    matched = {
        (finding, (check, pattern))
        for finding in found
        for check, pattern in patterns
        if check == finding[0] and fnmatchcase(finding[1], pattern)
    }
    unknown = sorted(set(found) - {finding for finding, _ in matched})
    stale = sorted(patterns - {pattern for _, pattern in matched})
    return [
        *(
            f"{check} {resource}: {names[check]}. Mend it, or give {FILE.name} a reason."
            for check, resource in unknown
        ),
        *(
            f"{check} {pattern}: nothing is found any more. Remove it from {FILE.name}."
            for check, pattern in stale
        ),
    ]
