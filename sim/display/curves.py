"""Lines over a common axis, with a band where their error is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.display.drawn import drawn
from sim.display.style import BLUE, GREEN, INK, ORANGE, PURPLE, QUIET, SKY, VERMILLION, figure, titled
from sim.display.text import escaped, label, plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

LOOKS = (
    (BLUE, "solid"),
    (ORANGE, "dash"),
    (GREEN, "dot"),
    (PURPLE, "dashdot"),
    (SKY, "longdash"),
    (VERMILLION, "solid"),
)
"""Colour and dashes of each line in turn; in a copy in grey the dashes tell them apart."""
HEIGHT = 380


@dataclass(frozen=True)
class Curve:
    """y over x; low, high: ends of the 95 % interval at each, empty without."""

    name: str
    x: Sequence[float]
    y: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()


def curves(
    title: str, found: Sequence[Curve], x: str, y: str, *, points: bool = False, marks: Sequence[float] = ()
) -> go.Figure:
    """x, y: titles of the axes with their units. points: marks at the values in place of a line, error bars in place of
    a band. marks: places on x that a line is drawn through."""
    data: list[dict[str, Any]] = []
    for k, one in enumerate(found):
        color, dash = LOOKS[k % len(LOOKS)]
        own: dict[str, Any] = {"type": "scatter", "name": label(one.name), "x": list(one.x), "y": list(one.y)}
        if points:
            own |= {"mode": "markers", "marker": {"color": color, "size": 6, "symbol": k}}
            if one.low:
                own["error_y"] = {"type": "data", "symmetric": False, "color": QUIET, "thickness": 1, "width": 0,
                                  **_beyond(one)}  # fmt: skip
        else:
            own |= {"mode": "lines+markers" if len(one.x) < 40 else "lines",
                    "line": {"color": color, "dash": dash, "width": 2}, "marker": {"size": 5}}  # fmt: skip
            if one.low:
                edge: dict[str, Any] = {"type": "scatter", "mode": "lines", "x": list(one.x), "line": {"width": 0},
                                        "showlegend": False, "hoverinfo": "skip"}  # fmt: skip
                band = {"fill": "tonexty", "fillcolor": "rgba(87,96,106,0.18)"}
                data += [{**edge, "y": list(one.low)}, {**edge, **band, "y": list(one.high)}]
        data.append(own)
    lines = [
        {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper",
         "line": {"color": VERMILLION, "width": 1.5, "dash": "dash"}}
        for at in marks
    ]  # fmt: skip
    chart = figure(
        data, HEIGHT, {"title": titled(escaped(plain(x))), "zeroline": False},
        {"title": titled(escaped(plain(y))), "tickformat": ",.3~s", "zerolinecolor": INK},
        showlegend=len(found) > 1, shapes=lines,
    )  # fmt: skip
    return drawn(chart, title)


def _beyond(one: Curve) -> dict[str, list[float]]:
    """Distances of the ends from the values, 0 where one is not known."""
    up = [0.0 if y is None or high is None else high - y for y, high in zip(one.y, one.high, strict=True)]
    down = [0.0 if y is None or low is None else y - low for y, low in zip(one.y, one.low, strict=True)]
    return {"array": up, "arrayminus": down}
