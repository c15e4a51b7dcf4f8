"""Variants of a scenario: what changes, what stays, and what is refused with the nearest name."""

from pathlib import Path

import pytest

from scenarios import load
from scenarios.variant import stated, variant
from sim.errors import ProblemsFound

SHOP = str(Path(__file__).resolve().parents[1] / "data" / "corner_shop.yaml")


def test_a_variant_is_a_copy() -> None:
    """The original keeps its content; without changes it is returned as it is; undone changes give the same hash."""
    shop = load(SHOP)
    before = shop.hash()
    other = variant(shop, {"money.discount_rate": 0.2, "initiatives.pos.running_per_month": "x2"})
    assert (shop.hash(), other.money.discount_rate) == (before, 0.2)
    assert other.initiatives["pos"].running_per_month.median == 2 * shop.initiatives["pos"].running_per_month.median
    assert variant(shop, {}) is shop
    back = {path: stated(shop, path) for path in ("money.discount_rate", "initiatives.pos.running_per_month")}
    assert variant(other, back).hash() == before


def test_calibration_stays() -> None:
    """A variant of a calibrated scenario is corrected as the original is."""
    retailer = load("retailer")
    assert retailer.calibration.processes
    assert variant(retailer, {"money.discount_rate": 0.05}).calibration == retailer.calibration


def test_a_factor_scales_every_period_and_both_ends() -> None:
    """Budgets are lists; interval, PERT and median with p95 keep their shape."""
    retailer = load("retailer")
    first = retailer.money.budgets["change"].amount
    other = variant(retailer, {"money.budgets.change.amount": "x0.5", "initiatives.pos.capital": {"multiply": 2}})
    assert other.money.budgets["change"].amount == tuple(x / 2 for x in first)
    was, now = retailer.initiatives["pos"].capital, other.initiatives["pos"].capital
    assert now.quantile(0.05) == pytest.approx(2 * was.quantile(0.05))
    assert now.mean == pytest.approx(2 * was.mean)


def test_keys_of_effects_hold_dots() -> None:
    """The path of what an effect changes is one key."""
    retailer = load("retailer")
    path = "initiatives.pos.effects.systems.epos.monthly_cost.multiply"
    assert stated(retailer, path) == 0.1
    changed = variant(retailer, {path: 0.2}).initiatives["pos"].effects["systems.epos.monthly_cost"]
    assert changed.multiply is not None
    assert changed.multiply.median == 0.2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"money.discuont_rate": 0.1}, "did you mean discount_rate"),
        ({"initiatives.poss.capital": 1}, "did you mean pos"),
        ({"money.discount_rate.low": 1}, "single value"),
        ({"money.budgets.change.amount.99": 1}, "places"),
        ({"money.discount_rate": -3.0}, "money.discount_rate"),
        ({"title": "x2"}, "factor"),
        ({"initiatives.pos": "x2"}, "factor"),
    ],
)
def test_what_cannot_be_changed_is_said(change: dict[str, object], says: str) -> None:
    """Place, and the nearest name or the reason; several at once."""
    with pytest.raises(ProblemsFound, match=says):
        variant(load(SHOP), change)
    with pytest.raises(ProblemsFound) as both:
        variant(load(SHOP), {"nothing": 1, "nowhere": 2})
    assert len(both.value.errors) == 2
