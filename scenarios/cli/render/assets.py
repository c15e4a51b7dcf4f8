"""How an import of assets is printed: the systems, then all that was not used and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from scenarios.import_assets import Imported


def show_import(found: Imported, terminal: Console) -> None:
    """Print what became of a register."""
    from rich import box
    from rich.table import Table

    terminal.print(f"{len(found.systems)} systems from {found.assets} (delimiter: {found.delimiter})", style="bold")
    table = Table("line", "system", "kind", "age, years", "support ends, month", "replacement at age: cost",
                  box=box.SIMPLE)  # fmt: skip
    for one in found.systems:
        ends, renewal = one.fields.get("support_ends_month"), one.fields.get("refresh")
        due = "-" if renewal is None else f"{renewal['at_age_years']}: {renewal['cost']:,.10g}"
        table.add_row(
            str(one.line), one.name, one.kind, f"{one.fields['age_years']:.1f}", "-" if ends is None else str(ends), due
        )
    terminal.print(table)
    remarks = [(one.line, one.name, note) for one in found.systems for note in one.notes]
    for head, rows in (
        ("used in part", [f"line {line}, {name}: {note}" for line, name, note in remarks]),
        ("rows not used", [f"line {line}, {row[:60]}: {reason}" for line, row, reason in found.unused_rows]),
        ("columns not used", [f"{column[:60]}: {reason}" for column, reason in found.unused_columns]),
        ("notes", list(found.notes)),
    ):
        if rows:
            terminal.print(f"{head}:", style="bold")
            for row in rows:
                terminal.print(f"  {row}", markup=False, soft_wrap=True)
