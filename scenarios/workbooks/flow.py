"""Plain data as the YAML of one line, and as a whole file: every text comes back as text, every number as itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.positions import UNPRINTABLE, plain_scalar

PLAIN = re.compile(r"(?:[^\W\d]|[-+]?\.?\d)(?:[\w .%/+-]*[\w.%/+-])?")
SPELT_OUT = re.compile("_x[0-9A-Fa-f]{4}_|x005F_")  # how workbooks write signs that XML forbids, and what escapes that
LONGEST_KEY = 1_000  # letters that YAML takes for a key without a sign before it
WIDTH = 110  # letters of a line, beyond which a block is broken into lines
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def flow(value: Any) -> str:
    """Data as YAML of one line.

    >>> flow({"low": 1, "mode": 2.5, "origin": "planner assumption"}), flow(["a", "12", None, True])
    ('{low: 1, mode: 2.5, origin: planner assumption}', '[a, "12", null, true]')
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(str(key))}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value).replace("inf", ".inf").replace("nan", ".nan")
    return str(value) if is_plain(value) else quoted(value)


def _key(key: str) -> str:
    """A key with the sign before it that a long one needs."""
    text = flow(key)
    return f"? {text} " if len(text) > LONGEST_KEY else text


def is_plain(text: str) -> bool:
    """Whether a text needs no quotes to be read as this text."""
    odd = UNPRINTABLE.search(text) or SPELT_OUT.search(text)
    return bool(PLAIN.fullmatch(text)) and isinstance(plain_scalar(text), str) and not odd


def quoted(text: str) -> str:
    r"""A text in double quotes, with escapes for whatever would not come back.

    >>> quoted('a "b"\n')
    '"a \\"b\\"\\n"'
    """
    inside = "".join(ESCAPES.get(sign) or (_escaped(sign) if _odd(sign) else sign) for sign in text)
    inside = re.sub("x(?=005F_)", r"\\x78", inside)
    return '"' + re.sub("_(?=x[0-9A-Fa-f]{4}_)", r"\\x5f", inside) + '"'


def _odd(sign: str) -> bool:
    return bool(UNPRINTABLE.match(sign)) or sign in "\x85\xa0\u2028\u2029\ufeff"


def _escaped(sign: str) -> str:
    code = ord(sign)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def yaml_text(data: Mapping[str, Any]) -> str:
    """Plain data as the text of a scenario file; short blocks in one line, an empty line before each block of the
    whole."""
    lines: list[str] = []
    for key, value in data.items():
        more = list(_lines(flow(str(key)), value, 0))
        if len(more) > 1 and lines:
            lines.append("")
        lines += more
    return "\n".join(lines) + "\n"


def _lines(head: str, value: Any, depth: int) -> Iterator[str]:
    space = "  " * depth
    short = f"{space}{head}: {flow(value)}"
    if len(head) > LONGEST_KEY:
        yield from (f"{space}? {head}", f"{space}: {flow(value)}")
        return
    nested = isinstance(value, Mapping) and any(isinstance(one, Mapping) for one in value.values())
    if not isinstance(value, (Mapping, list)) or not value or (len(short) <= WIDTH and not (nested or depth == 0)):
        yield short
    elif isinstance(value, Mapping):
        yield f"{space}{head}:"
        for key, one in value.items():
            yield from _lines(flow(str(key)), one, depth + 1)
    elif any(isinstance(one, Mapping) for one in value):
        yield f"{space}{head}:"
        for one in value:
            yield f"{space}  - {flow(one)}"
    else:
        yield short
