"""Which columns of which tables a result workbook draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Chart:
    """A chart beside a table. across: column of the categories or of the horizontal axis. up: columns drawn. lines:
    columns drawn as lines over the bars. error: column of the standard error of the first one. base: figure of the
    Summary at which the bars begin, else 0."""

    table: str
    kind: Literal["column", "stacked", "bar", "scatter", "range"]
    across: str
    up: tuple[str, ...]
    title: str
    lines: tuple[str, ...] = ()
    error: str = ""
    base: str = ""
    markers_only: bool = False


VALUE = Chart("Categories", "column", "name", ("value",), "Worth by category, present value", error="se")
FUTURES = Chart("Futures", "bar", "future", ("npv.mean",), "Mean NPV in each future", error="npv.se")
CHARTS: dict[str, tuple[Chart, ...]] = {
    "roi": (VALUE, FUTURES),
    "plan": (
        Chart("Periods", "stacked", "label", ("capital", "delivery", "running"), "Cost by period against the budget",
              lines=("budget",)),
        Chart("Finalists", "bar", "roadmap", ("npv.mean",), "Mean NPV of the finalists", error="npv.se"),
        Chart("Yardsticks", "bar", "policy", ("npv.mean",), "Mean NPV of simple rules", error="npv.se"),
        VALUE,
        FUTURES,
    ),
    "compare": (
        Chart("Arms", "column", "name", ("npv.mean",), "Mean NPV of each arm", error="npv.se"),
        Chart("Pairs", "column", "first", ("npv.mean",), "Difference of mean NPV from the other arm", error="npv.se"),
    ),
    "frontier": (
        Chart("Budgets", "scatter", "budget", ("npv.mean", "worth"), "NPV against budget"),
        Chart("Points", "scatter", "cvar", ("npv.mean",), "Mean NPV against CVaR"),
    ),
    "sensitivity": (
        Chart("Influences", "range", "name", ("figures.low.estimate", "figures.high.estimate"),
              "The figure with each driver at its low and at its high end", base="value.estimate"),
        Chart("Influences", "bar", "name", ("figures.total.estimate",), "Share of the variance, with interactions"),
        Chart("Influences", "bar", "name", ("figures.mu_star.estimate",), "Mean size of the change (mu*)"),
        Chart("Influences", "bar", "name", ("figures.pawn.estimate",), "PAWN index"),
        Chart("Influences", "bar", "name", ("figures.delta.estimate",), "Delta index"),
    ),
    "sweep": (),
}  # fmt: skip
