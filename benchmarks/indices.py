"""Variance-based indices of many drivers: what the study costs over the kernel's plain run of as many draws.

The design of 60 drivers and N = 1,024 has N (D + 2) = 63,488 points for first and total indices, N (2 D + 2) = 124,928
with pairs, each times the draws of the events. The drivers beyond 60 are one group more, and choose themselves by a
screening, which is not counted here. Before it is timed, the same code is run on a formula whose indices are known.

    python -m benchmarks.indices [--smoke]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.rows import Row, digits
from scenarios.load import load
from scenarios.sensing.drivers import drivers_of, felt
from scenarios.sensing.outcome import Asked, Tally
from scenarios.sensing.saltelli import indices
from scenarios.statistics import figure
from sim.montecarlo import evaluate
from sim.montecarlo.conditional import table_of
from sim.roadmap import roadmap

TARGET = 1.5
SEED = 3
ROADMAP = {"pos": 0, "mfa": 0, "edr": 0, "patching": 3, "offline_backup": 3, "payment_check": 6}
SINGLE = 60


def validate() -> None:
    """Ishigami's function has the indices of the books (a = 7, b = 0.1)."""

    def ishigami(u: np.ndarray) -> np.ndarray:
        x = np.pi * (2.0 * u - 1.0)
        value: np.ndarray = np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
        return value

    found = indices(ishigami, 3, [[0], [1], [2]], 1024, SEED)
    for one, known in zip(found.total[0], (0.5576, 0.4424, 0.2437), strict=True):
        if abs(one.estimate - known) > 0.02:
            raise AssertionError(f"total index {one.estimate:.4f}, known {known}")


def rows(smoke: bool) -> Iterator[Row]:
    """First and total indices, and with pairs."""
    validate()
    points, noise = (2, 2) if smoke else (1024, 2)
    scenario = load("retailer")
    table = table_of(scenario)
    drivers = felt(drivers_of(scenario, table), ROADMAP)
    groups = [[k] for k in range(SINGLE)] + [list(range(SINGLE, len(drivers)))]
    chosen = roadmap(scenario, ROADMAP)
    asked = Asked(
        scenario, chosen, None, figure("npv.mean"), tuple(one.column for one in drivers), len(table.drivers), SEED,
        None, Tally(),
    )  # fmt: skip
    evaluate(scenario, chosen, 64, SEED, detail=False)
    for second in (False, True):
        before = time.perf_counter()
        found = indices(lambda u: asked.mean_given(u, noise), len(drivers), groups, points, SEED, second=second)
        study = time.perf_counter() - before
        draws = found.runs * noise
        before = time.perf_counter()
        evaluate(scenario, chosen, draws, SEED, detail=False)
        plain = time.perf_counter() - before
        what = "with pairs" if second else "first and total"
        detail = (
            f"{found.runs:,} points x {noise} draws of the events: {digits(study)} s, of which a plain run of as many "
            f"draws takes {digits(plain)} s; {draws / study:,.0f} draws a second"
        )
        name = f"indices of {SINGLE} drivers and a group, {what} / plain run"
        yield Row("indices", name, TARGET, "at most", (study / plain,), detail)


if __name__ == "__main__":
    for row in rows("--smoke" in sys.argv):
        print(f"{row.what}: {row.measured}, wanted {row.wanted}\n    {row.detail}", flush=True)
