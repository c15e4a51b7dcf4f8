"""Which assumptions the result hangs on."""

from __future__ import annotations

from typing import Any

from scenarios.reporting.gather import Gathered
from scenarios.reporting.part import Part, table
from scenarios.reporting.words import about, level
from sim.display.style import BLUE, ORANGE, bars_height, figure, filled, rows, titled
from sim.display.text import label, plain

TITLE = "What the result hangs on"
ENDS = ("at_low", "at_high")
FORMS = ("effects", "multiply", "add", "set", "value")


def tornado(run: Gathered) -> Part:
    """Change of the mean NPV as one uncertain number stands at its 5 % or its 95 % quantile, all else as drawn."""
    found, missing = run.part("tornado")
    bars = [] if found is None else [one for one in found["bars"] if one["swing"]["estimate"]]
    if found is None or not bars:
        return Part("tornado", TITLE, missing=missing or "No uncertain number moves the mean NPV.")
    currency, own = run.currency, run.plan["outcomes"]["npv"]["mean"]
    size = max(abs(one["swing"]["estimate"]) for one in bars)
    first = bars[0]
    worse = min(first["low"]["estimate"], first["high"]["estimate"])
    name, (low, high) = driver_name(run, first["path"]), (level(first[key], first["unit"]) for key in ENDS)
    swing = about(abs(first["swing"]["estimate"]), size, currency)
    sentence = (
        f"Of {found['drivers']} uncertain numbers that bear on the roadmap, “{name}” moves the mean NPV most: by "
        f"{swing} between {low} and {high}. At its worse end the mean NPV changes by {about(worse, size, currency)}"
    )
    sentence += ", more than the whole gain." if -worse > own > 0.0 else "."
    names = [label(driver_name(run, one["path"])) for one in bars]
    y = list(range(len(bars)))
    data: list[dict[str, Any]] = [
        {
            "type": "bar", "orientation": "h", "name": f"number at its {end}", "y": y, "width": 0.55,
            "x": [one[key]["estimate"] for one in bars],
            "marker": filled(color, shape),
            "hovertemplate": f"%{{x:+,.3s}}<extra>at its {end}</extra>",
        }
        for key, end, color, shape in (("low", "5 % quantile", ORANGE, "/"), ("high", "95 % quantile", BLUE, ""))
    ]  # fmt: skip
    chart = figure(
        data, bars_height(len(bars)),
        {"title": titled(f"change of the mean NPV, {plain(currency, 12)}"), "tickformat": "+,.3~s"},
        rows(names), showlegend=True, barmode="overlay",
    )  # fmt: skip
    lines = [
        (
            plain(one["path"]),
            " to ".join(level(one[key], one["unit"]) for key in ENDS),
            *(f"{about(one[key]['estimate'], size)}{_range(one[key], size)}" for key in ("low", "high", "swing")),
        )
        for one in bars
    ]
    heads = ("uncertain number", "from its 5 % to its 95 % quantile", "at the low end", "at the high end", "swing")
    caption = f"Change of the mean NPV on {found['draws']:,} common draws (95 % interval), {plain(currency, 12)}"
    chosen = "All of them were moved"
    if found["moved"] < found["drivers"]:
        looks = "few elementary effects and by their correlation with the NPV"
        chosen = f"{found['moved']} of them were chosen by {looks}, and moved"
    notes = (f"{chosen} one at a time on {found['draws']} draws; `roadfolio sensitivity` moves all of them on more.",)
    return Part("tornado", TITLE, sentence, chart, (table(caption, heads, lines, (2, 3, 4)),), notes=notes)


def value(number: float) -> str:
    """A value of an uncertain number.

    >>> value(0.0123), value(15000.0)
    ('0.0123', '15,000')
    """
    return f"{number:,.3g}" if abs(number) < 1000 else f"{float(f'{number:.3g}'):,.0f}"


def driver_name(run: Gathered, path: str) -> str:
    """Words for a driver that fit a label: what it is of, and which number of it; the table has the whole path."""
    words = path.split(".")
    of = run.names.get(words[1], "") if words[0] == "initiatives" and len(words) > 1 else ""
    of = of or words[min(1, len(words) - 1)]
    rest = [word for word in words[2:] if word not in FORMS]
    if words[0] == "initiatives":
        return plain(f"{of}: {' '.join(rest[-2:]).replace('_', ' ')}")
    return plain(f"{of}: {rest[-1] if rest else words[0]}".replace("_", " "))


def _range(one: dict[str, Any], size: float) -> str:
    if one["low"] is None or one["high"] is None:
        return ""
    return f" ({about(one['low'], size)} to {about(one['high'], size)})"
