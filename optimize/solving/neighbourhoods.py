"""Large neighbourhoods of a roadmap, each searched by the exact solver (Shaw 1998).

First, every start is free that the relaxation uses or the roadmap has (relaxation induced neighbourhood: Danna,
Rothberg and Le Pape 2005). In each later round a random part of the initiatives is free, of those that are chosen and
of those that are not, and the rest stays as it is. HiGHS keeps the program and changes bounds alone. A neighbourhood
that is searched to the end makes the next one larger, one that is not makes it smaller. Work is counted in rounds and
nodes; where the clock ends it, that is said, as another run may then end elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.streams import stream_key, uniforms

if TYPE_CHECKING:
    from optimize.formulation import Formulation
    from optimize.solving.relaxation import Relaxation

FREE = 16
"""Initiatives that are free in the first round, of the chosen and of the others each."""

NODES = 200
"""Nodes of one neighbourhood."""

NEAR = 0.02
"""An initiative may come in if the relaxation loses at most this share of its bound by that."""

PATIENCE = 10
"""Rounds without a better roadmap after which the search ends."""

GROWS, SHRINKS = 1.1, 0.9


@dataclass(frozen=True)
class Improved:
    """The best roadmap that was found, its worth, and whether the clock ended the rounds."""

    roadmap: dict[str, int]
    worth: float
    cut: bool


def improve(
    formulation: Formulation,
    begin: Mapping[str, int],
    relaxed: Relaxation,
    rounds: int,
    enough: float,
    seconds: float | None,
    found: Callable[[float], None],
) -> Improved:
    """Search `rounds` neighbourhoods of `begin`, which keeps every limit.

    relaxed: the relaxation, which tells what may come in. enough: worth at which the search ends. seconds: time for all
    rounds. found: is told the worth of each better roadmap. The caller holds the lock of the solver.
    """
    from optimize.check import violations, worth
    from optimize.solving.handover import built

    problem = formulation.problem
    names = [initiative.id for initiative in problem.initiatives]
    keys = [(name, t) for name in names for t in formulation.starts[name]]
    owner = np.array([name for name, _ in keys])
    lowest = np.array([formulation.starts[name][t].lowBound for name, t in keys], np.float64)
    highest = np.array([formulation.starts[name][t].upBound for name, t in keys], np.float64)
    near = NEAR * abs(relaxed.bound)
    promising = frozenset(name for (name, _), cost in relaxed.cost.items() if cost <= near)
    in_relaxation = np.array([key in relaxed.used for key in keys])
    model = built(formulation, mip_max_nodes=NODES, mip_rel_gap=1e-4, mip_abs_gap=0.0)
    column = np.array([formulation.starts[name][t].index for name, t in keys], np.int32)
    best, value, size, cut = dict(begin), worth(problem, begin), float(FREE), False
    began = time.monotonic()
    without = 0
    for number in range(rounds):
        if value >= enough or without == PATIENCE:
            break
        left = None if seconds is None else seconds - (time.monotonic() - began)
        if left is not None and left <= 0.0:
            cut = True
            break
        now = np.array([1.0 if best.get(name) == t else 0.0 for name, t in keys])
        if number == 0:
            free = in_relaxation | (now > 0.0)
        else:
            free = np.isin(owner, _free(names, best, promising, int(size), number))
        model.changeColsBounds(
            len(keys),
            column,
            np.where(free, lowest, np.maximum(now, lowest)),
            np.where(free, np.maximum(highest, now), now),
        )
        model.setSolution(len(keys), column, now)
        if left is not None:
            model.setOptionValue("time_limit", left)
        model.run()
        ended = model.getModelStatus().name
        cut = cut or ended == "kTimeLimit"
        if number > 0:
            size *= GROWS if ended == "kOptimal" else SHRINKS
        without += 1
        levels = np.array(model.getSolution().col_value)
        if not levels.size:
            continue
        roadmap = {name: t for (name, t), level in zip(keys, levels[column], strict=True) if level > 0.5}
        if worth(problem, roadmap) > value and not violations(problem, roadmap):
            best, value, without = roadmap, worth(problem, roadmap), 0
            found(value)
    model.resetGlobalScheduler(True)
    return Improved(best, value, cut)


def _free(names: list[str], roadmap: Mapping[str, int], promising: frozenset[str], size: int, number: int) -> list[str]:
    """At most `size` of the chosen and `size` of the promising others, at random."""
    lots = uniforms(stream_key(0, "neighbourhoods"), np.array([number]), np.arange(len(names)))[0]
    shuffled = [names[at] for at in np.argsort(lots, kind="stable")]
    inside = [name for name in shuffled if name in roadmap]
    outside = [name for name in shuffled if name not in roadmap and name in promising]
    return inside[:size] + outside[:size]
