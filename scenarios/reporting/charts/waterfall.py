"""Where the value comes from: the mean NPV by category of the ledger."""

from __future__ import annotations

from typing import Any

from scenarios.cli.render.outcome import MEANINGS
from scenarios.reporting.gather import Gathered
from scenarios.reporting.part import Part, table
from scenarios.reporting.words import about, money
from sim.display.style import BLUE, QUIET, VERMILLION, bars_height, figure, filled, titled
from sim.display.text import plain

FINANCE = "finance"  # not in the NPV


def waterfall(run: Gathered) -> Part:
    """Present value of each category against doing nothing, gains first; they add up to the NPV."""
    outcomes, currency = run.plan["outcomes"], run.currency
    known = {name: value for name, value in outcomes["categories"].items() if name != FINANCE and value != 0.0}
    residual = outcomes["residual"]["mean"] if outcomes["residual"] is not None else 0.0
    names = {name: name for name in known}
    total = outcomes["npv"]["mean"]
    if residual:
        known["residual"], names["residual"] = residual, "value after the horizon"
    order = sorted(known, key=lambda name: -known[name])
    if not order:
        return Part("value", "Value by category", missing="The roadmap changes no flow of money.")
    size = max(abs(value) for value in known.values())
    gain, loss = order[0], order[-1]
    sentence = f"Most of the gain is {names[gain]} ({about(known[gain], size, currency)})"
    if known[loss] < 0.0:
        sentence += f", the largest cost {names[loss]} ({about(known[loss], size, currency)})"
    sentence += f"; together the categories make the mean NPV of {money(total, outcomes['npv']['se'], currency)}."
    base, begins = 0.0, []
    for name in order:
        begins.append(base if known[name] >= 0.0 else base + known[name])
        base += known[name]
    labels = [*(names[name] for name in order), "NPV"]
    sizes = [*(abs(known[name]) for name in order), abs(total)]
    begins.append(min(0.0, total))
    texts = [*(about(known[name], size) for name in order), about(total, total)]
    span = max(b + s for b, s in zip(begins, sizes, strict=True)) - min(0.0, *begins)
    places = list(range(len(labels)))
    data: list[dict[str, Any]] = [
        {
            "type": "bar", "orientation": "h", "width": 0.62, "textposition": "none", "hoverinfo": "text",
            "x": [sizes[k] for k in at], "base": [begins[k] for k in at], "y": at, "text": [texts[k] for k in at],
            "marker": filled(color, shape),
        }
        for at, color, shape in (
            ([k for k in places[:-1] if known[order[k]] >= 0.0], BLUE, ""),
            ([k for k in places[:-1] if known[order[k]] < 0.0], VERMILLION, "/"),
            (places[-1:], QUIET, "x"),
        )
    ]  # fmt: skip
    data.append(
        {
            "type": "scatter", "mode": "text", "hoverinfo": "skip", "y": places,
            "text": [f"\u00a0{text}" for text in texts], "x": [b + s for b, s in zip(begins, sizes, strict=True)],
            "textposition": "middle right", "textfont": {"size": 12}, "cliponaxis": False,
        }
    )  # fmt: skip
    rows_axis = {"tickvals": list(range(len(labels))), "ticktext": labels, "range": [len(labels) - 0.4, -0.6],
                 "zeroline": False, "showgrid": False, "ticks": ""}  # fmt: skip
    low, high = min(0.0, *begins), max(b + s for b, s in zip(begins, sizes, strict=True))
    chart = figure(
        data, bars_height(len(labels), 60),
        {"title": titled(f"present value, {plain(currency, 12)}"), "tickformat": ",.3~s",
         "range": [low - 0.03 * span, high + 0.18 * span]},
        rows_axis,
    )  # fmt: skip
    errors = outcomes["category_errors"]
    rows = [
        (names[name], MEANINGS.get(name, "what the roadmap leaves behind at the end"),
         money(known[name], errors.get(name, {}).get("se"), ""))
        for name in order
    ]  # fmt: skip
    rows.append(("NPV", "all of these together", money(total, outcomes["npv"]["se"], "")))
    heads = ("category", "what it holds", f"present value, {plain(currency, 12)}")
    notes = ["Loans, leases and the credit line are not in the NPV: "
             f"{money(outcomes['financing']['mean'], outcomes['financing']['se'], currency)}."] \
        if outcomes["financing"] is not None and outcomes["financing"]["mean"] else []  # fmt: skip
    found = table("Mean present value against doing nothing", heads, rows, (2,))
    return Part("value", "Where the value comes from", sentence, chart, (found,), notes=tuple(notes))
