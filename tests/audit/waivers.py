"""The waived findings in waivers.yaml, each kind with its reason."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("waivers.yaml")

Finding = tuple[str, str]
"""A check's ID and the address of its resource."""


@dataclass(frozen=True)
class Waiver:
    """Why findings of one check stay.

    Attributes:
        check: the check's ID.
        resources: patterns of the addresses of the waived resources.
        reason: a sentence for the auditor of a deployment.
    """

    check: str
    resources: tuple[str, ...]
    reason: str


def waivers() -> list[Waiver]:
    written = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [
        Waiver(check, tuple(each["resources"]), each["reason"]) for check, each in written.items()
    ]


def differences(
    found: Collection[Finding], names: Mapping[str, str], waived: Collection[Waiver]
) -> list[str]:
    """Describe findings without a waiver, and waivers without a finding."""
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
            f"{check} {resource}: {names[check]}. Fix it, or add a reason to {FILE.name}."
            for check, resource in unknown
        ),
        *(
            f"{check} {pattern}: no finding matches. Remove it from {FILE.name}."
            for check, pattern in stale
        ),
    ]
