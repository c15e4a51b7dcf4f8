"""What a comparison of the two engines finds: rows with verdicts, months, the order of roadmaps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.display.shown import Shown

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

    from sim.roadmap import Roadmap

SCHEMA_VERSION = 1
CONFIDENCE = 0.95
Floats = NDArray[np.float64]


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
    mean of company - kernel; tolerance: on that difference; unit of all five. number: of the roadmap, from 1; None for
    the baseline."""

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
    number: int | None = None


@dataclass(frozen=True)
class Months:
    """A KPI month by month: means of both engines and the 95 % interval of the mean of company - kernel, (months,)
    each; None in a month without value."""

    figure: str
    arm: str
    number: int | None
    unit: str
    kernel: tuple[float | None, ...]
    company: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


@dataclass(frozen=True)
class Pair:
    """NPV of roadmap `first` less that of `second`, by either engine; low, high: 95 % interval of the company's.

    reversed: the company is sure of the other order than the kernel's.
    """

    first: int
    second: int
    kernel: float
    company: float
    low: float
    high: float

    @property
    def told(self) -> str:
        """What the two engines say of the order."""
        if self.low <= 0.0 <= self.high:
            return "the company cannot tell them apart"
        return "reversed" if self.kernel * self.company < 0.0 else "same order"


WIDEST = 20.0
"""Tolerances; what lies farther out is not drawn."""


@dataclass(frozen=True, repr=False)
class Agreement(Shown):
    """The test of all figures of the baseline and of some roadmaps. verdict: the worst of the rows."""

    scenario: str
    scenario_hash: str
    roadmaps: tuple[Roadmap, ...]
    seed: int
    first_draw: int
    replications: int
    rows: tuple[Row, ...]
    months: tuple[Months, ...] = ()
    order: tuple[Pair, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def roadmap(self) -> Roadmap:
        """The first roadmap."""
        return self.roadmaps[0]

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
            "roadmaps": [one.as_dict for one in self.roadmaps],
            "seed": self.seed,
            "first_draw": self.first_draw,
            "replications": self.replications,
            "verdict": self.verdict.value,
            "counts": {v.value: self.count(v) for v in Verdict},
            "rows": [{**asdict(row), "verdict": row.verdict.value} for row in self.rows],
            "months": [
                {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(one).items()} for one in self.months
            ],
            "order": [{**asdict(pair), "told": pair.told} for pair in self.order],
            "notes": list(self.notes),
            "provenance": provenance(self.scenario_hash),
        }

    def to_frame(self) -> polars.DataFrame:
        """One row a figure, arm, roadmap and year."""
        import polars

        return polars.DataFrame([{**asdict(row), "verdict": row.verdict.value} for row in self.rows])

    def __rich_repr__(self) -> Iterator[Any]:
        yield "scenario", self.scenario
        yield "verdict", self.verdict.value
        yield "replications", self.replications
        yield "rows", len(self.rows)

    def plot(self) -> go.Figure:
        """Company minus kernel over the tolerance, the worst rows first: beyond 1 on either side they disagree."""
        from sim.display.forest import Row as Line
        from sim.display.forest import forest

        def line(one: Row) -> Line:
            where = f"{one.figure}, {one.arm}" + ("" if one.year is None else f", year {one.year}")
            return Line(
                where, 0.5 * (one.low + one.high) / one.tolerance, one.low / one.tolerance, one.high / one.tolerance
            )

        known = [line(one) for one in self.rows if one.tolerance > 0.0 and abs(one.high) < WIDEST * one.tolerance]
        known.sort(key=lambda one: -abs(one.estimate))
        left = len(self.rows) - len(known)
        title = f"Agreement of the engines: {self.verdict.value}" + (f"; {left} rows are not drawn" if left else "")
        return forest(title, known, "of the tolerance", "company minus kernel")


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


def half_width(gap: Floats) -> float:
    """Half width of the 95 % t interval of the mean."""
    from scipy.special import stdtrit

    n = len(gap)
    if n == 0:
        return 0.0
    if n == 1:
        return 1e300
    return float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2) * np.std(gap, ddof=1) / math.sqrt(n))


def months_of(figure: str, arm: str, number: int | None, unit: str, kernel: Floats, company: Floats) -> Months:
    """kernel, company: (draws, months)."""
    columns: list[list[float | None]] = [[], [], [], []]
    for m in range(kernel.shape[1]):
        both = ~(np.isnan(kernel[:, m]) | np.isnan(company[:, m]))
        own, other = kernel[both, m], company[both, m]
        if len(own) < 2:
            cells: Sequence[float | None] = (None,) * 4
        else:
            gap, half = float(np.mean(other - own)), half_width(other - own)
            cells = (float(np.mean(own)), float(np.mean(other)), gap - half, gap + half)
        for column, value in zip(columns, cells, strict=True):
            column.append(value)
    return Months(figure, arm, number, unit, *(tuple(column) for column in columns))


def order_of(kernel: Sequence[Floats], company: Sequence[Floats]) -> tuple[Pair, ...]:
    """Each pair of roadmaps by its NPV on the same draws, (draws,) each."""
    pairs = []
    for i in range(len(kernel)):
        for j in range(i + 1, len(kernel)):
            gap = company[i] - company[j]
            mean, half = float(np.mean(gap)), half_width(gap)
            pairs.append(Pair(i + 1, j + 1, float(np.mean(kernel[i] - kernel[j])), mean, mean - half, mean + half))
    return tuple(pairs)
