"""A scenario as a roadmap problem: its rules in periods, and the worth of singles and pairs on common draws.

v[i,t] = E f(C + i@t) - E f(C), f the NPV against the empty roadmap, C what i requires, at the earliest starts.
w[i,j] = E[f(C + i + j) - f(C + i) - f(C + j) + f(C)], C what both require, all at the earliest starts.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from optimize.archive import Archive, Estimate, estimate
from optimize.explain import listed
from optimize.periods import by_period, latest_period, periods_of
from optimize.plan_limits import SEARCH_FROM, PlanLimits
from optimize.planner_rules import bound_to, credit, grants, kinds_paid, pinned_out, planner_rules, problem_of
from optimize.problem import (
    Budget,
    Cost,
    ExclusiveGroup,
    Initiative,
    Interaction,
    Requirement,
    RoadmapProblem,
)
from optimize.structure import Structure, relations
from sim.errors import Problem, ProblemsFound
from sim.montecarlo import cost_profiles, given_draws
from sim.world import Scenario

SAMPLED = 12
"""Pairs that share nothing and are simulated all the same, to see whether leaving out such pairs is right."""

PLAN_AT: Mapping[str, float | None] = {"mean": None, "p80": 0.8}
"""Quantile of the cost that budgets must hold; none: the mean."""

SIGNIFICANT = 2.0
"""An interaction enters the program where it is more than so many standard errors from 0."""


@dataclass(frozen=True)
class Rules:
    """The problem without worth, and the initiatives that can be in no roadmap, each with the reason."""

    problem: RoadmapProblem
    unusable: Mapping[str, str]


@dataclass(frozen=True)
class Valuation:
    """The problem with worth. `pairs`: interactions as estimated; `tested`: those of pairs that share nothing;
    `triples`: those of three, see `optimize.triples`."""

    problem: RoadmapProblem
    pairs: Mapping[tuple[str, str], Estimate]
    tested: Mapping[tuple[str, str], Estimate]
    triples: Mapping[tuple[str, str, str], Estimate] = field(default_factory=dict)


def rules(scenario: Scenario, seed: int, limits: PlanLimits) -> Rules:
    """The scenario's limits in periods; every value 0.

    Costs are means over draws, overrun included; with `plan_at: p80` quantiles of each period. What passes the planning
    months is not charged to a budget. An optional initiative that fits no start is left out.
    Raises ProblemsFound where a mandatory or pinned initiative has no start on a period's first month.
    """
    step, periods = scenario.period_months, scenario.periods
    quantile = PLAN_AT[scenario.money.plan_at]
    given = given_draws(limits.picked, SEARCH_FROM, limits.cost_draws)
    profiles = limits.costs or cost_profiles(
        scenario, limits.cost_draws, seed, first_draw=SEARCH_FROM, quantile=quantile, given=given
    )
    unusable: dict[str, str] = {}
    initiatives = []
    out = pinned_out(scenario)
    for name, one in scenario.initiatives.items():
        if name in out:
            unusable[name] = out[name]
            continue
        earliest = periods_of(one.first_month, step)
        latest = periods - 1
        if one.deadline_month is not None:
            latest = min(latest, latest_period(one.deadline_month - one.planned_months, step))
        if earliest > latest:
            unusable[name] = "no planning period begins between its earliest month and its deadline"
            continue
        profile = profiles[name]
        initiatives.append(
            Initiative(
                id=name,
                value=(0.0,) * periods,
                cost=Cost(
                    capital=by_period(profile.capital, step, periods),
                    delivery=by_period(profile.delivery, step, periods),
                    running=by_period(profile.running, step, periods),
                ),
                price=_prices(profile.price, step, periods),
                skill_days={skill: by_period(days, step, periods) for skill, days in profile.days.items()},
                duration=periods_of(one.planned_months, step),
                earliest=earliest,
                latest=latest,
                mandatory=one.mandatory,
                departments=one.departments,
                owner=one.owner,
                vendor=one.vendor,
            )
        )
    upfront = {name: profile.upfront for name, profile in profiles.items() if profile.upfront}
    return _limited(scenario, seed, _usable(scenario, initiatives, unusable, upfront), limits)


def _limited(scenario: Scenario, seed: int, found: Rules, asked: PlanLimits) -> Rules:
    """The rules with the limits on how often budgets are overrun."""
    from optimize.risk.chances import chance_budgets

    granted = {grant.budget for grant in found.problem.grants}
    buying = {one.name for one in found.problem.budgets if "bought" in one.kinds} if found.problem.outside else set()
    refused = []
    for name, budget in scenario.money.budgets.items():
        path, allowed = f"money.budgets.{name}.overrun_probability", budget.overrun_probability
        if allowed is not None and name in granted:
            message = "is not computed for a budget that a grant paid upfront in a window flows into"
            refused.append(Problem(path, message, allowed, "remove it, or let the grant be paid after go-live"))
        if allowed is not None and name in buying:
            message = "is not computed for a budget that pays for days bought outside"
            hint = "remove it or `outside` of the skills, or let another budget pay delivery"
            refused.append(Problem(path, message, allowed, hint))
    if refused:
        raise ProblemsFound(refused)
    limits = chance_budgets(scenario, found.problem, seed, asked.picked)
    return replace(found, problem=found.problem.model_copy(update={"chance_budgets": limits})) if limits else found


def _prices(price: NDArray[np.float64], step: int, periods: int) -> tuple[float, ...]:
    """Price of a start in each period over that of a start in the first one; empty where it never changes."""
    prices = tuple(float(price[min(t * step, len(price) - 1)]) for t in range(periods))
    return () if set(prices) == {1.0} else prices


def _usable(
    scenario: Scenario,
    initiatives: Sequence[Initiative],
    unusable: dict[str, str],
    upfront: Mapping[str, Mapping[str, float]],
) -> Rules:
    """Leave out, step by step, what requires something that was left out or that cannot be beside it."""
    kept = list(initiatives)
    while True:
        reasons = {}
        for name in (one.id for one in kept):
            lost = next((other for other in _required(scenario, name) if other in unusable), None)
            bound = next((other for other in bound_to(scenario, name) if other in unusable), None)
            if lost is not None:
                reasons[name] = f"it requires {lost}, which {_why_lost(unusable[lost])}"
            elif bound is not None:
                reasons[name] = f"it is chosen together with {bound}, which {_why_lost(unusable[bound])}"
        problem = _problem(scenario, [one for one in kept if one.id not in reasons], upfront)
        structure = Structure(problem)
        for name in structure.names:
            if not structure.starts[name]:
                reasons[name] = _closed(problem, name)
            elif structure.complete({}, [name]) is None:
                reasons[name] = _left_no_start(scenario, structure.needs[name])
        if not reasons:
            break
        unusable.update(reasons)
        kept = [one for one in kept if one.id not in reasons]
    stuck = [name for name in unusable if scenario.initiatives[name].mandatory]
    remedy = "move or remove a pin, a deadline or a requirement"
    pinned = [name for name in unusable if name not in stuck and name in scenario.pins and not scenario.pins[name].out]
    if stuck or pinned:
        raise ProblemsFound(
            [
                *(
                    Problem(
                        f"initiatives.{name}", f"the mandatory {name} cannot be started: {unusable[name]}", name, remedy
                    )
                    for name in stuck
                ),
                *(
                    Problem(
                        f"pins.{name}.start_month",
                        f"{name} cannot be started as pinned: {unusable[name]}",
                        name,
                        remedy,
                    )
                    for name in pinned
                ),
            ]
        )
    return Rules(problem, unusable)


def _left_no_start(scenario: Scenario, needs: Sequence[str]) -> str:
    """Which required initiatives stand in the way, with their pins."""
    words = []
    for other in needs:
        pin = scenario.pins.get(other)
        if pin is None or pin.start_month is None:
            words.append(other)
        else:
            words.append(f"{other} (pinned to {scenario.period_label(pin.start_month // scenario.period_months)})")
    return f"what it requires, {listed(words)}, leaves it no start, or excludes one another"


def _why_lost(reason: str) -> str:
    return "is pinned out" if reason.startswith("pinned out") else "fits no start"


def _closed(problem: RoadmapProblem, name: str) -> str:
    """Why an initiative whose window is not empty has no start."""
    names = [one.name for one in problem.blackouts if name in one.closed]
    return f"every start in its window is closed by {' and '.join(names)}"


def _required(scenario: Scenario, name: str) -> list[str]:
    return [rule.initiative for rule in scenario.initiatives[name].requires]


def _problem(
    scenario: Scenario, initiatives: Sequence[Initiative], upfront: Mapping[str, Mapping[str, float]]
) -> RoadmapProblem:
    step, periods = scenario.period_months, scenario.periods
    known = [one.id for one in initiatives]
    groups = {group: [m for m in members if m in known] for group, members in scenario.exclusive.items()}
    return problem_of(
        periods=periods,
        initiatives=tuple(initiatives),
        budgets=tuple(
            Budget(
                name=name,
                amount=tuple(budget.amount) if len(budget.amount) > 1 else tuple(budget.amount) * periods,
                kinds=kinds_paid(scenario, budget),
                carry_share=budget.carry_share,
                carry_cap=budget.carry_cap,
                credit=credit(scenario, budget),
            )
            for name, budget in scenario.money.budgets.items()
        ),
        skills={name: (skill.days_per_month * step,) * periods for name, skill in scenario.skills.items()},
        requires=tuple(_requirements(scenario, known)),
        exclusive=tuple(
            ExclusiveGroup(name=group, members=tuple(members)) for group, members in groups.items() if len(members) > 1
        ),
        grants=grants(scenario, initiatives, upfront),
        **planner_rules(scenario, known),
    )


def _requirements(scenario: Scenario, known: Collection[str]) -> Iterable[Requirement]:
    """Requirements by pair; of two between the same pair the one with the longer delay holds."""
    step = scenario.period_months
    longest: dict[tuple[str, str], tuple[int, Requirement]] = {}
    for name in known:
        for rule in scenario.initiatives[name].requires:
            if rule.initiative not in known:
                continue
            made = Requirement(
                initiative=name,
                requires=rule.initiative,
                lag=periods_of(rule.lag_months, step),
                from_=rule.counted_from,
                if_fails=rule.if_fails,
            )
            work = periods_of(scenario.initiatives[rule.initiative].planned_months, step)
            delay = made.lag + (work if rule.counted_from == "finish" else 0)
            if delay >= longest.get((name, rule.initiative), (-1, made))[0]:
                longest[name, rule.initiative] = (delay, made)
    order = list(scenario.initiatives)
    return [rule for _, (_, rule) in sorted(longest.items(), key=lambda item: [order.index(one) for one in item[0]])]


def starts_to_simulate(window: Sequence[int], grid: int, around: int | None = None) -> list[int]:
    """Both ends, every `grid`-th start, and those next to `around`.

    >>> starts_to_simulate(range(0, 9), 3, around=4)
    [0, 3, 4, 5, 6, 8]
    """
    chosen = {window[0], window[-1], *window[::grid]}
    if around is not None:
        chosen |= {around - 1, around, around + 1} & set(window)
    return sorted(chosen)


def filled(values: Mapping[int, float], periods: int) -> tuple[float, ...]:
    """Values of all periods from those of some, linear in between and constant beyond.

    >>> filled({1: 10.0, 3: 30.0}, 5)
    (10.0, 10.0, 20.0, 30.0, 30.0)
    """
    known = sorted(values)
    return tuple(float(v) for v in np.interp(range(periods), known, [values[t] for t in known]))


def valuation(rules: Rules, archive: Archive, limits: PlanLimits) -> Valuation:
    """Value of every initiative and start, and of the pairs that may interact, on the draws of the archive."""
    problem = rules.problem
    structure = Structure(problem)
    values = _singles(structure, archive, limits)
    related = relations(archive.scenario, structure)
    apart = [pair for pair, shared in related.items() if not shared]
    rng = np.random.default_rng([archive.seed, len(apart)])
    sample = sorted(rng.choice(len(apart), size=min(SAMPLED, len(apart)), replace=False)) if apart else []
    together = _pairs(structure, archive, [pair for pair, shared in related.items() if shared], limits)
    tested = _pairs(structure, archive, [apart[k] for k in sample], limits)
    interactions = [
        Interaction(first=first, second=second, value=found.mean)
        for (first, second), found in {**together, **tested}.items()
        if abs(found.mean) > SIGNIFICANT * found.se
    ]
    initiatives = tuple(one.model_copy(update={"value": values[one.id]}) for one in problem.initiatives)
    return Valuation(
        problem.model_copy(update={"initiatives": initiatives, "interactions": tuple(interactions)}), together, tested
    )


def _singles(structure: Structure, archive: Archive, limits: PlanLimits) -> dict[str, tuple[float, ...]]:
    cases: dict[str, tuple[dict[str, int], list[int]]] = {}
    for name in structure.names:
        cases[name] = single_case(structure, name, limits)
    wanted = [dict(context) for context, _ in cases.values()]
    wanted += [{**context, name: t} for name, (context, starts) in cases.items() for t in starts]
    archive.simulate(wanted, "value of each initiative")
    return {
        name: filled(
            {t: archive.difference({**context, name: t}, context).mean for t in starts}, structure.problem.periods
        )
        for name, (context, starts) in cases.items()
    }


def single_case(structure: Structure, name: str, limits: PlanLimits) -> tuple[dict[str, int], list[int]]:
    """What stands beside an initiative that is valued alone, and the starts at which it is."""
    context = _completed(structure, {}, structure.needs[name])
    first = structure.earliest(name, context)
    starts = starts_to_simulate([t for t in structure.starts[name] if t >= first], limits.grid)
    # What blackouts close is valued all the same, so that a plan can say what they cost.
    shut = [t for t in structure.closed[name] if t >= first]
    return context, sorted({*starts, *(starts_to_simulate(shut, limits.grid) if shut else ())})


def pair_case(structure: Structure, first: str, second: str) -> list[dict[str, int]] | None:
    """Roadmaps with both, with the first, with the second and with neither, beside what they require; None for two that
    are never in one roadmap, as what they require excludes one another."""
    both = structure.complete({}, [first, second])
    if both is None:
        return None
    base = {name: t for name, t in both.items() if name not in (first, second)}
    return [both, {**base, first: both[first]}, {**base, second: both[second]}, base]


def _pairs(
    structure: Structure, archive: Archive, pairs: Sequence[tuple[str, str]], limits: PlanLimits
) -> dict[tuple[str, str], Estimate]:
    cases: dict[tuple[str, str], list[dict[str, int]]] = {}
    for first, second in pairs:
        case = pair_case(structure, first, second)
        if case is not None:
            cases[first, second] = case
    archive.simulate((one for case in cases.values() for one in case), "interactions of pairs", limits.pair_draws)
    found = {}
    for pair, case in cases.items():
        n = min(len(archive.npv(one)) for one in case)
        together, first_only, second_only, none = (archive.npv(one)[:n] for one in case)
        found[pair] = estimate(together - first_only - second_only + none)
    return found


def _completed(structure: Structure, roadmap: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    done = structure.complete(roadmap, names)
    if done is None:  # `rules` keeps only what can be completed
        raise ValueError(f"{', '.join(names)} cannot be completed")
    return done


def planned_spend(problem: RoadmapProblem, roadmap: Mapping[str, int]) -> float:
    """Mean cost of all kinds within the planning periods [currency]."""
    total = 0.0
    for name, start in roadmap.items():
        one = problem.initiative(name)
        cost = one.cost
        total += one.price_at(start) * math.fsum(
            amount
            for profile in (cost.capital, cost.delivery, cost.running)
            for amount in profile[: problem.periods - start]
        )
    return total
