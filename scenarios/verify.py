"""Do the two engines agree? An equivalence test of kernel against company, figure by figure, on the same draws.

A replication differs from the kernel's path of the same draw by the noise of single items and by the error of the
monthly approximations. The test is about the mean of that difference: PASS when its 95 % interval lies inside the
tolerance, FAIL when it lies wholly outside, REVIEW otherwise, and TOO FEW when the interval is wider than half the
tolerance allows, so that nothing can be said yet.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, ProblemsFound
from sim.montecarlo.kpis import GROSS_MARGIN, KPI_NAMES, KPIS, Kpi

if TYPE_CHECKING:
    import polars

    from sim.company.items.interface import Items
    from sim.outcomes import Outcome
    from sim.roadmap import Roadmap
    from sim.world import Scenario

SCHEMA_VERSION = 1
LEVEL_TOLERANCE = 0.02  # of the level: money, volumes, times
SHARE_TOLERANCE = 0.01  # one percentage point
DIFFERENCE_TOLERANCE = 0.10  # of the size of what the roadmap changes
MARGIN_TOLERANCE = 0.005  # of a year's gross margin
BATCH = 4
CONFIDENCE = 0.95
Floats = NDArray[np.float64]
Progress = Callable[[int], None]


class Verdict(Enum):
    """Outcome of the test; the text says what to do."""

    PASS = "PASS"
    REVIEW = "REVIEW"
    FAIL = "FAIL"
    TOO_FEW = "TOO FEW"

    @property
    def text(self) -> str:
        """What the verdict means, with the remedy."""
        return {
            Verdict.PASS: "the kernel agrees with the company within the tolerance",
            Verdict.REVIEW: "the difference may exceed the tolerance: look at the rows, or add replications",
            Verdict.FAIL: "the kernel misses the company by more than the tolerance: do not rely on this figure",
            Verdict.TOO_FEW: "too few replications to say: add replications",
        }[self]


@dataclass(frozen=True)
class Row:
    """One figure under test. figure: KPI or `npv`; arm: baseline, roadmap, or difference (roadmap - baseline); year:
    from 1, None for the whole horizon. kernel, company: means over the replications; low, high: 95 % interval of the
    mean of company - kernel; tolerance: on that difference; unit of all five."""

    figure: str
    arm: str
    year: int | None
    unit: str
    kernel: float
    company: float
    low: float
    high: float
    tolerance: float
    verdict: Verdict


@dataclass(frozen=True)
class Agreement:
    """The test of all figures of one roadmap. verdict: the worst of the rows."""

    scenario: str
    scenario_hash: str
    roadmap: Roadmap
    seed: int
    first_draw: int
    replications: int
    rows: tuple[Row, ...]

    @property
    def verdict(self) -> Verdict:
        found = {row.verdict for row in self.rows}
        return next(v for v in (Verdict.FAIL, Verdict.REVIEW, Verdict.TOO_FEW, Verdict.PASS) if v in found)

    def count(self, verdict: Verdict) -> int:
        """How many rows have this verdict."""
        return sum(row.verdict is verdict for row in self.rows)

    def document(self) -> dict[str, Any]:
        """The JSON document of `roadfolio verify`."""
        from sim.outcomes import provenance

        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "roadmap": self.roadmap.as_dict,
            "seed": self.seed,
            "first_draw": self.first_draw,
            "replications": self.replications,
            "verdict": self.verdict.value,
            "counts": {v.value: self.count(v) for v in Verdict},
            "rows": [{**asdict(row), "verdict": row.verdict.value} for row in self.rows],
            "provenance": provenance(self.scenario_hash),
        }

    def to_frame(self) -> polars.DataFrame:
        """One row a figure, arm and year."""
        import polars

        return polars.DataFrame([{**asdict(row), "verdict": row.verdict.value} for row in self.rows])


def verify(
    scenario: Scenario,
    roadmap: Roadmap | dict[str, int],
    seed: int,
    *,
    replications: int = 20,
    first_draw: int = 0,
    workers: int = 1,
    items: Items = "compiled",
    progress: Progress | None = None,
) -> Agreement:
    """Run both engines on the same draws and compare every KPI of every year, and what the roadmap changes.

    items: what plays the company's items. replications: at most so many; batches are added until every row can be
    told, or none is left. Adding until an interval is narrow enough looks at its width only, never at where it lies.
    """
    from sim.company import simulate
    from sim.montecarlo import evaluate
    from sim.roadmap import roadmap as validated

    if replications < 2:
        hint = "2 or more; 20 say something about most figures"
        raise ProblemsFound([Problem("replications", "one replication has no error", value=replications, hint=hint)])
    chosen = validated(scenario, roadmap)
    company: list[Outcome] = []
    done = 0
    while True:
        left = replications - done
        batch = left if left <= BATCH + 1 else BATCH  # never a single one at the end
        part = simulate(scenario, chosen, batch, seed, first_draw=first_draw + done, workers=workers, items=items)
        company.append(part[0])
        done += batch
        if progress is not None:
            progress(done)
        kernel = evaluate(scenario, chosen, done, seed, first_draw=first_draw)[0]
        rows = tuple(_rows(scenario, kernel, company))
        if done >= replications or all(row.verdict is not Verdict.TOO_FEW for row in rows):
            return Agreement(scenario.name, scenario.hash(), chosen, seed, first_draw, done, rows)


def _rows(scenario: Scenario, kernel: Outcome, company: list[Outcome]) -> Iterator[Row]:
    currency = scenario.profile.currency
    played = {
        "baseline": np.concatenate([part.baseline_kpis for part in company]),
        "roadmap": np.concatenate([part.kpis for part in company]),
    }
    computed = {"baseline": kernel.baseline_kpis, "roadmap": kernel.kpis}
    for k, kpi in enumerate(KPIS):
        if kpi.block and np.isnan(kernel.baseline_kpis[:, k]).all():
            continue  # the scenario has no such block
        for arm in ("baseline", "roadmap"):
            for year in range(kernel.kpis.shape[2]):
                own, other = computed[arm][:, k, year], played[arm][:, k, year]
                tolerance = _tolerance(kpi, computed["baseline"], year)
                yield _row(kpi.name, arm, year + 1, _unit(kpi, currency), own, other, tolerance)
    margin = MARGIN_TOLERANCE * _yearly_margin(scenario, computed["baseline"])
    revenue = next(k for k, kpi in enumerate(KPIS) if kpi.name == "revenue")
    for year in range(kernel.kpis.shape[2]):
        own = computed["roadmap"][:, revenue, year] - computed["baseline"][:, revenue, year]
        other = played["roadmap"][:, revenue, year] - played["baseline"][:, revenue, year]
        tolerance = max(DIFFERENCE_TOLERANCE * abs(float(np.mean(own))), margin / _margin_rate(scenario))
        yield _row("revenue", "difference", year + 1, f"{currency}/year", own, other, tolerance)
    npv = np.concatenate([part.npv for part in company])
    tolerance = max(DIFFERENCE_TOLERANCE * abs(float(np.mean(kernel.npv))), margin)
    yield _row("npv", "difference", None, currency, kernel.npv, npv, tolerance)


def _margin_rate(scenario: Scenario) -> float:
    return max(scenario.profile.gross_margin.mean, 1e-9)


def _yearly_margin(scenario: Scenario, kpis: Floats) -> float:
    revenue = next(k for k, kpi in enumerate(KPIS) if kpi.name == "revenue")
    return float(np.mean(kpis[:, revenue])) * _margin_rate(scenario)


def _unit(kpi: Kpi, currency: str) -> str:
    return kpi.unit.replace("money", currency)


def _tolerance(kpi: Kpi, kpis: Floats, year: int) -> float:
    """kpis (draws, KPIS, years): of the baseline.

    A balance is small beside the flows that make it: it may miss by what the gross margin of the year may miss by, and
    cash, which adds up, by what that of all years so far may.
    """
    if kpi.kind == "share":
        return SHARE_TOLERANCE
    if kpi.kind == "balance":
        margins = np.mean(kpis[:, GROSS_MARGIN, : year + 1], axis=0)
        return LEVEL_TOLERANCE * abs(float(margins.sum() if kpi.name == "cash" else margins[-1]))
    level = kpis[:, KPI_NAMES.index(kpi.name), year]
    known = level[~np.isnan(level)]
    return LEVEL_TOLERANCE * abs(float(np.mean(known))) if known.size else 0.0


def _row(figure: str, arm: str, year: int | None, unit: str, kernel: Floats, company: Floats, tolerance: float) -> Row:
    both = ~(np.isnan(kernel) | np.isnan(company))
    own, other = kernel[both], company[both]
    gap = other - own
    mean = float(np.mean(gap)) if gap.size else 0.0
    half = _half_width(gap)
    return Row(
        figure, arm, year, unit,
        kernel=float(np.mean(own)) if own.size else 0.0,
        company=float(np.mean(other)) if other.size else 0.0,
        low=mean - half, high=mean + half, tolerance=tolerance, verdict=judge(mean, half, tolerance),
    )  # fmt: skip


def _half_width(gap: Floats) -> float:
    """Half width of the 95 % t interval of the mean."""
    from scipy.special import stdtrit

    n = len(gap)
    if n == 0:
        return 0.0
    if n == 1:
        return 1e300
    return float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2) * np.std(gap, ddof=1) / math.sqrt(n))


def judge(mean: float, half: float, tolerance: float) -> Verdict:
    """Verdict on a difference with its interval.

    >>> judge(0.5, 0.2, 1.0).value, judge(3.0, 0.4, 1.0).value, judge(1.0, 0.4, 1.0).value, judge(0.0, 0.9, 1.0).value
    ('PASS', 'FAIL', 'REVIEW', 'TOO FEW')
    """
    slack = tolerance + 1e-12
    if abs(mean) - half > slack:
        return Verdict.FAIL
    if half > slack / 2:
        return Verdict.TOO_FEW
    return Verdict.PASS if abs(mean) + half <= slack else Verdict.REVIEW
