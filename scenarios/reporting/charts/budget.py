"""Cost of the roadmap in each period against what the budgets allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.reporting.gather import Gathered
from scenarios.reporting.part import Part, table
from scenarios.reporting.words import amount, list_of
from sim.display.style import BLUE, INK, ORANGE, SKY, figure, filled, titled
from sim.display.text import plain

KINDS = {"capital": (BLUE, ""), "delivery": (SKY, "/"), "running": (ORANGE, ".")}


def budget(run: Gathered) -> Part:
    """Bars of cost by kind in each period, and a line of the budgets with what is carried into the period."""
    periods, currency = run.plan["periods"], run.currency
    labels = [plain(one["label"], 30) for one in periods]
    spent = [sum(one[kind] for kind in KINDS) for one in periods]
    limits = [limit(periods, t) for t in range(len(periods))]
    known = bool(periods) and bool(periods[0]["budgets"])
    total = sum(spent)
    most = max(range(len(spent)), key=lambda t: spent[t]) if spent else 0
    sentence = f"The roadmap costs {amount(total, currency)} in the mean over {len(periods)} periods"
    if total > 0.0:
        sentence += f", most of it in {labels[most]} ({amount(spent[most], currency)})"
    if known and total > 0.0:
        tight = min((t for t in range(len(spent)) if spent[t] > 0.0), key=lambda t: limits[t] - spent[t])
        sentence += f"; the least room under the budgets is {amount(limits[tight] - spent[tight], currency)} in "
        sentence += labels[tight]
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": kind,
            "x": labels,
            "y": [one[kind] for one in periods],
            "marker": filled(color, shape),
            "hovertemplate": f"%{{y:,.0f}}<extra>{kind}</extra>",
        }
        for kind, (color, shape) in KINDS.items()
    ]  # fmt: skip
    if known:
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": "budget, with what is carried over",
                "x": labels,
                "y": limits,
                "line": {"color": INK, "dash": "dash", "shape": "hvh", "width": 1.5},
                "marker": {"symbol": "line-ew-open", "size": 7, "color": INK},
                "hovertemplate": "%{y:,.0f}<extra>budget</extra>",
            }
        )
    chart = figure(
        data, 300, {"type": "category", "nticks": 8}, {"title": titled(plain(currency, 12)), "tickformat": ",.3~s"},
        barmode="stack", showlegend=True,
    )  # fmt: skip
    rows = [
        (
            labels[t],
            list_of((run.name(name) for name, month in run.plan["roadmap"].items() if run.when(month) == one["label"]),
                    30) or "-",
            *(amount(one[kind]) for kind in KINDS),
            amount(spent[t]),
            amount(limits[t]) if known else "no budget",
        )
        for t, one in enumerate(periods)
    ]  # fmt: skip
    heads = ("period", "starts", *KINDS, "all", "budget and carried over")
    found = table(f"Mean cost by period, {plain(currency, 12)}", heads, rows, range(2, 7))
    return Part("budget", "Cost against budget", f"{sentence}.", chart, (found,))


def limit(periods: Sequence[Mapping[str, Any]], t: int) -> float:
    """What all budgets allow in period t: their amounts, grants, and what is carried in; credit is not counted."""
    before = periods[t - 1]["budgets"] if t else {}
    carried = sum(purse["carried"] for purse in before.values())
    return float(carried + sum(purse["amount"] + purse["granted"] for purse in periods[t]["budgets"].values()))
