"""Results of simulating roadmaps: frozen, with error, unit and origin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.breach import Breach
from sim.cash_floor import FloorRule
from sim.covenant import CovenantRule
from sim.display.shown import Shown
from sim.measures import (
    ChanceBelow,
    ratio_interval,
)
from sim.montecarlo.kpis import CATEGORIES, KPIS
from sim.outcome import CyberRecord as CyberRecord
from sim.outcome import Outcome as Outcome
from sim.outcome import known_mean, with_error
from sim.provenance import installed as installed
from sim.provenance import provenance as provenance
from sim.replicated import replicated
from sim.statistic import Statistic as Statistic
from sim.statistic import change_of, described, mean_error, years_error
from sim.statistic import statistic as statistic

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

Floats = NDArray[np.float64]
PACKAGES = ("roadfolio", "numpy", "scipy", "numba", "simpy", "pulp", "highspy")
SCHEMA_VERSION = 1


MOST_LINES = 6
"""Roadmaps whose distributions one chart can show."""


@dataclass(frozen=True, repr=False)
class Outcomes(Shown):
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
                    "baseline": known_mean(before),
                    "roadmap": known_mean(after),
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
            yield str(one.roadmap), f"NPV {with_error(npv)} {self.currency}"

    def plot(self) -> go.Figure:
        """NPV by draw, a line a roadmap; of more than six roadmaps the mean with its 95 % interval."""
        from sim.display.distribution import distribution
        from sim.display.forest import forest, row

        if len(self.outcomes) <= MOST_LINES:
            samples = {str(one.roadmap): one.npv for one in self.outcomes}
            return distribution(f"NPV on {self.draws:,} draws", samples, self.currency, "NPV")
        means = [(str(one.roadmap), one.statistic_of(one.npv)) for one in self.outcomes]
        rows = [row(name, found.mean, None if self.noise > 1 else found.se) for name, found in means]
        return forest(f"Mean NPV on {self.draws:,} draws", rows, self.currency, "mean NPV")


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


def clipping_notes(drivers: int, effects: int, draws: int) -> tuple[str, ...]:
    """What to say of values cut to the range of their field: of drivers, and by effects month by month."""
    notes = []
    if drivers:
        notes.append(f"{drivers} values of drivers in {draws} draws lay outside their range and were clipped into it")
    if effects:
        notes.append(f"effects took {effects} monthly values outside their range; they were clipped into it")
    return tuple(notes)
