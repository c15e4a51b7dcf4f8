"""How many random numbers a path of a scenario uses, by kind of stream: mean over simulated paths.

What the kernel asks of its streams is followed step by step in NumPy, with the mechanisms of the peer: occupants of
seats, go-lives, failures of systems, attack points layer by layer. A number that both the empty roadmap and the other
one use is counted once, as one identity of a stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.numpy_peer import Numbers, Tenures, deliver, draw_numbers, failures
from sim.mechanisms.attacks import layer_height
from sim.parameters import parameters
from sim.world import Scenario

PATHS = 2_000


@dataclass(frozen=True)
class Counts:
    """Uniforms a path by kind, and what becomes of them."""

    drivers: float
    tenures: float
    projects: float
    marks: float
    thresholds: float
    joiners: float
    failures: float
    repairs: float
    gaps: float
    heights: float
    severities: float

    @property
    def uniforms(self) -> float:
        return sum(vars(self).values())

    @property
    def logarithms(self) -> float:
        """Exponential times."""
        return self.tenures + self.thresholds + self.failures + self.gaps

    @property
    def lognormals(self) -> float:
        return self.drivers + self.repairs + self.severities

    def __str__(self) -> str:
        return ", ".join(f"{name} {value:.1f}" for name, value in vars(self).items())


def count(scenario: Scenario, roadmap: Mapping[str, int], paths: int = PATHS, seed: int = 1) -> Counts:
    """Means over `paths` simulated paths."""
    table, generator = parameters(scenario), np.random.Generator(np.random.SFC64(seed))
    numbers = Numbers(1, draw_numbers(table, paths, generator), {})
    months = scenario.horizon_months
    staff = {role: Tenures(scenario, role, numbers, paths, generator) for role in scenario.people}
    delivered, _ = deliver(scenario, [dict(roadmap)], numbers, paths, generator)
    marks = thresholds = joiners = 0.0
    for name, one in delivered.items():
        block = scenario.initiatives[name].adoption
        if block is None:
            continue
        live = np.where(one.go_live >= 0, one.go_live, months)[:, None, None]
        able = np.mean(np.broadcast_to(np.asarray(numbers.values[f"initiatives.{name}.adoption.ceiling"]), paths))
        for role in block.roles:
            tenures = staff[role]
            seats = tenures.begin.shape[1]
            there = (tenures.begin <= live) & (tenures.end > live) & (live < months)
            come = (tenures.begin > live) & (tenures.begin < months)
            marks += seats * float(np.mean(live < months))
            thresholds += able * float(there.sum() + come.sum()) / paths
            joiners += able * float(come.sum()) / paths
    failed = 0.0
    for name in scenario.systems:
        fresh = np.zeros((months + 1, paths), dtype=bool)
        times, _, _ = failures(scenario, name, numbers, fresh, np.ones((months, paths)), paths, generator)
        failed += len(times) / paths
    gaps = heights = incidents = 0.0
    for name in scenario.threats:
        attempts, success = (f"threats.{name}.{field}" for field in ("attempts_per_year", "success_probability"))
        height = layer_height(float(table.base[table.slot[attempts]]), float(table.base[table.slot[success]]))
        rate = np.asarray(numbers.values[attempts]) * np.minimum(1.0, np.asarray(numbers.values[success]))
        layers = float(np.mean(np.ceil(rate / height)))
        points = layers * height * months / 12.0
        gaps += points + layers
        heights += points
        incidents += float(np.mean(rate)) * months / 12.0
    return Counts(
        drivers=len(table.drivers),
        tenures=sum(float(np.sum(one.begin < months)) / paths for one in staff.values()),
        projects=len(scenario.initiatives) + 1.0,  # a gate each, and which future it is
        marks=marks,
        thresholds=thresholds,
        joiners=joiners,
        failures=failed + len(scenario.systems),
        repairs=failed,
        gaps=gaps,
        heights=heights,
        severities=incidents,
    )
