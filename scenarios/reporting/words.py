"""Words and numbers of the report: names of the planner's own file are shown and never obeyed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from scenarios.cli.render.figures import percent, rough, sensible, signed
from scenarios.cli.render.words import clean, listed

LONGEST = 400  # letters of a text from a file, in a sentence or a table
LABEL, LINE, LINES = 44, 22, 2  # letters of a label in a chart, and of one line of it; lines that a row has room for
ISOLATE, END = "\u2068", "\u2069"


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

    >>> label("<b>Till</b> & stock"), label("Orders placed by a rule from sales")
    ('&lt;b&gt;Till&lt;/b&gt; &amp; stock', 'Orders placed by a<br>rule from sales')
    """
    lines = [""]
    for word in plain(text, most).split(" "):
        for piece in (word[k : k + LINE] for k in range(0, max(1, len(word)), LINE)):
            if lines[-1] and len(lines[-1]) + 1 + len(piece) > LINE:
                lines.append(piece)
            else:
                lines[-1] = f"{lines[-1]} {piece}".strip()
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], lines[LINES - 1][: LINE - 1].rstrip("…") + "…"]
    return "<br>".join(escaped(line) for line in lines)


def escaped(text: str) -> str:
    """Text without meaning in a chart, on one line.

    >>> escaped("a<b & c>d")
    'a&lt;b &amp; c&gt;d'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def minus(text: str) -> str:
    """A number with the sign that is as wide as a plus.

    >>> minus("-5.0 ± 0.2") == "\u22125.0 ± 0.2"
    True
    """
    return text.replace("-", "\u2212", 1) if text.startswith("-") else text


def money(value: float, error: float | None, currency: str) -> str:
    """An amount with its standard error.

    >>> money(38175.1, 1613.1, "USD")
    '38,200 ± 1,600 USD'
    """
    return f"{minus(sensible(value, error))} {plain(currency, 12)}".strip()


def about(value: float, size: float, currency: str = "") -> str:
    """An amount to about two digits of `size`, without its error: quantiles and parts of a whole.

    >>> about(51342.9, 38175.0, "USD"), about(0.0, 5.0)
    ('51,000 USD', '0')
    """
    text = rough(value, max(abs(size), abs(value), 1e-12) * 0.02)
    return f"{minus(text)} {plain(currency, 12)}".strip()


def amount(value: float, currency: str = "") -> str:
    """An amount of a budget: whole units, three digits or more.

    >>> amount(28254.3, "USD"), amount(12.34), amount(320000.0)
    ('28,250 USD', '12.3', '320,000')
    """
    size = abs(value)
    text = f"{value:,.3g}" if size < 100 else f"{round(value, -1 if size >= 10_000 else 0):,.0f}"
    return f"{'0' if text in ('-0', '0') else minus(text)} {plain(currency, 12)}".strip()


def change(mean: float, se: float | None) -> str:
    """A change with its sign and error.

    >>> change(47951.2, 1280.7)
    '+48,000 ± 1,300'
    """
    return minus(signed(mean, sensible(mean, se)))


def share(value: float, low: float | None = None, high: float | None = None) -> str:
    """A share in per cent, with its interval where it has one.

    >>> share(0.19921875, 0.18249, 0.21707), share(0.5)
    ('19.9 % (18.2 to 21.7 %)', '50.0 %')
    """
    error = None if low is None or high is None else (high - low) / 4.0
    text = percent(value, None)
    if error is None or low is None or high is None:
        return text
    return f"{text} ({percent(low, None, '')} to {percent(high, None)})"


def list_of(words: Iterable[str], most: int = 5) -> str:
    """The first words, and how many more.

    >>> list_of(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    known = list(words)
    if len(known) <= most:
        return listed(known)
    return f"{', '.join(known[:most])} and {len(known) - most} more"


def level(value: float, unit: str) -> str:
    """A value of an uncertain number or of a KPI, with three digits and its unit.

    >>> level(0.0274, "factor"), level(0.057, "share"), level(15000.0, "USD/month")
    ('0.0274', '5.7 %', '15,000 USD/month')
    """
    if unit == "share":
        return f"{minus(f'{100.0 * value:.4g}')} %"
    text = f"{value:,.3g}" if abs(value) < 1000 else f"{float(f'{value:.4g}'):,.0f}"
    return minus(text) if unit in ("factor", "") else f"{minus(text)} {plain(unit, 30)}"
