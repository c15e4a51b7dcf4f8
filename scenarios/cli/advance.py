"""A bar for points of a sweep with rate and remaining time on a terminal, now and then a line in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenarios.sweeps.advance import Advance

QUIET = 10.0  # seconds between two lines in a pipe


@contextmanager
def advancing(description: str) -> Iterator[Callable[[Advance], None]]:
    """Yields a function that is told how far the work is."""
    if not sys.stderr.isatty():
        last = time.monotonic()

        def line(now: Advance) -> None:
            nonlocal last
            if time.monotonic() - last >= QUIET:
                print(f"{description}: {told(now)}", file=sys.stderr, flush=True)
                last = time.monotonic()

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = TextColumn("{task.description}", markup=False), BarColumn()
    with Progress(*columns, console=Console(file=sys.stderr, markup=False), transient=True) as bar:
        task = bar.add_task(description, total=None)
        yield lambda now: bar.update(
            task, description=f"{description}: {told(now)}", completed=now.done, total=now.total
        )


def told(now: Advance) -> str:
    """How far, how fast, how long still.

    >>> from scenarios.sweeps.advance import Advance
    >>> told(Advance(1200, 5000, 3, 12.5, 304.0)), told(Advance(1, 5, 0, 0.02, 200.0))
    ('1,200 of 5,000 points (3 failed), 12.5 a second, 5 min left', '1 of 5 points, 1.2 a minute, 3 min left')
    """
    text = f"{now.done:,} of {now.total:,} points" + (f" ({now.failed:,} failed)" if now.failed else "")
    if now.rate:
        text += f", {now.rate:,.1f} a second" if now.rate >= 1.0 else f", {60.0 * now.rate:.2g} a minute"
    if now.remaining:
        text += f", {duration(now.remaining)} left"
    return text


def duration(seconds: float) -> str:
    """A time as people say it.

    >>> duration(9.0), duration(200.0), duration(9000.0), duration(3e5)
    ('9 s', '3 min', '2.5 h', '3.5 days')
    """
    for unit, size, digits in (("days", 86400.0, 1), ("h", 3600.0, 1), ("min", 60.0, 0)):
        if seconds >= 2.0 * size:
            return f"{seconds / size:.{digits}f} {unit}"
    return f"{seconds:.0f} s"
