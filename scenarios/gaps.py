"""Goals and gaps: the baseline against each target by simulation, and what each initiative does for the goals.

Alignment is computed, not scored: an initiative is simulated beside what it requires, each at its earliest start, on
the draws of the baseline, and its own part is the paired change against what it requires alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from optimize.structure import Structure
    from scenarios.alignment.report import Aligned, Alignment, Gaps
    from sim.roadmap import Roadmap
    from sim.world import Scenario

Progress = Callable[[int, int], None]
"""Called with the number of roadmaps done and of all."""


def gaps(
    scenario: Scenario,
    draws: int,
    seed: int,
    roadmap: Mapping[str, int] | Roadmap | None = None,
    *,
    first_draw: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Gaps:
    """Baseline against target for every goal of the scenario, the alignment of every initiative, and of a roadmap.

    draws: 2 or more, from `first_draw` on. roadmap: initiative -> start month. threads: they change no figure.
    Raises ProblemsFound where the scenario has no goals, for a roadmap that it does not allow, and for a mandatory
    initiative that can never start.
    """
    from optimize.plan_limits import PlanLimits
    from optimize.structure import Structure
    from optimize.valuation import rules
    from scenarios.alignment.firmness import firmness
    from scenarios.alignment.judge import Judge
    from scenarios.alignment.report import Gaps
    from scenarios.alignment.simulation import Simulation
    from sim.roadmap import roadmap as validated

    check_goals(scenario)
    if draws < 2:
        raise ProblemsFound([Problem("draws", "an error needs two draws at least", draws, "2 or more")])
    chosen = None if roadmap is None else validated(scenario, roadmap).as_dict
    known = rules(scenario, seed, PlanLimits(cost_draws=2, threads=threads))  # its costs are not used
    structure = Structure(known.problem)
    cases = {name: _case(scenario, structure, name) for name in structure.names}
    simulation = Simulation(scenario, draws, seed, first_draw, threads)
    wanted = [one for with_it, without in cases.values() for one in (with_it, without)]
    simulation.run([*wanted, *([] if chosen is None else [chosen])], progress)

    judge = Judge(scenario, simulation.sample({}))
    found = {
        name: judge.alignment(simulation.sample(with_it), simulation.sample(without))
        for name, (with_it, without) in cases.items()
    }
    aligned = sorted((_aligned(scenario, structure, name, cases[name][1], found) for name in cases), key=_rank)
    of_roadmap = None
    if chosen is not None:
        idle = _idle(scenario, chosen, found)
        rest = {name: month for name, month in chosen.items() if name not in idle}
        simulation.run([rest])
        of_roadmap = judge.roadmap(chosen, simulation.sample(chosen), idle, simulation.sample(rest))
    return Gaps(
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        title=scenario.title,
        currency=scenario.profile.currency,
        seed=seed,
        first_draw=first_draw,
        draws=draws,
        goals=judge.goals(found),
        initiatives=tuple(aligned),
        firmness=firmness(aligned, {name: goal.weight for name, goal in scenario.goals.items()}, seed),
        roadmap=of_roadmap,
        unusable=dict(known.unusable),
        notes=simulation.notes(),
    )


def check_goals(scenario: Scenario) -> None:
    """Raise ProblemsFound, with a block to add, where the scenario declares no goals."""
    if scenario.goals:
        return
    month = min(35, scenario.horizon_months - 1)
    block = f"goals: {{fewer_lost_sales: {{kpi: lost_share, target: 4 %, month: {month}, weight: 1}}}}"
    hint = f"add a block with a KPI, a target, a month and a weight for each goal, such as `{block}`"
    raise ProblemsFound([Problem("goals", "the scenario declares no goals, so there is no gap to show", None, hint)])


def _case(scenario: Scenario, structure: Structure, name: str) -> tuple[dict[str, int], dict[str, int]]:
    """Start months with an initiative and without it, beside all that it requires, at the earliest starts."""
    from optimize.periods import months

    whole = structure.complete({}, [name])
    if whole is None:  # `rules` keeps only what can be completed
        raise ValueError(f"{name} cannot be completed")
    with_it = months(scenario, whole)
    return with_it, {other: month for other, month in with_it.items() if other != name}


def _aligned(
    scenario: Scenario,
    structure: Structure,
    name: str,
    beside: Mapping[str, int],
    found: Mapping[str, Alignment],
) -> Aligned:
    from scenarios.alignment.report import Aligned

    one = scenario.initiatives[name]
    needed_by = tuple(other for other in structure.dependents[name] if not found[other].technology_first)
    start = _case(scenario, structure, name)[0][name]
    return Aligned(name, one.title, start, dict(beside), one.mandatory, needed_by, found[name])


def _rank(one: Aligned) -> tuple[bool, float]:
    """Order of initiatives: those that move a goal by attainment per money; what is free comes first or last."""
    alignment = one.alignment
    if alignment.per_money is None:
        worth = math.copysign(math.inf, alignment.attainment.mean) if alignment.attainment.mean else 0.0
        return alignment.technology_first, -worth
    return alignment.technology_first, -alignment.per_money.mean


def _idle(scenario: Scenario, chosen: Mapping[str, int], found: Mapping[str, Alignment]) -> tuple[str, ...]:
    """Initiatives of a roadmap that move no goal and that nothing which stays in it requires."""
    idle = {name for name in chosen if name in found and found[name].technology_first}
    while True:
        needed = {
            rule.initiative for name in chosen if name not in idle for rule in scenario.initiatives[name].requires
        }
        if not idle & needed:
            return tuple(name for name in chosen if name in idle)
        idle -= needed
