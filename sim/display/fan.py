"""A fan chart: quantiles of a course over months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.display.style import BLUE, INK, QUIET, Figure, figure, titled
from sim.display.text import plain


def fan(
    months: Sequence[int], found: Mapping[str, Sequence[float]], currency: str, below: str, *, zero: bool
) -> Figure:
    """found: p5, p25, p50, p75, p95 and mean by month [currency]. Half of the draws are in the inner band, 9 in 10 in
    the outer one. below: title of the axis of months. zero: whether a line is drawn at 0."""

    def line(key: str, name: str, **style: Any) -> dict[str, Any]:
        return {"type": "scatter", "mode": "lines", "x": list(months), "y": list(found[key]), "name": name,
                "hovertemplate": f"%{{y:,.3s}}<extra>{name}</extra>", **style}  # fmt: skip

    edge, none = {"color": BLUE, "width": 1, "dash": "dot"}, {"width": 0}
    data = [
        line("p5", "5 % of the draws below", line=edge, showlegend=False),
        line("p95", "9 in 10 draws", line=edge, fill="tonexty", fillcolor="rgba(86,180,233,0.25)"),
        line("p25", "25 % of the draws below", line=none, showlegend=False),
        line("p75", "half of the draws", line=none, fill="tonexty", fillcolor="rgba(0,114,178,0.35)"),
        line("p50", "middle draw", line={"color": INK, "width": 2}),
        line("mean", "mean", line={"color": INK, "width": 1.5, "dash": "dash"}),
    ]
    return figure(
        data, 380, {"title": titled(below), "zeroline": False, "range": [months[0], months[-1]]},
        {"title": titled(plain(currency, 12)), "tickformat": ",.3~s", "zerolinecolor": QUIET, "zeroline": zero},
        showlegend=True, hovermode="x unified",
    )  # fmt: skip
