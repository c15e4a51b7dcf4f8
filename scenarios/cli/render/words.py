"""Words of the planner's own files on the terminal: whatever they contain, they are shown and never obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from sim.display.text import clean

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from sim.world import Scenario

LONGEST_SENTENCE = 2000


def cell(text: str, style: str = "", most: int = LONGEST_SENTENCE) -> Text:
    """Text as it stands: no markup and no emoji code in it means anything."""
    from rich.text import Text

    return Text(clean(text, most), style)


def folded(path: str, most: int) -> Text:
    """A path, or a condition on one, on lines of at most `most` letters, broken behind its dots and blanks where that
    is possible, and behind underscores where a name is longer than a line.

    >>> str(folded("people.office.hires", 14))
    'people.office.\\nhires'
    >>> str(folded("a.duration_of_work is at least 3", 14))
    'a.duration_of_\\nwork is at\\nleast 3'
    """
    from rich.text import Text

    parts = re.findall(r"[^. ]*[. ]?", clean(path, LONGEST_SENTENCE))
    lines = [""]
    for part in parts:
        for piece in [part] if len(part.rstrip()) <= most else re.findall(r"[^_]*_?", part):
            if lines[-1] and len(lines[-1]) + len(piece.rstrip()) > most:
                lines.append("")
            lines[-1] += piece
    return Text("\n".join(line.rstrip() for line in lines))


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words with commas and a final "and".

    >>> listed(["a"]), listed(["a", "b", "c"]), listed([])
    ('a', 'a, b and c', '')
    """
    known = list(words)
    return ", ".join(known[:-1]) + f" {last} " + known[-1] if len(known) > 1 else "".join(known)


def counted(number: int, one: str, more: str = "") -> str:
    """A number with the word for what is counted; more: the word for several, `one` with an s unless stated.

    >>> counted(1, "month"), counted(4096, "draw"), counted(1, "part of it", "parts of it")
    ('1 month', '4,096 draws', '1 part of it')
    """
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def titles(scenario: Scenario) -> dict[str, str]:
    """Printed name of each initiative; two that would look the same keep their ids behind them."""
    short = {name: clean(one.title) or name for name, one in scenario.initiatives.items()}
    shown = list(short.values())
    return {name: text if shown.count(text) == 1 else f"{text} ({clean(name)})" for name, text in short.items()}


def month_label(scenario: Scenario, month: int) -> str:
    """Calendar name of a month, such as `2027-04`."""
    year, first = (int(part) for part in scenario.start.split("-"))
    count = year * 12 + first - 1 + month
    return f"{count // 12}-{count % 12 + 1:02d}"


def starts_sentence(starts: Mapping[str, int], names: Mapping[str, str], label: Mapping[int, str]) -> str:
    """What starts when, grouped by time: "A and B in 2027 Q1, C in 2027 Q3"."""
    groups: dict[int, list[str]] = {}
    for name in sorted(starts, key=lambda one: starts[one]):
        groups.setdefault(starts[name], []).append(names[name])
    return "; ".join(f"{listed(group)} in {label[month]}" for month, group in groups.items())


def grid(terminal: Console, rows: Sequence[tuple[str, str, str]]) -> None:
    """Print rows of label, figure and explanation."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column()
    table.add_column(ratio=1)
    for label, figure, meaning in rows:
        table.add_row(cell(label), cell(figure, "bold"), cell(meaning, "dim"))
    terminal.print(table)


def plain_table(*heads: str, right: Iterable[int] = ()) -> Table:
    """A table with one line under its heads; the columns in `right` hold figures."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False, header_style="bold")
    for position, head in enumerate(heads):
        number = position in set(right)
        table.add_column(cell(head), justify="right" if number else "left", no_wrap=number)
    return table


def sentence(terminal: Console, text: str, style: str = "") -> None:
    """Print a sentence, broken between words at the width of the terminal."""
    terminal.print(cell(text, style))
