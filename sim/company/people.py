"""People who are not there: vacancies, headcount that initiatives change, and what both cost the pool."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import simpy

from sim.company.clock import Clock, until
from sim.company.pool import CLAIM, People
from sim.company.world_layer import Occupants


@dataclass(frozen=True)
class Piece:
    """From `start` to `end` (hours) so many people of the pool are absent."""

    start: float
    end: float
    people: float


def capacity_of(headcount: Sequence[float]) -> int:
    """Size of the pool of a role: the highest headcount (by month) ever needed, in whole people.

    >>> capacity_of([4.0, 4.0, 3.5])
    4
    """
    return math.ceil(max(headcount) - 1e-9)


def absent(clock: Clock, occupants: Occupants, seats: int, headcount: Sequence[float]) -> list[Piece]:
    """Absent people of a role, piece by piece: capacity less headcount times the share of seats that is occupied."""
    capacity = capacity_of(headcount)
    empty = 0
    pieces: list[Piece] = []
    changes = [(float(t), 1 if k < 0 else -1) for t, k in zip(occupants.times, occupants.occupant, strict=True)]
    at = 0
    for m in range(clock.months):
        start = float(m)
        while start < m + 1:
            while at < len(changes) and changes[at][0] <= start:
                empty += changes[at][1]
                at += 1
            end = min(m + 1.0, changes[at][0] if at < len(changes) else m + 1.0)
            occupied = 1.0 - empty / seats if seats else 1.0
            people = max(0.0, capacity - headcount[m] * occupied)
            if pieces and abs(pieces[-1].people - people) < 1e-12:
                pieces[-1] = Piece(pieces[-1].start, end * clock.month_hours, pieces[-1].people)
            else:
                pieces.append(Piece(start * clock.month_hours, end * clock.month_hours, people))
            start = end
    return pieces


def absences(
    env: simpy.Environment, clock: Clock, pool: People, pieces: Sequence[Piece], claimed: list[float]
) -> Generator[simpy.Event, None, None]:
    """Claim whole people as long as they are absent, and of each working day the share for which one more is."""
    for k in range(pool.capacity):
        for start, end in _runs(pieces, k + 1):
            env.process(away(env, clock, pool, start, end, claimed))
    for piece in pieces:
        part = piece.people - math.floor(piece.people + 1e-9)
        if part > 1e-9:
            for start, end in clock.working_days(piece.start, piece.end):
                yield until(env, start)
                env.process(absence(env, clock, pool, part * (end - start), end, claimed))


def _runs(pieces: Sequence[Piece], people: int) -> list[tuple[float, float]]:
    """Spans in which at least so many people are absent."""
    runs: list[tuple[float, float]] = []
    for piece in pieces:
        if piece.people + 1e-9 >= people:
            if runs and runs[-1][1] == piece.start:
                runs[-1] = runs[-1][0], piece.end
            else:
                runs.append((piece.start, piece.end))
    return runs


def away(
    env: simpy.Environment, clock: Clock, pool: People, start: float, end: float, claimed: list[float]
) -> Generator[simpy.Event, None, None]:
    """One person is missing from `start` to `end`; who is at work finishes the item at hand first."""
    if start > 0.0:
        yield until(env, start)
    with pool.request(end - start, CLAIM) as turn:
        if not turn.granted:
            yield turn
        if turn.granted:
            clock.spread(env.now, end, claimed)
            yield until(env, end)


def absence(
    env: simpy.Environment, clock: Clock, pool: People, hours: float, latest: float, claimed: list[float]
) -> Generator[simpy.Event, None, None]:
    """The next free person is missing for `hours`; dropped when nobody becomes free before `latest`."""
    with pool.request(latest - env.now, CLAIM) as turn:
        if not turn.granted:
            yield turn
        if turn.granted:
            clock.spread(env.now, env.now + hours, claimed)
            yield env.timeout(hours)
