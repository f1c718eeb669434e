"""A stack of 1.0 is updated in place: each of its resources is found again, and none is replaced.

`resources_of_1_0.json` has what 1.0.0 registered for `EVERYTHING_OF_1_0` as it was written then:
each resource's place, and its inputs that AWS takes at creation alone. Pulumi creates before it
deletes, so one that is not found again fails on its own name, which AWS still has.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from local.provider.resource_type import RESOURCE_TYPES
from tests.components.recorder import Recording, Resource
from tests.components.recordings import Recorder
from tests.components.stacks import DOMAIN, DOMAIN_ELSEWHERE, RESERVED, WITH_APP_URL

OF_1_0: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("resources_of_1_0.json").read_text(encoding="utf-8")
)
ROUTE_LIMITS = {each: {"rate": 7.5, "burst": 9} for each in RESERVED}
EVERYTHING_OF_1_0: dict[str, Any] = WITH_APP_URL | {
    "throttle": ROUTE_LIMITS,
    "logRetentionDays": 90,
    "uninstalledRetentionDays": 5,
    "protect": False,
    "functions": {"memorySize": 1024, "tracing": True, "reservedConcurrency": RESERVED},
    "domain": DOMAIN,
}
# Of a domain whose DNS is elsewhere there is no record, and without a domain none of these.
RECORD = {"bigcommerce:index:CallbackApi$aws:route53/record:Record::domain"}
DOMAINS = RECORD | {
    "bigcommerce:index:CallbackApi$aws:apigatewayv2/apiMapping:ApiMapping::domain",
    "bigcommerce:index:CallbackApi$aws:apigatewayv2/domainName:DomainName::domain",
}


def place(urn: str) -> str:
    """The type of a resource's component, and its own type and name."""
    *_, types, name = urn.split("::")
    return "$".join(types.split("$")[-2:]) + f"::{name}"


def places(resource: Resource, recording: Recording) -> set[str]:
    """Where the engine looks for a resource: a component's aliases are those of its parts too."""
    (component,) = [each for each in recording.resources if each.urn == resource.parent]
    own = f"${resource.type}::{resource.name}"
    inherited = [alias.rpartition("::")[0] + own for alias in component.aliases]
    return {place(urn) for urn in (resource.urn, *resource.aliases, *inherited)}


@pytest.mark.parametrize(
    ("domain", "configured_away"), [(DOMAIN, set()), (DOMAIN_ELSEWHERE, RECORD), ({}, DOMAINS)]
)
def test_every_resource_of_1_0_is_found_again_and_not_replaced(
    record: Recorder, domain: dict[str, Any], configured_away: set[str]
) -> None:
    recording = record(EVERYTHING_OF_1_0 | {"domain": domain})
    found: set[str] = set()
    for resource in filter(lambda each: each.custom, recording.resources):
        fixed = RESOURCE_TYPES[resource.type].immutable_inputs - set(resource.ignored)
        for before in places(resource, recording) & OF_1_0.keys() - found:
            found.add(before)
            for name in fixed:
                assert resource.inputs.get(name) == OF_1_0[before].get(name), (before, name)
    assert OF_1_0.keys() - found == configured_away
