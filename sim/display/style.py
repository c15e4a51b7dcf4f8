"""How every chart looks: colours of Okabe and Ito (2008), which the colour-blind tell apart; dashes and signs beside
them, so that a copy in grey says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

BLUE, ORANGE, GREEN, VERMILLION, SKY, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7"
INK, QUIET, RULE = "#1b1f24", "#57606a", "#d0d7de"
FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"
ROW: Final = 38  # pixels of a row of bars
Figure = dict[str, Any]


def figure(
    data: Sequence[Mapping[str, Any]], height: int, x: Mapping[str, Any], y: Mapping[str, Any], **layout: Any
) -> Figure:
    """Data and layout of a chart. height [pixels]; x, y: what differs from the usual axes."""
    axis = {
        "automargin": True,
        "gridcolor": "#eaeef2",
        "linecolor": RULE,
        "zeroline": True,
        "zerolinecolor": QUIET,
        "zerolinewidth": 1,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": RULE,
        "fixedrange": True,
    }
    whole = {
        "height": height,
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "margin": {"l": 12, "r": 16, "t": 12, "b": 12},
        "xaxis": {**axis, **x},
        "yaxis": {**axis, **y},
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "font": {"size": 12}},
        "hoverlabel": {"font": {"family": FONT, "size": 12}},
        "showlegend": False,
        "dragmode": False,
        **layout,
    }
    return {"data": [dict(one) for one in data], "layout": whole}


def titled(text: str) -> dict[str, Any]:
    """Title of an axis."""
    return {"text": text, "standoff": 8, "font": {"size": 12, "color": QUIET}}


def rows(labels: Sequence[str]) -> dict[str, Any]:
    """A y axis with a row for each label, the first one on top. Rows are told by number: equal names stay apart."""
    count = len(labels)
    return {
        "tickvals": list(range(count)),
        "ticktext": list(labels),
        "range": [count - 0.4, -0.6],
        "zeroline": False,
        "showgrid": False,
        "ticks": "",
    }


def bars_height(count: int, more: int = 90) -> int:
    """Pixels of a chart with so many rows."""
    return ROW * max(1, count) + more


def filled(color: str, shape: str = "") -> dict[str, Any]:
    """Marker of bars in a colour, with white signs of a shape over it: "" none, "/" lines, "." dots, "x" a net."""
    pattern = {"shape": shape, "fillmode": "overlay", "fgcolor": "#ffffff", "size": 6}
    return {"color": color, "line": {"color": INK, "width": 0.5}, "pattern": pattern}
