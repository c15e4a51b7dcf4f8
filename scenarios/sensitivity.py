"""Sensitivity: which assumptions an outcome hangs on, and which the decision.

What is looked at is the mean given the drivers, E(outcome | theta), over a stated number of draws of the events; or
chance is a group of its own. The tornado takes any figure of the distribution.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sim.errors import Problem, ProblemsFound, suggest

if TYPE_CHECKING:
    from scenarios.sensing.report import Sensitivity
    from sim.roadmap import Roadmap
    from sim.world import Scenario

METHODS = ("tornado", "morris", "sobol", "pawn", "delta")
POINTS = {"tornado": 512, "morris": 16, "sobol": 256, "pawn": 1024, "delta": 1024}
FEWEST = {"tornado": 200, "morris": 4, "sobol": 16, "pawn": 128, "delta": 128}
TAIL_POINTS = 2048
NOISE = 8
ONE_BY_ONE = 60
"""Drivers that a variance-based study looks at one by one; the others are one group."""
Progress = Callable[[int], None]
"""Called with the number of draws simulated so far."""


def sensitivity(
    scenario: Scenario,
    roadmap: Mapping[str, int] | Roadmap,
    method: str = "tornado",
    statistic: str = "npv.mean",
    seed: int = 1,
    *,
    against: Mapping[str, int] | Roadmap | None = None,
    points: int | None = None,
    noise: int | None = None,
    chance: bool = False,
    group_by: str | None = None,
    second_order: bool = False,
    by_year: bool = False,
    independent: bool = False,
    one_by_one: int = ONE_BY_ONE,
    decision: bool = False,
    choices: Sequence[Mapping[str, int] | Roadmap] = (),
    futures: Sequence[str] = (),
    threads: int | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Influence of every driver that a roadmap can feel on a statistic of it, largest first.

    method: tornado (5 to 95 % of each driver, all else as drawn), morris (elementary effects), sobol (first and total
    indices), pawn and delta (from one sample, whatever the correlations). statistic: as `roi --statistic` names it;
    other methods than the tornado take means and chances, `npv.mean` or `P(cash_trough < 0)`. against: another roadmap
    that is subtracted, draw by draw. points: draws of a tornado, trajectories of morris, base points of sobol (a power
    of two), draws of the drivers of pawn and delta. noise: draws of the events at each point, 2 or more; with `chance`
    (sobol only) one, and chance is a group of its own. group_by: initiative, owner or kind: drivers move together.
    second_order: also of pairs. by_year: also of the cumulative cash at the end of each year. independent: let sobol
    treat correlated drivers as independent ones, and say so. one_by_one: most drivers that sobol tells apart, chosen by
    elementary effects; the others are one group. decision: also which drivers change the best roadmap of a stated set:
    the roadmap, the least of it, it without each initiative, `against` and `choices`. choices, futures: levers, whose
    share of the variance beside the drivers is told.

    Raises ProblemsFound for what cannot be asked together, each with its remedy.
    """
    from scenarios.sensing.study import Request, study

    problems = _problems(method, points, noise, chance, group_by, second_order, by_year, one_by_one)
    if problems:
        raise ProblemsFound(problems)
    request = Request(
        method=method,
        statistic=statistic,
        seed=seed,
        points=points or points_for(method, statistic),
        noise=1 if chance or method == "tornado" else noise or NOISE,
        chance=chance,
        group_by=group_by,
        second_order=second_order,
        by_year=by_year,
        independent=independent,
        one_by_one=one_by_one,
        decision=decision,
        futures=tuple(futures),
        threads=threads,
    )
    return study(scenario, roadmap, against, choices, request, progress)


def points_for(method: str, statistic: str) -> int:
    """How many points are taken where none are asked for; figures of a tail need more draws for an interval.

    >>> points_for("tornado", "npv.mean"), points_for("tornado", "npv.p5")
    (512, 2048)
    """
    from scenarios.sensing.outcome import has_mean
    from scenarios.statistics import figure

    tail = method == "tornado" and not has_mean(figure(statistic))
    return TAIL_POINTS if tail else POINTS[method]


def expected_draws(
    scenario: Scenario,
    roadmap: Mapping[str, int] | Roadmap,
    method: str,
    statistic: str,
    points: int | None = None,
    noise: int | None = None,
    chance: bool = False,
    second_order: bool = False,
    one_by_one: int = ONE_BY_ONE,
) -> int:
    """About how many draws a study simulates, to show its progress; 0 where the method is unknown."""
    if method not in METHODS:
        return 0
    from scenarios.sensing.drivers import drivers_of, felt
    from scenarios.sensing.methods import SCREENING
    from sim.montecarlo.conditional import table_of

    starts = roadmap if isinstance(roadmap, Mapping) else roadmap.as_dict
    width = len(felt(drivers_of(scenario, table_of(scenario)), starts))
    base, events = points or points_for(method, statistic), 1 if chance else noise or NOISE
    if method == "tornado":
        return base * (2 * width + 1)
    if method == "morris":
        return base * (width + 1) * events
    if method == "sobol":
        groups = min(width, one_by_one) + (width > one_by_one) + chance
        screened = SCREENING * (width + 1) * max(2, events) if width > one_by_one else 0
        return base * (groups * (2 if second_order else 1) + 2) * events + screened
    return base * events


def _problems(
    method: str,
    points: int | None,
    noise: int | None,
    chance: bool,
    group_by: str | None,
    second_order: bool,
    by_year: bool,
    one_by_one: int,
) -> list[Problem]:
    from scenarios.sensing.drivers import GROUPINGS

    if method not in METHODS:
        return [Problem("--method", f"there is no method named {method}", method, suggest(method, METHODS))]
    found = []
    if points is not None and points < FEWEST[method]:
        found.append(Problem("--points", f"too few for {method}", points, f"{FEWEST[method]} or more"))
    if method == "sobol" and points is not None and points & (points - 1):
        below = 1 << (points.bit_length() - 1)
        found.append(Problem("--points", "Sobol points come in powers of two", points, f"{below} or {2 * below}"))
    if chance and method != "sobol":
        hint = "use --method sobol, or leave --chance out"
        found.append(Problem("--chance", f"chance is a group of its own only with sobol, not with {method}", hint=hint))
    if noise is not None and noise < 2 and not (chance and noise == 1):
        text = "one draw of the events at each point mixes luck into the drivers and shrinks every index"
        found.append(Problem("--noise", text, noise, "2 or more, or --chance with sobol: luck as a group of its own"))
    if noise is not None and noise > 1 and (chance or method == "tornado"):
        why = "with --chance every point has one draw" if chance else "a tornado has one draw of the events a draw"
        found.append(Problem("--noise", why, noise, "leave --noise out and set --points"))
    if group_by is not None and group_by not in GROUPINGS:
        found.append(Problem("--group-by", "drivers are not grouped so", group_by, suggest(group_by, GROUPINGS)))
    if group_by is not None and method in ("pawn", "delta"):
        found.append(Problem("--group-by", f"{method} has no index of a group", group_by, "tornado, morris or sobol"))
    if second_order and method != "sobol":
        found.append(Problem("--second-order", f"{method} has no second order", hint="use --method sobol"))
    if by_year and method == "tornado":
        hint = "use --method sobol, morris, pawn or delta"
        found.append(Problem("--by-year", "a tornado is of one statistic, not of years", hint=hint))
    if one_by_one < 1:
        found.append(Problem("--one-by-one", "at least one driver is looked at", one_by_one, "1 or more"))
    return found
