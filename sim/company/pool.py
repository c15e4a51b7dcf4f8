"""The people of a role as a pool of servers with two lines: claims first, then items, each in the order of coming.

SimPy's own PriorityResource sorts its whole line at each request; here a request, a release and giving up cost the same
whatever the length of the line. A place in the line is a SimPy event, to be asked for inside `with`:

    with pool.request(patience) as turn:
        if not turn.granted:
            yield turn              # wakes with a person, or without one when the patience is over
        if turn.granted:
            yield env.timeout(hours)
"""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Protocol

import simpy

CLAIM, ITEM = 0, 1  # vacancies, absences and project days go before items
FOREVER = float("inf")


class People(Protocol):
    """Whom claims and items ask for a person."""

    @property
    def env(self) -> simpy.Environment: ...
    @property
    def capacity(self) -> int: ...

    def request(self, patience: float = FOREVER, kind: int = ITEM) -> Turn:
        """Ask for a person; patience in hours."""

    def release(self) -> None:
        """Give a person back."""


class Turn(simpy.Event):
    """A place in the line. `granted`: a person is held until the `with` block ends."""

    def __init__(self, pool: People) -> None:
        super().__init__(pool.env)
        self.pool = pool
        self.granted = False
        self.left = False

    def __enter__(self) -> Turn:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.granted:
            self.pool.release()
        else:
            self.left = True

    def expire(self, _: simpy.Event) -> None:
        """The patience is over: wake without a person, unless served before."""
        if not (self.granted or self.left):
            self.left = True
            self.succeed()


class Pool:
    """`capacity` people who do the same work. Service is never interrupted; a claim takes the next free person.

    Counts requests, grants, patience timers and waits (requests that found nobody free).
    """

    def __init__(self, env: simpy.Environment, name: str, capacity: int) -> None:
        self.env = env
        self.name = name
        self.capacity = capacity
        self.free = capacity
        self.lines: tuple[deque[Turn], deque[Turn]] = (deque(), deque())
        self.requests = 0
        self.grants = 0
        self.timers = 0
        self.waits = 0

    @property
    def waiting(self) -> int:
        """Items and claims in line."""
        return sum(not turn.left for line in self.lines for turn in line)

    def request(self, patience: float = FOREVER, kind: int = ITEM) -> Turn:
        """Ask for a person; patience in hours."""
        self.requests += 1
        turn = Turn(self)
        if self.free:  # then nobody waits
            self.free -= 1
            self.grants += 1
            turn.granted = True
        else:
            self.waits += 1
            self.lines[kind].append(turn)
            if patience < FOREVER:
                self.timers += 1
                self.env.timeout(max(0.0, patience)).callbacks.append(turn.expire)
        return turn

    def release(self) -> None:
        """A person is free: the first who is still waiting gets it. Who has left is dropped only here."""
        for line in self.lines:
            while line:
                turn = line.popleft()
                if not turn.left:
                    self.grants += 1
                    turn.granted = True
                    turn.succeed()
                    return
        self.free += 1
