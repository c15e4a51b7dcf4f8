"""What each initiative adds to its roadmap: its Shapley value, and what would be lost without it."""

from __future__ import annotations

from typing import Any

from scenarios.reporting.gather import Gathered
from scenarios.reporting.part import Part, table
from scenarios.reporting.words import about, change
from sim.display.style import BLUE, INK, ORANGE, bars_height, figure, rows, titled
from sim.display.text import label, plain

TITLE = "What each initiative contributes"


def contribution(run: Gathered) -> Part:
    """Bars with two standard errors; a diamond: what the roadmap loses without the initiative and what needs it."""
    found, missing = run.part("contributions")
    if found is None:
        return Part("contributions", TITLE, missing=missing)
    all_, currency = found["initiatives"], run.currency
    size = max(abs(one["npv"]["mean"]) for one in all_)
    first, last = all_[0], all_[-1]
    total = sum(one["npv"]["mean"] for one in all_)
    sentence = f"{run.name(first['id'])} contributes most, {about(first['npv']['mean'], size, currency)}"
    if total > 0.0 and len(all_) > 1:
        sentence += f"; all {len(all_)} together make {about(total, size, currency)}"
    if last["npv"]["mean"] < 0.0 and len(all_) > 1:
        sentence += f"; {run.name(last['id'])} costs more than it earns, {about(last['npv']['mean'], size, currency)}"
        if any(last["id"] in one["roadmap"] for one in run.plan["yardsticks"] if one["policy"] == "do nothing"):
            sentence += ", and has to be done"
    y = list(range(len(all_)))
    data: list[dict[str, Any]] = [
        {
            "type": "bar", "orientation": "h", "name": "Shapley value of the NPV", "width": 0.55, "y": y,
            "x": [one["npv"]["mean"] for one in all_],
            "error_x": {"type": "data", "array": [2.0 * one["npv"]["se"] for one in all_], "color": INK,
                        "thickness": 1.2, "width": 4},
            "marker": {"color": BLUE, "line": {"color": INK, "width": 0.5}},
            "hovertemplate": "%{x:,.3s}<extra>contributes</extra>",
        },
        {
            "type": "scatter", "mode": "markers", "name": "lost without it and what needs it", "y": y,
            "x": [one["last_in"]["mean"] for one in all_],
            "marker": {"symbol": "diamond", "size": 10, "color": ORANGE, "line": {"color": INK, "width": 1}},
            "hovertemplate": "%{x:,.3s}<extra>lost without it</extra>",
        },
    ]  # fmt: skip
    chart = figure(
        data, bars_height(len(all_)), {"title": titled(f"NPV, {plain(currency, 12)}"), "tickformat": ",.3~s"},
        rows([label(run.name(one["id"])) for one in all_]), showlegend=True,
    )  # fmt: skip
    lines = [
        (run.name(one["id"]), *(change(one[key]["mean"], one[key]["se"]) for key in ("npv", "alone", "last_in")),
         change(one["cost"]["mean"], one["cost"]["se"]).lstrip("+"))
        for one in all_
    ]  # fmt: skip
    heads = ("initiative", "contributes", "alone", "lost without it and what needs it", "own cost")
    caption = f"Mean NPV on {found['draws']:,} draws, {plain(currency, 12)}"
    notes = (
        f"Bars are Shapley values on the first {found['draws']:,} draws of the report; the lines are two standard "
        "errors.",
    )
    return Part(
        "contributions", TITLE, f"{sentence}.", chart, (table(caption, heads, lines, range(1, 5)),), notes=notes
    )
