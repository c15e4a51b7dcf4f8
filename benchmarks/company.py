"""The SimPy company against a bare SimPy loop of the same counts, and the compiled items against the SimPy ones.

Bare loop. One replication of the scenario is played with the reference items and its counts are taken; a bare loop then
spawns as many processes, requests and releases as often and waits for as many timeouts, with nothing else in it. Both
run in turn, several times; the figure is the ratio of the medians of the events a second (1: the company costs nothing
beside SimPy itself). Before any timing the replication's ledger must balance and its items must be conserved.

Engines. The same replication with the reference items and with the compiled ones, in turn; every cell of the ledger,
every KPI and every count must be equal before any timing. Printed: seconds of a whole replication with either, their
ratio, the ratio of the items alone (the compiled loop, against the reference less what both spend on everything else),
and the largest memory that the process ever held.

Idiomatic. The same items as a SimPy user would write them (`benchmarks.idiomatic`), on the busiest scenario of the
library, for the time of a service: with SimPy's own resources, and without anything that happens beside the items.

    python -m benchmarks.company             print the comparisons, on the library retailer and clinic
    python -m benchmarks.company --smoke     the same on a short horizon
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

import numpy as np
import simpy

from benchmarks.idiomatic import idiomatic
from scenarios.load import load
from sim.company import replicate
from sim.company.items import loop
from sim.company.items.interface import Items
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
    first = _play(table)
    validate(scenario, first)
    counts = first.events
    bare_events = counts.spawns * (1 + round(counts.requests / counts.spawns) * 2) + bare_loop(counts)
    events = counts.spawns + counts.requests + counts.timeouts + counts.releases
    company, bare = [], []
    for _ in range(repeats):
        company.append(_seconds(partial(_play, table)))
        bare.append(_seconds(partial(bare_loop, counts)) * events / bare_events)
    return Comparison(events, tuple(company), tuple(bare))


def _play(table: Parameters, items: Items = "reference") -> Replication:
    return replicate(table, EMPTY, 0, SEED, items)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@dataclass(frozen=True)
class Engines:
    """Seconds of a whole replication with either engine, and of the compiled event loop in it, by repeat; megabytes."""

    months: int
    items: int
    reference: tuple[float, ...]
    compiled: tuple[float, ...]
    loop: tuple[float, ...]
    memory: float

    @property
    def ratio(self) -> float:
        """Whole replications: reference over compiled."""
        return statistics.median(self.reference) / statistics.median(self.compiled)

    @property
    def items_ratio(self) -> float:
        """Items alone: both less what the replication spends beside the compiled loop."""
        reference, compiled, loop = (statistics.median(x) for x in (self.reference, self.compiled, self.loop))
        return (reference - (compiled - loop)) / loop

    def __str__(self) -> str:
        reference, compiled, loop = (statistics.median(x) for x in (self.reference, self.compiled, self.loop))
        return (
            f"{self.months} months, {self.items:,} items: reference {reference:.2f} s, compiled {compiled:.3f} s, "
            f"of which the items {loop:.3f} s; ratio {self.ratio:.0f}, of the items alone {self.items_ratio:.0f} "
            f"({len(self.compiled)} repeats, one core, {self.memory:.0f} MB)"
        )


def validate_engines(reference: Replication, compiled: Replication) -> None:
    """Raise unless both engines say the same, to the last bit."""
    for field in fields(Replication):
        one, other = getattr(reference, field.name), getattr(compiled, field.name)
        equal = np.array_equal(one, other, equal_nan=True) if isinstance(one, np.ndarray) else one == other
        if not equal:
            raise AssertionError(f"the engines differ in {field.name}")


def compare_engines(scenario: Scenario, repeats: int = 5) -> Engines:
    """Validate, warm up, and time both in turn."""
    table = parameters(scenario)
    first = _play(table)
    validate_engines(first, _play(table, "compiled"))
    reference, compiled, inner = [], [], []
    for _ in range(repeats):
        reference.append(_seconds(partial(_play, table)))
        compiled.append(_seconds(partial(_play, table, "compiled")))
        inner.append(_loop_seconds(table))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    items = sum(count.arrived for count in first.items.values())
    months = scenario.horizon_months
    return Engines(months, items, tuple(reference), tuple(compiled), tuple(inner), megabytes)


@dataclass(frozen=True)
class Idiomatic:
    """Microseconds of a service by repeat: SimPy as its users write it, and a whole replication with compiled items."""

    scenario: str
    simpy: tuple[float, ...]
    compiled: tuple[float, ...]

    @property
    def ratio(self) -> float:
        return statistics.median(self.simpy) / statistics.median(self.compiled)

    def __str__(self) -> str:
        return (
            f"{self.scenario}: a service takes {statistics.median(self.simpy):.1f} us in idiomatic SimPy, "
            f"{statistics.median(self.compiled):.3f} us in a replication with compiled items: ratio {self.ratio:.0f} "
            f"({len(self.simpy)} repeats, one core)"
        )


def compare_idiomatic(scenario: Scenario, months: int = 12, repeats: int = 5) -> Idiomatic:
    """Validate (both complete as many items a month, within 15 %: one lacks vacancies, season and growth), warm up, and
    time both in turn."""
    table = parameters(scenario)
    first, plain = _play(table, "compiled"), idiomatic(scenario, months, SEED)
    completed = sum(count.completed for count in first.items.values()) / scenario.horizon_months
    if not 0.85 < plain.completed / months / completed < 1.15:
        raise AssertionError(f"{plain.completed / months:.0f} items a month against {completed:.0f}")
    simpy_times, compiled = [], []
    for repeat in range(repeats):
        spent = _seconds(partial(idiomatic, scenario, months, SEED + repeat))
        simpy_times.append(1e6 * spent / plain.services)
        compiled.append(1e6 * _seconds(partial(_play, table, "compiled")) / first.events.releases)
    return Idiomatic(scenario.name, tuple(simpy_times), tuple(compiled))


def _loop_seconds(table: Parameters) -> float:
    """Seconds inside the compiled event loop in one replication."""
    spent, play = 0.0, loop.play

    def timed(address: int, until: float) -> int:
        nonlocal spent
        start = time.perf_counter()
        outcome: int = play(address, until)
        spent += time.perf_counter() - start
        return outcome

    loop.play = timed
    try:
        _play(table, "compiled")
    finally:
        loop.play = play
    return spent


PLANNED = ("selection", "departments", "owners", "vendors", "pins", "blackouts", "quick_wins")
"""Blocks that speak of initiatives alone."""


def shortened(scenario: Scenario) -> Scenario:
    """The same business over three months."""
    data = {**scenario.model_dump(), "planning_months": 3, "horizon_months": 3}
    data |= {block: {} for block in ("initiatives", "exclusive", "goals", "controls", *PLANNED)}
    data["insurance"] |= {"demands": {}, "credits": {}}
    for role in data["people"].values():
        role["hires"] = {}
    for budget in data["money"]["budgets"].values():
        budget["amount"] = budget["amount"][:1]
    data["correlations"] = ()
    data["readiness"] = None  # nobody is left who needs it
    return Scenario.model_validate(data)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.company", description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="a short horizon")
    scenario = load("retailer")
    if parser.parse_args().smoke:
        short = shortened(scenario)
        print(compare(short, 1), compare_engines(short, 1), compare_idiomatic(short, 3, 1), sep="\n")
    else:
        clinic = load("clinic")
        print(compare(scenario), compare_engines(scenario), sep="\n")
        print(compare_engines(clinic), compare_idiomatic(clinic), sep="\n")


if __name__ == "__main__":
    main()
