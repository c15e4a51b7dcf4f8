"""Smoke run of the benchmark of worker processes: equal answers, and it notices unequal ones."""

from dataclasses import replace

import pytest

from benchmarks import company, workers
from scenarios.load import load


def test_it_measures() -> None:
    """On three months of the agency; how well it scales is for the benchmark to say, on a quiet machine."""
    found = workers.measure(company.shortened(load("agency")), draws=6, repeats=1, workers=2)
    assert found.efficiency > 0
    assert 0 < found.memory < 4_000
    assert "2 workers" in str(found)


def test_a_changed_figure_is_noticed() -> None:
    _, found = workers.spent(company.shortened(load("agency")), draws=3, workers=1)
    workers.same(found, found)
    flows = found[2].flows.copy()
    flows[0, 0] += 1e-9
    with pytest.raises(AssertionError, match="workers"):
        workers.same(found, [*found[:2], replace(found[2], flows=flows)])
