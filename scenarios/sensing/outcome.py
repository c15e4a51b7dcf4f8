"""What a study asks the kernel: an outcome of a roadmap, draw by draw or as the mean given the drivers.

A study sees a plain function of levels, so that a formula can stand in for the kernel wherever a truth is tested.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.statistics import Figure
from sim.errors import Problem, ProblemsFound
from sim.measures import ChanceBelow, Mean, TailMean
from sim.montecarlo import evaluate
from sim.montecarlo.given import Given
from sim.montecarlo.kpis import FINANCED, FLOW, KPI_NAMES
from sim.outcomes import clipping_notes
from sim.statistic import draw_means

if TYPE_CHECKING:
    from sim.montecarlo.block import Block
    from sim.outcomes import Outcome
    from sim.roadmap import Roadmap
    from sim.world import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ROWS = 16_384  # draws simulated at a time: memory does not grow with the number of points
EVENTS_FROM = 5_000_000_000  # behind the draws of plans and of comparisons of the engines
CHANCES = 2**20  # draws of the events among which a level of chance chooses
FEWEST_NOISE = 2
MONTHS = 12


@dataclass
class Tally:
    """What a study has simulated so far: draws, and of single draws around the mean given the drivers, the variance.
    told: called with every number of further draws."""

    told: Callable[[int], None] | None = None
    draws: int = 0
    spread: list[tuple[int, float]] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    out_of_range: tuple[int, int] = (0, 0)
    events: Floats | None = None
    points: int = 0

    def seen(self, grouped: Floats) -> None:
        """Remember the statistic of (points, noise) single draws, the same draws of the events at every point."""
        self.spread.append((len(grouped), float(grouped.var(axis=1, ddof=1).mean())))
        total = grouped.sum(axis=0)
        self.events = total if self.events is None else self.events + total
        self.points += len(grouped)

    def forget(self) -> None:
        """What was seen so far belongs to another design."""
        self.spread.clear()
        self.events, self.points = None, 0

    @property
    def luck_of_mean(self) -> float | None:
        """Variance that the draws of the events, common to all points, leave in the mean over the design."""
        if self.events is None:
            return None
        return float((self.events / self.points).var(ddof=1)) / len(self.events)

    def clipped(self, drivers: int, effects: int) -> None:
        """Count values that were cut to the range of their field."""
        self.out_of_range = self.out_of_range[0] + drivers, self.out_of_range[1] + effects

    @property
    def all_notes(self) -> tuple[str, ...]:
        """What the simulation says beside its figures, each sentence once."""
        return (*self.notes, *clipping_notes(*self.out_of_range, self.draws))

    def add(self, draws: int) -> None:
        self.draws += draws
        if self.told is not None:
            self.told(draws)

    @property
    def noise_variance(self) -> float | None:
        """Mean variance of one draw of the events given the drivers; None where every point had a single one."""
        points = sum(count for count, _ in self.spread)
        return sum(count * value for count, value in self.spread) / points if points else None


@dataclass(frozen=True)
class Asked:
    """An outcome of a roadmap, or of its difference to another. columns: of the kernel's table that a study moves.
    width: drivers of the table; the others stand at their median, and nothing depends on them."""

    scenario: Scenario
    roadmap: Roadmap
    against: Roadmap | None
    figure: Figure
    columns: tuple[int, ...]
    width: int
    seed: int
    threads: int | None
    tally: Tally

    @property
    def years(self) -> int:
        """Years of the horizon, the last one possibly short."""
        return -(-self.scenario.horizon_months // MONTHS)

    def draws(self, levels: Floats, numbers: Ints) -> Floats:
        """(rows,) the measure in single draws. levels: (rows, columns); numbers: (rows,) draws of the events."""
        out = np.empty(len(levels))
        for start in range(0, len(levels), ROWS):
            part = slice(start, start + ROWS)
            out[part] = self._run(levels[part], 1, numbers[part])[:, 0]
        return out

    def mean_given(self, levels: Floats, noise: int, by_year: bool = False) -> Floats:
        """(points, outputs) means over `noise` draws of the events, the same at every point: the statistic, and where
        asked the cumulative cash at the end of each year."""
        parts = []
        block = max(1, ROWS // noise)
        for start in range(0, len(levels), block):
            values = self._run(levels[start : start + block], noise, None, by_year)
            values[:, 0] = scored(self.figure, values[:, 0])
            grouped = values.reshape(-1, noise, values.shape[1])
            self.tally.seen(grouped[:, :, 0])
            parts.append(grouped.mean(axis=1))
        return np.concatenate(parts)

    def own_draws(self, levels: Floats, noise: int) -> Floats:
        """(points, noise) values whose mean is the statistic, every point with draws of the events of its own."""
        parts = []
        block = max(1, ROWS // noise)
        for start in range(0, len(levels), block):
            part = levels[start : start + block]
            numbers = (start + np.arange(len(part), dtype=np.int64)) * noise
            parts.append(scored(self.figure, self._run(part, noise, numbers)[:, 0]).reshape(-1, noise))
        return np.concatenate(parts)

    def with_chance(self, levels: Floats, by_year: bool = False) -> Floats:
        """(points, outputs) of one draw at each point. levels: (points, columns + 1), the last of chance itself: it
        chooses the draw of the events."""
        numbers = np.minimum((levels[:, -1] * CHANCES).astype(np.int64), CHANCES - 1)
        parts = []
        for start in range(0, len(levels), ROWS):
            part = slice(start, start + ROWS)
            values = self._run(levels[part, :-1], 1, numbers[part], by_year)
            values[:, 0] = scored(self.figure, values[:, 0])
            parts.append(values)
        return np.concatenate(parts)

    def _run(self, levels: Floats, noise: int, numbers: Ints | None, by_year: bool = False) -> Floats:
        whole = np.full((len(levels), self.width), 0.5)
        whole[:, list(self.columns)] = levels
        chosen = [self.roadmap] if self.against is None else [self.roadmap, self.against]
        cash: list[Floats] = []
        kpi = self.figure.kpi is not None
        found = evaluate(
            self.scenario,
            chosen,
            len(levels) * noise,
            self.seed,
            first_draw=EVENTS_FROM,
            noise=noise,
            detail=kpi,
            given=Given(whole, common=True, numbers=None if numbers is None else numbers + EVENTS_FROM),
            threads=self.threads,
            collect=(lambda block: cash.append(yearly_cash(block))) if by_year else None,
        )
        self.tally.add(len(levels) * noise)
        self.tally.clipped(found.drivers_clipped, found.clipped - found.drivers_clipped)
        self.tally.notes |= dict.fromkeys(note for note in found.notes if "clipped" not in note and "share" not in note)
        values = measured(found[0], self.figure)
        if self.against is not None:
            values = values - measured(found[1], self.figure)
        endless = bool(np.isinf(values).any()) and isinstance(self.figure.estimator, Mean | TailMean)
        if endless or np.isnan(values).any():
            hint = "ask for npv, cost, cash_trough, or for a chance such as P(payback_months > 36)"
            raise ProblemsFound(
                [Problem("--statistic", "some draws have no value of this measure", self.figure.name, hint)]
            )
        return values[:, None] if not cash else np.column_stack([values, np.concatenate(cash)])


def scored(figure: Figure, values: Floats) -> Floats:
    """Values whose mean is the statistic: themselves, or whether they are below (above) the threshold."""
    if isinstance(figure.estimator, ChanceBelow):
        return (signed(figure, values) < figure.estimator.threshold).astype(np.float64)
    return values


def signed(figure: Figure, values: Floats) -> Floats:
    """Values as the estimator of the figure wants them: a chance of more is one of less of the negative."""
    return -values if figure.above else values


def has_mean(figure: Figure) -> bool:
    """Whether a statistic is a mean over draws, so that there is one of it given the drivers."""
    return isinstance(figure.estimator, Mean | ChanceBelow)


def measured(one: Outcome, figure: Figure) -> Floats:
    """(draws,) values of a figure's measure."""
    if figure.kpi is not None:
        return draw_means(one.kpis[:, KPI_NAMES.index(figure.kpi)])
    known = {
        "npv": one.npv,
        "npv_within_horizon": one.npv - one.residual,
        "residual": one.residual,
        "financing": one.financing,
        "cost": one.cost,
        "payback_months": one.payback,
        "cash_trough": one.trough,
        "funding_need": one.need,
    }
    if figure.measure not in known:
        hint = f"one of {', '.join(known)} or kpi.NAME"
        raise ProblemsFound([Problem("--statistic", f"{figure.name} is no value of a draw", figure.name, hint)])
    return known[figure.measure]


def yearly_cash(block: Block) -> Floats:
    """(draws, years) cumulative cash at the end of each year, of the first roadmap less the second or the baseline."""
    flow = block.trajectories[:, FLOW] + block.trajectories[:, FINANCED]
    other = flow[2] if len(flow) > 2 else flow[0]
    total = np.cumsum(flow[1] - other, axis=0)
    months = len(total)
    ends = [min(months, end) - 1 for end in range(MONTHS, months + MONTHS, MONTHS)]
    return np.ascontiguousarray(total[ends].T)
