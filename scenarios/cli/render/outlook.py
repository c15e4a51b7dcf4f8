"""The table of futures: what a roadmap is worth in each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.cli.render.figures import chance, sensible
from scenarios.cli.render.words import cell, plain_table
from sim.display.text import clean
from sim.outcomes import statistic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from scenarios.outlook import Prospect


def outlook_table(prospects: Sequence[Prospect], currency: str) -> Table:
    """One row a future; all on the same draws, which need not be those of the rest of the screen."""
    heads = (_head(prospects), "share of draws", f"NPV, {currency}", "loses money", "deepest cash trough")
    table = plain_table(*heads, right=(1, 2, 3, 4))
    for one in prospects:
        outcome = one.outcomes[0]
        npv, trough = statistic(outcome.npv), statistic(outcome.trough)
        table.add_row(
            cell(f"{clean(one.future)}: {clean(one.title, 120)}"),
            cell("no probability" if one.probability is None else f"{100 * one.probability:.3g} %"),
            cell(sensible(npv.mean or 0.0, npv.se)),
            cell(chance(outcome.prob_npv_negative, one.outcomes.draws)),
            cell(sensible(trough.mean or 0.0, trough.se)),
        )
    return table


def _head(prospects: Sequence[Prospect]) -> str:
    """How many draws, and of which kind."""
    if not prospects:
        return "in each future"
    made = prospects[0].outcomes
    kind = "random draws" if made.randomisations == 1 else f"{made.points} points"
    return f"in each future ({made.draws:,} {kind})"
