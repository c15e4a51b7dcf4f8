"""Every doubt about a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scenarios.doubts.narrow import narrow_warnings
from scenarios.doubts.together import together_warnings
from scenarios.doubts.units import unit_warnings
from scenarios.doubts.unmoved import unmoved_warnings
from sim.world.paths import Number

if TYPE_CHECKING:
    from sim.world import Scenario


def doubts(scenario: Scenario, stated: Sequence[Number]) -> tuple[str, ...]:
    """Sentences, each with its rule and its remedy. stated: numbers that the file gives itself."""
    return (
        *unmoved_warnings(scenario),
        *unit_warnings(scenario, stated),
        *narrow_warnings(stated),
        *together_warnings(scenario),
    )
