"""E(outcome | drivers): the same draws as the streams', common events, blocks, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from scenarios import load
from sim.errors import ProblemsFound
from sim.montecarlo import conditional as module
from sim.montecarlo import evaluate
from sim.montecarlo.conditional import conditional, drawn_levels, table_of
from sim.montecarlo.given import Given

SHOP = str(Path(__file__).resolve().parents[1] / "data" / "corner_shop.yaml")
ROADMAP = {"pos": 0, "edr": 3}


def test_given_the_drawn_levels_every_draw_is_the_drawn_one() -> None:
    """Bit for bit what `evaluate` makes of the same draws."""
    shop = load(SHOP)
    levels = drawn_levels(table_of(shop), 6, 7)
    found = conditional(shop, [ROADMAP, {}], levels, 7, 4, common=False, repeats=["npv"])
    plain = evaluate(shop, [ROADMAP, {}], 24, 7, noise=4, detail=False)
    np.testing.assert_array_equal(found.repeats["npv"][:, :, 0].ravel(), plain[0].npv)
    np.testing.assert_array_equal(found.mean["cash_trough"][:, 0], plain[0].trough.reshape(6, 4).mean(axis=1))
    assert not found.mean["npv"][:, 1].any()


def test_common_events_leave_the_drivers_alone_to_differ() -> None:
    """The same point twice is the same figure; with events of its own it is another one."""
    shop = load(SHOP)
    levels = np.repeat(drawn_levels(table_of(shop), 1, 3), 2, axis=0)
    common = conditional(shop, [ROADMAP], levels, 3, 8).mean["npv"][:, 0]
    own = conditional(shop, [ROADMAP], levels, 3, 8, common=False).mean["npv"][:, 0]
    assert common[0] == common[1]
    assert own[0] != own[1]
    assert own[0] == common[0]


def test_blocks_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the size of a block nor the number of threads."""
    shop = load(SHOP)
    levels = drawn_levels(table_of(shop), 9, 5)
    for common in (True, False):
        whole = conditional(shop, [ROADMAP], levels, 5, 4, common=common)
        with monkeypatch.context() as patch:
            patch.setattr(module, "ROWS", 8)
            parts = conditional(shop, [ROADMAP], levels, 5, 4, common=common, threads=1)
        np.testing.assert_array_equal(whole.mean["npv"], parts.mean["npv"])
        np.testing.assert_array_equal(whole.noise_variance["npv"], parts.noise_variance["npv"])


def test_what_cannot_be_asked_is_said() -> None:
    """One draw of the events, levels outside (0, 1), a number of draws that is not that of the points."""
    shop = load(SHOP)
    levels = drawn_levels(table_of(shop), 2, 1)
    with pytest.raises(ProblemsFound, match="several draws of the events"):
        conditional(shop, [ROADMAP], levels, 1, 1)
    with pytest.raises(ProblemsFound, match="strictly between 0 and 1"):
        conditional(shop, [ROADMAP], levels * 0.0, 1, 2)
    with pytest.raises(ProblemsFound, match="not those of the points"):
        evaluate(shop, ROADMAP, 5, 1, noise=2, given=Given(levels))
