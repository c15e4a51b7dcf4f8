"""The targets and the modules that measure them, in the order of the table."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

from benchmarks.rows import Row

Rows = Callable[[bool], Iterator[Row]]


@dataclass(frozen=True)
class Entry:
    """A name for `--only` and the module `benchmarks.MODULE` that offers `rows(smoke)`."""

    name: str
    module: str
    about: str


ENTRIES = (
    Entry("kernel", "against_numpy", "kernel against vectorised NumPy"),
    Entry("floor", "floor", "kernel against its own floor"),
    Entry("threads", "threads", "two threads against one"),
    Entry("many_roadmaps", "many_roadmaps", "many roadmaps on the same draws"),
    Entry("points", "points", "better points at equal time"),
    Entry("fan", "fan", "fan of quantiles by month"),
    Entry("indices", "indices", "indices of 60 drivers against a plain run"),
    Entry("peers", "peers", "peers on one simple model"),
    Entry("cold_start", "cold_start", "process start to an answer"),
    Entry("solvers", "solvers", "solver against the plain model"),
    Entry("coverage", "coverage", "coverage of the intervals"),
    Entry("cases", "cases.table", "published problems with known optima"),
    Entry("sweeps", "sweeps", "sweeps: overhead, processes, memory, kills"),
    Entry("exhaustive", "exhaustive", "the loop against every roadmap of small cuts"),
)


def measure(entry: Entry, smoke: bool) -> Iterator[Row]:
    """The rows of an entry; one that says why where the module is not there or offers none."""
    module = f"benchmarks.{entry.module}"
    if importlib.util.find_spec(module) is None:
        yield Row(entry.name, entry.about, 0.0, "at least", missing=f"benchmarks/{entry.module}.py is not there")
        return
    rows = getattr(importlib.import_module(module), "rows", None)
    if rows is None:
        why = f"benchmarks/{entry.module}.py offers no rows; see `python -m {module}`"
        yield Row(entry.name, entry.about, 0.0, "at least", missing=why)
        return
    yield from cast(Rows, rows)(smoke)
