"""Two threads of the kernel against one, compared with what two independent processes gain that only spin.

Cores share caches, memory and a clock rate: no program gains more from a second one than two processes that have
nothing in common. In turn: the kernel with one thread and with two, and a loop in one process and in two.

    gain of the kernel   = seconds with one thread / seconds with two, the same draws
    gain of the machine  = 2 * seconds of a loop alone / seconds of the slower of two loops at once
    ratio                = gain of the kernel / gain of the machine

The answers of one and two threads must be equal to the last bit.

    python -m benchmarks.threads [--smoke]
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

from benchmarks.against_numpy import ALL_TWELVE, ROADMAP_MODEL
from benchmarks.rows import Row, digits, missing, seconds
from benchmarks.workers import _loop
from scenarios.load import load
from sim.montecarlo import evaluate
from sim.montecarlo.estimate import THREADS

TARGET = 0.95
SEED = 5
WHAT = "gain by a second thread / by a second process that only spins"


def rows(smoke: bool) -> Iterator[Row]:
    if THREADS < 2:
        yield missing("threads", WHAT, TARGET, "at least", "this machine lets the process use one core only")
        return
    draws, additions, repeats = (512, 100_000, 1) if smoke else (16_384, 20_000_000, 9)
    scenario = load(ROADMAP_MODEL)

    def kernel(threads: int, first_draw: int = 0) -> np.ndarray:
        return evaluate(scenario, ALL_TWELVE, draws, SEED, first_draw=first_draw, threads=threads)[0].npv

    if not np.array_equal(kernel(1), kernel(2)):
        raise AssertionError("the number of threads changed a figure")
    ratios, gains, of_machine = [], [], []
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        list(pool.map(_loop, [1_000] * 4))
        for _ in range(repeats):
            one, alone = seconds(lambda: kernel(1)), pool.submit(_loop, additions).result()
            two, both = seconds(lambda: kernel(2)), max(pool.map(_loop, [additions] * 2))
            gains.append(one / two)
            of_machine.append(2.0 * alone / both)
            ratios.append(gains[-1] / of_machine[-1])
    detail = (
        f"kernel {digits(statistics.median(gains))}, machine {digits(statistics.median(of_machine))}, "
        f"{draws:,} draws, {os.cpu_count()} cores"
    )
    yield Row("threads", WHAT, TARGET, "at least", tuple(ratios), detail)


if __name__ == "__main__":
    for row in rows("--smoke" in sys.argv):
        print(f"{row.what}: {row.measured}, wanted {row.wanted}\n  {row.detail}")
