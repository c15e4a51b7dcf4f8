"""When initiatives start and how long they are delivered, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.display.drawn import drawn
from sim.display.style import BLUE, bars_height, figure, filled, rows, titled
from sim.display.text import escaped, label, plain

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True)
class Bar:
    """From the first month on, for as many months. told: beside the bar."""

    name: str
    start: float
    length: float
    told: str = ""


def timeline(title: str, found: Sequence[Bar], x: str) -> go.Figure:
    """The bars in the order given, first on top. x: title of the axis with its unit."""
    data = [{
        "type": "bar", "orientation": "h", "y": list(range(len(found))), "x": [one.length for one in found],
        "base": [one.start for one in found], "width": 0.55, "marker": filled(BLUE),
        "text": [escaped(plain(one.told, 40)) for one in found], "textposition": "outside", "cliponaxis": False,
        "customdata": [escaped(plain(one.name)) for one in found],
        "hovertemplate": "from %{base} for %{x:.3~g}<extra>%{customdata}</extra>",
    }]  # fmt: skip
    end = max((one.start + one.length for one in found), default=1.0)
    axis = {
        "title": titled(escaped(plain(x))),
        "zeroline": False,
        "range": [0, 1.15 * end],
        "dtick": 3 if end < 50 else 6,
    }
    return drawn(figure(data, bars_height(len(found)), axis, rows([label(one.name) for one in found])), title)
