"""Futures: the world turns for every roadmap alike, in both engines, and nothing else moves."""

from typing import Any

import numpy as np
import pytest

from scenarios.cli.render.outlook import outlook_table
from scenarios.load import load
from scenarios.outlook import outlook
from sim.company import simulate
from sim.errors import ProblemsFound
from sim.futures import future_notes, future_of, in_future
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import KPI_NAMES
from sim.outcomes import Outcome
from sim.roadmap import roadmap
from sim.world import Scenario
from tests.naive.shops import PLANNER, corner_shop, setting

SEED = 4
POS = {"pos": 1}


def shop(**futures: dict[str, Any]) -> Scenario:
    return corner_shop(setting("futures", {name: {"title": name, **PLANNER, **f} for name, f in futures.items()}))


SLUMP = {"start_month": 12, "changes": {"profile.demand": {"multiply": 0.5}}}
SURGE = {"start_month": "0 to 9", "changes": {"threats.ransomware.attempts_per_year": {"multiply": 5}}}


def baseline(outcome: Outcome, name: str) -> Any:
    """(draws, years)"""
    return outcome.baseline_kpis[:, :, :][:, KPI_NAMES.index(name)]


def test_futures_without_probability_change_no_bit_of_a_mean() -> None:
    with_futures, without = shop(slump=SLUMP, surge=SURGE), corner_shop()
    a, b = (evaluate(scenario, POS, 64, SEED)[0] for scenario in (with_futures, without))
    for name in ("npv", "cost", "trough", "kpis"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    base = evaluate(in_future(with_futures, "base"), POS, 64, SEED)[0]
    np.testing.assert_array_equal(base.npv, b.npv)
    assert future_notes(with_futures) == ()


def test_a_mixture_is_draw_by_draw_the_world_of_the_drawn_future() -> None:
    """Of 400 draws about 30 % and 50 %: false alarm of the counts below 1e-4 each (four standard errors)."""
    mixed = shop(slump={**SLUMP, "probability": 0.3}, surge={**SURGE, "probability": 0.5})
    draws = 400
    which = future_of(mixed, np.arange(draws), SEED)
    counts = [int((which == k).sum()) for k in (0, 1)]
    assert abs(counts[0] - 120) < 4 * 9.2
    assert abs(counts[1] - 200) < 4 * 10
    whole = evaluate(mixed, POS, draws, SEED)[0]
    for k, name in ((0, "slump"), (1, "surge"), (-1, "base")):
        alone = evaluate(in_future(mixed, name), POS, draws, SEED)[0]
        np.testing.assert_array_equal(whole.npv[which == k], alone.npv[which == k])
        np.testing.assert_array_equal(whole.kpis[which == k], alone.kpis[which == k])
    assert future_notes(mixed) == (
        "30 % of draws live in the future slump: slump",
        "50 % of draws live in the future surge: surge",
    )


def test_a_slump_halves_demand_from_its_month_on_and_for_its_months() -> None:
    lasting = evaluate(in_future(shop(slump=SLUMP), "slump"), POS, 64, SEED)[0]
    passing = evaluate(in_future(shop(slump={**SLUMP, "months": 3}), "slump"), POS, 64, SEED)[0]
    base = evaluate(corner_shop(), POS, 64, SEED)[0]
    of = [baseline(one, "revenue") for one in (base, lasting, passing)]
    np.testing.assert_array_equal(of[0][:, 0], of[1][:, 0])
    assert np.all(of[1][:, 1] < 0.7 * of[0][:, 1])
    assert np.all((of[2][:, 1] < 0.95 * of[0][:, 1]) & (of[2][:, 1] > of[1][:, 1]))


def test_both_engines_turn_alike() -> None:
    """Incidents and customers' revenue of the company fall and rise with those of the kernel, on the same draws."""
    world = shop(both={
        "start_month": 6,
        "changes": {
            "profile.demand": {"multiply": 0.6},
            "threats.ransomware.attempts_per_year": {"multiply": 6},
            "systems.till.monthly_cost": {"add": 100},
        },
    })  # fmt: skip
    turned = in_future(world, "both")
    kernel, company = evaluate(turned, POS, 6, SEED)[0], simulate(turned, roadmap(turned, POS), 6, SEED)[0]
    base = simulate(corner_shop(), roadmap(corner_shop(), POS), 6, SEED)[0]
    np.testing.assert_allclose(baseline(kernel, "incidents"), baseline(company, "incidents"), atol=1e-9)
    assert baseline(company, "incidents").sum() > baseline(base, "incidents").sum()
    ratio = baseline(company, "revenue").mean(axis=0) / baseline(kernel, "revenue").mean(axis=0)
    np.testing.assert_allclose(ratio, 1.0, atol=0.05)
    assert baseline(company, "revenue")[:, 1].mean() < 0.75 * baseline(base, "revenue")[:, 1].mean()


def test_nothing_to_do_is_worth_nothing_in_any_future() -> None:
    for one in outlook(shop(slump={**SLUMP, "probability": 0.4}, surge=SURGE), roadmap(corner_shop(), {}), 32, SEED):
        assert not one.outcomes[0].npv.any()


def test_outlook_is_in_the_order_of_the_file_and_on_common_draws() -> None:
    retailer = load("retailer")
    assert len(retailer.futures) >= 5
    plan = roadmap(retailer, {"pos": 0})
    found = outlook(retailer, plan, 48, SEED, first_draw=100)
    assert [one.future for one in found] == ["base", *retailer.futures]
    alone = evaluate(in_future(retailer, "recession"), plan, 48, SEED, first_draw=100, detail=False)
    np.testing.assert_array_equal(found[1].outcomes[0].npv, alone[0].npv)
    assert str(outlook_table(found, "USD").columns[0].header) == "in each future (48 random draws)"
    trough = {one.future: one.outcomes[0].trough.mean() for one in found}
    assert trough["recession"] < trough["base"] < trough["demand_boom"]
    assert outlook(corner_shop(), roadmap(corner_shop(), POS), 8, SEED) == ()


def test_an_unknown_future_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ProblemsFound, match="no future named recesion") as caught:
        in_future(load("retailer"), "recesion")
    assert caught.value.errors[0].hint == "did you mean recession?"


def test_correlations_of_a_future_that_is_left_out_go_with_it() -> None:
    row = {"drivers": ["futures.surge.start_month", "profile.customers.monthly_acquisition"], "rank": 0.5}
    world = corner_shop(
        setting("profile.customers.monthly_acquisition", "20 to 40"),
        setting(
            "futures", {"surge": {"title": "surge", **PLANNER, **SURGE}, "slump": {"title": "s", **PLANNER, **SLUMP}}
        ),
        setting("correlations", [row]),
    )
    assert in_future(world, "surge").correlations == world.correlations
    assert in_future(world, "slump").correlations == ()
    assert np.isfinite(evaluate(in_future(world, "slump"), POS, 8, SEED)[0].npv).all()
