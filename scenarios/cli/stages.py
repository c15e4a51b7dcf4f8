"""A bar for work in stages, whose number of steps is known one stage at a time."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def stages(description: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal, now and then a line in a pipe. Yields a function of stage, steps done and steps of it."""
    if not sys.stderr.isatty():
        yield _Lines(description)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(file=sys.stderr, markup=False), transient=True) as bar:
        task = bar.add_task(description, total=None)
        yield lambda stage, done, total: bar.update(
            task, description=f"{description}: {stage}", completed=done, total=total
        )


QUIET = 10.0
"""Seconds between two lines in a pipe."""


class _Lines:
    """Writes a line when a new stage is met and the last line is some time ago."""

    def __init__(self, description: str) -> None:
        self._description, self._stage, self._last = description, "", time.monotonic()

    def __call__(self, stage: str, _done: int, _total: int) -> None:
        now = time.monotonic()
        if stage != self._stage and now - self._last >= QUIET:
            print(f"{self._description}: {stage}", file=sys.stderr, flush=True)
            self._stage, self._last = stage, now
