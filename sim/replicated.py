"""Errors of the figures of draws that are points: from the independent randomisations, not from single draws.

The points of one randomisation are not independent, so neither the standard deviation nor order statistics tell an
error. Every figure is taken from each randomisation, and the spread of these gives its interval (Student's t), around
the figure of all draws together. Source: Owen (2013), Monte Carlo theory, methods and examples, section 17.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.measures import cvar

if TYPE_CHECKING:
    from sim.outcomes import Outcome

Floats = NDArray[np.float64]
CONFIDENCE = 0.95
FEWEST_RANDOMISATIONS = 8
QUANTILES = {"p5": 0.05, "p50": 0.5, "p95": 0.95}
WORST = 0.05


def replicated(found: dict[str, Any], one: Outcome, runs: int) -> dict[str, Any]:
    """The figures of a document, as `Outcomes.measures` gives them, with errors from `runs` randomisations.

    Means of money have the controls taken out where they were written, and still add up. Errors of other figures that
    the document states for independent draws are replaced as well.
    """
    blocks = {
        "npv": (one.npv, "low"),
        "payback_months": (one.payback, "high"),
        "cash_trough": (one.trough, "low"),
        "residual": (one.residual, "low"),
        "npv_within_horizon": (one.npv - one.residual, "low"),
        "financing": (one.financing, "low"),
    }
    out = {
        name: _block(block, *blocks[name], runs) if name in blocks and block is not None else block
        for name, block in found.items()
    }
    for name, (values, _) in blocks.items():
        if found[name] is not None and found[name]["mean"] is not None:
            mean = one.controlled(values)
            _put_mean(out[name], mean.mean, mean.se, runs)
    if one.roi is not None:
        out["roi"] = _block(found["roi"], one.npv / one.cost, "low", runs)
        _put_mean(out["roi"], one.roi.mean, one.roi.se, runs)
    for k, name in enumerate(found["categories"]):
        mean = one.controlled(one.categories[:, k])
        out["categories"][name] = mean.mean
        if "category_errors" in out:
            out["category_errors"][name] = _ends(mean.se, mean.mean, runs)
    _replace_errors(out, one, runs)
    return out


def _replace_errors(out: dict[str, Any], one: Outcome, runs: int) -> None:
    """Errors beside single figures, where the document has them."""
    if "prob_npv_negative_error" in out:
        out["prob_npv_negative_error"] = _error(one.npv < 0.0, np.mean, runs)
    for k, kpi in enumerate(out["kpis"].values()):
        before, after = one.baseline_kpis[:, k], one.kpis[:, k]
        for label, values in (("baseline_error", before), ("roadmap_error", after)):
            if kpi.get(label) is not None:
                kpi[label] = _error(values, _known_mean, runs)
        if kpi.get("change") is not None:
            change = _draw_means(after) - _draw_means(before)
            kpi["change"] = {"mean": kpi["change"]["mean"], **_error(change, _known_mean, runs)}
    for r, hours in enumerate(out["freed_hours"].values()):
        for label, values in (("hours_error", one.freed_hours), ("spared_error", one.spared_months)):
            if label in hours:
                hours[label] = _error(values[:, r], np.mean, runs)


def _block(block: dict[str, Any], values: Floats, worst: str, runs: int) -> dict[str, Any]:
    """A statistic with its error, and the interval of each of its figures."""
    sign = 1.0 if worst == "low" else -1.0
    figures: dict[str, Callable[[Floats], Any]] = {
        "mean": np.mean,
        "cvar5": lambda x: sign * cvar(sign * x, WORST),
        **{name: partial(_quantile, p=p) for name, p in QUANTILES.items()},
        "prob_none": lambda x: np.mean(np.isinf(x)),
    }
    intervals: dict[str, Any] = {"confidence": CONFIDENCE}
    for name, figure in figures.items():
        whole = np.isinf(values).any() and name in ("mean", "cvar5")
        intervals[name] = _ends(None, None, runs, "some draws have no value") if whole else _error(values, figure, runs)
    return {**block, "se": intervals["mean"]["se"], "intervals": intervals}


def _put_mean(block: dict[str, Any], mean: float | None, se: float | None, runs: int) -> None:
    block |= {"mean": mean, "se": se}
    block["intervals"]["mean"] = _ends(se, mean, runs)


def _quantile(values: Floats, p: float) -> float:
    """Type 7 of Hyndman and Fan; infinite where it falls among draws without value."""
    ordered = np.sort(values)
    at = (len(ordered) - 1) * p
    low, high = ordered[math.floor(at)], ordered[math.ceil(at)]
    return math.inf if math.isinf(high) else float(low + (high - low) * (at - math.floor(at)))


def _draw_means(values: Floats) -> Floats:
    """(draws, years) -> (draws,) mean of the years that have a value, NaN where none has."""
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)


def _known_mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(np.mean(known)) if known.size else math.inf


def _error(values: Any, figure: Callable[[Floats], Any], runs: int) -> dict[str, Any]:
    """Error of a figure of all draws; values: (draws, ...), draw i of randomisation i mod runs."""
    return _interval(np.array([figure(values[r::runs]) for r in range(runs)]), float(figure(values)))


def _interval(estimates: Floats, of_all: float) -> dict[str, Any]:
    runs = len(estimates)
    if math.isinf(of_all) or np.isinf(estimates).any():
        return _ends(None, None, runs, "some randomisations have no value")
    return _ends(float(np.std(estimates, ddof=1)) / math.sqrt(runs), of_all, runs)


def _ends(se: float | None, middle: float | None, runs: int, refused: str | None = None) -> dict[str, Any]:
    """As a document states an error."""
    if refused is None and runs < FEWEST_RANDOMISATIONS:
        refused = f"an interval needs {FEWEST_RANDOMISATIONS} independent randomisations, there are {runs}"
    if refused is not None or se is None or middle is None:
        return {"se": se, "low": None, "high": None, "refused": refused}
    from scipy.special import stdtrit

    half = float(stdtrit(runs - 1, 0.5 + 0.5 * CONFIDENCE)) * se
    return {"se": se, "low": middle - half, "high": middle + half, "refused": None}
