"""The floor of the kernel: what a path of the roadmap model cannot do without, timed alone in the same run.

In it, each part alone, in lanes as in the kernel, for a path under the empty roadmap and under one of twelve:
- draws: the numbers that a path uses (`benchmarks.draw_counts`), a Philox block for every two of them;
- transforms: a logarithm for every exponential time, a normal quantile and an exponential for every lognormal number;
- recursions: adoption event by event (a division, the race of the next adopter with the next change of staff, the share
  over the months), the effects by month and initiative, the intensities by month and threat, thinning of the attack
  points, the waiting line once for both roadmaps, and the ledger by month: categories, discounting, balance, tax;
- stores: the values of both roadmaps.
Not in it: reading the scenario's structure, branches for what the scenario does not use, sorting events, copying
between lanes and rows, calls, checks and clipping. Nobody can do without all of these, so 1 is out of reach.

    python -m benchmarks.floor [--smoke]
"""

from __future__ import annotations

import math
import statistics
import sys
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from benchmarks.against_numpy import ALL_TWELVE, ROADMAP_MODEL
from benchmarks.draw_counts import Counts, count
from benchmarks.rows import Row, alternate, digits
from benchmarks.simple_model import normal_score
from scenarios.load import load
from sim.compiled import compiled
from sim.lanes import WIDTH, mathematics  # noqa: F401  gives math.exp and its like to lanes
from sim.lanes.random import uniform_of_lanes
from sim.lanes.records import Ints1, Keys1, Lanes1, Lanes2, pack, record_at
from sim.lanes.values import lanes, select
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES
from sim.montecarlo.scratch import N_VALUES
from sim.streams import stream_key
from sim.world import Scenario

TARGET = 2.5
SEED = 5
PARTS = ("draws", "transforms", "adoption", "effects", "threats", "line", "ledger", "stores")


class Work(NamedTuple):
    """How often a path does what, and the lanes that it is done with. amounts: see `amounts`."""

    key: Keys1
    amounts: Ints1
    given: Lanes1
    flows: Lanes2
    out: Lanes1


work_at = record_at(Work)


@compiled
def _draws(record, blocks):  # type: ignore[no-untyped-def]
    w = work_at(record)
    for block in range(blocks):
        total, draw = lanes(0.0), w.given[0] + float(block * WIDTH)
        for j in range(w.amounts[0] // 2):
            total += uniform_of_lanes(w.key[0], draw, 2 * j)
        w.out[0] = total


@compiled
def _transforms(record, blocks):  # type: ignore[no-untyped-def]
    w = work_at(record)
    for _ in range(blocks):
        total = lanes(0.0)
        for j in range(w.amounts[1]):
            total -= math.log(w.given[1 + (j & 7)])
        for j in range(w.amounts[2]):
            total += math.exp(0.3 * normal_score(w.given[1 + (j & 7)]))
        w.out[0] = total


@compiled
def _adoption(record, blocks):  # type: ignore[no-untyped-def]
    w = work_at(record)
    months, share = w.amounts[4], w.out[1]
    for _ in range(blocks):
        for _ in range(w.amounts[3] // 1000):
            t, hazard, adopters = lanes(0.0), lanes(0.0), lanes(0.0)
            for event in range(w.amounts[3] % 1000):
                rate = 0.05 + 0.1 * min(1.0, adopters * 0.04)
                after = t + (w.given[1 + (event & 7)] - hazard) / rate
                change = t + w.given[1 + (event & 3)]
                end = min(min(after, change), 60.0)
                hazard += rate * (end - t)
                share = share + adopters * (end - t)
                adopters += select(after <= change, 1.0, -1.0)
                t = end
            for m in range(months):
                w.flows[5, m] = 0.5 * w.flows[5, m] + share
    w.out[0] = share


@compiled
def _effects(record, blocks):  # type: ignore[no-untyped-def]
    w = work_at(record)
    for _ in range(blocks):
        for j in range(w.amounts[5]):
            size = w.given[1 + (j & 7)]
            for m in range(w.amounts[4]):
                w.flows[4, m] = w.flows[4, m] * (1.0 + (size - 1.0) * w.flows[1, m]) + 0.5


@compiled
def _threats(record, blocks):  # type: ignore[no-untyped-def]
    w = work_at(record)
    months = w.amounts[4]
    for _ in range(blocks):
        for h in range(2 * w.amounts[6]):
            rate = w.given[1 + (h & 7)]
            for m in range(months):
                w.flows[2, m] = min(1.0, w.flows[0, m]) * rate * w.flows[1, m]
            for k in range(WIDTH):
                for point in range(w.amounts[7]):
                    m = (7 * point + k) % months
                    if w.given[1 + (point & 7), k] < w.flows[2, m, k]:
                        w.flows[3, m, k] -= 1000.0


@compiled
def _line(record, blocks):  # type: ignore[no-untyped-def]
    w = work_at(record)
    for _ in range(blocks):
        for m in range(w.amounts[4]):
            load, inverse = 5.0 + w.flows[1, m], lanes(1.0)
            for busy in range(1, w.amounts[8] + 1):
                inverse = inverse * float(busy) / load + 1.0
            gone = math.exp(-(12.0 - load)) / (inverse + 1.0 / (12.0 - load))
            w.flows[2, m] = load * (1.0 - gone)


@compiled
def _ledger(record, blocks):  # type: ignore[no-untyped-def]
    w = work_at(record)
    months, categories = w.amounts[4], w.amounts[9]
    for _ in range(blocks):
        for roadmap in range(2):
            balance, worth, trough, carried, profit = lanes(0.0), lanes(0.0), lanes(0.0), lanes(0.0), lanes(0.0)
            payback, discount = lanes(0.0), 1.0
            for m in range(months):
                cash = w.flows[0, m]
                for c in range(1, categories):
                    cash += w.flows[c, m]
                profit += cash - w.flows[1, m]
                if m % 12 == 11:
                    cash -= 0.25 * max(0.0, profit - carried)
                    carried = max(0.0, carried - profit)
                    profit = lanes(0.0)
                balance += cash
                trough = min(trough, balance)
                worth += discount * cash
                payback = select(worth < 0.0, float(m), payback)
                discount *= 0.994
            w.out[2 + roadmap] = worth + trough + payback


@compiled
def _stores(record, blocks):  # type: ignore[no-untyped-def]
    w = work_at(record)
    for _ in range(blocks):
        for j in range(w.out.shape[0]):
            w.out[j] = w.given[1 + (j & 7)]


WORKS = dict(zip(PARTS, (_draws, _transforms, _adoption, _effects, _threats, _line, _ledger, _stores), strict=True))


def amounts(scenario: Scenario, counts: Counts) -> np.ndarray:
    """What the parts repeat: uniforms, logarithms, lognormals, initiatives * 1000 + events of one, months, effects,
    threats, attack points of one, servers of the line, categories."""
    initiatives = len(ALL_TWELVE)
    events = round((counts.thresholds + 2 * counts.joiners) / initiatives)
    effects = sum(len(one.effects) for one in scenario.initiatives.values())
    threats = len(scenario.threats)
    servers = max(role.seats for name, role in scenario.people.items() if _serves(scenario, name))
    given = (
        round(counts.uniforms), round(counts.logarithms), round(counts.lognormals), 1000 * initiatives + events,
        scenario.horizon_months, effects, threats, round(counts.heights / threats), servers, len(CATEGORIES),
    )  # fmt: skip
    return np.array(given, dtype=np.int64)


def _serves(scenario: Scenario, role: str) -> bool:
    return any(step.role == role for process in scenario.processes.values() for step in process.steps.values())


def rows(smoke: bool) -> Iterator[Row]:
    paths, repeats = (512, 1) if smoke else (8_192, 9)
    scenario = load(ROADMAP_MODEL)
    counts = count(scenario, ALL_TWELVE, 200 if smoke else 2_000)
    given = np.random.Generator(np.random.SFC64(SEED)).random((9, WIDTH))
    given[0] = np.arange(WIDTH)
    flows, out = np.full((len(CATEGORIES), scenario.horizon_months, WIDTH), 0.9), np.zeros((2 * N_VALUES, WIDTH))
    keys = np.array([stream_key(SEED, "floor")])
    packed = pack(Work(keys, amounts(scenario, counts), given, flows, out))
    blocks = paths // WIDTH
    works = {part: partial(work, packed.address, blocks) for part, work in WORKS.items()}
    for work in works.values():
        work()

    def kernel() -> object:
        return evaluate(scenario, ALL_TWELVE, paths, SEED, detail=False, threads=1)

    kernel()
    taken = alternate({"kernel": kernel, **works}, repeats)
    floors = [sum(taken[part][k] for part in PARTS) for k in range(repeats)]
    ratios = tuple(mine / floor for mine, floor in zip(taken["kernel"], floors, strict=True))
    micro = {name: digits(1e6 * statistics.median(times) / paths) for name, times in taken.items()}
    parts = ", ".join(f"{part} {micro[part]}" for part in PARTS)
    detail = (
        f"us a path: kernel {micro['kernel']} (values of two roadmaps), floor "
        f"{digits(1e6 * statistics.median(floors) / paths)} = {parts}\n    "
        f"{counts.uniforms:.0f} uniforms a path: {counts}; {counts.logarithms:.0f} logarithms, "
        f"{counts.lognormals:.0f} lognormals"
    )
    yield Row("floor", "roadmap kernel / its own floor", TARGET, "at most", ratios, detail)


if __name__ == "__main__":
    for row in rows("--smoke" in sys.argv):
        print(f"{row.what}: {row.measured}, wanted {row.wanted}\n    {row.detail}")
