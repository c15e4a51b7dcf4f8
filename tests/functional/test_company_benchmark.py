"""Smoke run of the benchmark of the company: it validates, it times, and it notices a wrong answer."""

from dataclasses import replace

import pytest

from benchmarks import company
from scenarios.load import load
from sim.company import replicate
from sim.parameters import parameters
from sim.roadmap import EMPTY


def test_comparisons_run() -> None:
    """On three months of the retailer, answers compared; how fast is for the benchmark to say, on a quiet machine."""
    short = company.shortened(load("retailer"))
    assert company.compare(short, 1).ratio > 0
    found = company.compare_engines(short, 2)
    assert len(found.reference) == len(found.compiled) == len(found.loop) == 2
    assert found.items_ratio > 0
    assert found.ratio > 0
    assert "ratio" in str(found)
    plain = company.compare_idiomatic(short, 3, 1)
    assert plain.ratio > 0
    assert "idiomatic" in str(plain)


def test_a_wrong_answer_is_noticed() -> None:
    """One item more, or a cent more in one cell."""
    short = company.shortened(load("retailer"))
    one = replicate(parameters(short), EMPTY, 0, company.SEED)
    company.validate_engines(one, one)
    flows = one.flows.copy()
    flows[0, 1] += 0.01
    with pytest.raises(AssertionError, match="flows"):
        company.validate_engines(one, replace(one, flows=flows))
    first = next(iter(one.items))
    more = {**one.items, first: replace(one.items[first], completed=one.items[first].completed + 1)}
    with pytest.raises(AssertionError, match="items"):
        company.validate_engines(one, replace(one, items=more))
