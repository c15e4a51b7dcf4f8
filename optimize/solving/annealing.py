"""Simulated annealing of roadmaps, compiled: good roadmaps in a second, without a bound.

A move gives one initiative another start, or takes it out. What stands in its way gives way: rivals and what requires
it leave, what it requires comes in, and of a row that is overrun a random user moves or leaves, a few times. What then
still breaks a rule is undone; the rest is accepted as Metropolis et al. (1953) say, exp(change of worth / temperature),
while the temperature falls geometrically (Kirkpatrick, Gelatt and Vecchi 1983). So every roadmap on the way keeps every
rule but one: a mandatory initiative may still be missing, at a price above all worth.

Numbers are counter based (`sim.streams`), work is counted in moves and never in seconds: the same answer on every run.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimize.solving.lowered import Lowered
from sim.compiled import compiled, inline
from sim.streams import HALF, LOW, ONE, philox, stream_key

OUT = -1
MOST_WAYS = 4
"""Users of overrun rows that give way in one move; each second one tries another start before it leaves."""

HOT, COLD = 0.1, 0.01
"""Temperatures at the first and the last move, as shares of the mean best worth of an initiative."""


TWO, EIGHT, BITS24 = np.uint64(2), np.uint64(8), np.uint64(24)
LOW24 = np.uint64((1 << 24) - 1)
WORD = 1.0 / (1 << 32)


class State(NamedTuple):
    """Where a walk is: starts, who is chosen, what that uses, and the log by which a move is undone."""

    start: NDArray[np.int64]  # (n,) or OUT
    chosen: NDArray[np.int64]  # (n + 1,) initiatives that are chosen, their number at the end
    place: NDArray[np.int64]  # (n,) where each stands in `chosen`
    spent: NDArray[np.float64]  # (B, T)
    used: NDArray[np.float64]  # (K, T)
    log: NDArray[np.int64]  # (L, 3) initiative, its start before and the one that it is given


def anneal(
    problem: Lowered, moves: int, walk: int, begin: NDArray[np.int64] | None = None, hot: float = HOT
) -> NDArray[np.int64]:
    """The best starts (n,), OUT where it is not chosen, of one walk.

    walk: number of the walk, which names its random numbers. begin: starts that keep every rule; none = empty. hot: the
    first temperature.
    """
    count, periods = problem.value.shape
    state = State(
        np.full(count, OUT, np.int64),
        np.zeros(count + 1, np.int64),
        np.zeros(count, np.int64),
        np.zeros((len(problem.share), periods)),
        np.zeros((len(problem.capacity), periods)),
        np.zeros((4 * count + 64, 3), np.int64),
    )
    best = np.full(count, OUT, np.int64)
    top = np.where(problem.open, problem.value, 0.0).max(axis=1, initial=0.0)
    typical = float(top[top > 0.0].mean()) if (top > 0.0).any() else 1.0
    penalty = 2.0 * float(np.abs(problem.value).sum() + np.abs(problem.pairs_value).sum()) + 1.0
    start = np.full(count, OUT, np.int64) if begin is None else np.ascontiguousarray(begin, np.int64)
    _walk(problem, state, start, best, moves, hot * typical, COLD * typical, penalty, stream_key(0, "annealing"), walk)
    return best


@inline
def _words(key, walk, block):  # type: ignore[no-untyped-def]
    """Four random words of 32 bits: the block of this number of this walk."""
    return philox(block & LOW, block >> HALF, np.uint64(walk), np.uint64(0), key & LOW, key >> HALF)


@inline
def _below(word, below, bits=HALF):  # type: ignore[no-untyped-def]
    """A random word of so many bits as an integer 0 .. below - 1."""
    return np.int64((word * np.uint64(below)) >> bits)


@inline
def _use(problem, state, i, t, sign):  # type: ignore[no-untyped-def]
    """Add (or take away) what i uses if it starts in t."""
    periods = problem.value.shape[1]
    price = sign * problem.price[i, t]
    for b in range(problem.share.shape[0]):
        for u in range(t, periods):
            state.spent[b, u] += price * problem.cost[i, b, u - t]
    last = min(periods, t + problem.reach[i])
    for k in range(problem.capacity.shape[0]):
        for u in range(t, last):
            state.used[k, u] += sign * problem.days[i, k, u - t]


@inline
def _charge(problem, state, first, last, sign):  # type: ignore[no-untyped-def]
    """Bring what is used up to the noted changes first .. last - 1, or back (sign -1)."""
    for at in range(first, last):
        i = state.log[at, 0]
        for side in range(1, 3):
            if state.log[at, side] != OUT:
                _use(problem, state, i, state.log[at, side], sign if side == 2 else -sign)


@inline
def _put(state, i, t):  # type: ignore[no-untyped-def]
    """Give i the start t, or OUT."""
    number = state.start.shape[0]
    chosen = state.chosen[number]
    if state.start[i] == OUT and t != OUT:
        state.chosen[chosen] = i
        state.place[i] = chosen
        state.chosen[number] = chosen + 1
    elif state.start[i] != OUT and t == OUT:
        last = state.chosen[chosen - 1]
        state.chosen[state.place[i]] = last
        state.place[last] = state.place[i]
        state.chosen[number] = chosen - 1
    state.start[i] = t


@inline
def _set(problem, state, i, t, logged, penalty):  # type: ignore[no-untyped-def]
    """Give i the start t, or OUT, and note it; what it uses is not yet charged. Returns the change of worth."""
    change = 0.0
    for side in range(2):
        now = state.start[i] if side == 0 else t
        if now == OUT:
            continue
        total = problem.value[i, now] + (penalty if problem.must[i] else 0.0)
        for at in range(problem.pairs_first[i], problem.pairs_first[i + 1]):
            if state.start[problem.pairs[at]] != OUT:
                total += problem.pairs_value[at]
        change += total if side == 1 else -total
    state.log[logged, 0] = i
    state.log[logged, 1] = state.start[i]
    state.log[logged, 2] = t
    _put(state, i, t)
    return change


@inline
def _make_room(problem, state, first, logged, penalty):  # type: ignore[no-untyped-def]
    """After the changes noted from `first` on: rivals leave, and so does, step by step, what required what has left or
    would now start too early. Returns the number of notes and the change of worth."""
    change = 0.0
    at = first
    while at < logged:
        i, t = state.log[at, 0], state.log[at, 2]
        at += 1
        if t != OUT:
            for r in range(problem.rivals_first[i], problem.rivals_first[i + 1]):
                if state.start[problem.rivals[r]] != OUT:
                    change += _set(problem, state, problem.rivals[r], OUT, logged, penalty)
                    logged += 1
        for s in range(problem.serves_first[i], problem.serves_first[i + 1]):
            other = problem.serves[s]
            if state.start[other] != OUT and (t == OUT or state.start[other] < t + problem.serves_delay[s]):
                change += _set(problem, state, other, OUT, logged, penalty)
                logged += 1
    return logged, change


@inline
def _overrun(problem, state):  # type: ignore[no-untyped-def]
    """First row that is overrun, as (kind, which, period): kind 0 a budget, 1 a skill, -1 none."""
    periods = problem.value.shape[1]
    for b in range(problem.share.shape[0]):
        kept = 0.0
        for t in range(periods):
            left = problem.amount[b, t] + problem.share[b] * kept - state.spent[b, t]
            if left < 0.0:
                return 0, b, t
            kept = min(left, problem.cap[b])
    for k in range(problem.capacity.shape[0]):
        for t in range(periods):
            if state.used[k, t] > problem.capacity[k, t]:
                return 1, k, t
    return -1, 0, 0


@inline
def _user(problem, state, kind, which, period, kept, word):  # type: ignore[no-untyped-def]
    """A user of the overrun row other than `kept`, the first from a random place on; OUT if there is none."""
    chosen = state.chosen[state.start.shape[0]]
    begin = _below(word, chosen)
    for step in range(chosen):
        i = state.chosen[(begin + step) % chosen]
        t = state.start[i]
        if t > period or i == kept:
            continue
        if kind == 1:
            if problem.days[i, which, period - t] > 0.0:
                return i
        elif problem.cost[i, which, period - t] > 0.0 or problem.share[which] > 0.0:
            return i  # with carry-over, what was spent before weighs too
    return OUT


@inline
def _too_early(problem, state, i, t):  # type: ignore[no-untyped-def]
    """Whether something that i requires is missing or starts too late for a start in t."""
    for at in range(problem.needs_first[i], problem.needs_first[i + 1]):
        before = state.start[problem.needs[at]]
        if before == OUT or before + problem.needs_delay[at] > t:
            return True
    return False


@compiled
def _walk(problem, state, begin, best, moves, hot, cold, penalty, key, walk):  # type: ignore[no-untyped-def]
    count, periods = problem.value.shape
    worth = 0.0
    for i in range(count):
        if begin[i] != OUT:
            worth += _set(problem, state, i, begin[i], 0, penalty)
            _charge(problem, state, 0, 1, 1.0)
    best[:] = state.start
    top = worth
    block = np.uint64(0)
    cooling = (cold / hot) ** (1.0 / max(1, moves))
    temperature = hot
    for _ in range(moves):
        temperature *= cooling
        c0, c1, c2, c3 = _words(key, walk, block)
        block += ONE
        i = _below(c0, count)
        t = _below(c1, periods)
        old = state.start[i]
        if old != OUT and c2 & ONE == ONE:  # near its start rather than anywhere
            t = old + 1 if c2 & TWO == TWO else old - 1
        if not (0 <= t < periods and problem.open[i, t]) or t == old:
            if old == OUT:
                continue
            t = OUT
        lowest = temperature * np.log((np.float64(c3) + 0.5) * WORD)  # the change of worth that is accepted
        logged = 0
        charged = 0
        ways = 0
        change = 0.0
        fits = True
        j, u = i, t  # what moves next
        if t != OUT and _too_early(problem, state, i, t):
            # What it requires comes in, or moves forward, one step.
            for at in range(problem.needs_first[i], problem.needs_first[i + 1]):
                before, latest = problem.needs[at], t - problem.needs_delay[at]
                if state.start[before] != OUT and state.start[before] <= latest:
                    continue
                v = _below((c2 >> EIGHT) & LOW24, latest + 1, BITS24) if latest >= 0 else OUT
                if v == OUT or not problem.open[before, v] or _too_early(problem, state, before, v):
                    fits = False
                    break
                change += _set(problem, state, before, v, logged, penalty)
                logged += 1
        first = 0
        while fits:
            change += _set(problem, state, j, u, logged, penalty)
            logged, more = _make_room(problem, state, first, logged + 1, penalty)
            change += more
            first = logged
            fits = change >= lowest and state.start[i] == t and (t == OUT or not _too_early(problem, state, i, t))
            if not fits:
                break
            _charge(problem, state, charged, logged, 1.0)
            charged = logged
            kind, which, period = _overrun(problem, state)
            if kind < 0:
                break
            fits = ways < MOST_WAYS and logged + 2 * count < state.log.shape[0]
            if not fits:
                break
            ways += 1
            c0, c1, c2, _ = _words(key, walk, block)
            block += ONE
            j = _user(problem, state, kind, which, period, i, c0)
            if j == OUT:
                fits = False
                break
            u = _below(c1, periods)
            if c2 & ONE != ONE or not problem.open[j, u] or u == state.start[j] or _too_early(problem, state, j, u):
                u = OUT
        if fits:
            worth += change
            if worth > top + 1e-9 * (1.0 + abs(top)):
                top = worth
                best[:] = state.start
        else:
            _charge(problem, state, 0, charged, -1.0)
            for at in range(logged - 1, -1, -1):
                _put(state, state.log[at, 0], state.log[at, 1])
