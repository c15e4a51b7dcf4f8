"""The loop of a sweep: tasks go out, a bounded number at a time, and their rows are handed on as they come back.

A task takes as many groups of points as fill about TASK_SECONDS, so that neither many cheap points nor few dear ones
waste time. When a worker dies, what was in flight is tried again one task at a time, so that a point which kills its
worker is found and does not take others with it; after STRIKES deaths alone it is lost, and the reason is its row.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from dataclasses import dataclass
from itertools import islice

from scenarios.sweeps.points import Point
from scenarios.sweeps.pools import Pool
from scenarios.sweeps.work import LOST, Answer, Context, Row, Task, run_task
from sim.errors import Problem, ProblemsFound

Group = tuple[Point, ...]
Write = Callable[[Sequence[Row]], None]
TASK_SECONDS = 0.5
MOST_POINTS = 5_000  # of a task: its rows are held in memory
STRIKES = 3
GROWTH = 4.0  # a task is at most so many times as large as the last


@dataclass
class Batch:
    """Groups that are sent together, and how often a worker died of them alone."""

    groups: tuple[Group, ...]
    strikes: int = 0


class Driver:
    """Sends the groups to a pool. write: called with the rows of each task that has come back, at once."""

    def __init__(self, context: Context, pool: Pool, groups: Iterator[Group], count: int, write: Write) -> None:
        self._context, self._pool, self._groups, self._write = context, pool, groups, write
        self._left = count  # groups not yet sent
        self._size = 1.0  # groups of the next task
        self._flying: dict[Future[Answer], Batch] = {}
        self._suspects: deque[Batch] = deque()
        self._window = pool.window
        self._refused = 0

    def run(self) -> None:
        """Until every group has its rows. Raises ProblemsFound where the executor cannot go on."""
        while True:
            self._fill()
            if not self._flying:
                return
            done, _ = wait(self._flying, timeout=1.0, return_when=FIRST_COMPLETED)
            if not done:
                self._window = self._pool.window
                if self._pool.gone() is not None:
                    raise self._ended()
            self._take(done)

    def _fill(self) -> None:
        careful = bool(self._suspects)
        while len(self._flying) < (1 if careful else self._window):
            batch = self._suspects.popleft() if self._suspects else self._next()
            if batch is None:
                return
            try:
                future = self._pool.executor.submit(run_task, Task(self._context, batch.groups))
            except (BrokenExecutor, RuntimeError, OSError) as error:  # it broke since the last answer
                self._suspects.appendleft(batch)
                if not self._flying:
                    self._refused += 1
                    if self._refused > STRIKES or self._pool.gone() is not None:
                        raise self._ended(f"it takes no more tasks: {error}") from None
                    self._pool.renew()
                    continue
                return
            self._refused = 0
            self._flying[future] = batch

    def _ended(self, otherwise: str = "") -> ProblemsFound:
        reason = self._pool.gone() or f"the executor has ended; {otherwise}"
        return ProblemsFound(
            [Problem("executor", reason, None, "start it anew, then resume: the rows until now are kept")]
        )

    def _next(self) -> Batch | None:
        share = -(-self._left // (2 * self._pool_workers))  # so that all workers end together
        groups: list[Group] = []
        points = 0
        for group in islice(self._groups, max(1, min(int(self._size), share))):
            groups.append(group)
            points += len(group)
            if points >= MOST_POINTS:
                break
        self._left -= len(groups)
        return Batch(tuple(groups)) if groups else None

    @property
    def _pool_workers(self) -> int:
        return max(1, self._window // 3)

    def _take(self, done: set[Future[Answer]]) -> None:
        """Hand on what came back, and see to what did not."""
        alone = len(self._flying) == 1
        died: list[Batch] = []
        for future in done:
            batch = self._flying.pop(future)
            try:
                answer = future.result()
            except CancelledError:
                raise self._ended("it has cancelled a task") from None
            except Exception as error:
                if not self._pool.died(error):
                    raise
                died.append(batch)
                continue
            self._learn(batch, answer)
            self._write(answer.rows)
        if died:
            self._bury(died, alone)

    def _learn(self, batch: Batch, answer: Answer) -> None:
        each = max(answer.seconds / len(batch.groups), 1e-6)
        self._size = max(1.0, min(TASK_SECONDS / each, GROWTH * max(self._size, len(batch.groups))))

    def _bury(self, died: list[Batch], alone: bool) -> None:
        if self._pool.breaks_whole:  # then it answers all tasks at once
            for future in list(wait(self._flying, timeout=10.0).done):
                batch = self._flying.pop(future)
                if future.cancelled() or future.exception() is not None:
                    died.append(batch)
                else:
                    self._write(future.result().rows)
        self._pool.renew()
        for batch in died:
            if not alone:
                self._suspects.append(batch)
            elif len(batch.groups) > 1:
                self._suspects.extendleft(Batch((group,)) for group in reversed(batch.groups))
            elif batch.strikes + 1 < STRIKES:
                self._suspects.appendleft(Batch(batch.groups, batch.strikes + 1))
            else:
                reason = f"its worker died {STRIKES} times over it (memory, or a defect of a compiled library)"
                self._write([Row(point.index, LOST, reason) for point in batch.groups[0]])
