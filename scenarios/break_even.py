"""Break-even: the value of a driver, of an initiative's cost or benefit, or of a budget at which the decision flips."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sim.errors import Problem, ProblemsFound, suggest

if TYPE_CHECKING:
    from scenarios.turning.curve import Curve, Difference, Floats
    from scenarios.turning.report import BreakEven, Flip
    from sim.roadmap import Roadmap
    from sim.world import Scenario

DRAWS = 2048
REPEATS = 4
FEWEST_DRAWS = 200
Progress = Callable[[int], None]
"""Called with the number of values (of valuations, for a budget) done."""


def break_even(
    scenario: Scenario,
    roadmap: Mapping[str, int] | Roadmap | None = None,
    *,
    driver: str | None = None,
    initiative: str | None = None,
    part: str = "cost",
    budget: str | None = None,
    against: Mapping[str, int] | Roadmap | None = None,
    seed: int = 1,
    draws: int = DRAWS,
    repeats: int = REPEATS,
    threads: int | None = None,
    progress: Progress | None = None,
) -> BreakEven:
    """Where the mean NPV of two roadmaps is the same, on common draws, with its 95 % interval.

    driver: path of an uncertain number; it is fixed at values from its 1 to its 99 % quantile, all else as drawn.
    initiative: factor on its cost (part="cost") or on its effects ("benefit"), from 0.05 to 5. against: the other
    roadmap; the baseline where none is given, of an initiative the roadmap without it and without what requires it.
    budget: the sums of a budget at which the program recommends another roadmap, from 0 to 3 times the present one;
    it needs no roadmap, and is valued `repeats` times on draws of its own. No flip within the range is an answer.
    Raises ProblemsFound, and `optimize.NoRoadmap` where a budget allows nothing.
    """
    asked = [one for one in (driver, initiative, budget) if one is not None]
    problems = []
    if len(asked) != 1:
        hint = "--driver PATH, --initiative NAME or --budget NAME"
        problems.append(Problem("--driver", "one thing has to be named whose value is looked for", len(asked), hint))
    if budget is None and roadmap is None:
        problems.append(Problem("--roadmap", "there is no decision without a roadmap", hint="such as pos@0,edr@3"))
    if draws < FEWEST_DRAWS:
        problems.append(Problem("--draws", "too few draws for an interval", draws, f"{FEWEST_DRAWS} or more"))
    if budget is not None and budget not in scenario.money.budgets:
        hint = suggest(budget, scenario.money.budgets)
        problems.append(Problem("--budget", f"there is no budget named {budget}", budget, hint))
    if budget is not None and repeats < 2:
        problems.append(Problem("--repeats", "one valuation has no error", repeats, "2 or more"))
    if initiative is not None and initiative not in scenario.initiatives:
        hint = suggest(initiative, scenario.initiatives)
        problems.append(Problem("--initiative", f"there is no initiative named {initiative}", initiative, hint))
    if part not in ("cost", "benefit"):
        problems.append(Problem("--part", "an initiative has a cost and a benefit", part, "cost or benefit"))
    if problems:
        raise ProblemsFound(problems)
    if budget is not None:
        return _of_budget(scenario, budget, seed, repeats, threads, progress)
    return _of_pair(scenario, roadmap or {}, against, driver, initiative, part, seed, draws, threads, progress)


def _of_pair(
    scenario: Scenario,
    roadmap: Mapping[str, int] | Roadmap,
    against: Mapping[str, int] | Roadmap | None,
    driver: str | None,
    initiative: str | None,
    part: str,
    seed: int,
    draws: int,
    threads: int | None,
    progress: Progress | None,
) -> BreakEven:
    from scenarios.sensing.measured import Measured
    from scenarios.turning.curve import turning
    from scenarios.turning.report import BreakEven, Point
    from scenarios.turning.worlds import FACTORS, DriverWorld, factor_world
    from sim.measures import mean_interval
    from sim.roadmap import roadmap as validated

    first = validated(scenario, roadmap)
    if against is None:
        against = {} if initiative is None else _without(scenario, first, initiative)
    second = validated(scenario, against)
    if first == second:
        raise ProblemsFound([Problem("--against", "both roadmaps are the same", str(first), "name another one")])
    if initiative is not None and initiative not in first and initiative not in second:
        hint = f"add {initiative}@MONTH to the roadmap"
        raise ProblemsFound([Problem("--initiative", f"no roadmap starts {initiative}", initiative, hint)])
    pair = (first, second)
    if driver is not None:
        world = DriverWorld(scenario, driver, pair, draws, seed, threads)
        grid, unit, present = world.grid, world.unit, world.value(0.5)
        base = world(None)
        curve = turning(_counted(world, progress), grid, seed)
        level: Callable[[float], float] | None = world.level
        unit = scenario.profile.currency + unit.removeprefix("money") if unit.startswith("money") else unit
    else:
        difference = factor_world(scenario, initiative or "", part, pair, draws, seed, threads)
        grid, unit, present, level = list(FACTORS), "factor", 1.0, None
        base = difference(1.0)
        curve = turning(_counted(difference, progress), grid, seed)
    now = mean_interval(base)
    return BreakEven(
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        title=scenario.title,
        currency=scenario.profile.currency,
        seed=seed,
        kind="driver" if driver is not None else part,
        subject=driver or initiative or "",
        unit=unit,
        low=min(grid),
        high=max(grid),
        present=present,
        roadmap=first.as_dict,
        against=second.as_dict,
        now=Measured(float(base.mean()), now.low, now.high, now.refused),
        now_se=float(base.std(ddof=1) / len(base) ** 0.5),
        curve=tuple(
            Point(x, Measured(mean, mean - half, mean + half))
            for x, mean, half in zip(curve.values, curve.means, curve.halves, strict=True)
            if x in set(grid)
        ),
        flips=tuple(_flips(curve, first, second, level)),
        draws=draws,
        repeats=1,
        same=1,
        notes=_notes(scenario, driver),
    )


def _flips(curve: Curve, first: Roadmap, second: Roadmap, level: Callable[[float], float] | None) -> list[Flip]:
    from scenarios.turning.report import Flip, inside

    return [
        Flip(
            value=one.value,
            low=inside(one.low),
            high=inside(one.high),
            below=(second if one.rising else first).as_dict,
            above=(first if one.rising else second).as_dict,
            within=None if level is None else level(one.value),
        )
        for one in curve.crossings
    ]


def _notes(scenario: Scenario, driver: str | None) -> tuple[str, ...]:
    others = [
        other for row in scenario.correlations if driver in row.drivers for other in row.drivers if other != driver
    ]
    if not others:
        return ()
    return (f"{driver} is moved alone; what the file correlates with it keeps its draws: {', '.join(others)}",)


def _without(scenario: Scenario, first: Roadmap, initiative: str) -> dict[str, int]:
    """The roadmap without an initiative and without what requires it."""
    gone = {initiative}
    while more := {
        name
        for name in first.as_dict
        if name not in gone and any(rule.initiative in gone for rule in scenario.initiatives[name].requires)
    }:
        gone |= more
    return {name: month for name, month in first.as_dict.items() if name not in gone}


def _counted(call: Difference, progress: Progress | None) -> Difference:
    if progress is None:
        return call
    done = 0

    def counted(value: float) -> Floats:
        nonlocal done
        done += 1
        progress(done)
        return call(value)

    return counted


def _of_budget(
    scenario: Scenario, budget: str, seed: int, repeats: int, threads: int | None, progress: Progress | None
) -> BreakEven:
    from scenarios.turning.budgets import LEAST, MOST, amount, seeds, turns
    from scenarios.turning.report import BreakEven

    found = []
    for number, one in enumerate(seeds(seed, repeats), start=1):
        found.append(turns(scenario, budget, one, threads))
        if progress is not None:
            progress(number)
    whole = amount(scenario, budget)
    first = found[0]
    flips = []
    for side in ("below", "above"):
        values = [getattr(one, side) for one in found]
        seen = next((one for one in found if getattr(one, side) is not None), None)
        if seen is None:
            continue
        ends = (seen.after_below, seen.roadmap) if side == "below" else (seen.roadmap, seen.after_above)
        flips.append(_budget_flip(values, whole, *ends))
    same = sum(set(one.roadmap) == set(first.roadmap) for one in found)
    notes = [
        "amounts are sums over the planning periods; every period is scaled alike, other budgets stay",
        "by the program of singles and pairs, which `roadfolio plan` refines by simulation: its roadmap may differ",
    ]
    if not all(one.proved for one in found):
        notes.append("some solves ended without a proof: an earlier change may have been missed")
    return BreakEven(
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        title=scenario.title,
        currency=scenario.profile.currency,
        seed=seed,
        kind="budget",
        subject=budget,
        unit=scenario.profile.currency,
        low=LEAST * whole,
        high=MOST * whole,
        present=whole,
        roadmap=first.roadmap,
        against=None,
        now=None,
        now_se=None,
        curve=(),
        flips=tuple(flips),
        draws=0,
        repeats=repeats,
        same=same,
        notes=tuple(notes),
    )


def _budget_flip(
    values: list[float | None], whole: float, below: Mapping[str, int] | None, above: Mapping[str, int] | None
) -> Flip:
    """The mean flip of the valuations with Student's interval; without one where some find none."""
    import numpy as np
    from scipy.special import stdtrit

    from scenarios.turning.report import Flip

    known = [value for value in values if value is not None]
    if len(known) < len(values):
        why = f"{len(values) - len(known)} of {len(values)} valuations on other draws find no flip within the range"
        return Flip(whole * float(np.mean(known)), None, None, below, above, refused=why)
    mean = float(np.mean(known))
    half = float(stdtrit(len(known) - 1, 0.975) * np.std(known, ddof=1) / np.sqrt(len(known)))
    low, high = max(0.0, mean - half), mean + half
    low, high = (max(low, 1.0), high) if mean > 1.0 else (low, min(high, 1.0))  # of a change on one side of the present
    return Flip(whole * mean, whole * low, whole * high, below, above)
