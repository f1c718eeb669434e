"""Load on the deployed callbacks, with faults, and what must be true of the table afterwards."""

from local.soak.figures import Figures
from local.soak.plan import Plan
from local.soak.soak import Soak

__all__ = ["Figures", "Plan", "Soak"]
