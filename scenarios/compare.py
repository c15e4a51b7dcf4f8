"""Compare arms on common draws: any mix of scenarios, changed assumptions, futures, roadmaps and policies."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from scenarios.comparing.arms import Arm as Arm
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from optimize.archive import Estimate
    from optimize.plan_limits import PlanLimits
    from scenarios.comparing.report import ArmResult, Comparison, Pair
    from scenarios.comparing.resolve import Resolved
    from scenarios.comparing.simulation import Sample

    Floats = NDArray[np.float64]

Progress = Callable[[str, int, int], None]
"""Called with a stage, the work done in it and the work that is known of."""

DRAWS, FEWEST_DRAWS, MOST_DRAWS = 4096, 200, 262_144
FIRST_DRAW = 2_000_000  # where the report of a plan begins: no draw that chose a plan values it here
REGRET_DRAWS = 2048  # in each world


def compare(
    arms: Sequence[Arm],
    draws: int = DRAWS,
    seed: int = 1,
    *,
    all_pairs: bool = False,
    futures: bool = True,
    first_draw: int = FIRST_DRAW,
    limits: PlanLimits | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Every arm alone, and the later arms each minus the first: paired differences with intervals, odds, dominance,
    what explains the difference; and regret over worlds.

    arms: two or more in one currency. draws: FEWEST_DRAWS or more, of each arm, the same ones. all_pairs: every arm
    minus each before it. futures: also compare the roadmaps in each future. limits: of the policies that plan.
    threads: they change no figure. Raises ProblemsFound with everything that is wrong with any arm.
    """
    from optimize.plan_limits import PlanLimits
    from scenarios.comparing.regret import regret
    from scenarios.comparing.report import Comparison
    from scenarios.comparing.resolve import resolved
    from scenarios.comparing.rules_of_thumb import Policies
    from scenarios.comparing.simulation import samples
    from sim.montecarlo.kpis import KPIS

    if not FEWEST_DRAWS <= draws <= MOST_DRAWS:
        hint = f"{FEWEST_DRAWS} to {MOST_DRAWS:,}"
        raise ProblemsFound([Problem("draws", "intervals of paired differences need other numbers", draws, hint)])
    found = resolved(arms, Policies(seed, limits or PlanLimits(threads=threads), progress))
    made, notes = samples(found, draws, seed, first_draw, threads, progress)
    wanted = list(itertools.combinations(range(len(found)), 2)) if all_pairs else [(0, k) for k in range(1, len(found))]
    pairs = []
    for number, (second, first) in enumerate(wanted, start=1):
        pairs.append(_pair(found[first], found[second], made[first], made[second], seed, first_draw, threads))
        if progress is not None:
            progress("what explains the differences", number, len(wanted))
    money = found[0].world.profile.currency
    return Comparison(
        scenario=found[0].stated.name,
        scenario_hash=found[0].world.hash(),
        title=found[0].stated.title,
        currency=money,
        seed=seed,
        first_draw=first_draw,
        draws=draws,
        arms=tuple(_alone(arm, one) for arm, one in zip(found, made, strict=True)),
        pairs=tuple(pairs),
        regret=regret(found, min(draws, REGRET_DRAWS), seed, first_draw, threads, futures=futures, progress=progress),
        kpi_units={kpi.name: kpi.unit.replace("money", money) for kpi in KPIS},
        notes=(*notes, *_notes(found, pairs)),
    )


def _alone(arm: Resolved, one: Sample) -> ArmResult:
    import numpy as np

    from optimize.archive import estimate
    from scenarios.comparing.report import ArmResult
    from sim.measures import probability_interval

    n = len(one.npv)
    low, high = (float(q) for q in np.quantile(one.npv, [0.05, 0.95]))
    return ArmResult(
        name=arm.name,
        where=arm.where,
        scenario_hash=arm.world.hash(),
        future=arm.future,
        policy=arm.policy,
        roadmap=dict(arm.roadmap),
        npv=estimate(one.npv),
        npv_p5=low,
        npv_p95=high,
        loss=probability_interval(int(np.count_nonzero(one.npv < 0.0)), n),
        cost=estimate(one.cost),
        trough=estimate(one.trough),
        cash=estimate(one.cash),
        cash_without=estimate(one.cash_without),
        kpis={name: _known(values) for name, values in one.kpis.items()},
        goals={name: probability_interval(int(np.count_nonzero(hit)), n) for name, hit in one.reached.items()},
    )


def _known(values: Floats) -> Estimate | None:
    import numpy as np

    from optimize.archive import estimate

    known = values[~np.isnan(values)]
    return estimate(known) if len(known) > 1 else None


def _pair(
    first: Resolved, second: Resolved, one: Sample, other: Sample, seed: int, first_draw: int, threads: int | None
) -> Pair:
    import numpy as np

    from scenarios.comparing.attribution import attribution
    from scenarios.comparing.dominance import dominances
    from scenarios.comparing.paired import difference, gap, odds
    from scenarios.comparing.report import Pair
    from scenarios.comparing.simulation import IN_NPV
    from sim.montecarlo.kpis import KPIS

    money = first.world.profile.currency
    goals = [name for name in one.reached if name in other.reached]
    return Pair(
        first=first.name,
        second=second.name,
        same_world=first.world.hash() == second.world.hash(),
        npv=difference(one.npv, other.npv, money),
        odds=odds(gap(one.npv, other.npv)),
        dominance=dominances(one.npv, other.npv, seed),
        cost=difference(one.cost, other.cost, money),
        trough=difference(one.trough, other.trough, money),
        cash=difference(one.cash, other.cash, money),
        baseline=difference(one.cash_without, other.cash_without, money),
        kpis={
            kpi.name: difference(one.kpis[kpi.name], other.kpis[kpi.name], kpi.unit.replace("money", money))
            for kpi in KPIS
        },
        goals={
            name: difference(one.reached[name].astype(np.float64), other.reached[name].astype(np.float64), "share")
            for name in goals
        },
        categories={
            name: difference(one.categories[:, column], other.categories[:, column], money)
            for column, name in enumerate(IN_NPV)
        },
        attribution=attribution(first, second, len(one.npv), seed, first_draw, threads),
    )


def _notes(arms: Sequence[Resolved], pairs: Sequence[Pair]) -> Iterator[str]:
    if any(not pair.same_world for pair in pairs):
        yield (
            "arms of different worlds: NPV is against the own baseline of each arm, the same world without any "
            "initiative; `cash of the business` compares what is left of the worlds themselves"
        )
    horizons = {arm.world.horizon_months for arm in arms}
    if len(horizons) > 1:
        many = " and ".join(f"{months}" for months in sorted(horizons))
        yield f"the arms end after {many} months: what a longer one earns behind the end of a shorter one counts for it"
    if len({arm.world.start for arm in arms}) > 1:
        yield "the arms begin in different months: each is discounted to its own first month"
    rates = {arm.world.money.discount_rate for arm in arms}
    if len(rates) > 1:
        yield "the arms discount at different rates: their present values are not money of one kind"
