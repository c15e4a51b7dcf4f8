"""Text of a planner's own file, as it may be shown: on one line, and never obeyed."""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST_TITLE: Final = 44  # columns of a name on a terminal
LONGEST: Final = 400  # letters of a text from a file, in a sentence or a table
LABEL, LINE, LINES = 44, 22, 2  # letters of a label in a chart, and of one line of it; lines that a row has room for
ISOLATE, END = "\u2068", "\u2069"


def clean(text: str, most: int = LONGEST_TITLE) -> str:
    """One line without control characters, cut to `most` columns of a terminal.

    >>> clean("Till\\x1b[31m\\nand   more"), clean("a" * 10_000, 5)
    ('Till [31m and more', 'aaaa…')
    """
    from rich.cells import cell_len, chop_cells

    # Of a long name the beginning is looked at; no letter takes more than two columns, and some take none.
    shown = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text[: 8 * most])
    line = " ".join(shown.split())
    if cell_len(line) <= most and len(text) <= 8 * most:
        return line
    return chop_cells(line, most - 1)[0].rstrip() + "…"


def plain(text: str, most: int = LONGEST) -> str:
    """One line without control characters. A name that is written from right to left does not turn what is around it.

    >>> plain("Till\\x1b[31m\\n  and"), plain("\u05d3\u05d5\u05d7") == "\u2068\u05d3\u05d5\u05d7\u2069"
    ('Till [31m and', True)
    """
    shown = clean(text, most)
    turned = any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in shown)
    return f"{ISOLATE}{shown}{END}" if turned else shown


def label(text: str, most: int = LABEL) -> str:
    """Text for a chart. Plotly reads some tags in every text: nothing of a name is one, and long ones are broken.

    >>> label("<b>Till</b> & stock"), label("Orders placed by a rule from sales"), label("threats.ransomware.severity")
    ('&lt;b&gt;Till&lt;/b&gt; &amp; stock', 'Orders placed by a<br>rule from sales', 'threats.ransomware.<br>severity')
    """
    lines = [""]
    for word in plain(text, most).split(" "):
        for piece in _pieces(word):
            if lines[-1] and len(lines[-1]) + 1 + len(piece) > LINE:
                lines.append(piece)
            else:
                lines[-1] = f"{lines[-1]} {piece}".strip()
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], lines[LINES - 1][: LINE - 1].rstrip("…") + "…"]
    return "<br>".join(escaped(line) for line in lines)


def _pieces(word: str) -> list[str]:
    """A word in parts of at most LINE letters: a path is broken behind dots and underlines where that is possible."""
    found = []
    while len(word) > LINE:
        at = 1 + max(word.rfind(".", 0, LINE), word.rfind("_", 0, LINE))
        found.append(word[: at or LINE])
        word = word[at or LINE :]
    return [*found, word]


def escaped(text: str) -> str:
    """Text without meaning in a chart, on one line.

    >>> escaped("a<b & c>d")
    'a&lt;b &amp; c&gt;d'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
