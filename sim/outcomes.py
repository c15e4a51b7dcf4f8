"""Results of simulating roadmaps: frozen, with error, unit and origin."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.breach import Breach, breach
from sim.cash_floor import FloorRule
from sim.covenant import CovenantRule
from sim.measures import (
    ChanceBelow,
    Interval,
    cvar_interval,
    probability_interval,
    quantile_interval,
    ratio_interval,
)
from sim.measures.controlled import ControlledMean, controlled_mean
from sim.montecarlo.kpis import CATEGORIES, KPIS
from sim.replicated import replicated, replicated_mean, replicated_quantile, replicated_share, replicated_tail
from sim.roadmap import Roadmap
from sim.statistic import WORST, change_of, described, mean_error, years_error
from sim.statistic import Statistic as Statistic
from sim.statistic import statistic as statistic

if TYPE_CHECKING:
    import polars

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
        return f"Outcome({self.roadmap}, NPV {_with_error(self.statistic_of(self.npv))}, {len(self.npv)} draws)"

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
        return Statistic(_mean(values), error, None, None, None, None)

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


@dataclass(frozen=True)
class Outcomes:
    """Roadmaps evaluated by one engine on the same draws. clipped: values cut to the range of their field;
    drivers_clipped: those among them that are values of drivers. noise: so many draws in a row share their drivers, and
    no error holds unless it is 1."""

    scenario: str
    scenario_hash: str
    title: str
    currency: str
    engine: str
    seed: int
    first_draw: int
    draws: int
    initiatives: tuple[str, ...]
    roles: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    clipped: int = 0
    drivers_clipped: int = 0
    notes: tuple[str, ...] = field(default=())
    floor: FloorRule | None = None
    covenant: CovenantRule | None = None
    points: str = "random"
    randomisations: int = 1
    noise: int = 1

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.outcomes)

    def __len__(self) -> int:
        return len(self.outcomes)

    def __getitem__(self, index: int) -> Outcome:
        return self.outcomes[index]

    def document(self, index: int = 0) -> dict[str, Any]:
        """The JSON document of one roadmap, as `roadfolio roi` and `roadfolio simulate` print it."""
        one = self.outcomes[index]
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "roadmap": one.roadmap.as_dict,
            "seed": self.seed,
            "replications" if self.engine == "company" else "draws": self.draws,
            "first_draw": self.first_draw,
            "engine": self.engine,
            "currency": self.currency,
            "points": self.points,
            "randomisations": self.randomisations,
            **self.measures(index),
            "notes": [*self.notes, *self.limit_notes(index)],
            "provenance": provenance(self.scenario_hash),
        }

    def measures(self, index: int = 0) -> dict[str, Any]:
        """The figures of one roadmap: npv, roi, payback_months, cash_trough, probability, categories, KPIs, hours."""
        one = self.outcomes[index]
        found = self._of_draws(one)
        if self.noise > 1:
            why = f"every {self.noise} draws in a row share their drivers: no interval holds"
            return {name: without_errors(value, why) for name, value in found.items()}
        return found if one.randomisations == 1 else replicated(found, one, one.randomisations)

    def _of_draws(self, one: Outcome) -> dict[str, Any]:
        """The figures, with the errors of independent draws."""
        residual = one.residual.any()
        return {
            "npv": described(one.npv),
            "roi": _ratio(one),
            "payback_months": described(one.payback, worst="high"),
            "cash_trough": described(one.trough),
            "prob_npv_negative": one.prob_npv_negative,
            "prob_npv_negative_error": ChanceBelow(0.0).interval(one.npv).ends(),
            "residual": described(one.residual) if residual else None,
            "npv_within_horizon": described(one.npv - one.residual) if residual else None,
            "financing": described(one.financing) if one.financing.any() else None,
            **self._limits(one),
            **self._tables(one),
        }

    def _limits(self, one: Outcome) -> dict[str, Any]:
        """The entries of the cash floor and of the covenant, None where the scenario states none."""
        found: dict[str, Any] = {"cash_floor": None, "covenant": None}
        if self.floor is not None:
            shares = one.breach(self.floor.broken_by(one)), one.breach(one.baseline_trough < self.floor.floor)
            found["cash_floor"] = self.floor.document(one.trough, one.baseline_trough) | _breaches(*shares)
        if self.covenant is not None:
            shares = one.breach(self.covenant.broken_by(one)), one.breach(self.covenant.broken(one.baseline_cover))
            found["covenant"] = self.covenant.document(one.cover, one.baseline_cover) | _breaches(*shares)
        return found

    def _tables(self, one: Outcome) -> dict[str, Any]:
        """Categories, KPIs and hours, each with its error; empty without detail."""
        columns = {name: one.categories[:, k] for k, name in enumerate(CATEGORIES) if one.categories.size}
        kpis = {kpi: (one.baseline_kpis[:, k], one.kpis[:, k]) for k, kpi in enumerate(KPIS) if one.kpis.size}
        hours = {
            role: (one.freed_hours[:, r], one.spared_months[:, r])
            for r, role in enumerate(self.roles)
            if one.freed_hours.size
        }
        return {
            "categories": {name: float(np.mean(values)) for name, values in columns.items()},
            "category_errors": {name: mean_error(values) for name, values in columns.items()},
            "kpis": {
                kpi.name: {
                    "unit": kpi.unit.replace("money", self.currency),
                    "better": kpi.better,
                    "baseline": _mean(before),
                    "roadmap": _mean(after),
                    "baseline_error": years_error(before),
                    "roadmap_error": years_error(after),
                    "change": change_of(after, before),
                }
                for kpi, (before, after) in kpis.items()
            },
            "freed_hours": {
                role: {
                    "hours_per_month": float(np.mean(freed)),
                    "spared_seat_months": float(np.mean(spared)),
                    "hours_error": mean_error(freed),
                    "spared_error": mean_error(spared),
                }
                for role, (freed, spared) in hours.items()
            },
        }

    def limit_notes(self, index: int = 0) -> tuple[str, ...]:
        """What to say of the cash floor and of the covenant under one roadmap."""
        one, found = self.outcomes[index], list[str]()
        if self.floor is not None:
            found += self.floor.notes(one.trough, one.baseline_trough, self.currency)
        if self.covenant is not None:
            found += self.covenant.notes(one.cover, one.baseline_cover)
        return tuple(found)

    def to_frame(self) -> polars.DataFrame:
        """One row a roadmap and measure: value, error, unit, engine, draws, seed, scenario hash."""
        import polars

        rows = []
        units = {"npv": self.currency, "roi": "ratio", "payback_months": "months", "cash_trough": self.currency}
        for index, one in enumerate(self.outcomes):
            measures = self.measures(index)
            for name, unit in units.items():
                found = dict(measures[name] or {})
                intervals = found.pop("intervals", {})
                intervals.pop("confidence", None)
                ends = {f"{key}.{end}": own[end] for key, own in intervals.items() for end in ("low", "high")}
                for key, value in {**found, **ends}.items():
                    rows.append(
                        (str(one.roadmap), f"{name}.{key}", value, "share" if key.startswith("prob_none") else unit)
                    )
            rows.append((str(one.roadmap), "prob_npv_negative", measures["prob_npv_negative"], "share"))
            for name, value in measures["categories"].items():
                rows.append((str(one.roadmap), f"categories.{name}", value, self.currency))
            for name, kpi in measures["kpis"].items():
                rows.append((str(one.roadmap), f"kpis.{name}", kpi["roadmap"], kpi["unit"]))
                rows.append((str(one.roadmap), f"kpis.{name}.baseline", kpi["baseline"], kpi["unit"]))
            for role, hours in measures["freed_hours"].items():
                rows.append((str(one.roadmap), f"freed_hours.{role}", hours["hours_per_month"], "hours/month"))
                rows.append((str(one.roadmap), f"spared_months.{role}", hours["spared_seat_months"], "seat-months"))
        frame = polars.DataFrame(rows, schema=["roadmap", "measure", "value", "unit"], orient="row")
        return frame.with_columns(
            engine=polars.lit(self.engine),
            draws=polars.lit(self.draws),
            seed=polars.lit(self.seed),
            scenario_hash=polars.lit(self.scenario_hash),
        )

    def __rich_repr__(self) -> Iterator[Any]:
        yield "scenario", self.scenario
        yield "engine", self.engine
        yield "draws", self.draws
        yield "seed", self.seed
        for one in self.outcomes:
            npv = one.statistic_of(one.npv)
            npv = replace(npv, se=None) if self.noise > 1 else npv
            yield str(one.roadmap), f"NPV {_with_error(npv)} {self.currency}"

    def __repr__(self) -> str:
        return f"Outcomes({', '.join(f'{name}={value}' for name, value in self.__rich_repr__())})"


def _ratio(one: Outcome) -> dict[str, Any] | None:
    """The document of `Outcome.roi`."""
    if one.roi is None:
        return None
    return {**described(one.npv / one.cost, mean=ratio_interval(one.npv, one.cost)), **one.roi.as_dict()}


def without_errors(found: Any, why: str) -> Any:
    """Figures of a document whose errors are all refused; the interval of a share that must have ends is [0, 1].

    >>> without_errors({"mean": 2.0, "se": 1.0, "low": 0.0, "high": 4.0, "refused": None}, "no")
    {'mean': 2.0, 'se': None, 'low': None, 'high': None, 'refused': 'no'}
    """
    if not isinstance(found, dict):
        return found
    out = {name: without_errors(value, why) for name, value in found.items()}
    if "refused" in out:
        return {**out, "se": None, "low": None, "high": None, "refused": why}
    if {"share", "low", "high"} <= out.keys():
        return {**out, "low": 0.0, "high": 1.0}
    return {**out, "se": None} if "se" in out else out


def _breaches(own: Breach, usual: Breach) -> dict[str, Any]:
    return {"below": asdict(own), "baseline_below": asdict(usual)}


def _with_error(found: Statistic) -> str:
    """Mean and standard error as text; one draw has no error."""
    error = "error unknown" if found.se is None else f"± {found.se:,.0f}"
    return f"{found.mean:,.0f} {error}"


def _mean(values: Floats) -> float | None:
    """Mean over draws and years of what exists; None where nothing does."""
    known = values[~np.isnan(values)]
    return float(np.mean(known)) if known.size else None


def clipping_notes(drivers: int, effects: int, draws: int) -> tuple[str, ...]:
    """What to say of values cut to the range of their field: of drivers, and by effects month by month."""
    notes = []
    if drivers:
        notes.append(f"{drivers} values of drivers in {draws} draws lay outside their range and were clipped into it")
    if effects:
        notes.append(f"effects took {effects} monthly values outside their range; they were clipped into it")
    return tuple(notes)


def installed(package: str) -> str | None:
    """Version of an installed package; None where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


def provenance(scenario_hash: str) -> dict[str, Any]:
    """What made a figure: scenario, interpreter and package versions."""
    versions = {package: found for package in PACKAGES if (found := installed(package)) is not None}
    return {
        "scenario_hash": scenario_hash,
        "version": versions.get("roadfolio", "source"),
        "python": platform.python_version(),
        "packages": versions,
    }
