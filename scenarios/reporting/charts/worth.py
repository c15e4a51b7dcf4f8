"""The NPV over the draws: the recommended roadmap, other finalists, doing nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from scenarios.reporting.gather import Gathered
from scenarios.reporting.part import Part, table
from scenarios.reporting.words import about, list_of, money, share
from sim.display.style import BLUE, GREEN, INK, ORANGE, PURPLE, VERMILLION, figure, titled
from sim.display.text import plain

LINES = ((ORANGE, "dash", "square"), (GREEN, "dot", "triangle-up"), (PURPLE, "dashdot", "cross"))
HEADS = ("roadmap", "mean", "5 % below", "middle", "95 % below", "loses money")


def worth(run: Gathered) -> Part:
    """Shares of the draws by NPV. The figures of the recommended roadmap are those of plan.json."""
    found, missing = run.part("npv")
    own, currency = run.plan["outcomes"]["npv"], run.currency
    size = max(abs(own["p5"]), abs(own["p95"]))
    sentence = (
        f"The recommended roadmap gains {money(own['mean'], own['se'], currency)} in the mean; 9 in 10 draws lie "
        f"between {about(own['p5'], size)} and {about(own['p95'], size, currency)}, and "
        f"{share(run.plan['outcomes']['prob_npv_negative'])} of the draws lose money."
    )
    if found is None:
        return Part("worth", "Distribution of the NPV", sentence, missing=missing)
    edges = found["edges"]
    middles = [0.5 * (low + high) for low, high in pairwise(edges)]
    draws = int(run.figures["draws"]) if run.figures else 1
    data: list[dict[str, Any]] = []
    rows, number, beyond = [], 1, 0
    for one in found["rows"]:
        shares = [100.0 * count / draws for count in one["counts"]]
        beyond = max(beyond, one["below"] + one["above"])
        at = dict(zip(found["levels"], one["quantiles"], strict=True))
        if one["kind"] == "recommended":
            name, style = "recommended", {"type": "bar", "width": (edges[-1] - edges[0]) / len(middles)}
            style["marker"] = {"color": BLUE, "opacity": 0.55}
        else:
            color, dash, sign = LINES[(number - 1) % len(LINES)]
            name = f"finalist {number + 1}"
            if one["kind"] == "do nothing":
                name, color, dash, sign = "do nothing", INK, "solid", "circle"
                if not any(one["roadmap"].values()) and not one["roadmap"]:
                    shares = []
            else:
                number += 1
            style = {"type": "scatter", "mode": "lines+markers", "line": {"color": color, "dash": dash, "width": 1.5},
                     "marker": {"symbol": sign, "size": 5, "color": color}}  # fmt: skip
        if shares:
            data.append({**style, "name": name, "x": middles, "y": shares,
                         "hovertemplate": f"NPV about %{{x:,.3s}}: %{{y:.1f}} %<extra>{name}</extra>"})  # fmt: skip
        rows.append((
            name + _difference(run, one["roadmap"]),
            money(one["mean"], one["se"], ""), *(about(at[level], size) for level in (0.05, 0.5, 0.95)),
            share(one["prob_npv_negative"]),
        ))  # fmt: skip
    chart = figure(
        data, 380,
        {"title": titled(f"NPV, {plain(currency, 12)}"), "tickformat": ",.3~s", "range": [edges[0], edges[-1]],
         "zerolinecolor": VERMILLION, "zerolinewidth": 2},
        {"title": titled("share of the draws, %"), "rangemode": "tozero", "range": [0, _top(data)]},
        showlegend=True, bargap=0,
    )  # fmt: skip
    notes = [f"Up to {share(beyond / draws)} of the draws of a row lie beyond the ends of the axis."] if beyond else []
    nothing = found["rows"][-1]
    if not nothing["roadmap"]:
        notes.append("Doing nothing is what every NPV is compared with: its own is 0 in every draw.")
    elif max(nothing["counts"]) > 0.3 * draws:
        notes.append("The line of doing nothing is cut at the top: its draws lie close together.")
    tables = (table(f"NPV on {draws:,} common draws, {plain(currency, 12)}", HEADS, rows, range(1, 6)),)
    return Part("worth", "Distribution of the NPV", sentence, chart, tables, notes=tuple(notes))


def _top(data: list[dict[str, Any]]) -> float:
    """Height of the axis: the recommended roadmap and finalists fit, a spike of doing nothing need not."""
    shown = [max(one["y"]) for one in data if one["name"] != "do nothing" and one["y"]]
    return 1.25 * max(shown, default=1.0)


def _difference(run: Gathered, other: dict[str, int]) -> str:
    """How a roadmap differs from the recommended one, in words."""
    own = run.plan["roadmap"]
    if other == own:
        return ""
    if not other:
        return ": nothing starts"
    words = []
    for name in {**own, **other}:
        if name not in other:
            words.append(f"without {run.name(name)}")
        elif name not in own:
            words.append(f"with {run.name(name)} in {run.when(other[name])}")
        elif own[name] != other[name]:
            words.append(f"{run.name(name)} in {run.when(other[name])}")
    return ": " + list_of(words, 3)
