"""A scenario in one of its futures.

The draw keeps every stream number: only the numbers that the future changes are different. So the same draw in two
futures is the same world, turned once this way and once that way.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, ProblemsFound, nearest
from sim.streams import stream_key, uniforms
from sim.world import Scenario

BASE = "base"  # the world in which no future happens
STREAM = "futures/which"


def in_future(scenario: Scenario, name: str) -> Scenario:
    """The scenario in which every draw lives in the future `name`, or in none of them for "base".

    Raises ProblemsFound for a name that the scenario does not have.
    """
    if name != BASE and name not in scenario.futures:
        known = [BASE, *scenario.futures]
        close = nearest(name, known)
        hint = f"did you mean {close}?" if close else f"known: {', '.join(known)}"
        raise ProblemsFound([Problem("--future", f"the scenario has no future named {name}", name, hint)])
    kept = {} if name == BASE else {name: scenario.futures[name].model_copy(update={"probability": 1.0})}
    gone = tuple(f"futures.{other}." for other in scenario.futures if other not in kept)
    joined = tuple(row for row in scenario.correlations if not any(d.startswith(gone) for d in row.drivers))
    return scenario.model_copy(update={"futures": kept, "correlations": joined})


def limits(scenario: Scenario) -> NDArray[np.float64]:
    """(futures,) a draw lives in the first future whose limit its mark stays below; none: in the base world."""
    return np.cumsum([future.probability or 0.0 for future in scenario.futures.values()])


def future_of(scenario: Scenario, draws: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """(draws,) index of the future in which each draw lives, -1 for the base world."""
    marks = uniforms(stream_key(seed, STREAM), draws, np.zeros(1, dtype=np.int64))[:, 0]
    which = np.searchsorted(limits(scenario), marks, side="right")
    return np.where(which < len(scenario.futures), which, -1)


def future_notes(scenario: Scenario) -> tuple[str, ...]:
    """What to say beside a figure of the futures that it contains."""
    notes = []
    for name, future in scenario.futures.items():
        if future.probability:
            share = "every draw lives" if future.probability >= 1 else f"{100 * future.probability:.3g} % of draws live"
            notes.append(f"{share} in the future {name}: {future.title}")
    return tuple(notes)
