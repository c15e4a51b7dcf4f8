"""Optima re-solved in driver worlds: what the program would choose if it knew the drivers.

At each of some points of the drivers every initiative is simulated alone, beside what it requires, at a few of its
starts, and every pair that shares something; the mean over common draws of the events is the worth that the program
gets there:

v[i,t](theta) = E(f(C + i@t) - f(C) | theta)        w[i,j](theta) = E(f(C+i+j) - f(C+i) - f(C+j) + f(C) | theta)

as in `optimize.valuation`. Costs and limits stay those of the plan, means over drivers. Only additive worth and pairs
are seen, and a few draws of the events are left in the worths: the optima are proposals. What they are worth is
simulated afterwards on other draws, where luck that chose them is of no use to them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimize.archive import BATCH, Key, key
from optimize.check import violations
from optimize.limits import Limits
from optimize.periods import months
from optimize.problem import Interaction
from optimize.solve import solve
from optimize.structure import Structure, relations
from optimize.valuation import SIGNIFICANT, Rules, filled, pair_case, single_case
from sim.montecarlo.conditional import conditional, drawn_levels, table_of

if TYPE_CHECKING:
    from optimize.plan_limits import PlanLimits, Progress
    from optimize.problem import RoadmapProblem
    from sim.world import Scenario

Floats = NDArray[np.float64]
RESOLVE_FROM = 5_000_000
"""First point of the drivers, and first draw of the events."""
NOISE = 16
PAIR_NOISE = 4
PAIRS = 150
"""Most pairs that are simulated, in the order of the scenario."""


def resolved_optima(
    scenario: Scenario, ruled: Rules, seed: int, points: int, limits: PlanLimits, progress: Progress | None = None
) -> list[tuple[dict[str, int], tuple[int, ...]]]:
    """Different optima (start months) of the program at so many points of the drivers, and the numbers, from 1, of the
    points at which each is one; the most frequent first. Without initiatives there is none."""
    problem = ruled.problem
    structure = Structure(problem)
    if not structure.names:
        return []
    levels = drawn_levels(table_of(scenario), points, seed, RESOLVE_FROM)
    cases = {name: single_case(structure, name, limits) for name in structure.names}
    alone = [dict(context) for context, _ in cases.values()]
    alone += [{**context, name: t} for name, (context, starts) in cases.items() for t in starts]
    worth = _means(scenario, alone, levels, seed, NOISE, "worth of each initiative by driver world", limits, progress)
    related = [pair for pair, shared in relations(scenario, structure).items() if shared][:PAIRS]
    pairs = {pair: case for pair in related if (case := pair_case(structure, *pair)) is not None}
    beside = [one for case in pairs.values() for one in case]
    paired = _means(scenario, beside, levels, seed, PAIR_NOISE, "pairs by driver world", limits, progress)
    joint = {}
    for pair, (both, first, second, none) in pairs.items():
        w = paired[key(both)] - paired[key(first)] - paired[key(second)] + paired[key(none)]
        if len(w) > 1 and abs(w.mean()) > SIGNIFICANT * w.std(ddof=1) / np.sqrt(len(w)):
            joint[pair] = w
    solver = Limits(seconds=None, nodes=2_000, gap=1e-3, break_ties=False)
    found: dict[Key, list[int]] = {}
    for point in range(points):
        values = {
            name: filled(
                {t: float((worth[key({**context, name: t})] - worth[key(context)])[point]) for t in starts},
                problem.periods,
            )
            for name, (context, starts) in cases.items()
        }
        best = _solved(problem, values, {pair: float(w[point]) for pair, w in joint.items()}, solver)
        if best is not None:
            found.setdefault(key(months(scenario, best)), []).append(point + 1)
        if progress is not None:
            progress("optima by driver world", point + 1, points)
    order = sorted(found, key=lambda one: (-len(found[one]), one))
    return [(_in_order(scenario, dict(one)), tuple(found[one])) for one in order]


def _solved(
    problem: RoadmapProblem, values: dict[str, tuple[float, ...]], pairs: dict[tuple[str, str], float], solver: Limits
) -> dict[str, int] | None:
    valued = problem.model_copy(
        update={
            "initiatives": tuple(one.model_copy(update={"value": values[one.id]}) for one in problem.initiatives),
            "interactions": tuple(Interaction(first=a, second=b, value=w) for (a, b), w in pairs.items()),
        }
    )
    answer = solve(valued, replace(solver))
    if not answer.has_solution or violations(problem, answer.roadmap):
        return None
    return dict(answer.roadmap)


def _means(
    scenario: Scenario,
    roadmaps: list[dict[str, int]],
    levels: Floats,
    seed: int,
    noise: int,
    stage: str,
    limits: PlanLimits,
    progress: Progress | None,
) -> dict[Key, Floats]:
    """(points,) mean NPV of each roadmap (in periods), all on the same draws of the events."""
    wanted = list({key(one): one for one in roadmaps}.values())
    found: dict[Key, Floats] = {}
    for first in range(0, len(wanted), BATCH):
        part = wanted[first : first + BATCH]
        months_of = [months(scenario, one) for one in part]
        known = conditional(
            scenario, months_of, levels, seed, noise, first_draw=RESOLVE_FROM, threads=limits.threads
        ).mean["npv"]
        found |= {key(one): known[:, row] for row, one in enumerate(part)}
        if progress is not None:
            progress(stage, first + len(part), len(wanted))
    return found


def _in_order(scenario: Scenario, starts: dict[str, int]) -> dict[str, int]:
    return {name: starts[name] for name in scenario.initiatives if name in starts}
