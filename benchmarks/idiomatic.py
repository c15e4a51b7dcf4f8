"""The items of a business as a SimPy user would write them: one process an item, one `PriorityResource` a role.

Nothing else happens in it: no vacancies, outages, season or growth. It stands beside the reference engine, whose own
pool of people is faster than SimPy's resources, so that the gain of compiled items can be seen against either.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import simpy

from scenarios.review import items_a_day, means
from sim.derived import lost_path, share_path
from sim.world import Scenario

BATCH = 4096


@dataclass
class Count:
    """Items that came and were completed; services."""

    arrived: int = 0
    completed: int = 0
    services: int = 0


class Numbers:
    """Random numbers, made in batches as one does in Python."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)
        self.uniforms: list[float] = []

    def uniform(self) -> float:
        if not self.uniforms:
            self.uniforms = self.generator.random(BATCH).tolist()
        return self.uniforms.pop()

    def gammas(self, mean: float, cv: float) -> Iterator[float]:
        """Gamma-distributed numbers without end."""
        while True:
            if cv == 0.0:
                yield mean
            else:
                yield from self.generator.gamma(1.0 / cv**2, mean * cv**2, BATCH).tolist()


def idiomatic(scenario: Scenario, months: int, seed: int) -> Count:
    """Play the items of so many months at the means of the file."""
    env, numbers, count = simpy.Environment(), Numbers(seed), Count()
    hours = float(scenario.profile.hours_per_day)
    end = months * float(scenario.profile.working_days_per_month) * hours
    people = {name: simpy.PriorityResource(env, role.seats) for name, role in scenario.people.items()}

    def item(patience: float | None, steps: list[tuple[Any, ...]]) -> Iterator[Any]:
        for role, service, share, error in steps:
            if numbers.uniform() >= share:
                continue
            while True:
                with role.request(priority=1) as turn:
                    if patience is None:
                        yield turn
                    else:
                        yield turn | env.timeout(patience)
                        if not turn.triggered:
                            return
                    yield env.timeout(next(service))
                    count.services += 1
                if numbers.uniform() >= error:
                    break
        count.completed += 1

    def arrivals(rate: float, cv: float, lost: float, patience: float | None, steps: list[tuple[Any, ...]]) -> Any:
        gaps = numbers.gammas(1.0 / rate, cv)
        while True:
            yield env.timeout(next(gaps))
            count.arrived += 1
            if numbers.uniform() >= lost:
                env.process(item(patience, steps))

    mean = means(scenario)
    for name, process in scenario.processes.items():
        steps = [
            (
                people[step.role],
                numbers.gammas(step.minutes.mean / 60.0, float(step.cv)),
                mean[share_path(name, label, step)],
                step.error_probability.mean,
            )
            for label, step in process.steps.items()
        ]
        patience = None if process.patience_minutes is None else process.patience_minutes.mean / 60.0
        rate = sum(items_a_day(scenario, name)) / hours
        env.process(arrivals(rate, float(process.arrival_cv), mean[lost_path(scenario, name)], patience, steps))
    env.run(until=end)
    return count
