"""A chart as an object that a notebook shows, and that a script writes to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.display.style import INK, Figure
from sim.display.text import escaped, plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEAD = 48  # pixels of the title


def drawn(figure: Figure, title: str) -> go.Figure:
    """The chart with a title, free to be zoomed."""
    import plotly.graph_objects as go

    layout = {**figure["layout"], "dragmode": "zoom"}
    place = {"x": 0, "xref": "container", "y": 1, "yref": "container", "yanchor": "top", "pad": {"l": 12, "t": 14}}
    layout["title"] = {"text": escaped(plain(title)), "font": {"size": 15, "color": INK}, **place}
    layout["margin"] = {**layout["margin"], "t": layout["margin"]["t"] + HEAD}
    layout["height"] += HEAD
    for axis in ("xaxis", "yaxis"):
        layout[axis] = {**layout[axis], "fixedrange": False}
    return go.Figure(data=figure["data"], layout=layout)
