"""Replications over worker processes: how well they use the cores, and what memory a worker takes.

A pool of one worker and a pool of as many as there are cores play the same draws in turn; the clock runs from the
moment when every worker has started to the last result. Beside them a bare loop of Python runs in one and in as many
processes: cores share caches, memory and a clock rate, and no program scales better than that.

    efficiency  = seconds a draw with one worker / (workers * seconds a draw with all of them)
    of machine  = the same of the bare loop

The answers of both pools must be equal to the last bit before anything is printed.

    python -m benchmarks.workers [SCENARIO]     on the largest business of the library, the clinic, unless named
    python -m benchmarks.workers --smoke        few draws
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from scenarios.load import load
from sim.company.company import replicate, replicate_many
from sim.company.replication import Replication
from sim.parameters import parameters
from sim.roadmap import EMPTY
from sim.world import Scenario

SEED = 7
ADDITIONS = 20_000_000


@dataclass(frozen=True)
class Scaling:
    """Seconds a draw by repeat, with one worker and with all; the machine's own efficiency; megabytes of a worker."""

    scenario: str
    workers: int
    months: int
    one: tuple[float, ...]
    all: tuple[float, ...]
    machine: float
    memory: float

    @property
    def efficiency(self) -> float:
        return statistics.median(a / b for a, b in zip(self.one, self.all, strict=True)) / self.workers

    def __str__(self) -> str:
        return (
            f"{self.scenario}: a replication of {self.months} months takes {statistics.median(self.one):.3f} s; "
            f"{self.workers} workers use {self.efficiency:.0%} of the cores, a bare loop {self.machine:.0%} "
            f"({len(self.one)} repeats); a worker takes {self.memory:.0f} MB"
        )


def spent(scenario: Scenario, draws: int, workers: int) -> tuple[float, list[Replication]]:
    """Seconds a draw once all workers have begun, and the replications. One worker is a process of its own, too."""
    if workers > 1:
        return _timed(scenario, draws, workers)
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_timed, scenario, draws, 1).result()


def _timed(scenario: Scenario, draws: int, workers: int) -> tuple[float, list[Replication]]:
    ahead = 2 * workers  # results before which a worker may still be starting
    shown, start = [], 0.0
    for row in replicate_many(parameters(scenario), [EMPTY], range(draws), SEED, workers):
        shown.append(row[0])
        if len(shown) == ahead:
            start = time.perf_counter()
    return (time.perf_counter() - start) / (draws - ahead), shown


def _loop(additions: int) -> float:
    start, total = time.perf_counter(), 0
    for number in range(additions):
        total += number
    assert total > 0
    return time.perf_counter() - start


def machine(workers: int, additions: int) -> float:
    """Efficiency of a bare loop in as many processes."""
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        list(pool.map(_loop, [1000] * workers))
        one = pool.submit(_loop, additions).result()
        return one / statistics.mean(pool.map(_loop, [additions] * workers))


def same(one: Sequence[Replication], other: Sequence[Replication]) -> None:
    """Raise unless both are equal to the last bit."""
    for a, b in zip(one, other, strict=True):
        if not (np.array_equal(a.flows, b.flows) and np.array_equal(a.kpis, b.kpis, equal_nan=True)):
            raise AssertionError("the workers changed a figure")


def measure(scenario: Scenario, draws: int = 40, repeats: int = 5, workers: int | None = None) -> Scaling:
    """Validate, then time the pools and the bare loop in turn."""
    workers = workers or os.cpu_count() or 1
    replicate(parameters(scenario), EMPTY, 0, SEED)  # compiled code is on disk before a worker asks for it
    one, many, bare = [], [], []
    for _ in range(repeats):
        alone, some = spent(scenario, draws, 1)
        shared, others = spent(scenario, draws, workers)
        same(some, others)
        one.append(alone)
        many.append(shared)
        bare.append(machine(workers, ADDITIONS if draws > 8 else ADDITIONS // 100))
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024.0
    months = scenario.horizon_months
    return Scaling(scenario.name, workers, months, tuple(one), tuple(many), statistics.median(bare), megabytes)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workers", description=__doc__.splitlines()[0])
    parser.add_argument("scenario", nargs="?", default="clinic")
    parser.add_argument("--smoke", action="store_true", help="few draws")
    asked = parser.parse_args()
    print(measure(load(asked.scenario), 8, 1) if asked.smoke else measure(load(asked.scenario)))


if __name__ == "__main__":
    main()
