"""The table of targets: rows, and what is said of a module that is not there."""

import importlib.util

import numpy as np
import pytest

from benchmarks import peers, registry
from benchmarks.registry import ENTRIES, Entry, measure
from benchmarks.rows import Row, alternate


def test_a_target_is_met_or_missed_by_the_median() -> None:
    fast, slow = (Row("a", "b", 2.0, "at least", ratios) for ratios in ((1.9, 2.1, 3.0), (1.9, 1.9, 3.0)))
    assert (fast.met, slow.met) == (True, False)
    below, above = (Row("a", "b", 2.0, "at most", ratios) for ratios in ((1.9, 1.9, 3.0), (1.9, 2.1, 3.0)))
    assert (below.met, above.met) == (True, False)
    assert fast.wanted == ">= 2x"
    assert below.document()["ratio"] == 1.9


def test_a_row_without_figure_says_why_and_meets_nothing() -> None:
    row = Row("a", "b", 2.0, "at least", missing="no such package")
    assert row.met is None
    assert row.measured == "not measured: no such package"


def test_a_module_that_is_not_there_is_said() -> None:
    (row,) = measure(Entry("later", "no_such_module", "something to come"), smoke=True)
    assert row.met is None
    assert "benchmarks/no_such_module.py is not there" in row.measured


def test_a_module_that_offers_no_rows_is_said() -> None:
    (row,) = measure(Entry("plain", "rows", "no part of the table"), smoke=True)
    assert "offers no rows" in row.measured


def test_names_are_unique() -> None:
    assert len({entry.name for entry in ENTRIES}) == len(ENTRIES)
    assert importlib.util.find_spec(registry.__name__) is not None


def test_contenders_take_turns() -> None:
    order: list[str] = []
    taken = alternate({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 3)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert {name: len(times) for name, times in taken.items()} == {"a": 3, "b": 3}


def test_peers_that_disagree_are_noticed() -> None:
    sample = np.random.default_rng(1).normal(0.0, 1.0, 20_000)
    peers.check("itself", sample, sample[::-1].copy())
    with pytest.raises(AssertionError, match="mean of the other"):
        peers.check("the other", sample, sample + 0.1)
    with pytest.raises(AssertionError, match="5 % quantile of the other"):
        peers.check("the other", sample, np.where(sample < -1.0, 1.1 * sample, sample * 1.0 + 0.0143))
