"""A forest plot: estimates with their intervals, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.display.drawn import drawn
from sim.display.style import BLUE, INK, bars_height, figure, rows, titled
from sim.display.text import escaped, label, plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_ROWS = 30
Z = 1.959963984540054


@dataclass(frozen=True)
class Row:
    """low, high: ends of its 95 % interval, None where it is refused."""

    name: str
    estimate: float
    low: float | None = None
    high: float | None = None


def row(name: str, mean: float | None, se: float | None) -> Row:
    """A mean with its standard error, as a row with the normal interval of 95 %.

    >>> row("a", 1.0, 0.0).low, row("a", 1.0, None).low
    (1.0, None)
    """
    mean = float("nan") if mean is None else mean
    return Row(name, mean) if se is None else Row(name, mean, mean - Z * se, mean + Z * se)


def forest(title: str, found: Sequence[Row], unit: str, what: str) -> go.Figure:
    """The first rows, on top the first. unit: of the axis; a `share` is drawn in per cent. what: that is estimated.
    More rows than there is room for are counted in the title, and a row without an interval says so."""
    kept = list(found[:MOST_ROWS])
    share = unit == "share"
    scale = 100.0 if share else 1.0
    ends = [(one.estimate, one.estimate) if one.low is None or one.high is None else (one.low, one.high)
            for one in kept]  # fmt: skip
    names = [label(one.name if one.low is not None else f"{one.name} (no interval)") for one in kept]
    data = [
        {
            "type": "scatter", "mode": "markers",
            "y": list(range(len(kept))), "x": [scale * one.estimate for one in kept],
            "marker": {"color": BLUE, "size": 9, "line": {"color": INK, "width": 0.5}},
            "error_x": {
                "type": "data", "symmetric": False, "color": INK, "thickness": 1.5, "width": 5,
                "array": [scale * (high - one.estimate) for one, (_, high) in zip(kept, ends, strict=True)],
                "arrayminus": [scale * (one.estimate - low) for one, (low, _) in zip(kept, ends, strict=True)],
            },
            "customdata": [[escaped(plain(one.name)), scale * low, scale * high]
                           for one, (low, high) in zip(kept, ends, strict=True)],
            "hovertemplate": "%{x:,.4~g} (%{customdata[1]:,.4~g} to %{customdata[2]:,.4~g})"
                             "<extra>%{customdata[0]}</extra>",
        }
    ]  # fmt: skip
    axis = {"title": titled(f"{what}, {'%' if share else escaped(plain(unit, 40))}"), "zerolinewidth": 2}
    large = max((abs(end) for both in ends for end in both), default=0.0) >= 1000.0
    chart = figure(data, bars_height(len(kept)), {**axis, "tickformat": ",.3~s"} if large else axis, rows(names))
    more = len(found) - len(kept)
    return drawn(chart, title + (f" (the first {len(kept)}, {more} more in the table)" if more else ""))
