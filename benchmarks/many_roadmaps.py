"""Many roadmaps on the same draws: tables against the kernel, for each path and roadmap, on one thread.

Protocol. Scenario: `roadmap_model.yaml`; roadmaps: random ones within every limit, once as they are, once without the
initiatives that thin a threat or refresh a system together with others (then only additive parts change). Before any
timing the NPV of the tables must equal that of the kernel path by path, within 1e-6 of the standard deviation. Then
kernel (a batch of roadmaps without details) and tables (mean, its error, 5 % quantile and CVaR of each roadmap; in the
additive case the NPV alone) run in turn, several times; the figure is the ratio of the medians of the processor time of
the thread. The time in which the tables learn their entries is printed apart: it is spent once.

    python -m benchmarks.many_roadmaps              print the comparison
    python -m benchmarks.many_roadmaps --smoke      the same with few draws, to see that it works
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.rows import Row
from optimize.random_roadmaps import random_roadmaps
from scenarios.load import load
from sim.montecarlo import Tables, evaluate, tables
from sim.world import Scenario

MODEL = Path(__file__).parent / "roadmap_model.yaml"
SEED = 5
TOLERANCE = 1e-6

Starts = Mapping[str, int]


class DisagreementError(AssertionError):
    """Tables and kernel do not agree."""


@dataclass(frozen=True)
class Comparison:
    """Processor seconds for a path and roadmap, one entry a repeat. learning: for a path, all entries together."""

    what: str
    roadmaps: int
    draws: int
    entries: int
    worst: float
    learning: float
    kernel: tuple[float, ...]
    tables: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """How many times less the tables need."""
        return statistics.median(self.kernel) / statistics.median(self.tables)

    def __str__(self) -> str:
        kernel, table = statistics.median(self.kernel), statistics.median(self.tables)
        spread = f"{min(self.kernel) / max(self.tables):.0f} to {max(self.kernel) / min(self.tables):.0f}"
        return (
            f"{self.what}: kernel {1e6 * kernel:.2f} us, tables {1e9 * table:.1f} ns for a path and roadmap: "
            f"{self.ratio:.0f} times as fast ({spread} over {len(self.kernel)} repeats of {self.roadmaps:,} roadmaps x "
            f"{self.draws:,} paths); largest difference of a path {self.worst:.1e} standard deviations; "
            f"{self.entries:,} entries learned in the time of {self.learning / kernel:,.0f} roadmaps"
        )


TARGETS = {"with threats": 40.0, "additive parts": 300.0}


def rows(smoke: bool) -> Iterator[Row]:
    """For the table of targets."""
    for one in compare(24, 64, 1, 8) if smoke else compare():
        ratios = tuple(kernel / table for kernel, table in zip(one.kernel, one.tables, strict=True))
        what = f"many roadmaps on the same draws, {one.what}"
        yield Row("many_roadmaps", what, TARGETS[one.what], "at least", ratios, str(one))


def additive(scenario: Scenario, table: Tables, roadmaps: Sequence[Starts]) -> list[Starts]:
    """The roadmaps without what several initiatives thin or refresh, and without what requires it."""
    names = list(scenario.initiatives)
    gone = {names[i] for part in table.lookup.parts_apart for i in part.members}
    while more := {n for n in names if {rule.initiative for rule in scenario.initiatives[n].requires} & gone} - gone:
        gone |= more
    return [{name: month for name, month in one.items() if name not in gone} for one in roadmaps]


def validate(scenario: Scenario, table: Tables, roadmaps: Sequence[Starts]) -> float:
    """Largest difference of a path over the standard deviation; raises beyond TOLERANCE."""
    found = table.npv(roadmaps)
    outcomes = evaluate(scenario, roadmaps, table.draws, SEED, detail=False)
    worst = 0.0
    for column, outcome in zip(found.T, outcomes, strict=True):
        gap = float(np.abs(column - outcome.npv).max())
        worst = max(worst, gap / float(np.std(outcome.npv)) if gap > 0.0 else 0.0)
    if not worst <= TOLERANCE:
        raise DisagreementError(f"a path differs by {worst:g} standard deviations")
    return worst


def compare(roadmaps: int = 512, draws: int = 4_096, repeats: int = 5, timed: int = 48) -> list[Comparison]:
    """Validate and time both cases. timed: roadmaps of the kernel's batch, the first of all."""
    scenario = load(MODEL)
    chosen = list(random_roadmaps(scenario, roadmaps, SEED))
    tables(scenario, 16, SEED, threads=1).npv(chosen[:4])  # compiled
    found = []
    for what in ("with threats", "additive parts"):
        table = tables(scenario, draws, SEED, threads=1)
        some = chosen if what == "with threats" else [one for one in additive(scenario, table, chosen) if one]
        planned = table.planned(some)
        learning = _seconds(partial(table.npv, planned)) / draws
        worst = validate(scenario, table, some[:timed])
        ask = partial(table.statistics if what == "with threats" else table.npv, planned)
        run = partial(evaluate, scenario, some[:timed], draws, SEED, detail=False, threads=1)
        kernel, lookup = [], []
        for _ in range(repeats):
            kernel.append(_seconds(run) / (draws * len(some[:timed])))
            lookup.append(_seconds(ask) / (draws * len(some)))
        found.append(Comparison(what, len(some), draws, len(table), worst, learning, tuple(kernel), tuple(lookup)))
    return found


def _seconds(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return time.thread_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many_roadmaps", description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="few draws")
    for one in compare(24, 64, 1, 8) if parser.parse_args().smoke else compare():
        print(one)


if __name__ == "__main__":
    main()
