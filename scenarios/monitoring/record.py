"""The locked record of what a plan forecast when it was issued: month by month, with a digest of its content.

Every plan that replaces another one keeps the records of those before it, in order, each with the digest of its
predecessor, so that a later edit of any of them is found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scenarios.monitoring.actuals import measured
from scenarios.monitoring.draws import Draws, courses, drawn
from scenarios.monitoring.weights import effective, weighted_mean, weighted_quantiles
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from optimize import Plan
    from sim.world import Scenario

Floats = NDArray[np.float64]
FILE = "forecast.json"
FORMAT = 1
LEVELS = (
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5,
    0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995,
)  # fmt: skip
POINTS = 200  # equally likely values that stand for a forecast
DIGITS = 6  # of a figure in the record
Record = dict[str, Any]


def issued(
    scenario: Scenario,
    roadmap: Mapping[str, int],
    draws: Draws,
    weight: Floats,
    seed: int,
    *,
    at: int = 0,
    base_hash: str | None = None,
    previous: Sequence[Record] = (),
    threads: int | None = None,
) -> Record:
    """The record of a plan that is issued at the start of month `at`: mean and quantiles of every figure from then on.

    weight: of the draws, summing to 1. base_hash: of the scenario as the file states it. previous: the records before.
    A figure without a value in some draw of a month has none there.
    """
    whats = measured(scenario, roadmap)
    found = courses(scenario, roadmap, draws, seed, whats, scenario.horizon_months, threads=threads)
    figures = {}
    for what, unit in whats.items():
        if what.startswith("golive."):
            figures[what] = {"unit": unit, **_of_month(found[what][:, 0], weight)}
        else:
            rows = [_of(found[what][:, m], weight) for m in range(at, scenario.horizon_months)]
            if any(row is not None for row in rows):
                figures[what] = {"unit": unit, "months": rows}
    content = {
        "format": FORMAT,
        "issued_at": at,
        "scenario": scenario.name,
        "scenario_hash": base_hash or scenario.hash(),
        "start": scenario.start,
        "currency": scenario.profile.currency,
        "seed": seed,
        "draws": len(draws),
        "effective_draws": round(effective(weight), 1),
        "roadmap": dict(roadmap),
        "levels": list(LEVELS),
        "figures": figures,
        "previous": previous[-1]["hash"] if previous else None,
    }
    return {**content, "hash": digest(content)}


def first_record(scenario: Scenario, plan: Plan, threads: int | None = None) -> Record:
    """The record of a plan that is the first one, on the draws of its report."""
    outcomes = plan.outcomes
    draws = drawn(scenario, outcomes.first_draw, outcomes.draws, outcomes.seed)
    equal = np.full(len(draws), 1.0 / len(draws))
    return issued(scenario, plan.roadmap, draws, equal, outcomes.seed, threads=threads)


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content of a record, its own digest left out."""
    kept = {key: value for key, value in content.items() if key != "hash"}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def as_text(records: Sequence[Record]) -> str:
    """The file of the records, oldest first."""
    return json.dumps({"schema_version": 1, "records": list(records)}, separators=(",", ":"), allow_nan=False) + "\n"


def read_records(text: str, file: str) -> tuple[Record, ...]:
    """The records of a file. Raises ProblemsFound where one was edited after it was issued, or the chain is broken."""
    try:
        records = json.loads(text)["records"]
        found = [(int(one["format"]), one["hash"], digest(one), one["previous"]) for one in records]
    except (ValueError, KeyError, TypeError) as error:
        hint = "restore the file as it was issued, or remove it: the plan can be replanned, but not scored"
        raise ProblemsFound([Problem("", f"no records of forecasts: {error}", hint=hint, file=file)]) from None
    problems, before = [], None
    for number, (version, stated, made, previous) in enumerate(found, start=1):
        hint = "restore the file as it was issued"
        if version != FORMAT:
            problems.append(Problem(f"records.{number - 1}", "unknown format", version, f"{FORMAT}", file))
        elif stated != made:
            message = f"record {number} of {len(found)} was changed after it was issued: its digest does not fit"
            problems.append(Problem(f"records.{number - 1}", message, str(stated)[:12], hint, file))
        elif previous != before:
            message = f"record {number} of {len(found)} does not follow the one before it"
            problems.append(Problem(f"records.{number - 1}", message, str(previous)[:12], hint, file))
        before = stated
    if problems:
        raise ProblemsFound(problems)
    return tuple(records)


def points_of(record: Record, what: str, month: int) -> Floats | None:
    """(POINTS,) equally likely values of what a record forecast for the end of a month; None where it forecast nothing.
    Of a go-live that is sure to happen, its month; None where it may never happen."""
    figure = record["figures"].get(what)
    if figure is None:
        return None
    if what.startswith("golive."):
        return None if figure["never"] > 0.0 else _points(figure["quantiles"], record["levels"])
    at = month - record["issued_at"]
    row = figure["months"][at] if 0 <= at < len(figure["months"]) else None
    return None if row is None else _points(row["quantiles"], record["levels"])


def expected(record: Record, what: str, month: int) -> float | None:
    """Mean of what a record forecast for the end of a month; None where it forecast nothing."""
    figure = record["figures"].get(what)
    if figure is None or what.startswith("golive."):
        return None if figure is None else figure["mean"]
    at = month - record["issued_at"]
    row = figure["months"][at] if 0 <= at < len(figure["months"]) else None
    return None if row is None else float(row["mean"])


def _points(quantiles: Sequence[float], levels: Sequence[float]) -> Floats:
    marks = (np.arange(POINTS) + 0.5) / POINTS
    return np.interp(marks, levels, quantiles)


def _of(values: Floats, weight: Floats) -> dict[str, Any] | None:
    """Mean and quantiles of (draws,) values; None where some draw has none."""
    if not np.isfinite(values).all():
        return None
    quantiles = weighted_quantiles(values, weight, np.array(LEVELS))
    return {"mean": _short(weighted_mean(values, weight)[0]), "quantiles": [_short(x) for x in quantiles]}


def _of_month(values: Floats, weight: Floats) -> dict[str, Any]:
    """Of a month of go-live: share of the draws in which it never comes, mean and quantiles of the others."""
    sure = np.isfinite(values)
    never = float(weight[~sure].sum())
    if not sure.any() or never >= 1.0 - 1e-12:
        return {"never": 1.0, "mean": None, "quantiles": None}
    row = _of(values[sure], weight[sure] / weight[sure].sum()) or {}
    return {"never": _short(never), **row}


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
