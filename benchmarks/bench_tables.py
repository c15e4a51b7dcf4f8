"""Registered timings of many roadmaps, by the kernel and by tables; the comparison itself stands in `many_roadmaps`."""

from collections.abc import Mapping
from typing import Any

import pytest

from benchmarks.many_roadmaps import MODEL, SEED, validate
from optimize.random_roadmaps import random_roadmaps
from scenarios.load import load
from sim.montecarlo import Tables, evaluate, tables
from sim.world import Scenario

DRAWS, ROADMAPS = 1_024, 64


@pytest.fixture(scope="module")
def case() -> tuple[Scenario, list[Mapping[str, int]], Tables]:
    """The model, random roadmaps, and tables that have learned them and were seen to agree with the kernel."""
    scenario = load(MODEL)
    roadmaps: list[Mapping[str, int]] = list(random_roadmaps(scenario, ROADMAPS, SEED))
    table = tables(scenario, DRAWS, SEED, threads=1)
    validate(scenario, table, roadmaps)
    return scenario, roadmaps, table


@pytest.mark.benchmark(group="many roadmaps on the same draws")
def test_kernel(benchmark: Any, case: tuple[Scenario, list[Mapping[str, int]], Tables]) -> None:
    scenario, roadmaps, _ = case
    found = benchmark.pedantic(
        evaluate, args=(scenario, roadmaps, DRAWS, SEED), kwargs={"detail": False, "threads": 1}, rounds=3
    )
    assert len(found) == ROADMAPS


@pytest.mark.benchmark(group="many roadmaps on the same draws")
def test_tables(benchmark: Any, case: tuple[Scenario, list[Mapping[str, int]], Tables]) -> None:
    _, roadmaps, table = case
    found = benchmark.pedantic(table.statistics, args=(table.planned(roadmaps),), rounds=20)
    assert len(found.mean) == ROADMAPS
