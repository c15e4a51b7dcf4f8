"""How far a sweep is: its rate and the time that remains."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

SPAN = 120.0  # seconds that the rate looks back


@dataclass(frozen=True)
class Advance:
    """done: points that have their rows, those of earlier runs among them; failed: those of this run without figures;
    rate: points a second of late, None before the first; remaining: seconds, at that rate."""

    done: int
    total: int
    failed: int
    rate: float | None
    remaining: float | None


Progress = Callable[[Advance], None]


class Watch:
    """Counts points and looks at the clock."""

    def __init__(self, done: int, total: int, tell: Progress | None, clock: Callable[[], float] = monotonic) -> None:
        self._done, self._total, self._tell, self._clock = done, total, tell, clock
        self._failed = 0
        self._seen: deque[tuple[float, int]] = deque([(clock(), done)])

    def add(self, points: int, failed: int) -> None:
        """So many more have their rows."""
        self._done += points
        self._failed += failed
        now = self._clock()
        self._seen.append((now, self._done))
        while len(self._seen) > 2 and now - self._seen[0][0] > SPAN:
            self._seen.popleft()
        if self._tell is not None:
            begun, before = self._seen[0]
            rate = (self._done - before) / (now - begun) if now > begun else None
            remaining = (self._total - self._done) / rate if rate else None
            self._tell(Advance(self._done, self._total, self._failed, rate, remaining))
