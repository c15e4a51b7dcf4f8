"""A bar for work in stages, whose number of steps is known one stage at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def stages(description: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal, nothing in a pipe. Yields a function of stage, steps done in it, and its steps."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(file=sys.stderr, markup=False), transient=True) as bar:
        task = bar.add_task(description, total=None)
        yield lambda stage, done, total: bar.update(
            task, description=f"{description}: {stage}", completed=done, total=total
        )


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""
