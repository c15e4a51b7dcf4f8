"""Which columns of which tables a result workbook draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Chart:
    """A chart of a table. across: column of the categories or of the horizontal axis. up: columns drawn. lines:
    columns drawn as lines over the bars. error: column of the standard error of the first one."""

    table: str
    kind: Literal["column", "stacked", "bar", "scatter", "line", "range"]
    across: str
    up: tuple[str, ...]
    title: str
    lines: tuple[str, ...] = ()
    error: str = ""
    markers_only: bool = False


VALUE = Chart("Categories", "column", "name", ("value",), "Worth by category, present value", error="se")
FUTURES = Chart("Futures", "bar", "future", ("npv.mean",), "Mean NPV in each future", error="npv.se")
QUANTILES = ("p50", "p5", "p95", "p25", "p75")
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
              "Change of the figure with each driver at its low and at its high end"),
        Chart("Influences", "bar", "name", ("figures.total.estimate",), "Share of the variance, with interactions"),
        Chart("Influences", "bar", "name", ("figures.mu_star.estimate",), "Mean size of the change (mu*)"),
        Chart("Influences", "bar", "name", ("figures.pawn.estimate",), "PAWN index"),
        Chart("Influences", "bar", "name", ("figures.delta.estimate",), "Delta index"),
    ),
    "sweep": (),
    "simulate": (VALUE,),
    "contributions": (
        Chart("Initiatives", "bar", "id", ("shapley.npv.mean",), "Share of each initiative in the mean NPV (Shapley)",
              error="shapley.npv.se"),
    ),
    "course": (
        Chart("Cumulative", "line", "month", QUANTILES,
              "Cumulative cash against doing nothing: quantiles of the draws"),
        Chart("Balance", "line", "month", QUANTILES,
              "Balance of the business: quantiles of the draws"),
    ),
    "uncertainty": (
        Chart("Measures", "column", "name", ("share_of_ignorance.share",), "Share of the variance that is ignorance"),
    ),
    "gaps": (
        Chart("Goals", "bar", "title", ("baseline.reached.share",), "Goals reached without any initiative"),
        Chart("Initiatives", "bar", "title", ("attainment.mean",), "What each initiative adds to the goals",
              error="attainment.se"),
    ),
    "break-even": (
        Chart("Curve", "scatter", "value", ("difference.estimate", "difference.low", "difference.high"),
              "Difference of the decision as the number varies"),
    ),
    "information": (
        Chart("Drivers", "bar", "name", ("nested.value",), "At most worth to know each number before choosing",
              error="nested.se"),
    ),
    "robustness": (
        Chart("Initiatives", "bar", "title", ("share.value",), "How often each initiative is funded as drivers vary"),
        Chart("Decisions", "bar", "name", ("regret.value",), "Mean regret of each decision", error="regret.se"),
    ),
    "discover": (Chart("Trajectory", "scatter", "coverage", ("density",), "Density against coverage of the boxes"),),
    "policies": (
        Chart("Policies", "bar", "name", ("npv.mean",), "Mean NPV of each way to plan", error="npv.se"),
        Chart("Worths", "bar", "habit", ("npv.mean",), "Worth of each habit", error="npv.se"),
    ),
    "check": (Chart("Loads", "column", "role", ("average", "busiest"), "Work offered to each role"),),
}  # fmt: skip
