"""The table of a sweep for a workbook, and the chart of its first measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.workbooks.charts import Chart
from scenarios.workbooks.result_table import ResultTable
from scenarios.workbooks.results import MOST_ROWS
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from scenarios.sweeps.result import SweepResult

NAME = "Rows"


def sweep_table(found: SweepResult) -> tuple[ResultTable, tuple[Chart, ...]]:
    """One row a point. Raises ProblemsFound for more points than a sheet has rows."""
    from scenarios.sweeps.parts import steady

    frame = steady(lambda: found.wide().collect())
    if frame.height > MOST_ROWS:
        message = f"the sweep has {frame.height:,} points, and a sheet of Excel {MOST_ROWS:,} rows for them"
        raise ProblemsFound([Problem("--excel", message, hint="write --csv or --parquet")])
    heads = tuple(frame.columns)
    table = ResultTable(NAME, heads, tuple(_unit(head, found.units) for head in heads), tuple(frame.rows()))
    numeric = {name for name, kind in frame.schema.items() if kind.is_numeric()}
    factors = [column.name for column in found.manifest.columns if column.name in numeric]
    measures = [name for name, _ in found.manifest.measures if name in numeric]
    if not factors or not measures:
        return table, ()
    title = f"{measures[0]} against {factors[0]}"
    return table, (Chart(NAME, "scatter", factors[0], (measures[0],), title, markers_only=True),)


def _unit(head: str, units: dict[str, str]) -> str:
    """Unit of a column; an error has that of its figure."""
    if head in units:
        return units[head]
    figure, _, error = head.rpartition(" ")
    return units.get(figure, "") if error in ("se", "low", "high") else ""
