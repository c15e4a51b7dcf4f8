"""The unit of a figure of a document, from the names on the way to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scenarios.workbooks.described import Described

MONEY = {
    "npv", "cash_trough", "cash_pv", "categories", "capital", "delivery", "running", "budget", "budgets", "amount",
    "cost", "worth", "cvar", "trough", "score", "indifference", "program_worth", "objective", "bound", "regret",
    "carried", "spent", "gain", "step", "simulated", "delta", "value_of_more", "granted", "debt", "program",
    "npv_within_horizon", "cash", "stochastic_value", "needed",
}  # fmt: skip
RATIO = {"roi", "irr", "gap"}
COUNTS = ("draws", "number", "count", "simulated_", "drivers", "replications")
SHARES = ("prob", "share", "p_", "confidence", "near", "level", "weight")
PLAIN = {
    "factor", "draws", "points", "solves", "roadmaps", "resamples", "n", "round", "changes", "proved", "sets", "id",
    "weightings", "concentration",
}  # fmt: skip


def unit_of_figure(path: str, currency: str) -> str:
    """Unit as printed, empty where the name tells none. The innermost word that has a unit decides.

    >>> [unit_of_figure(path, "EUR") for path in ("npv.intervals.mean.low", "prob_npv_negative", "payback_months.p50")]
    ['EUR', 'share', 'months']
    >>> unit_of_figure("finalists.draws", "EUR"), unit_of_figure("seconds", "EUR")
    ('', 'seconds')
    """
    for word in reversed(path.split(".")):
        if word in PLAIN or word.endswith("_factor") or word.startswith(COUNTS):
            return ""
        if word in RATIO or word.startswith(SHARES) or word.endswith(("_share", "_probability")):
            return "share"
        if word.endswith("months") or word in ("month", "start_month"):
            return "months"
        if word == "seconds":
            return "seconds"
        if word.endswith("hours_per_month"):
            return "hours/month"
        if word in MONEY:
            return currency
    return ""


@dataclass(frozen=True)
class Units:
    """What a document says of its units. statistic: of the figure that it studies. kpis: of each KPI."""

    currency: str
    statistic: str = ""
    kpis: Mapping[str, str] = field(default_factory=dict)
    described: Described = field(default_factory=lambda: Described({}))

    def of(self, path: str) -> str:
        """Unit of a single figure."""
        words = path.split(".")
        if "kpis" in words[:-1]:
            return self.kpis.get(words[words.index("kpis") + 1], "")
        if self.statistic and words[0] in ("value", "figures"):
            return self.statistic
        stated = self.described.unit(path, self.currency)
        return unit_of_figure(path, self.currency) if stated is None else stated

    def of_column(self, table: str, head: str, stated: bool) -> str:
        """Unit of a column of a table. stated: a column of the table says the unit of each row."""
        if stated:
            row = self.described.unit(f"{table}.{head}", self.currency) or unit_of_figure(head, self.currency)
            return self.statistic if head.startswith("figures.") else row if row == "share" else ""
        own = self.described.unit(f"{table}.{head}", self.currency)
        if own is not None and "goals_reached" not in head:  # a number of goals in the block of an amount
            return own
        if head in ("value", "se", "low", "high", "mean") and unit_of_figure(table, self.currency) == self.currency:
            return self.currency
        return self.of(head)
