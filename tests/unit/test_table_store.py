"""Entries of the tables: sums and tax against plain arithmetic, kinds of blocks, what gives way when memory is full."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.lanes import WIDTH
from sim.lanes.records import pack
from sim.montecarlo.tabulated.money import tax_of
from sim.montecarlo.tabulated.store import (
    MISSING,
    MIXED,
    TAXED,
    UNTAXED,
    FullError,
    Held,
    Store,
    add_up,
    in_blocks,
)

Floats = NDArray[np.float64]
RATE = np.array([0.2, 0.18, 0.15])
DRAWS = 3 * WIDTH + 5
LEVELS = {UNTAXED: -500.0, MIXED: 0.0, TAXED: 500.0}


def plain_tax(profit: Floats) -> float:
    """Present value of the tax on the profits of one path."""
    carried, tax = 0.0, 0.0
    for rate, now in zip(RATE, profit, strict=True):
        taxable = now - carried
        tax += rate * max(taxable, 0.0)
        carried = max(-taxable, 0.0)
    return tax


def filled(profit: Floats, parts: int = 3, entries: int = 4) -> tuple[Store, NDArray[np.int64]]:
    """A store of random entries, and their numbers (parts, entries)."""
    chance = np.random.default_rng(3)
    store = Store(parts, profit, RATE, 1 << 20)
    store.begin()
    places = [
        [store.put(part, 7 + mark, chance.normal(size=(4, DRAWS)) * 40.0) for mark in range(entries)]
        for part in range(parts)
    ]
    return store, np.array(places)


def worth(store: Store, profit: Floats, chosen: NDArray[np.int64]) -> Floats:
    tax = np.empty(DRAWS)
    tax_of(profit, RATE, tax)
    out = np.empty((len(chosen), store.blocks + 1, WIDTH))
    held = pack(Held(store.data, in_blocks(profit), np.ascontiguousarray(in_blocks(tax[None])[:, 0]), out))
    counts = np.full(len(chosen), chosen.shape[1])
    add_up(held.address, chosen, counts, store.kinds(), RATE, 0, store.blocks)
    return out.reshape(len(chosen), -1)[:, :DRAWS]


@pytest.mark.parametrize("kind", LEVELS)
def test_sums_and_tax_are_those_of_plain_arithmetic(kind: int) -> None:
    profit = np.random.default_rng(1).normal(size=(3, DRAWS)) * 50.0 + LEVELS[kind]
    store, places = filled(profit)
    assert set(store.kinds()) == {kind}
    chosen = np.array([[places[0, 1], places[1, 3], places[2, 0]], [places[0, 2], 0, places[2, 2]]])
    found = worth(store, profit, chosen)
    for row, entries in enumerate(chosen):
        total = sum(store.read(place) for place in entries)
        for path in range(DRAWS):
            after, before = plain_tax(profit[:, path] + total[1:, path]), plain_tax(profit[:, path])
            assert found[row, path] == pytest.approx(total[0, path] - (after - before), abs=1e-9)


def test_a_block_is_mixed_as_soon_as_one_path_of_it_may_change_its_side() -> None:
    profit = np.full((3, DRAWS), -500.0)
    profit[1, WIDTH + 3] = 10.0
    store, _ = filled(profit)
    assert store.kinds().tolist() == [UNTAXED, MIXED, UNTAXED, UNTAXED]
    store.put(0, 99, np.full((4, DRAWS), 2000.0))
    assert set(store.kinds()) == {MIXED}


def test_what_was_not_used_for_longest_gives_way() -> None:
    profit = np.zeros((3, DRAWS))
    entry = 8 * 4 * WIDTH * 6  # bytes: four blocks; worth, three years, worth after tax, cost
    store = Store(1, profit, RATE, 4 * entry)
    for mark in (1, 2, 3):
        store.begin()
        store.put(0, mark, np.full((4, DRAWS), float(mark)))
    store.begin()
    store.find(0, [1])
    store.put(0, 4, np.full((4, DRAWS), 4.0))
    found = store.find(0, [0, 1, 2, 3, 4])
    assert found[0] == 0
    assert found[2] == MISSING
    assert [float(store.read(place)[0, 0]) for place in found[[1, 3, 4]]] == [1.0, 3.0, 4.0]
    with pytest.raises(FullError):
        store.put(0, 5, np.zeros((4, DRAWS)))
    store.begin()
    store.put(0, 5, np.zeros((4, DRAWS)))
    assert len(store) == 3
