"""The frozen scenario schema, one file a concept."""

from sim.world.initiatives import Initiative
from sim.world.scenario import Scenario

__all__ = ["Initiative", "Scenario"]
