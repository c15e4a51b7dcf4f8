"""The scenario that a planner of a sector begins with."""

from __future__ import annotations

from typing import Any

from scenarios.load import library, library_text
from scenarios.positions import read_yaml
from sim.errors import Problem, ProblemsFound, nearest


def sectors() -> dict[str, str]:
    """Sector -> name of the scenario of the library that shows it."""
    return {_sector(name): name for name in library()}


def new_scenario(sector: str) -> str:
    """The commented file of the library for a sector. Raises ProblemsFound for a sector that the library lacks."""
    known = sectors()
    if sector not in known:
        close = nearest(sector, known)
        hint = f"did you mean {close}?" if close else f"known: {', '.join(known)}"
        raise ProblemsFound([Problem("--sector", f"the library has no scenario of the sector {sector}", sector, hint)])
    return library_text(known[sector])


def _sector(name: str) -> str:
    data: Any = read_yaml(library_text(name)).data
    return str(data["profile"]["sector"])
