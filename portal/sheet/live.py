"""The live status of a deployment's apps: its outputs are as old as the deployment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.traffic import Traffic

# The state of an installed store without a connection.
NOT_CONNECTED = "not connected"


@dataclass(frozen=True)
class Live:
    """The status of apps by organization ID, without what could not be read.

    Attributes:
        traffic: BigCommerce's calls.
        connections: of the apps whose stores are connected to Rutter, how many installed stores
            have a connection in each state.
    """

    traffic: Mapping[str, Traffic] = field(default_factory=dict)
    connections: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def data_flow(self, organization_id: str) -> str | None:
        """How many stores' data syncs with Rutter, in a few words; None if it is not known."""
        counts = self.connections.get(organization_id)
        if counts is None:
            return None
        stores = sum(counts.values())
        if not stores:
            return "no store has installed the app"
        others = sorted((state, count) for state, count in counts.items() if state != "active")
        active = f"{counts.get('active', 0):,} of {stores:,} store{'s' * (stores != 1)} active"
        return ", ".join([active, *(f"{count:,} {state}" for state, count in others)])


NOTHING_KNOWN = Live()
