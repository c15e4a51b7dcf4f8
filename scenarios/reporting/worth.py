"""How the NPV of the recommended roadmap, of other finalists and of doing nothing is spread over the draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.world import Scenario

FINALISTS: Final = 3  # shown beside the recommended roadmap
BINS: Final = 48
EDGE: Final = 0.01  # share of the draws of a roadmap beyond either end of the bins
LEVELS: Final = tuple(round(0.01 * k, 2) for k in (1, *range(5, 100, 5), 99))


def distributions(scenario: Scenario, plan: Mapping[str, Any], threads: int | None) -> dict[str, Any]:
    """On the draws of the plan's report, which are common to all rows: counts in common bins of the NPV [currency],
    quantiles at LEVELS, mean, standard error and the share of draws that lose money.

    plan: the document of a plan. The first row is the recommended roadmap, the last one doing nothing.
    """
    from sim.montecarlo import evaluate

    own = dict(plan["roadmap"])
    others = [dict(one["roadmap"]) for one in plan["finalists"] if dict(one["roadmap"]) != own][:FINALISTS]
    nothing = next((dict(one["roadmap"]) for one in plan["yardsticks"] if one["policy"] == "do nothing"), {})
    roadmaps = [own, *others, nothing]
    draws, first = int(plan["outcomes"]["draws"]), int(plan["outcomes"]["first_draw"])
    found = evaluate(scenario, roadmaps, draws, int(plan["seed"]), first_draw=first, detail=False, threads=threads)
    kinds = ["recommended", *["finalist"] * len(others), "do nothing"]
    return spread(kinds, roadmaps, [one.npv for one in found])


def spread(
    kinds: Sequence[str], roadmaps: Sequence[Mapping[str, int]], values: Sequence[NDArray[np.float64]]
) -> dict[str, Any]:
    """What `distributions` tells, of NPV by draw [currency]. values: (draws,) for each roadmap, doing nothing last."""
    low = min(0.0, *(float(np.quantile(one, EDGE)) for one in values[:-1]))
    high = max(0.0, *(float(np.quantile(one, 1.0 - EDGE)) for one in values[:-1]))
    edges = np.linspace(low, high, BINS + 1) if high > low else np.array([low - 0.5, low + 0.5])
    rows = []
    for kind, starts, npv in zip(kinds, roadmaps, values, strict=True):
        counts, _ = np.histogram(npv, edges)
        rows.append(
            {
                "kind": kind,
                "roadmap": dict(starts),
                "mean": float(npv.mean()),
                "se": float(npv.std(ddof=1) / np.sqrt(len(npv))) if len(npv) > 1 else None,
                "quantiles": np.quantile(npv, LEVELS).tolist(),
                "counts": counts.tolist(),
                "below": int((npv < edges[0]).sum()),
                "above": int((npv > edges[-1]).sum()),
                "prob_npv_negative": float((npv < 0.0).mean()),
            }
        )
    return {"levels": list(LEVELS), "edges": edges.tolist(), "rows": rows}
