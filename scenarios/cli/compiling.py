"""The first run of a version compiles: it is said, because silence looks like a hang."""

from __future__ import annotations

import sys
from typing import Literal

from sim.compiled import FOLDER

MARKS = {"kernel": ("kernel.*.o", "kernel.*.nbi"), "company": ("loop.*.nbi",)}
"""Files of compiled code, of which one is there once an engine was compiled."""


def announce_compilation(*engines: Literal["kernel", "company"]) -> None:
    """Say on stderr that compilation comes first, if one of these engines was not yet compiled."""
    absent = missing(*engines)
    if absent:
        what, long = ("kernel", "a minute or two") if "kernel" in absent else ("company's formulas", "half a minute")
        print(f"compiling the {what}, once per version: {long} …", file=sys.stderr, flush=True)


def missing(*engines: Literal["kernel", "company"]) -> list[str]:
    """Engines of these that were not yet compiled."""
    return [engine for engine in engines if not any(any(FOLDER.rglob(mark)) for mark in MARKS[engine])]
