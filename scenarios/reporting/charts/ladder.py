"""What each further step of budget buys."""

from __future__ import annotations

from scenarios.reporting.gather import Gathered
from scenarios.reporting.part import Part, table
from scenarios.reporting.words import about, amount, change, list_of, money
from sim.display.style import BLUE, INK, VERMILLION, figure, titled
from sim.display.text import plain

TITLE = "What each further step of budget buys"
CLEAR = 2.0  # standard errors from which on a step is called one


def ladder(run: Gathered) -> Part:
    """Mean NPV against the size of all budgets, with two standard errors; the present budgets are marked."""
    found, missing = run.part("ladder")
    rows = [] if found is None else [one for one in found["rows"] if one["npv"] is not None]
    if found is None or not rows:
        return Part("ladder", TITLE, missing=missing or "No roadmap was found for any of these budgets.")
    currency = run.currency
    here = next((one for one in rows if one["factor"] == 1.0), None)
    size = max(abs(one["npv"]["mean"]) for one in rows)
    sentence = ""
    if here is not None:
        sentence = f"The present budgets of {amount(here['budget'], currency)} earn "
        sentence += f"{money(here['npv']['mean'], here['npv']['se'], currency)}"
        above = next((one for one in rows if one["factor"] > 1.0 and one["step"]), None)
        if above is not None:
            step = above["step"]
            clear = step["mean"] > CLEAR * step["se"]
            more = amount(above["budget"] - here["budget"], currency)
            sentence += f"; {more} more would " + (
                f"earn {change(step['mean'], step['se'])} {plain(currency, 12)} on top"
                if clear
                else "buy nothing that is clearly better"
            )
        below = next((one for one in reversed(rows) if one["factor"] < 1.0), None)
        if below is not None:
            less = here["npv"]["mean"] - below["npv"]["mean"]
            sentence += f"; with {100 * below['factor']:g} % of them the mean falls by {about(less, size, currency)}" \
                if less > 0.0 else f"; with {100 * below['factor']:g} % of them the mean is no lower"  # fmt: skip
        sentence += "."
    x = [one["budget"] for one in rows]
    data = [
        {
            "type": "scatter", "mode": "lines+markers", "name": "mean NPV", "x": x,
            "y": [one["npv"]["mean"] for one in rows], "line": {"color": BLUE, "width": 2, "shape": "hv"},
            "marker": {"symbol": "circle", "size": 8},
            "error_y": {"type": "data", "array": [2.0 * one["npv"]["se"] for one in rows], "color": INK,
                        "thickness": 1.2, "width": 4},
            "hovertemplate": "budgets %{x:,.3s}: %{y:,.3s}<extra></extra>",
        },
    ]  # fmt: skip
    if here is not None:
        data.append(
            {"type": "scatter", "mode": "markers", "name": "present budgets", "x": [here["budget"]],
             "y": [here["npv"]["mean"]], "marker": {"symbol": "diamond", "size": 14, "color": VERMILLION,
                                                    "line": {"color": INK, "width": 1}},
             "hovertemplate": "present budgets<extra></extra>"}
        )  # fmt: skip
    chart = figure(
        data, 340, {"title": titled(f"sum of all budgets, {plain(currency, 12)}"), "tickformat": ",.3~s"},
        {"title": titled(f"mean NPV, {plain(currency, 12)}"), "tickformat": ",.3~s"}, showlegend=True,
    )  # fmt: skip
    lines, before = [], None
    for one in found["rows"]:
        starts = one["roadmap"]
        npv = "none found" if one["npv"] is None else money(one["npv"]["mean"], one["npv"]["se"], "")
        step = "" if one["step"] is None else change(one["step"]["mean"], one["step"]["se"])
        lines.append((f"{100 * one['factor']:g} %", amount(one["budget"]), npv, step, _what(run, starts, before)))
        before = starts or before
    heads = ("budgets", "sum", "mean NPV", "step", "what changes")
    notes = (
        "Proposed by the last program of the plan for each size of the budgets and simulated on the draws of the "
        "report; no search was made for each size, so more may be had: `roadfolio frontier` searches.",
    )
    caption = f"On {found['draws']:,} fresh draws, {plain(currency, 12)}"
    return Part("ladder", TITLE, sentence, chart, (table(caption, heads, lines, (0, 1, 2, 3)),), notes=notes)


def _what(run: Gathered, starts: dict[str, int] | None, before: dict[str, int] | None) -> str:
    if starts is None:
        return "-"
    if before is None:
        return list_of((run.name(name) for name in starts), 8) or "nothing starts"
    words = [f"+ {run.name(name)}" for name in starts if name not in before]
    words += [f"− {run.name(name)}" for name in before if name not in starts]
    moved = sum(1 for name in starts if name in before and starts[name] != before[name])
    if moved:
        words.append(f"{moved} moved in time")
    return ", ".join(words) or "the same roadmap"
