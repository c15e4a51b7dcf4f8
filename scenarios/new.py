"""The scenario that a planner of a sector begins with."""

from __future__ import annotations

from typing import Any

from scenarios.load import library, library_text
from scenarios.positions import read_yaml
from sim.errors import Problem, ProblemsFound, nearest


def sectors() -> dict[str, str]:
    """Sector -> name of the scenario of the library that shows it."""
    return {_sector(name): name for name in library()}


def new_scenario(sector: str, employees: int | None = None, revenue: float | None = None) -> str:
    """The commented file of the library for a sector, at the size of the business (None: as it is).

    Raises ProblemsFound for a sector that the library lacks, and for a size that it cannot be scaled to.
    """
    known = sectors()
    if sector not in known:
        close = nearest(sector, known)
        hint = f"did you mean {close}?" if close else f"known: {', '.join(known)}"
        raise ProblemsFound([Problem("--sector", f"the library has no scenario of the sector {sector}", sector, hint)])
    text = library_text(known[sector])
    if employees is None and revenue is None:
        return text
    from scenarios.scaling import scaled

    return scaled(text, employees, revenue)


def _sector(name: str) -> str:
    data: Any = read_yaml(library_text(name)).data
    return str(data["profile"]["sector"])
