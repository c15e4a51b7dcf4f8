"""What `compare` found, frozen, with unit and error; as a document and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.display.shown import Shown
from sim.outcomes import provenance

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

    from optimize.archive import Estimate
    from scenarios.comparing.attribution import Attribution
    from scenarios.comparing.dominance import Dominance
    from scenarios.comparing.paired import Difference, Odds
    from scenarios.comparing.regret import Regret
    from sim.measures import Interval

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class ArmResult:
    """One arm alone. scenario_hash: of its world. npv: against its own baseline, the same world without initiatives.
    cash: present value of the cash flow of the whole business before finance within the horizon; cash_without: of its
    baseline. All [currency], paired by draw with the other arms. kpis: mean of the years; None where no draw has one.
    goals: share of draws that reach each."""

    name: str
    where: str
    scenario_hash: str
    future: str | None
    policy: str | None
    roadmap: Mapping[str, int]
    npv: Estimate
    npv_p5: float
    npv_p95: float
    loss: Interval
    cost: Estimate
    trough: Estimate
    cash: Estimate
    cash_without: Estimate
    kpis: Mapping[str, Estimate | None]
    goals: Mapping[str, Interval]

    def document(self) -> dict[str, Any]:
        """As JSON documents hold it."""
        return {
            "name": self.name,
            "where": self.where,
            "scenario_hash": self.scenario_hash,
            "future": self.future,
            "policy": self.policy,
            "roadmap": dict(self.roadmap),
            "npv": {**_estimate(self.npv), "p5": self.npv_p5, "p95": self.npv_p95},
            "prob_npv_negative": {"share": self.loss.estimate, **self.loss.ends()},
            "cost": _estimate(self.cost),
            "cash_trough": _estimate(self.trough),
            "cash_pv": _estimate(self.cash),
            "baseline_cash_pv": _estimate(self.cash_without),
            "kpis": {name: None if one is None else _estimate(one) for name, one in self.kpis.items()},
            "goals": {name: {"share": one.estimate, **one.ends()} for name, one in self.goals.items()},
        }


@dataclass(frozen=True)
class Pair:
    """The first arm minus the second, by draw. same_world: whether both have one baseline. categories: parts of the
    difference of the NPV by category of the ledger, which add up to it. dominance: of NPV, first and second order.
    cash, baseline: differences of the present values of cash, with the roadmaps and without any."""

    first: str
    second: str
    same_world: bool
    npv: Difference
    odds: Odds
    dominance: tuple[Dominance, ...]
    cost: Difference
    trough: Difference
    cash: Difference
    baseline: Difference
    kpis: Mapping[str, Difference]
    goals: Mapping[str, Difference]
    categories: Mapping[str, Difference]
    attribution: Attribution

    def document(self) -> dict[str, Any]:
        """As JSON documents hold it."""
        return {
            "first": self.first,
            "second": self.second,
            "same_world": self.same_world,
            "npv": self.npv.document(),
            "odds": self.odds.document(),
            "dominance": [one.document() for one in self.dominance],
            "cost": self.cost.document(),
            "cash_trough": self.trough.document(),
            "cash_pv": self.cash.document(),
            "baseline_cash_pv": self.baseline.document(),
            "kpis": {name: one.document() for name, one in self.kpis.items()},
            "goals": {name: one.document() for name, one in self.goals.items()},
            "categories": {name: one.document() for name, one in self.categories.items()},
            "attribution": self.attribution.document(),
        }


@dataclass(frozen=True, repr=False)
class Comparison(Shown):
    """Arms on `draws` common draws from `first_draw` on. scenario, scenario_hash, title: of the first arm. pairs: as
    asked for. regret: None where there is one roadmap or one world only. kpi_units: by KPI."""

    scenario: str
    scenario_hash: str
    title: str
    currency: str
    seed: int
    first_draw: int
    draws: int
    arms: tuple[ArmResult, ...]
    pairs: tuple[Pair, ...]
    regret: Regret | None
    kpi_units: Mapping[str, str]
    notes: tuple[str, ...]

    def pair(self, first: str, second: str) -> Pair:
        """The pair of these arms. Raises KeyError where it was not compared in this order."""
        for one in self.pairs:
            if (one.first, one.second) == (first, second):
                return one
        raise KeyError(f"{first} minus {second} was not compared")

    def document(self) -> dict[str, Any]:
        """The JSON document that `roadfolio compare --json` prints."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "seed": self.seed,
            "first_draw": self.first_draw,
            "draws": self.draws,
            "currency": self.currency,
            "arms": [one.document() for one in self.arms],
            "pairs": [one.document() for one in self.pairs],
            "regret": None if self.regret is None else self.regret.document(),
            "kpi_units": dict(self.kpi_units),
            "notes": list(self.notes),
            "provenance": provenance(self.scenario_hash),
        }

    def to_frame(self) -> polars.DataFrame:
        """One row a pair and figure: first, second, figure, difference, se, low, high, verdict, unit."""
        import polars

        rows = []
        for pair in self.pairs:
            figures = {"npv": pair.npv, "cost": pair.cost, "cash_trough": pair.trough, "cash_pv": pair.cash}
            figures |= {f"kpis.{name}": one for name, one in pair.kpis.items()}
            figures |= {f"goals.{name}": one for name, one in pair.goals.items()}
            figures |= {f"categories.{name}": one for name, one in pair.categories.items()}
            for name, one in figures.items():
                ends = one.interval
                rows.append(
                    (pair.first, pair.second, name, one.mean, ends.se, ends.low, ends.high, one.verdict, one.unit)
                )
        number, text = polars.Float64, polars.String
        schema = {"first": text, "second": text, "figure": text, "difference": number, "se": number}
        schema |= {"low": number, "high": number, "verdict": text, "unit": text}
        frame = polars.DataFrame(rows, schema=schema, orient="row")
        return frame.with_columns(
            draws=polars.lit(self.draws), seed=polars.lit(self.seed), scenario_hash=polars.lit(self.scenario_hash)
        )

    def __rich_repr__(self) -> Iterator[Any]:
        yield "draws", self.draws
        for one in self.arms:
            yield one.name, f"NPV {one.npv} {self.currency}"
        for pair in self.pairs:
            yield f"{pair.first} minus {pair.second}", pair.npv.verdict

    def plot(self) -> go.Figure:
        """Paired differences of the mean NPV with their 95 % intervals."""
        from sim.display.forest import Row, forest

        rows = [
            Row(f"{one.first} minus {one.second}", one.npv.mean, one.npv.interval.low, one.npv.interval.high)
            for one in self.pairs
        ]
        return forest(f"Differences on {self.draws:,} common draws", rows, self.currency, "difference of the mean NPV")


def _estimate(one: Estimate) -> dict[str, float]:
    return {"mean": one.mean, "se": one.se}
