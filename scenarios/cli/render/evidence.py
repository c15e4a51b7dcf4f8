"""How published figures are printed: each in full where they are few, a line each where they are many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.evidence import MEANING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Column

    from scenarios.evidence import Evidence
    from scenarios.evidence.search import Disagreement, Found

FEW = 6


def show_evidence(found: Found, terminal: Console) -> None:
    """Print what a search found."""
    from rich import box
    from rich.table import Table

    if len(found.entries) <= FEW:
        for one in found.entries:
            _show_one(one, terminal)
    else:
        table = Table(_ids(found.entries), "value", "unit", "year", "verified", box=box.SIMPLE)
        for one in found.entries:
            table.add_row(one.id, figure(one), one.unit, str(one.year), one.verified)
        terminal.print(table)
        terminal.print(
            f"{len(found.entries)} figures; name one of them, or more words, to see population, source and notes"
        )
    for disagreement in found.side_by_side:
        _show_beside(disagreement, terminal)


def _ids(entries: tuple[Evidence, ...]) -> Column:
    """The column of ids, which are never cut: they are to be copied."""
    from rich.table import Column

    return Column("id", no_wrap=True, min_width=max(len(one.id) for one in entries))


def figure(one: Evidence) -> str:
    """Value and range of an entry."""
    parts = [] if one.value is None else [f"{one.value:,.6g}"]
    if one.low is not None and one.high is not None:
        ends = f"{one.low:,.6g} to {one.high:,.6g}"
        parts.append(f"({ends})" if parts else ends)
    if one.distribution is not None and not parts:
        shape = ", ".join(f"{key} {value:g}" for key, value in one.distribution.params.items())
        parts.append(f"{one.distribution.kind}: {shape}")
    return " ".join(parts)


def _show_one(one: Evidence, terminal: Console) -> None:
    terminal.print(one.id, style="bold")
    terminal.print(" ".join(one.statement.split()), markup=False)
    rows = [("value", f"{figure(one)} {one.unit}"), ("population", one.population), ("year", str(one.year))]
    if one.distribution is not None:
        shape = ", ".join(f"{key} {value:g}" for key, value in one.distribution.params.items())
        rows.append(("distribution", f"{one.distribution.kind}, {shape}"))
    rows += [("source", one.cite().rpartition(" [")[0]), ("verified", f"{one.verified}: {MEANING[one.verified]}")]
    if one.source.url:
        rows.append(("address", one.source.url))
    if one.family:
        rows.append(("family", f"{one.family}: a {one.measures} goes only with figures of this family"))
    if one.note:
        rows.append(("note", " ".join(one.note.split())))
    for head, text in rows:
        terminal.print(f"  {head + ':':<14}{text}", markup=False)
    terminal.print()


def _show_beside(one: Disagreement, terminal: Console) -> None:
    from rich import box
    from rich.table import Table

    verdict = "the sources disagree, or count differently" if one.different else "the sources agree"
    table = Table(_ids(one.entries), "value", "unit", "family", "year", "population", box=box.SIMPLE,
                  title_justify="left", title=f"{one.quantity}: {verdict}")  # fmt: skip
    for entry in one.entries:
        table.add_row(entry.id, figure(entry), entry.unit, entry.family or "-", str(entry.year), entry.population)
    terminal.print(table)
