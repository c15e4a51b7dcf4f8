"""Errors of the figures of draws that are points: from the independent randomisations, not from single draws.

The points of one randomisation are not independent, so neither the standard deviation nor order statistics tell an
error. Every figure is taken from each randomisation, and the spread of these gives its interval (Student's t), around
the figure of all draws together. Source: Owen (2013), Monte Carlo theory, methods and examples, section 17.2.

A figure of one randomisation must be nearly normal and without bias for that. Intervals of 5 % quantiles from 16
randomisations hold the truth in 69 % of cases at 8 points each, in 87 % at 64 and in 92 % at 128; so quantiles and
tail means are refused with fewer points than that. A share that few draws hit has an error of 0 in most randomisations,
so its interval reaches to the outer ends of this one and of Wilson's for as many independent draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.measures import Interval, cvar, quantile, wilson_interval
from sim.measures.controlled import ControlledMean
from sim.measures.intervals import CONFIDENCE, FEWEST_RANDOMISATIONS, refusal, student
from sim.measures.tail_index import infinite_variance
from sim.measures.tail_interval import cvar_influence
from sim.statistic import NO_VALUE, QUANTILES, WORST, draw_means

if TYPE_CHECKING:
    from sim.outcomes import Outcome

Floats = NDArray[np.float64]
Broken = NDArray[np.bool_]
METHOD = "replicated"
POINTS_OF_QUANTILE = 32  # fewest points of a randomisation for any quantile
POINTS_OUTSIDE = 6.4  # fewest points of a randomisation on the rarer side of a quantile: 128 points for 5 %
POINTS_OF_TAIL = 256  # fewest points of a randomisation for the mean of the worst 5 %


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
            _put_mean(out[name], controlled_interval(one.controlled(values), values, runs))
    if one.roi is not None:
        out["roi"] = _block(found["roi"], one.npv / one.cost, "low", runs)
        of_mean = _around(one.roi.mean, one.roi.se, runs, _heavy(one.npv - (one.roi.mean or 0.0) * one.cost))
        _put_mean(out["roi"], of_mean)
    for k, name in enumerate(found["categories"]):
        values = one.categories[:, k]
        mean = controlled_interval(one.controlled(values), values, runs)
        out["categories"][name] = mean.estimate
        if "category_errors" in out:
            out["category_errors"][name] = mean.ends()
    _replace_errors(out, one, runs)
    return out


def _replace_errors(out: dict[str, Any], one: Outcome, runs: int) -> None:
    """Errors beside single figures, where the document has them."""
    if "prob_npv_negative_error" in out:
        out["prob_npv_negative_error"] = replicated_share(one.npv < 0.0, runs).ends()
    for k, kpi in enumerate(out["kpis"].values()):
        before, after = one.baseline_kpis[:, k], one.kpis[:, k]
        for label, values in (("baseline_error", before), ("roadmap_error", after)):
            if kpi.get(label) is not None:
                kpi[label] = replicated_mean(values, runs).ends()
        if kpi.get("change") is not None:
            change = draw_means(after) - draw_means(before)
            kpi["change"] = {"mean": kpi["change"]["mean"], **replicated_mean(change, runs).ends()}
    for r, hours in enumerate(out["freed_hours"].values()):
        for label, values in (("hours_error", one.freed_hours), ("spared_error", one.spared_months)):
            if label in hours:
                hours[label] = replicated_mean(values[:, r], runs).ends()


def _block(block: dict[str, Any], values: Floats, worst: str, runs: int) -> dict[str, Any]:
    """A statistic with its error, and the interval of each of its figures."""
    intervals: dict[str, Any] = {
        "confidence": CONFIDENCE,
        "mean": replicated_mean(values, runs).ends(),
        "cvar5": replicated_tail(values, worst, runs).ends(),
        **{name: replicated_quantile(values, p, runs).ends() for name, p in QUANTILES.items()},
        "prob_none": replicated_share(np.isinf(values), runs).ends(),
    }
    return {**block, "se": intervals["mean"]["se"], "intervals": intervals}


def _put_mean(block: dict[str, Any], mean: Interval) -> None:
    block |= {"mean": mean.estimate, "se": mean.se}
    block["intervals"]["mean"] = mean.ends()


def replicated_mean(values: Floats, runs: int) -> Interval:
    """Mean of what has a value; values: (draws,) or (draws, years), NaN for none, draw i of randomisation i mod runs.

    Refused where a draw is infinite, or where the variance over the draws looks infinite.
    """
    if np.isinf(values).any():
        return refusal(None, None, CONFIDENCE, METHOD, runs, NO_VALUE)
    of_draws = draw_means(values) if values.ndim == 2 else values
    return _interval_of(values, _known_mean, runs, _heavy(of_draws[~np.isnan(of_draws)]))


def controlled_interval(mean: ControlledMean, values: Floats, runs: int) -> Interval:
    """Interval around a mean from which controls were taken out; values: (draws,), refused as `replicated_mean`."""
    return _around(mean.mean, mean.se, runs, _heavy(values))


def replicated_share(hits: Broken, runs: int) -> Interval:
    """Share of the draws that hit; hits: (draws,). From the outer ends of Student's interval over the randomisations
    and of Wilson's for independent draws, within [0, 1].

    >>> found = replicated_share(np.zeros(128, dtype=bool), 16)
    >>> found.estimate, found.low, round(found.high, 3)
    (0.0, 0.0, 0.029)
    """
    found = _interval_of(hits, np.mean, runs)
    if found.low is None or found.high is None:
        return found
    low, high = wilson_interval(int(np.count_nonzero(hits)), len(hits), CONFIDENCE)
    ends = max(0.0, min(found.low, low)), min(1.0, max(found.high, high))
    return Interval(found.estimate, *ends, found.se, CONFIDENCE, METHOD, runs)


def replicated_quantile(values: Floats, p: float, runs: int) -> Interval:
    """Quantile, type 7; values: (draws,), +inf for a draw without value. Refused below POINTS_OF_QUANTILE points
    a randomisation, and POINTS_OUTSIDE of them on its rarer side.

    >>> replicated_quantile(np.arange(128.0), 0.05, 16).refused
    'an interval of the 5 % quantile needs 128 points a randomisation, there are 8'
    """
    need = max(POINTS_OF_QUANTILE, math.ceil(POINTS_OUTSIDE / min(p, 1.0 - p) - 1e-9))
    short = _too_few(f"the {100 * p:g} % quantile", need, len(values), runs)
    if short:
        at = float(quantile(values, p))
        return refusal(at if math.isfinite(at) else None, None, CONFIDENCE, METHOD, runs, short)
    return _interval_of(values, lambda x: quantile(x, p), runs)


def replicated_tail(values: Floats, worst: str, runs: int) -> Interval:
    """Mean of the worst 5 %; values: (draws,). Refused below POINTS_OF_TAIL points a randomisation, where a draw has
    no value, and where the variance of the tail looks infinite."""
    if np.isinf(values).any():
        return refusal(None, None, CONFIDENCE, METHOD, runs, NO_VALUE)
    sign = 1.0 if worst == "low" else -1.0

    def tail(x: Floats) -> float:
        return sign * float(cvar(sign * x, WORST))

    short = _too_few(f"the mean of the worst {100 * WORST:g} %", POINTS_OF_TAIL, len(values), runs)
    if short:
        return refusal(tail(values), None, CONFIDENCE, METHOD, runs, short)
    heavy = _heavy(cvar_influence(sign * values, WORST)) or infinite_variance(-sign * values)
    return _interval_of(values, tail, runs, heavy)


def _too_few(what: str, need: int, draws: int, runs: int) -> str | None:
    """The sentence that refuses an interval for want of points."""
    have = draws // runs
    return None if have >= need else f"an interval of {what} needs {need} points a randomisation, there are {have}"


def _heavy(values: Floats) -> str | None:
    """Why there is no interval of the mean of (draws,) values, for either of their tails."""
    if len(values) < 2:
        return None
    return infinite_variance(values) or infinite_variance(-values)


def _known_mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(np.mean(known)) if known.size else math.inf


def _interval_of(values: Any, figure: Callable[[Any], Any], runs: int, refused: str | None = None) -> Interval:
    """Interval of a figure of all draws; values: (draws, ...), draw i of randomisation i mod runs."""
    return _interval(np.array([figure(values[r::runs]) for r in range(runs)]), float(figure(values)), refused)


def _interval(estimates: Floats, of_all: float, refused: str | None = None) -> Interval:
    """Interval around the figure of all draws from that of each randomisation; infinite where one has no value."""
    runs = len(estimates)
    if math.isinf(of_all) or np.isinf(estimates).any():
        middle = None if math.isinf(of_all) else of_all
        return refusal(middle, None, CONFIDENCE, METHOD, runs, "some randomisations have no value")
    return _around(of_all, float(np.std(estimates, ddof=1)) / math.sqrt(runs), runs, refused)


def _around(middle: float | None, se: float | None, runs: int, refused: str | None = None) -> Interval:
    """Student's interval, unless it is refused."""
    if runs < FEWEST_RANDOMISATIONS:
        refused = f"an interval needs {FEWEST_RANDOMISATIONS} independent randomisations, there are {runs}"
    if refused is not None or se is None or middle is None:
        return refusal(middle, se, CONFIDENCE, METHOD, runs, refused or NO_VALUE)
    half = student(runs - 1, CONFIDENCE) * se
    return Interval(middle, middle - half, middle + half, se, CONFIDENCE, METHOD, runs)
