"""Trajectories of a roadmap over many draws: fans by month, loss exceedance, rates of return, and draws to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.display.shown import Shown
from sim.measures.exceedance import EDGES, ENOUGH, ROUND, Chance, Exceedance, ReturnLevel
from sim.outcomes import SCHEMA_VERSION, provenance
from sim.rate_of_return import RatesOfReturn
from sim.roadmap import Roadmap

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

Floats = NDArray[np.float64]
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
NAMES = tuple(f"p{round(100 * p)}" for p in SHARES)
#: What fans are of; money at the end of a month.
SERIES = {
    "cumulative": "cash of the roadmap less that of the baseline, summed from month 0, before finance",
    "balance": "the company's own cash under the roadmap, finance included",
    "baseline_balance": "the company's own cash without the roadmap",
}
#: What losses are of: the baseline or the roadmap, before and after what insurance pays for the events of the year.
LOSSES = ("baseline", "baseline_net", "roadmap", "roadmap_net")
SHOWN_FROM = 0.9  # share of all losses above the smallest one shown
RETURN_YEARS = (10.0, 20.0, 100.0)
NOTABLE = ("worst", "median", "best")


@dataclass(frozen=True)
class Fan:
    """A series by month over the draws. mean, se: (months,), se None for one draw. quantiles: (5, months) at SHARES.
    low, high: (5, months) their intervals; NaN where the draws are too few."""

    mean: Floats
    se: Floats | None
    quantiles: Floats
    low: Floats
    high: Floats

    def document(self) -> dict[str, Any]:
        """Lists by month."""
        return {
            "mean": self.mean.tolist(),
            "se": None if self.se is None else self.se.tolist(),
            **{name: row.tolist() for name, row in zip(NAMES, self.quantiles, strict=True)},
            "low": {name: _known(row) for name, row in zip(NAMES, self.low, strict=True)},
            "high": {name: _known(row) for name, row in zip(NAMES, self.high, strict=True)},
        }


@dataclass(frozen=True)
class Notable:
    """A draw worth looking at, by the NPV of the roadmap in it."""

    name: str
    draw: int
    npv: float


@dataclass(frozen=True, repr=False)
class Trajectories(Shown):
    """What `trajectories` found. fans: by name of SERIES. annual: loss of a random year of the horizon, by name of
    LOSSES, None where the horizon has no whole year; whole: the loss of the whole horizon. rank_error: most by which
    the rank of a quantile of a fan can be wrong because memory is bounded, a share; 0: exact."""

    scenario: str
    scenario_hash: str
    title: str
    currency: str
    start: str
    roadmap: Roadmap
    seed: int
    first_draw: int
    draws: int
    months: int
    fans: dict[str, Fan]
    annual: dict[str, Exceedance] | None
    whole: dict[str, Exceedance]
    rates: RatesOfReturn
    notable: tuple[Notable, ...]
    rank_error: float
    notes: tuple[str, ...] = field(default=())

    def document(self) -> dict[str, Any]:
        """The JSON document, as `roadfolio course` prints it."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "roadmap": self.roadmap.as_dict,
            "seed": self.seed,
            "draws": self.draws,
            "first_draw": self.first_draw,
            "engine": "kernel",
            "currency": self.currency,
            "start": self.start,
            "months": self.months,
            "rank_error": self.rank_error,
            "fans": {name: fan.document() for name, fan in self.fans.items()},
            "losses": {
                "annual": None if self.annual is None else _losses(self.annual, levels=True),
                "whole_horizon": _losses(self.whole, levels=False),
            },
            **self.rates.document(),
            "notable": {one.name: {"draw": one.draw, "npv": one.npv} for one in self.notable},
            "notes": list(self.notes),
            "provenance": provenance(self.scenario_hash),
        }

    def to_frame(self, more: Iterable[tuple[Any, ...]] = ()) -> polars.DataFrame:
        """One row a figure: series, month (None where it has none), statistic, value, low, high, unit; draws, seed and
        scenario hash in every row. Losses: statistic `above X` with the probability, and `1 in T years`. more: further
        rows, of figures that were made elsewhere."""
        import polars

        names = ("series", "month", "statistic", "value", "low", "high", "unit")
        kinds = dict(zip(names, (str, int, str, float, float, float, str), strict=True))
        frame = polars.DataFrame([*self._rows(), *more], schema=kinds, orient="row")
        return frame.with_columns(
            draws=polars.lit(self.draws),
            seed=polars.lit(self.seed),
            scenario_hash=polars.lit(self.scenario_hash),
        )

    def _rows(self) -> Iterator[tuple[str, int | None, str, float | None, float | None, float | None, str]]:
        money = self.currency
        for name, fan in self.fans.items():
            for m in range(self.months):
                error = None if fan.se is None else float(fan.se[m])
                yield name, m, "mean", float(fan.mean[m]), None, None, money
                yield name, m, "se", error, None, None, money
                for k, p in enumerate(NAMES):
                    low, high = _known([fan.low[k, m], fan.high[k, m]])
                    yield name, m, p, float(fan.quantiles[k, m]), low, high, money
        for span, losses in (("annual", self.annual), ("whole_horizon", self.whole)):
            for name, found in (losses or {}).items():
                series = f"losses.{span}.{name}"
                yield series, None, "mean", found.mean, None, None, money
                yield series, None, "se", found.se, None, None, money
                for x in grid_of(losses or {}):
                    one = found.chance(x)
                    yield series, None, f"above {x:g}", one.share, one.low, one.high, "share"
                for years in RETURN_YEARS if span == "annual" else ():
                    level = found.level(years)
                    yield series, None, f"1 in {years:g} years", level.loss, level.low, level.high, money
        for name, rate in (("irr", self.rates.irr), ("mirr", self.rates.mirr)):
            yield name, None, "value", rate.value, rate.low, rate.high, "1/year"
            yield name, None, "se", rate.se, None, None, "1/year"

    def __rich_repr__(self) -> Iterator[Any]:
        yield "scenario", self.scenario
        yield "roadmap", str(self.roadmap)
        yield "draws", self.draws
        yield "months", self.months

    def plot(self, series: str = "cumulative") -> go.Figure:
        """A series of SERIES by month as a fan. Raises KeyError for a name that is none."""
        from sim.display.drawn import drawn
        from sim.display.fan import fan

        one = self.fans[series]
        found = {name: values.tolist() for name, values in zip(NAMES, one.quantiles, strict=True)}
        found["mean"] = one.mean.tolist()
        chart = fan([*range(1, self.months + 1)], found, self.currency, "month from the start", zero=True)
        return drawn(chart, f"{SERIES[series][:1].upper()}{SERIES[series][1:]}")


def grid_of(losses: dict[str, Exceedance]) -> tuple[float, ...]:
    """Losses to show: 0, then 1, 2 and 5 times powers of ten, from what a tenth of the losses do not exceed up to what
    at least 20 draws exceed, under the worst of `losses`.

    >>> from sim.measures.exceedance import LossGrid
    >>> grid = LossGrid(1)
    >>> grid.add(np.linspace(0.0, 1000.0, 2001)[np.newaxis, :])
    >>> grid_of({"baseline": grid.result()})
    (0.0, 100.0, 200.0, 500.0)
    """
    at = np.searchsorted(EDGES, ROUND)
    share = np.max([found.bands[0] for found in losses.values()], axis=0)
    seen = np.max([found.above[2] for found in losses.values()], axis=0)
    shown = (share[at] <= SHOWN_FROM * share[0] * (1.0 + 1e-9)) & (seen[at] >= ENOUGH)
    return (0.0, *ROUND[shown].tolist())


def _losses(losses: dict[str, Exceedance], levels: bool) -> dict[str, Any]:
    grid = grid_of(losses)
    return {
        name: {
            "mean": found.mean,
            "se": found.se,
            "above": [_chance(found.chance(x)) for x in grid],
            **({"levels": [_level(found.level(years)) for years in RETURN_YEARS]} if levels else {}),
        }
        for name, found in losses.items()
    }


def _chance(one: Chance) -> dict[str, float]:
    return {"loss": one.loss, "share": one.share, "se": one.se, "low": one.low, "high": one.high}


def _level(one: ReturnLevel) -> dict[str, Any]:
    return {"years": one.years, "loss": one.loss, "low": one.low, "high": one.high, "refused": one.refused}


def _known(values: Any) -> list[float | None]:
    """NaN as None."""
    return [None if np.isnan(x) else float(x) for x in values]
