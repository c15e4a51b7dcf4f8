"""Annealing of roadmaps in plain Python, the twin of the compiled code, and whether starts keep every rule.

It draws the same numbers and does the same moves, but works out worth and use from nothing after each of them.
"""

from __future__ import annotations

import math

import numpy as np

from optimize.solving.annealing import COLD, HOT, MOST_WAYS, OUT
from optimize.solving.lowered import Lowered
from sim.streams import philox_block, stream_key


def value(problem: Lowered, start: list[int], penalty: float) -> float:
    """Worth of the starts; the penalty for each one that must be there."""
    chosen = [i for i, t in enumerate(start) if t != OUT]
    total = math.fsum(problem.value[i, start[i]] + (penalty if problem.must[i] else 0.0) for i in chosen)
    for i in chosen:
        for at in range(problem.pairs_first[i], problem.pairs_first[i + 1]):
            if problem.pairs[at] < i and start[problem.pairs[at]] != OUT:
                total += problem.pairs_value[at]
    return float(total)


def overrun(problem: Lowered, start: list[int]) -> tuple[int, int, int]:
    """The first row that is overrun, as (0 budget or 1 skill or -1 none, which, period)."""
    periods = problem.value.shape[1]
    chosen = [(i, t) for i, t in enumerate(start) if t != OUT]
    for b in range(len(problem.share)):
        kept = 0.0
        for u in range(periods):
            spent = math.fsum(problem.price[i, t] * problem.cost[i, b, u - t] for i, t in chosen if t <= u)
            left = problem.amount[b, u] + problem.share[b] * kept - spent
            if left < 0.0:
                return 0, b, u
            kept = min(left, problem.cap[b])
    for k in range(len(problem.capacity)):
        for u in range(periods):
            if math.fsum(problem.days[i, k, u - t] for i, t in chosen if t <= u) > problem.capacity[k, u]:
                return 1, k, u
    return -1, 0, 0


def too_early(problem: Lowered, start: list[int], i: int, t: int) -> bool:
    """Whether something that i requires is missing or too late for a start in t."""
    span = range(problem.needs_first[i], problem.needs_first[i + 1])
    return any(start[problem.needs[at]] == OUT or start[problem.needs[at]] + problem.needs_delay[at] > t for at in span)


def broken(problem: Lowered, start: list[int]) -> bool:
    """Whether the starts break a rule other than that something mandatory is missing."""
    for i, t in enumerate(start):
        if t == OUT:
            continue
        span = range(problem.rivals_first[i], problem.rivals_first[i + 1])
        if not problem.open[i, t] or too_early(problem, start, i, t):
            return True
        if any(start[problem.rivals[at]] != OUT for at in span):
            return True
    return overrun(problem, start)[0] != -1


def anneal(problem: Lowered, moves: int, walk: int) -> list[int]:
    """What `optimize.solving.annealing.anneal` does from the empty roadmap."""
    count, periods = problem.value.shape
    top_of = np.where(problem.open, problem.value, 0.0).max(axis=1, initial=0.0)
    typical = float(top_of[top_of > 0.0].mean()) if (top_of > 0.0).any() else 1.0
    penalty = 2.0 * float(np.abs(problem.value).sum() + np.abs(problem.pairs_value).sum()) + 1.0
    key = int(stream_key(0, "annealing"))
    block = 0

    def words() -> tuple[int, int, int, int]:
        nonlocal block
        block += 1
        counter = ((block - 1) & 0xFFFFFFFF, (block - 1) >> 32, walk, 0)
        return philox_block(counter, (key & 0xFFFFFFFF, key >> 32))

    start, chosen = [OUT] * count, list[int]()
    best, top = list(start), 0.0
    hot, cold = HOT * typical, COLD * typical
    temperature = hot
    cooling = (cold / hot) ** (1.0 / max(1, moves))
    log: list[tuple[int, int, int]] = []

    def put(i: int, t: int) -> None:
        if start[i] == OUT and t != OUT:
            chosen.append(i)
        elif start[i] != OUT and t == OUT:  # the last one takes its place
            at = chosen.index(i)
            chosen[at] = chosen[-1]
            chosen.pop()
        start[i] = t

    def give(i: int, t: int) -> None:
        log.append((i, start[i], t))
        put(i, t)

    def make_room(at: int) -> None:
        while at < len(log):
            i, _, t = log[at]
            at += 1
            if t != OUT:
                for r in range(problem.rivals_first[i], problem.rivals_first[i + 1]):
                    if start[problem.rivals[r]] != OUT:
                        give(int(problem.rivals[r]), OUT)
            for s in range(problem.serves_first[i], problem.serves_first[i + 1]):
                other = int(problem.serves[s])
                if start[other] != OUT and (t == OUT or start[other] < t + problem.serves_delay[s]):
                    give(other, OUT)

    def user(kind: int, which: int, period: int, kept: int, word: int) -> int:
        begin = (word * len(chosen)) >> 32
        for step in range(len(chosen)):
            i = chosen[(begin + step) % len(chosen)]
            t = start[i]
            if t > period or i == kept:
                continue
            if kind == 1 and problem.days[i, which, period - t] > 0.0:
                return i
            if kind == 0 and (problem.cost[i, which, period - t] > 0.0 or problem.share[which] > 0.0):
                return i
        return OUT

    for _ in range(moves):
        temperature *= cooling
        c0, c1, c2, c3 = words()
        i, t = (c0 * count) >> 32, (c1 * periods) >> 32
        old = start[i]
        if old != OUT and c2 & 1:
            t = old + 1 if c2 & 2 else old - 1
        if not (0 <= t < periods and problem.open[i, t]) or t == old:
            if old == OUT:
                continue
            t = OUT
        lowest = temperature * math.log((c3 + 0.5) / 2**32)
        log.clear()
        before = value(problem, start, penalty)
        fits, ways, first, j, u = True, 0, 0, i, t
        if t != OUT and too_early(problem, start, i, t):
            for at in range(problem.needs_first[i], problem.needs_first[i + 1]):
                need, latest = int(problem.needs[at]), t - int(problem.needs_delay[at])
                if start[need] != OUT and start[need] <= latest:
                    continue
                v = (((c2 >> 8) & 0xFFFFFF) * (latest + 1)) >> 24 if latest >= 0 else OUT
                if v == OUT or not problem.open[need, v] or too_early(problem, start, need, v):
                    fits = False
                    break
                give(need, v)
        while fits:
            give(j, u)
            make_room(first)
            first = len(log)
            change = value(problem, start, penalty) - before
            fits = change >= lowest and start[i] == t and (t == OUT or not too_early(problem, start, i, t))
            if not fits:
                break
            kind, which, period = overrun(problem, start)
            if kind < 0:
                break
            fits = ways < MOST_WAYS
            if not fits:
                break
            ways += 1
            c0, c1, c2, _ = words()
            j = user(kind, which, period, i, c0)
            if j == OUT:
                fits = False
                break
            u = (c1 * periods) >> 32
            if not c2 & 1 or not problem.open[j, u] or u == start[j] or too_early(problem, start, j, u):
                u = OUT
        if fits:
            if value(problem, start, penalty) > top + 1e-9 * (1.0 + abs(top)):
                top = value(problem, start, penalty)
                best = list(start)
        else:
            for i, t, _ in reversed(log):
                put(i, t)
    return best
