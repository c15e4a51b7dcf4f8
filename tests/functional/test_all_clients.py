"""All clients of a provider in one run: what a pool changes, and what it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimize import PlanLimits
from scenarios import all_clients, load
from scenarios.variant import variant
from sim.errors import ProblemsFound

SHOP = str(Path(__file__).resolve().parents[1] / "data" / "corner_shop.yaml")
LIMITS = PlanLimits(search_draws=64, report_draws=256)
CHEAP = {"initiatives.pos.capital": "x0.1"}


def test_engineers_enough_for_all_change_nothing() -> None:
    """Every client has the roadmap that it has alone, and sharing costs exactly 0."""
    shop = variant(load(SHOP), CHEAP)
    found = all_clients({"north": shop, "south": shop}, {"it_days": 100.0}, limits=LIMITS)
    for client in found.result.clients.values():
        assert client.shared == client.alone
        assert (client.loss.mean, client.loss.se) == (0.0, 0.0)
        assert "pos" in client.shared
    assert found.result.npv.mean == pytest.approx(2 * found.result.clients["north"].npv.mean)


def test_a_scarce_pool_is_kept_and_costs_something() -> None:
    """One of two twins gets the engineers; no period uses more days than there are; none at all starts nothing."""
    shop = variant(load(SHOP), CHEAP)
    clients = {"north": shop, "south": shop}
    found = all_clients(clients, {"it_days": 6.0}, limits=LIMITS)
    assert sum("pos" in one.shared for one in found.result.clients.values()) == 1
    assert all("pos" in one.alone for one in found.result.clients.values())
    frame = found.pool_frame()
    assert (frame["used"] <= frame["available"] + 1e-9).all()
    assert frame["used"].sum() > 0.0
    none = all_clients(clients, {"it_days": 0.0}, limits=LIMITS)
    assert none.pool_frame()["used"].sum() == 0.0
    assert not any("pos" in one.shared or "pos" in one.alone for one in none.result.clients.values())
    assert found.to_frame().height == 2 * len(shop.initiatives)
    assert any("pool counts" in note for note in found.notes)


def test_unlike_files_are_refused_together() -> None:
    """Another start, currency and a wrong number of days are one answer."""
    shop = load(SHOP)
    other = variant(shop, {"start": "2028-01", "profile.currency": "USD"})
    with pytest.raises(ProblemsFound) as found:
        all_clients({"north": shop, "south": other}, {"it_days": -1.0})
    assert len(found.value.errors) == 3
    with pytest.raises(ProblemsFound, match="did you mean 'it_days'"):
        all_clients({"north": shop}, {"it_day": 1.0}, limits=LIMITS)
