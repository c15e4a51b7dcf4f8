"""How an outcome is spread over the draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.display.curves import LOOKS
from sim.display.drawn import drawn
from sim.display.style import VERMILLION, figure, titled
from sim.display.text import escaped, label, plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

BINS = 48
ENDS = (0.5, 99.5)  # per cent of the draws between which the axis is drawn


def distribution(title: str, samples: Mapping[str, NDArray[np.float64]], unit: str, what: str) -> go.Figure:
    """Share of the draws by value, a line a sample; one that does not vary is told in the title, and so is how many
    draws lie beyond the ends of the axis."""
    finite = {name: values[np.isfinite(values)] for name, values in samples.items()}
    known = {name: values for name, values in finite.items() if values.size and np.ptp(values) > 0.0}
    fixed = [f"{name}: {values[0]:,.4g} in every draw" for name, values in finite.items()
             if values.size and name not in known]  # fmt: skip
    whole = np.concatenate([values for values in known.values() if values.size] or [np.zeros(1)])
    low, high = np.percentile(whole, ENDS)
    edges = np.linspace(low, high, BINS + 1) if high > low else np.array([low - 0.5, low + 0.5])
    data = []
    for k, (name, values) in enumerate(known.items()):
        color, dash = LOOKS[k % len(LOOKS)]
        counts = np.histogram(values, edges)[0]
        shares = 100.0 * counts / max(1, values.size)
        data.append({
            "type": "scatter", "mode": "lines", "name": label(name), "x": (0.5 * (edges[1:] + edges[:-1])).tolist(),
            "y": shares.tolist(), "line": {"shape": "hvh", "color": color, "dash": dash, "width": 2},
            "hovertemplate": "about %{x:,.3~s}: %{y:.1f} %<extra></extra>",
            **({"fill": "tozeroy", "fillcolor": "rgba(0,114,178,0.18)"} if len(known) == 1 else {}),
        })  # fmt: skip
    outside = float(np.mean((whole < edges[0]) | (whole > edges[-1])))
    chart = figure(
        data, 380,
        {"title": titled(f"{what}, {escaped(plain(unit, 40))}"), "tickformat": ",.3~s", "zerolinecolor": VERMILLION,
         "zerolinewidth": 2},
        {"title": titled("share of the draws, %"), "rangemode": "tozero"},
        showlegend=len(known) > 1,
    )  # fmt: skip
    told = [*fixed, f"{100.0 * outside:.1f} % of the draws lie beyond the axis"] if outside else fixed
    return drawn(chart, title + (f" ({'; '.join(told)})" if told else ""))
