"""One sensitivity study: what is asked of the kernel, by which method, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scenarios.sensing.chosen import decided, levered
from scenarios.sensing.drivers import Driver, correlated, drivers_of, felt
from scenarios.sensing.measured import Measured
from scenarios.sensing.methods import REST, Found, Job, by_data, by_effects, by_indices, by_tornado, grouped
from scenarios.sensing.outcome import Asked, Tally, has_mean
from scenarios.sensing.report import DecisionReport, Influence, Lever, Sensitivity
from scenarios.statistics import MONEY, Figure, figure
from sim.errors import Problem, ProblemsFound
from sim.montecarlo.conditional import table_of
from sim.roadmap import Roadmap
from sim.roadmap import roadmap as validated

if TYPE_CHECKING:
    from sim.parameters import Parameters
    from sim.world import Scenario

Starts = Mapping[str, int] | Roadmap
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True)
class Request:
    """What was asked for, see `scenarios.sensitivity`; checked."""

    method: str
    statistic: str
    seed: int
    points: int
    noise: int
    chance: bool
    group_by: str | None
    second_order: bool
    by_year: bool
    independent: bool
    one_by_one: int
    decision: bool
    futures: tuple[str, ...]
    threads: int | None


def study(
    scenario: Scenario,
    roadmap: Starts,
    against: Starts | None,
    choices: Sequence[Starts],
    request: Request,
    progress: Callable[[int], None] | None,
) -> Sensitivity:
    """Run it. Raises ProblemsFound."""
    chosen = validated(scenario, roadmap)
    other = None if against is None else validated(scenario, against)
    wanted = figure(request.statistic)
    table = table_of(scenario)
    known = drivers_of(scenario, table)
    drivers = felt(known, {name for one in (chosen, other) if one is not None for name, _ in one.starts})
    pairs = correlated(scenario, drivers)
    _check(request, wanted, drivers, pairs)
    tally = Tally(_counter(progress))
    columns = tuple(one.column for one in drivers)
    asked = Asked(scenario, chosen, other, wanted, columns, len(table.drivers), request.seed, request.threads, tally)
    groups = grouped(drivers, request.group_by)
    run = {"tornado": by_tornado, "morris": by_effects, "sobol": by_indices, "pawn": by_data, "delta": by_data}
    found = run[request.method](Job(asked, table, drivers, groups, request))
    influences = _influences(found, drivers, table)
    spread = tally.noise_variance
    left = None
    if spread is not None and found.variance is not None and found.variance > 0.0:
        left = min(1.0, spread / request.noise / found.variance)
    value = _with_luck(found.value, tally)
    turned: DecisionReport | None = None
    levers: tuple[Lever, ...] = ()
    if request.decision:
        turned = decided(scenario, table, chosen, other, choices, request, tally)
    if choices or request.futures:
        levers = levered(asked, table, other, choices, request)
    return Sensitivity(
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        title=scenario.title,
        currency=scenario.profile.currency,
        seed=request.seed,
        method=request.method,
        statistic=wanted.name,
        unit=unit_of(wanted, scenario.profile.currency),
        value=value,
        roadmap=chosen.as_dict,
        against=None if other is None else other.as_dict,
        group_by=request.group_by,
        points=request.points,
        noise=request.noise,
        draws=tally.draws,
        influences=influences,
        pairs=found.pairs,
        years=found.years,
        chance=found.chance,
        luck_left=left,
        correlated=pairs,
        independent=request.independent and bool(pairs),
        unfelt=len(known) - len(drivers),
        rest=found.rest,
        dummy=found.dummy,
        levers=levers,
        decision=turned,
        notes=tally.all_notes + _notes(request, pairs),
    )


def unit_of(wanted: Figure, currency: str) -> str:
    """The unit in print: money is in the currency of the scenario."""
    return currency + wanted.unit.removeprefix(MONEY) if wanted.unit.startswith(MONEY) else wanted.unit


def _check(request: Request, wanted: Figure, drivers: Sequence[Driver], pairs: Sequence[tuple[str, str]]) -> None:
    problems = []
    if wanted.measure == "roi":
        hint = "ask for npv.mean and cost.mean"
        problems.append(Problem("--statistic", "roi is a ratio of two means, no outcome of a draw", "roi", hint))
    elif request.method != "tornado" and not has_mean(wanted):
        text = f"{wanted.name} is a figure over luck and drivers together; given the drivers there are only means"
        hint = "use --method tornado, or a mean or a chance such as P(npv < 0)"
        problems.append(Problem("--statistic", text, wanted.name, hint))
    if request.method == "sobol" and pairs and not request.independent:
        text = "the file correlates drivers, and the variance then does not fall apart among them: " + "; ".join(
            f"{one} and {other}" for one, other in pairs
        )
        hint = "use --method pawn or delta, or --independent for the indices of independent drivers"
        problems.append(Problem("--method", text, "sobol", hint))
    if not drivers:
        hint = "give numbers an interval, such as 10k to 15k"
        problems.append(Problem("initiatives", "no uncertain number bears on these roadmaps", hint=hint))
    if problems:
        raise ProblemsFound(problems)


def _with_luck(value: Measured, tally: Tally) -> Measured:
    """The statistic with the luck of the events, which is the same at all points, in its interval: Student's with as
    many degrees of freedom as there are draws of them, less one."""
    luck = tally.luck_of_mean
    if luck is None or value.half is None or tally.events is None:
        return value
    from scipy.special import stdtrit

    half = float(np.hypot(value.half, stdtrit(len(tally.events) - 1, 0.975) * np.sqrt(luck)))
    return Measured(value.estimate, value.estimate - half, value.estimate + half)


def _counter(progress: Callable[[int], None] | None) -> Callable[[int], None] | None:
    """Turns further draws into draws so far."""
    if progress is None:
        return None
    done = 0

    def further(draws: int) -> None:
        nonlocal done
        done += draws
        progress(done)

    return further


def _influences(found: Found, drivers: Sequence[Driver], table: Parameters) -> tuple[Influence, ...]:
    ends = np.array([[LOW], [HIGH]]) * np.ones(len(table.drivers))
    values, _ = table.values_at(ends)
    out = []
    for name, group, figures in found.rows:
        members = [drivers[k] for k in group]
        one = members[0] if len(members) == 1 and name != REST else None
        out.append(
            Influence(
                name=name,
                drivers=tuple(driver.path for driver in members),
                kind=one.kind if one else _common([driver.kind for driver in members]),
                initiative=one.initiative if one else None,
                owner=one.owner if one else None,
                unit=one.unit if one else None,
                at_low=float(values[0, one.column]) if one else None,
                at_high=float(values[1, one.column]) if one else None,
                figures=figures,
            )
        )
    return tuple(out)


def _common(kinds: Sequence[str]) -> str | None:
    return kinds[0] if len(set(kinds)) == 1 else None


def _notes(request: Request, pairs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    told = "; ".join(f"{one} and {other}" for one, other in pairs)
    notes = []
    if pairs and request.method == "sobol":
        notes.append(f"indices of INDEPENDENT drivers, as asked for; the file correlates {told}")
    if pairs and request.method in ("tornado", "morris"):
        notes.append(f"a driver is moved alone; what the file correlates with it does not follow: {told}")
    if request.by_year:
        notes.append("by year: cumulative cash, undiscounted, against the baseline or the other roadmap")
    if pairs and request.method in ("pawn", "delta"):
        notes.append(f"a correlated driver also answers for what moves with it: {told}")
    return tuple(notes)
