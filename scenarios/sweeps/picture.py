"""A measure of a sweep by one of its factors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scenarios.sweeps.work import DONE
from sim.display.curves import Curve, curves
from sim.errors import Problem, ProblemsFound, suggest

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from scenarios.sweeps.result import SweepResult

MOST_POINTS = 5_000


def picture(found: SweepResult, measure: str | None, x: str | None) -> go.Figure:
    """Every point that is done, up to MOST_POINTS in the order of the design; how many are not drawn is said."""
    import polars

    schema = found.wide().collect_schema()
    factors = [one.name for one in found.manifest.columns if schema[one.name].is_numeric()]
    measures = [name for name, _ in found.manifest.measures]
    of = _known("measure", measure, measures)
    by = _known("x", x, factors)
    done = found.wide().filter(polars.col("status") == DONE, polars.col(of).is_not_null())
    total = int(done.select(polars.len()).collect().item())
    errors = [f"{of} low", f"{of} high"]
    frame = done.select(polars.col(by).alias("x"), polars.col(of).alias("y"), *errors).head(MOST_POINTS).collect()
    units = found.units
    curve = Curve(of, *(frame[name].to_list() for name in ("x", "y", *errors)))
    title = f"{of} by {by}, {min(total, MOST_POINTS):,} points"
    title += f" of {total:,}" if total > MOST_POINTS else ""
    return curves(title, [curve], _with_unit(by, units), _with_unit(of, units), points=True)


def _known(place: str, name: str | None, names: Sequence[str]) -> str:
    if name is None and names:
        return names[0]
    if name is None or name not in names:
        raise ProblemsFound([Problem(place, "the sweep has no such number", name, suggest(name or "", names))])
    return names[0]
    if name is None or name not in names:
        told = ", ".join(names) or "none"
        raise ProblemsFound(
            [Problem(place, f"the sweep has no such number{suggest(name or '', names)}; it has: {told}")]
        )
    return name


def _with_unit(name: str, units: dict[str, str]) -> str:
    return f"{name}, {units[name]}" if units.get(name) else name
