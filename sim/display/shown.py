"""What every result has in common: one line in a console, a table in a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from sim.display.text import clean

if TYPE_CHECKING:
    import polars

ROWS = 20  # of a table in a notebook
OF_RUN = ("seed", "draws", "first_draw", "engine", "method", "scenario_hash", "at")
"""Columns that say where figures come from: told once below the table where they do not vary."""


class Shown:
    """A result that shows itself. Its class gives `__rich_repr__` (the few facts of it) and `to_frame`."""

    __slots__ = ()

    def __rich_repr__(self) -> Iterator[Any]:
        raise NotImplementedError

    def to_frame(self) -> polars.DataFrame:
        raise NotImplementedError

    def table_head(self, rows: int) -> tuple[polars.DataFrame, int]:
        """The first rows of the table, and how many there are."""
        frame = self.to_frame()
        return frame.head(rows), frame.height

    def __repr__(self) -> str:
        told = (f"{name}={value}" if name else value for name, value in self._facts())
        return f"{type(self).__name__}({', '.join(told)})"

    def _facts(self) -> list[tuple[str, str]]:
        found = (one if isinstance(one, tuple) else ("", one) for one in self.__rich_repr__())
        return [(str(name), fact(value)) for name, value in found]

    def _repr_html_(self) -> str:
        """The facts, the first rows of the table and the notes. Text of a file is never markup."""
        told = "; ".join(f"{_text(name)}: {_text(value)}" if name else _text(value) for name, value in self._facts())
        title = getattr(self, "title", "")
        head = f"<strong>{type(self).__name__}</strong>" + (f" of {_text(title)}" if title else "")
        frame, rows = self.table_head(ROWS)
        parts = [f"<p>{head}. {told}</p>", table(frame)]
        if rows > frame.height:
            parts.append(f"<p>{rows - frame.height:,} more rows in <code>.to_frame()</code></p>")
        notes = getattr(self, "notes", ())
        if notes:
            parts.append("<ul>" + "".join(f"<li>{_text(note, 2000)}</li>" for note in notes) + "</ul>")
        return f'<div class="roadfolio">{"".join(parts)}</div>'


def table(frame: polars.DataFrame) -> str:
    """A frame as a table of HTML, numbers to four digits; columns about the run that do not vary stand below.

    >>> import polars
    >>> table(polars.DataFrame({"name": ["<b>"], "npv": [1234.56], "seed": [7]})).count("&lt;b&gt;</td><td")
    1
    """
    fixed = [name for name in frame.columns if name in OF_RUN and frame.height and frame[name].n_unique() == 1]
    kept = [name for name in frame.columns if name not in fixed]
    heads = "".join(f'<th scope="col">{_text(name)}</th>' for name in kept)
    body = "".join(
        "<tr>" + "".join(_cell(value) for value in values) + "</tr>" for values in frame.select(kept).iter_rows()
    )
    origin = ", ".join(f"{_text(name)} {_text(frame[name][0])}" for name in fixed)
    caption = f'<caption style="caption-side: bottom">{origin}</caption>' if origin else ""
    return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def number(value: float) -> str:
    """A number to four digits.

    >>> number(1234567.0), number(0.00123456), number(12.0), number(float("nan"))
    ('1,235,000', '0.001235', '12', '–')
    """
    if value != value:
        return "–"
    rounded = float(f"{value:.4g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:g}"


def fact(value: Any) -> str:
    """A fact in a line.

    >>> fact([0.451726023, 2.0]), fact({"pos": 3}), fact("tornado"), fact(None)
    ('0.4517, 2', 'pos@3', 'tornado', 'none')
    """
    if isinstance(value, float):
        return number(value)
    if isinstance(value, dict):
        return ", ".join(f"{name}@{one}" for name, one in value.items()) or "nothing"
    if isinstance(value, (list, tuple)):
        return ", ".join(fact(one) for one in value) or "none"
    return "none" if value is None else str(value)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f'<td style="text-align: right">{number(value)}</td>'
    if isinstance(value, int) and not isinstance(value, bool):
        return f'<td style="text-align: right">{value:,}</td>'
    return f'<td style="text-align: left">{"–" if value is None else _text(value)}</td>'


def _text(value: Any, most: int = 200) -> str:
    return escape(clean(str(value), most))
