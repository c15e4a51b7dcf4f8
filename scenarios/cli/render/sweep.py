"""The screens of `sweep`: how far it is, and the points that stand out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.cli.render.figures import percent, sensible
from scenarios.cli.render.words import cell, counted, plain_table, sentence
from scenarios.statistics import figure
from scenarios.sweeps.design import RESERVED
from scenarios.sweeps.parts import steady
from sim.errors import ProblemsFound

if TYPE_CHECKING:
    from rich.console import Console

    from scenarios.sweeps.result import SweepResult

MOST_ROWS = 20
MOST_FACTORS = 5
SHOWN_MEASURES = 3


def show_status(found: SweepResult, terminal: Console) -> None:
    """Print how far the sweep is and why points failed."""
    counts = found.counts
    told = [f"{counts['done']:,} of {counted(found.points, 'point')} done"]
    told += [f"{counts['failed']:,} failed"] if counts["failed"] else []
    told += [f"{counts['lost']:,} lost with their workers"] if counts["lost"] else []
    told += [f"{counts['left']:,} left"] if counts["left"] else []
    sentence(terminal, f"{found.title}: {', '.join(told)}.")
    for reason, number in found.reasons[:5]:
        sentence(terminal, f"{counted(number, 'point')}: {reason}")
    for note in found.notes:
        sentence(terminal, note)
    if counts["left"] or counts["lost"]:
        sentence(terminal, "`roadfolio sweep run DESIGN --out FOLDER --resume` goes on with what is left.")
    one = found.manifest
    words = f"{one.kind} of {one.scenario}, seed {one.seed}; `roadfolio sweep results {found.folder}` shows the table."
    sentence(terminal, words, "dim")


def show_results(found: SweepResult, terminal: Console) -> None:
    """Print the points, or the best of many by the first measure."""
    import polars

    first = found.manifest.measures[0][0]
    many = found.counts["done"] > MOST_ROWS

    def read() -> polars.DataFrame:
        done = found.wide().filter(polars.col("status") == "done")
        if many:
            done = done.sort(first, descending=_larger_is_better(first), nulls_last=True, maintain_order=True)
        return done.head(MOST_ROWS).collect()

    rows = steady(read).to_dicts()
    factors = found.manifest.columns[:MOST_FACTORS]
    measures = found.manifest.measures[:SHOWN_MEASURES]
    heads = ["point", *(_head(one.name, one.unit) for one in factors), *(_head(*one) for one in measures)]
    right = (0, *range(1 + len(factors), 1 + len(factors) + len(measures)))
    table = plain_table(*heads, right=right)
    for row in rows:
        cells = [str(row["point"]), *(_value(one.name, row[one.name]) for one in factors)]
        cells += [_measure(row, name, kind) for name, kind in measures]
        table.add_row(*(cell(text) for text in cells))
    terminal.print(table)
    if many:
        text = f"The best {MOST_ROWS} of {found.counts['done']:,} by {first}. "
        sentence(terminal, text + "The best of many owe a part of it to the draws: value them again with another seed.")
    hidden = len(found.manifest.columns) - len(factors), len(found.manifest.measures) - len(measures)
    more = [counted(n, word) for n, word in zip(hidden, ("factor", "measure"), strict=True) if n]
    told = f"; {' and '.join(more)} more in the table of --csv and --parquet" if more else ""
    sentence(terminal, f"± is one standard error{told}.")
    terminal.print()
    show_status(found, terminal)


def _larger_is_better(name: str) -> bool:
    try:
        return figure(name).better == "higher"
    except ProblemsFound:  # a measure of the caller's own work
        return True


def _head(name: str, unit: str) -> str:
    return f"{name}, {unit}" if unit else name


def _value(name: str, value: Any) -> str:
    if value is None:
        return "" if name in RESERVED else "as it is"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _measure(row: dict[str, Any], name: str, unit: str) -> str:
    value, error = row[name], row[f"{name} se"]
    if value is None:
        return "none"
    return percent(value, error) if unit == "share" else sensible(value, error)
