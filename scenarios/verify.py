"""Do the two engines agree? An equivalence test of kernel against company, figure by figure, on the same draws.

A replication differs from the kernel's path of the same draw by the noise of single items and by the error of the
monthly approximations. The test is about the mean of that difference: PASS when its 95 % interval lies inside the
tolerance, FAIL when it lies wholly outside, REVIEW otherwise, and TOO FEW when the interval is wider than half the
tolerance allows, so that nothing can be said yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scenarios.agreement import Agreement, Floats, Months, Row, Verdict, half_width, judge, months_of, order_of
from sim.errors import Problem, ProblemsFound
from sim.montecarlo.kpis import DEBT_COVER, GROSS_MARGIN, KPI_NAMES, KPIS, REVENUE, WAIT, Kpi

if TYPE_CHECKING:
    from sim.company.items.interface import Items
    from sim.company.replication import Replication
    from sim.outcomes import Outcomes
    from sim.roadmap import Roadmap
    from sim.world import Scenario

__all__ = ["FIRST_DRAW", "Agreement", "Row", "Verdict", "judge", "verify"]

LEVEL_TOLERANCE = 0.02  # of the level: money, volumes
SHARE_TOLERANCE = 0.01  # one percentage point
DIFFERENCE_TOLERANCE = 0.10  # of the size of what the roadmap changes
MARGIN_TOLERANCE = 0.005  # of a year's gross margin
LOAD_TOLERANCE = 0.02  # waits may miss by what so much more work makes of them
BATCH = 20
FIRST_DRAW = 700_000_000  # draws that neither a plan nor a calibration has seen
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Kernel:
    """What the kernel says on all draws that may be played. yearly, monthly: of every roadmap; busy_wait: (draws,
    years) waits of the baseline with so much more work."""

    yearly: Outcomes
    monthly: Outcomes
    busy_wait: Floats


def verify(
    scenario: Scenario,
    roadmaps: Roadmap | Mapping[str, int] | Sequence[Roadmap | Mapping[str, int]],
    seed: int,
    *,
    replications: int = 120,
    first_draw: int = FIRST_DRAW,
    workers: int = 1,
    items: Items = "compiled",
    months: bool = False,
    progress: Progress | None = None,
) -> Agreement:
    """Run both engines on the same draws and compare every KPI of every year, and what roadmaps change.

    roadmaps: one or several; none: the empty one. replications: at most so many; batches are added until every row can
    be told, or none is left. Adding until an interval is narrow enough looks at its width only, never at where it lies.
    workers: processes; they change no figure. items: what plays the company's items. months: also every KPI month by
    month.
    """
    from sim.company.company import replicate_many
    from sim.parameters import parameters
    from sim.roadmap import EMPTY, Roadmap
    from sim.roadmap import roadmap as validated

    if replications < 2:
        hint = "2 or more; 100 say something about most figures"
        raise ProblemsFound([Problem("replications", "one replication has no error", value=replications, hint=hint)])
    wanted = [roadmaps] if isinstance(roadmaps, (Roadmap, Mapping)) else list(roadmaps)
    chosen = [validated(scenario, one) for one in wanted or [EMPTY]]
    kernel = _kernel(scenario, chosen, replications, seed, first_draw)
    draws = range(first_draw, first_draw + replications)
    played: list[list[Replication]] = []
    rows: tuple[Row, ...] = ()
    running = replicate_many(parameters(scenario), [EMPTY, *chosen], draws, seed, workers, items)
    try:
        for one in running:
            played.append(one)
            done = len(played)
            if progress is not None:
                progress(done)
            if done == replications or (done % BATCH == 0 and replications - done > 1):
                rows = tuple(_rows(scenario, kernel, played))
                if all(row.verdict is not Verdict.TOO_FEW for row in rows):
                    break
    finally:
        running.close()
    n = len(played)
    worth = [_npv(scenario, kernel, played, r) for r in range(1, len(chosen) + 1)]
    return Agreement(
        scenario.name,
        scenario.hash(),
        tuple(chosen),
        seed,
        first_draw,
        n,
        rows,
        months=tuple(_months(scenario, kernel, played)) if months else (),
        order=order_of([one.npv[:n] for one in kernel.yearly], worth),
        notes=_notes(scenario),
    )


def _notes(scenario: Scenario) -> tuple[str, ...]:
    from sim.world.calibration import calibration_notes

    absent = "the kernel is not calibrated for this scenario: `roadfolio calibrate` corrects it by runs of the company"
    return calibration_notes(scenario.calibration) or (absent,)


def _kernel(scenario: Scenario, chosen: Sequence[Roadmap], draws: int, seed: int, first_draw: int) -> Kernel:
    from sim.montecarlo import evaluate

    busy = evaluate(scenario, [{}], draws, seed, first_draw=first_draw, workload=1.0 + LOAD_TOLERANCE)
    return Kernel(
        evaluate(scenario, chosen, draws, seed, first_draw=first_draw),
        evaluate(scenario, chosen, draws, seed, first_draw=first_draw, by_month=True),
        busy[0].baseline_kpis[:, WAIT],
    )


def _npv(scenario: Scenario, kernel: Kernel, played: list[list[Replication]], r: int) -> Floats:
    """(draws,) of roadmap r. What lies behind the horizon is the kernel's in both."""
    from sim.company.company import outcome

    known = kernel.yearly[r - 1]
    inside = outcome(scenario, known.roadmap, [row[0] for row in played], [row[r] for row in played])
    return inside.npv + known.residual[: len(played)]


def _rows(scenario: Scenario, kernel: Kernel, played: list[list[Replication]]) -> Iterator[Row]:
    currency, n = scenario.profile.currency, len(played)
    company = np.array([[one.kpis for one in row] for row in played])  # (draws, arms, KPIS, years)
    base = kernel.yearly[0].baseline_kpis[:n]
    arms = [base, *(one.kpis[:n] for one in kernel.yearly)]
    years = base.shape[2]
    for k, kpi in enumerate(KPIS):
        if kpi.block and all(np.isnan(one[:, k]).all() for one in arms):
            continue  # the scenario has no such block
        for r, own in enumerate(arms):
            for year in range(years):
                tolerance = _tolerance(kpi, base, year, kernel.busy_wait[:n])
                if k == DEBT_COVER:
                    due = np.array([row[r].debt_service[12 * year : 12 * year + 12].sum() for row in played])
                    tolerance *= float(np.mean(1.0 / due[due > 0.0])) if np.any(due > 0.0) else 0.0
                arm, number = ("roadmap", r) if r else ("baseline", None)
                unit = _unit(kpi, currency)
                yield _row(kpi.name, arm, year + 1, unit, own[:, k, year], company[:, r, k, year], tolerance, number)
    margin = MARGIN_TOLERANCE * float(np.mean(base[:, REVENUE])) * _margin_rate(scenario)
    for r in range(1, len(arms)):
        for year in range(years):
            own = arms[r][:, REVENUE, year] - base[:, REVENUE, year]
            other = company[:, r, REVENUE, year] - company[:, 0, REVENUE, year]
            tolerance = max(DIFFERENCE_TOLERANCE * abs(float(np.mean(own))), margin / _margin_rate(scenario))
            yield _row("revenue", "difference", year + 1, f"{currency}/year", own, other, tolerance, r)
        worth = kernel.yearly[r - 1].npv[:n]
        tolerance = max(DIFFERENCE_TOLERANCE * abs(float(np.mean(worth))), margin)
        yield _row("npv", "difference", None, currency, worth, _npv(scenario, kernel, played, r), tolerance, r)


def _months(scenario: Scenario, kernel: Kernel, played: list[list[Replication]]) -> Iterator[Months]:
    n = len(played)
    company = np.array([[one.monthly_kpis for one in row] for row in played])
    arms = [kernel.monthly[0].baseline_kpis[:n], *(one.kpis[:n] for one in kernel.monthly)]
    for k, kpi in enumerate(KPIS):
        for r, own in enumerate(arms):
            arm, number = ("roadmap", r) if r else ("baseline", None)
            yield months_of(kpi.name, arm, number, _unit(kpi, scenario.profile.currency), own[:, k], company[:, r, k])


def _margin_rate(scenario: Scenario) -> float:
    return max(scenario.profile.gross_margin.mean, 1e-9)


def _unit(kpi: Kpi, currency: str) -> str:
    return kpi.unit.replace("money", currency)


def _tolerance(kpi: Kpi, kpis: Floats, year: int, busy_wait: Floats) -> float:
    """kpis (draws, KPIS, years): of the baseline.

    A balance is small beside the flows that make it: it may miss by what the gross margin of the year may miss by, and
    cash, which adds up, by what that of all years so far may; of a cover, this is still to be divided by the debt
    service. A wait grows without bound as the load comes near what the people can do: it may miss by what it would be
    with so much more work, the tolerance that volumes have.
    """
    if kpi.kind == "share":
        return SHARE_TOLERANCE
    if kpi.kind == "balance":
        margins = np.mean(kpis[:, GROSS_MARGIN, : year + 1], axis=0)
        return LEVEL_TOLERANCE * abs(float(margins.sum() if kpi.name == "cash" else margins[-1]))
    level = kpis[:, KPI_NAMES.index(kpi.name), year]
    known = level[~np.isnan(level)]
    tolerance = LEVEL_TOLERANCE * abs(float(np.mean(known))) if known.size else 0.0
    if kpi.name == "wait" and known.size:
        tolerance = max(tolerance, abs(float(np.nanmean(busy_wait[:, year] - level))))
    return tolerance


def _row(
    figure: str,
    arm: str,
    year: int | None,
    unit: str,
    kernel: Floats,
    company: Floats,
    tolerance: float,
    number: int | None,
) -> Row:
    both = ~(np.isnan(kernel) | np.isnan(company))
    own, other = kernel[both], company[both]
    gap = other - own
    mean = float(np.mean(gap)) if gap.size else 0.0
    half = half_width(gap)
    return Row(
        figure, arm, year, unit,
        kernel=float(np.mean(own)) if own.size else 0.0,
        company=float(np.mean(other)) if other.size else 0.0,
        low=mean - half, high=mean + half, tolerance=tolerance, verdict=judge(mean, half, tolerance), number=number,
    )  # fmt: skip
