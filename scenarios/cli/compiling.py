"""The first run of a version compiles for a minute or more: it is said, because silence looks like a hang."""

from __future__ import annotations

import sys
from typing import Literal

from sim.compiled import FOLDER

MARKS = {"kernel": "kernel.*.nbi", "company": "loop.*.nbi"}
"""Index files of compiled code that are there once an engine was compiled."""


def announce_compilation(*engines: Literal["kernel", "company"]) -> None:
    """Say on stderr that compilation comes first, if one of these engines was not yet compiled."""
    if not all(any(FOLDER.rglob(MARKS[engine])) for engine in engines):
        what = "kernel" if "kernel" in engines else "company's formulas"
        print(f"compiling the {what}, once per version: about half a minute …", file=sys.stderr, flush=True)
