"""Registered timings of the kernel and of its NumPy peer; the comparison itself stands in `kernel`."""

import itertools
from typing import Any

import pytest

from benchmarks.kernel import PLAIN, ROADMAP, run_kernel, run_peer, validate
from scenarios.load import load
from sim.world import Scenario

DRAWS = 4_096
ROUNDS = 5


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """The retailer, after both have been seen to agree on it."""
    retailer = load(PLAIN)
    validate(run_kernel(retailer, ROADMAP, 8_192), run_peer(retailer, ROADMAP, 8_192, 4_096))
    return retailer


@pytest.mark.benchmark(group="paths of the retailer")
def test_kernel(benchmark: Any, scenario: Scenario) -> None:
    """Every round has draws of its own, so that nothing can be remembered from one to the next."""
    first = itertools.count(DRAWS, DRAWS)
    outcome = benchmark.pedantic(
        run_kernel, setup=lambda: ((scenario, ROADMAP, DRAWS, next(first)), {}), rounds=ROUNDS, warmup_rounds=1
    )
    assert len(outcome.npv) == DRAWS


@pytest.mark.benchmark(group="paths of the retailer")
def test_numpy_peer(benchmark: Any, scenario: Scenario) -> None:
    result = benchmark.pedantic(run_peer, args=(scenario, ROADMAP, DRAWS, DRAWS), rounds=ROUNDS, warmup_rounds=1)
    assert len(result.npv) == DRAWS
