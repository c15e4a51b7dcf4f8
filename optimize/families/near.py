"""How far a roadmap lies from known ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimize.families.sets import Sets


def trust(model: Sets) -> None:
    """At most so many initiatives differ from the incumbent."""
    region = model.problem.trust_region
    if region is not None:
        model.program += model.difference(region.incumbent) <= region.at_most, "trust"


def forbidden(model: Sets) -> None:
    """At least one initiative differs from each forbidden roadmap."""
    for number, roadmap in enumerate(model.problem.forbidden):
        if all(t in model.starts[name] for name, t in roadmap.items()):  # else it cannot be proposed anyway
            model.program += model.difference(roadmap) >= 1, f"forbidden({number})"
