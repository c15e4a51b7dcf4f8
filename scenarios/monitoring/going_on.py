"""Whether the issued roadmap still keeps every limit, and the plans that the search finds with and without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimize import Plan, PlanLimits
    from scenarios.monitoring.past import Past
    from scenarios.monitoring.posterior import Posterior
    from sim.world import Scenario

Stage = Callable[[str, int, int], None]


def search_anew(
    past: Past, seed: int, limits: PlanLimits, progress: Stage | None
) -> tuple[Past, Plan, tuple[str, ...]]:
    """The plan that the search finds. Where what was observed leaves no roadmap that keeps the limits on cash, one
    without them, and what to say of that. Raises NoRoadmap for other limits."""
    from dataclasses import replace

    from optimize import NoRoadmap, plan

    try:
        return past, plan(past.scenario, seed, limits, progress=progress), ()
    except NoRoadmap as error:
        money = past.scenario.money
        if money.cash_floor is None and money.covenant is None:
            raise
        freed = {"cash_floor": None, "covenant": None, "floor_relative_to_baseline": False}
        free = past.scenario.model_copy(update={"money": money.model_copy(update=freed)})
        sentence = "The limits on cash cannot be kept any more as demanded, so the plan was made without them: "
        found = plan(free, seed, limits, progress=progress)
        return replace(past, scenario=free), found, (sentence + error.sentences[0],)


def broken_limits(
    scenario: Scenario, old: Mapping[str, int], found: Posterior, seed: int, limits: PlanLimits
) -> tuple[str, ...]:
    """A sentence for each limit that the old roadmap breaks with the costs as they are seen now, and for each goal that
    must be reached and that it is shown to miss."""
    from optimize.check import violations
    from optimize.valuation import rules
    from scenarios.monitoring.goals import missed

    ruled = rules(scenario, seed, limits)
    unusable = tuple(f"{name}: {ruled.unusable[name]}" for name in old if name in ruled.unusable)
    if unusable:
        return unusable
    starts = {name: month // scenario.period_months for name, month in old.items()}
    goals = tuple(
        f"goal {name} must be reached, and the old roadmap is shown to miss it"
        for name in missed(scenario, old, found.report, seed, limits.threads)
    )
    return (*(one.sentence for one in violations(ruled.problem, starts)), *goals)


def going_on(
    past: Past, old: Mapping[str, int], seed: int, limits: PlanLimits, progress: Stage | None, whatever: bool
) -> tuple[Plan | None, tuple[str, ...]]:
    """The plan that goes on with the old roadmap, and the limits on cash that it breaks. A goal that it is not shown to
    miss is no obstacle. None where it breaks another limit, and which; `whatever`: NoRoadmap then."""
    from dataclasses import replace

    from optimize import NoRoadmap

    held = _held(past.scenario, old)
    unbound = {name: goal.model_copy(update={"floor": False}) for name, goal in held.goals.items()}
    why = tuple[str, ...]()
    for one in (held, held.model_copy(update={"goals": unbound})):
        try:
            _, shown, unkept = search_anew(replace(past, scenario=one), seed, limits, progress)
        except NoRoadmap as error:
            if whatever and one is not held:
                raise
            why = error.sentences
            continue
        return shown, unkept
    return None, why


def _held(scenario: Scenario, old: Mapping[str, int]) -> Scenario:
    """The scenario in which the old roadmap is the only one."""
    from sim.world.choices import Pin

    why = "the issued plan stays: no other roadmap was shown to be better"
    pins = {
        name: scenario.pins.get(name)
        or (Pin(start_month=old[name], reason=why) if name in old else Pin(out=True, reason=why))
        for name in scenario.initiatives
    }
    return scenario.model_copy(update={"pins": pins})
