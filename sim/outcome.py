"""What one roadmap came to, draw by draw, and the errors of its figures."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.breach import Breach, breach
from sim.measures import (
    Interval,
    cvar_interval,
    probability_interval,
    quantile_interval,
)
from sim.measures.controlled import ControlledMean, controlled_mean
from sim.replicated import replicated_mean, replicated_quantile, replicated_share, replicated_tail
from sim.roadmap import Roadmap
from sim.statistic import WORST, years_error
from sim.statistic import Statistic as Statistic
from sim.statistic import statistic as statistic

if TYPE_CHECKING:
    pass

Floats = NDArray[np.float64]
PACKAGES = ("roadfolio", "numpy", "scipy", "numba", "simpy", "pulp", "highspy")
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class CyberRecord:
    """What is known of the direct losses of a path within the horizon; each (draws, 2), the empty roadmap first.

    loss: PV of the losses. expected: PV of what was to be expected month by month in the state of the path. surplus:
    discounted incidents above their expected number; loss - expected and surplus have mean 0. weight: of the draw, 1
    unless it was sampled for its loss.
    """

    loss: Floats
    expected: Floats
    surplus: Floats
    weight: Floats

    @property
    def controls(self) -> Floats:
        """(draws, 4) what has mean 0: losses and incidents above their expectation, of the roadmap and without it."""
        return np.concatenate([self.loss - self.expected, self.surplus], axis=1)


@dataclass(frozen=True)
class Outcome:
    """One roadmap over the draws, against the empty roadmap of the same draws.

    npv, cost (PV of its own cost), payback (months, discounted; inf: never), trough (lowest cash balance), need
    (funding need): (draws,), money unless said. categories: (draws, CATEGORIES) PV. kpis: (draws, KPIS, years); NaN
    where a year has no such value. baseline_kpis: the same of the empty roadmap. states: (draws, initiatives), see
    `sim.mechanisms.delivery`. freed_hours: (draws, roles) hours a month that a role needs less, mean of all months.
    spared_months: (draws, roles) seat-months of planned hires that were not made. These six are empty when detail was
    not asked for. courses: (draws, processes, 4) items that gave up, were completed, were completed late, and hours
    waited by completed ones, over all months, empty unless asked for. NPV, cost and payback are before finance, trough
    and need with it. baseline_trough: of the empty roadmap. financing: PV of what others pay of capital and get for it,
    at the firm's borrowing rate. residual: PV of the months after the horizon, part of the NPV, and run_off_cost: own
    cost in them, part of cost. cover, baseline_cover: least debt service cover of the years that the covenant counts,
    infinite for none. These are (draws,), empty where nobody counted. cyber: where controls were asked for.
    randomisations: of the points that the draws are; 1 for pseudo-random draws.
    """

    roadmap: Roadmap
    npv: Floats
    cost: Floats
    payback: Floats
    trough: Floats
    need: Floats
    categories: Floats
    kpis: Floats
    baseline_kpis: Floats
    states: NDArray[np.int64]
    courses: Floats = field(default_factory=lambda: np.empty((0, 0, 4)))
    baseline_courses: Floats = field(default_factory=lambda: np.empty((0, 0, 4)))
    freed_hours: Floats = field(default_factory=lambda: np.empty((0, 0)))
    spared_months: Floats = field(default_factory=lambda: np.empty((0, 0)))
    baseline_trough: Floats = field(default_factory=lambda: np.zeros(0))
    financing: Floats = field(default_factory=lambda: np.zeros(0))
    residual: Floats = field(default_factory=lambda: np.zeros(0))
    run_off_cost: Floats = field(default_factory=lambda: np.zeros(0))
    cover: Floats = field(default_factory=lambda: np.zeros(0))
    baseline_cover: Floats = field(default_factory=lambda: np.zeros(0))
    cyber: CyberRecord | None = None
    randomisations: int = 1

    def __repr__(self) -> str:
        if np.isnan(self.npv).any():
            return f"Outcome({self.roadmap}, {len(self.npv)} draws for the cyber tail)"
        return f"Outcome({self.roadmap}, NPV {with_error(self.statistic_of(self.npv))}, {len(self.npv)} draws)"

    def controlled(self, values: Floats) -> ControlledMean:
        """Mean of (draws,) finite values and its error, with the controls taken out where they were written. It is
        linear in the values: means of parts add up to the mean of the whole."""
        controls = np.zeros((len(values), 0)) if self.cyber is None else self.cyber.controls
        return controlled_mean(values, controls, self.randomisations)

    def statistic_of(self, values: Floats, worst: str = "low") -> Statistic:
        """Statistic of (draws,) money; the mean and its error are those of `controlled` where the draws are points."""
        found = statistic(values, worst)
        if self.randomisations == 1 or found.mean is None:
            return found
        mean = self.controlled(values)
        return replace(found, mean=mean.mean, se=mean.se)

    def mean_of(self, values: Floats) -> Statistic:
        """Mean, without controls, and its error of what has a value: (draws,) or (draws, years), NaN for none. Without
        quantiles, which need a sort."""
        if self.randomisations > 1:
            error = replicated_mean(values, self.randomisations).se
        elif values.ndim == 2:
            error = (years_error(values) or {"se": None})["se"]
        else:
            known = values[~np.isnan(values)]
            error = float(np.std(known, ddof=1) / math.sqrt(len(known))) if len(known) > 1 else None
        return Statistic(known_mean(values), error, None, None, None, None)

    def share_error(self, hits: NDArray[np.bool_]) -> Interval:
        """Share of the draws that hit, and its interval; hits: (draws,)."""
        if self.randomisations > 1:
            return replicated_share(hits, self.randomisations)
        return probability_interval(int(np.count_nonzero(hits)), len(hits))

    def quantile_error(self, values: Floats, p: float) -> Interval:
        """Quantile of (draws,) values, +inf for a draw without one, and its interval."""
        if self.randomisations > 1:
            return replicated_quantile(values, p, self.randomisations)
        return quantile_interval(values, p)

    def tail_error(self, values: Floats, worst: str = "low") -> Interval:
        """Mean of the worst 5 % of (draws,) finite values, and its interval."""
        if self.randomisations > 1:
            return replicated_tail(values, worst, self.randomisations)
        return cvar_interval(values, WORST, worst)

    def breach(self, broken: NDArray[np.bool_]) -> Breach:
        """Share of the draws that break a limit; with Wilson's interval where the randomisations are too few."""
        found = self.share_error(broken)
        if found.estimate is None or found.low is None or found.high is None:
            return breach(broken)
        return Breach(found.estimate, found.low, found.high)

    @cached_property
    def roi(self) -> Statistic | None:
        """Mean NPV / mean PV of cost with its delta-method error; the quantiles and CVaR are of the ratio of each draw.
        None where nothing is spent."""
        n, cost = len(self.npv), float(np.mean(self.cost))
        if cost <= 0.0 or np.min(self.cost) <= 0.0:
            return None
        ratio = float(np.mean(self.npv)) / cost
        se = float(np.std(self.npv - ratio * self.cost, ddof=1) / (cost * math.sqrt(n))) if n > 1 else None
        of_draws = statistic(self.npv / self.cost)
        if self.randomisations > 1:
            cost = self.controlled(self.cost).mean
            ratio = self.controlled(self.npv).mean / cost
            se = self.controlled(self.npv - ratio * self.cost).se / cost
        return Statistic(ratio, se, of_draws.p5, of_draws.p50, of_draws.p95, of_draws.cvar5)

    @cached_property
    def prob_npv_negative(self) -> float:
        return float(np.mean(self.npv < 0.0))


def with_error(found: Statistic) -> str:
    """Mean and standard error as text; one draw has no error."""
    error = "error unknown" if found.se is None else f"± {found.se:,.0f}"
    return f"{found.mean:,.0f} {error}"


def known_mean(values: Floats) -> float | None:
    """Mean over draws and years of what exists; None where nothing does."""
    known = values[~np.isnan(values)]
    return float(np.mean(known)) if known.size else None
