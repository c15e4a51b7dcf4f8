"""The SimPy company against a bare SimPy loop with the same counts of spawns, requests, timeouts and releases.

Protocol. One replication of the scenario is played and its counts are taken; a bare loop then spawns as many processes,
requests and releases as often and waits for as many timeouts, with nothing else in it. Both run in turn, several times;
the figure is the ratio of the medians of the events a second (1: the company costs nothing beside SimPy itself). Before
any timing the replication's ledger must balance and its items must be conserved.

    python -m benchmarks.company             print the comparison, on the library retailer
    python -m benchmarks.company --smoke     the same on a short horizon
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import simpy

from scenarios.load import load
from sim.company import replicate
from sim.company.replication import EventCounts, Replication
from sim.parameters import Parameters, parameters
from sim.roadmap import EMPTY
from sim.world import Scenario

SEED = 7
SERVERS = 8


@dataclass(frozen=True)
class Comparison:
    """Seconds of each repeat, and the events that both have processed in it."""

    events: int
    company: tuple[float, ...]
    bare: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Rate of the company over the rate of the bare loop."""
        return statistics.median(self.bare) / statistics.median(self.company)

    def __str__(self) -> str:
        company, bare = (self.events / statistics.median(times) / 1e3 for times in (self.company, self.bare))
        return (
            f"company {company:,.0f} k events/s, bare SimPy loop {bare:,.0f} k events/s: ratio {self.ratio:.2f} "
            f"({self.events:,} events, {len(self.company)} repeats, one core)"
        )


def bare_loop(counts: EventCounts) -> int:
    """SimPy with the same counts and nothing else: each process takes a person, waits and gives the person back.
    Returns the timeouts waited for."""
    environment = simpy.Environment()
    people = simpy.Resource(environment, SERVERS)
    visits = max(1, round(counts.requests / counts.spawns))
    waits = max(1, round(counts.timeouts / counts.requests))
    waited = [0]

    def item() -> Iterator[Any]:
        for _ in range(visits):
            with people.request() as turn:
                yield turn
                for _ in range(waits):
                    waited[0] += 1
                    yield environment.timeout(1.0)

    def arrivals() -> Iterator[Any]:
        for _ in range(counts.spawns):
            environment.process(item())
            yield environment.timeout(visits * waits / SERVERS * 1.05)

    environment.process(arrivals())
    environment.run()
    return waited[0] + counts.spawns


def validate(scenario: Scenario, replication: Replication) -> None:
    """Raise unless the ledger balances to the cent and no item is lost from the count."""
    gap = float(np.max(np.abs(replication.flows.sum(axis=0) - replication.cash)))
    if not gap < 0.01:
        raise AssertionError(f"{scenario.name}: the ledger misses the account by {gap}")
    for name, items in replication.items.items():
        if items.arrived != items.lost + items.gave_up + items.completed + items.inside:
            raise AssertionError(f"{scenario.name}: {name} does not conserve its items: {items}")


def compare(scenario: Scenario, repeats: int = 5) -> Comparison:
    """Validate, warm up, and time both in turn."""
    table = parameters(scenario)
    first = replicate(table, EMPTY, 0, SEED)
    validate(scenario, first)
    counts = first.events
    bare_events = counts.spawns * (1 + round(counts.requests / counts.spawns) * 2) + bare_loop(counts)
    events = counts.spawns + counts.requests + counts.timeouts + counts.releases
    company, bare = [], []
    for _ in range(repeats):
        company.append(_seconds(partial(_play, table)))
        bare.append(_seconds(partial(bare_loop, counts)) * events / bare_events)
    return Comparison(events, tuple(company), tuple(bare))


def _play(table: Parameters) -> Replication:
    return replicate(table, EMPTY, 0, SEED)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def shortened(scenario: Scenario) -> Scenario:
    """The same business over three months."""
    data = {**scenario.model_dump(), "planning_months": 3, "horizon_months": 3, "initiatives": {}, "exclusive": {}}
    for budget in data["money"]["budgets"].values():
        budget["amount"] = budget["amount"][:1]
    data["correlations"] = ()
    return Scenario.model_validate(data)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.company", description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="a short horizon")
    scenario = load("retailer")
    print(compare(shortened(scenario), 1) if parser.parse_args().smoke else compare(scenario))


if __name__ == "__main__":
    main()
