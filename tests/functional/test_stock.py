"""Stock that runs out: both item engines, conservation of units, null cases, directions, both engines on the same
draws, refusals."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from numpy.typing import NDArray

from scenarios.calibration import operations_hash
from scenarios.cli.app import run as cli
from scenarios.documents import schema
from scenarios.review import review
from sim.company.business import Business
from sim.company.items.engines import item_engines
from sim.company.items.interface import Items
from sim.company.replication import Replication
from sim.company.world_layer import Draw
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES, KPI_NAMES
from sim.parameters import parameters
from sim.roadmap import EMPTY, Roadmap
from sim.world import Scenario
from tests.functional.test_automation import FED
from tests.functional.test_company import ALL, STORMY
from tests.functional.test_market import lever, pulled
from tests.naive.goods import gear
from tests.naive.shops import PLANNER, SEED, Edit, changing, corner_shop, setting, without
from tests.unit.bad_files import edited, problems_of

Floats = NDArray[np.float64]
YEARS = setting("planning_months", 12), setting("horizon_months", 24)
CALM: tuple[Edit, ...] = (  # demand is the same in every draw, and hardly anybody waits
    *YEARS,
    setting("processes.counter.arrivals_per_day", 50),
    setting("people.clerk.headcount", 9),
    setting("people.clerk.annual_turnover", 0),
    setting("threats.ransomware.attempts_per_year", 0),
    setting("systems.till.life_scale_years", 200),
    setting("profile.growth_per_year", 0),
    setting("profile.fixed_costs_per_month", 0),
    without("correlations"),
)
STEADY: tuple[Edit, ...] = (  # and in every month
    *CALM,
    setting("profile.seasonality", [1] * 12),
    setting("profile.customers", {"start": 2000, "monthly_churn": 0, "monthly_acquisition": 0}),
)
BELTS = {
    "articles": 7,
    "takes": {"counter": 0.3, "returns": 0.5, "tickets": 0.1},
    "unit_cost": 9,
    "order_days": 10,
    "lead_days": "3 to 9",
    "lead_p95_ratio": 2,
    "safety_factor": 0.2,
    **PLANNER,
}


def run(scenario: Scenario, draw: int = 0, roadmap: Roadmap = EMPTY, items: Items = "compiled") -> Any:
    """The business after its replication, and that."""
    world = Draw(parameters(scenario), draw, SEED)
    business = Business(world, item_engines(world, items), roadmap)
    return business, business.run()


def lost(found: Replication) -> Floats:
    return np.asarray(found.kpis[KPI_NAMES.index("lost_share")])


def held(found: Replication) -> Floats:
    """Cost of holding by year, where fixed costs are 0."""
    return -found.flows[CATEGORIES.index("overhead")].reshape(-1, 12).sum(axis=1)


@pytest.mark.parametrize("roadmap", [EMPTY, ALL], ids=["empty", "all"])
def test_both_item_engines_sell_the_same_units(roadmap: Roadmap) -> None:
    """Outages, absences, processes that feed each other, two groups of which an item may need both, effects on each of
    their numbers: every figure and every article."""
    scenario = corner_shop(
        *STORMY, *FED, gear(), setting("stock.belts", BELTS), setting("horizon_months", 14),
        setting("planning_months", 12), changing("pos", "stock.gear.record_error", {"multiply": 0.1}),
        changing("web", "stock.gear.forecast_error", {"add": -0.2}),
        changing("edr", "stock.belts.lead_days", {"multiply": 0.5}),
        changing("edr", "stock.belts.lead_p95_ratio", {"multiply": 0.7}),
    )  # fmt: skip
    for draw in range(2):
        (one, reference), (two, compiled) = (run(scenario, draw, roadmap, items) for items in ("reference", "compiled"))
        assert one.stock.shelves.sold_out.min() > 50
        for name, a, b in zip(one.stock.shelves._fields, one.stock.shelves, two.stock.shelves, strict=True):
            assert np.array_equal(a, b), name
        assert one.stock.cost == two.stock.cost
        for field in fields(Replication):
            a, b = getattr(reference, field.name), getattr(compiled, field.name)
            assert np.array_equal(a, b, equal_nan=True) if isinstance(a, np.ndarray) else a == b, field.name


def test_units_are_conserved() -> None:
    """What was there and what was delivered is sold or on the shelf; what is ordered is on the way until it comes."""
    scenario = corner_shop(*YEARS, gear(takes={"counter": 0.7, "tickets": 1}))
    business, found = run(scenario)
    shelves = business.stock.shelves
    first = units_at_start(scenario)
    sold = int(shelves.asked[0] - shelves.sold_out[0])
    assert first + int(shelves.delivered[0]) == sold + int(shelves.on_hand.sum())
    assert 0 < int(shelves.sold_out[0]) <= sum(one.lost for one in found.items.values())
    waiting = np.isfinite(shelves.due)
    assert np.array_equal(shelves.coming > 0, waiting)
    assert np.all(waiting[shelves.on_hand == 0])  # an empty shelf is noticed
    assert shelves.on_hand.min() >= 0


def units_at_start(scenario: Scenario) -> int:
    """Units on the shelf when the first month begins."""
    world = Draw(parameters(scenario), 0, SEED)
    business = Business(world, item_engines(world, "compiled"), EMPTY)
    business._open_month(0)
    return int(business.stock.shelves.on_hand.sum())


def test_the_company_meets_the_exact_share_where_it_orders_at_the_empty_shelf() -> None:
    """Records that always mislead: m / (Q + m) is lost of units asked for, m the demand of a lead time, whatever the
    lead time is beside its mean; Q is the same for all articles."""
    for ratio in (1, 3):
        changes = {"record_error": 1, "record_gap": 2, "forecast_error": None, "articles": 20}
        shop = corner_shop(*STEADY, gear(lead_p95_ratio=ratio, **changes), setting("processes.counter.lost_share", 0))
        shares, expected = [], []
        for draw in range(6):
            business, _ = run(shop, draw)
            shelves = business.stock.shelves
            assert np.ptp(shelves.misled) == 0
            assert shelves.misled[0] == 0
            shares.append(shelves.sold_out[0] / shelves.asked[0])
            mean = 50 * 0.7 / 20 * 8 * np.exp((np.log(ratio) / 1.6448536) ** 2 / 2)
            expected.append(mean / (np.mean(shelves.quantity) + mean))
        assert np.mean(shares) == pytest.approx(np.mean(expected), abs=0.006)


def test_stock_that_never_runs_out_loses_nothing() -> None:
    """A supplier who delivers at once: shares of the shop without stock, and holding is all that it costs."""
    shop, stocked = corner_shop(*YEARS), corner_shop(*YEARS, gear(lead_days=0, record_error=None, record_gap=None))
    for one, other in zip(evaluate(shop, {"pos": 0}, 8, SEED), evaluate(stocked, {"pos": 0}, 8, SEED), strict=True):
        for name in ("lost_share", "revenue", "wait", "customers"):
            k = KPI_NAMES.index(name)
            np.testing.assert_allclose(one.kpis[:, k], other.kpis[:, k], rtol=1e-12)
        k = KPI_NAMES.index("profit")
        assert np.all(one.kpis[:, k] > other.kpis[:, k])
    assert run(shop)[1].items == run(stocked)[1].items


def test_right_records_are_the_same_as_none_stated() -> None:
    stated = corner_shop(*YEARS, gear(record_error=0, record_gap=1))
    silent = corner_shop(*YEARS, gear(record_error=None, record_gap=None))
    one, other = (evaluate(shop, {"pos": 0}, 8, SEED)[0] for shop in (stated, silent))
    np.testing.assert_array_equal(one.kpis, other.kpis)
    np.testing.assert_array_equal(run(stated)[1].flows, run(silent)[1].flows)


def test_a_block_that_is_not_stated_is_no_part_of_the_content() -> None:
    shop, empty = corner_shop(), corner_shop(setting("stock", {}))
    assert (shop.hash(), operations_hash(shop)) == (empty.hash(), operations_hash(empty))
    assert shop.hash() != corner_shop(gear()).hash()
    assert operations_hash(corner_shop(gear())) == operations_hash(corner_shop(gear(unit_cost=3)))
    assert operations_hash(corner_shop(gear())) != operations_hash(corner_shop(gear(lead_days=3)))


def test_a_roadmap_alone_has_the_values_that_it_has_among_others() -> None:
    """What months in common save keeps the cost of holding, too."""
    shop = corner_shop(
        *FED, gear(), setting("stock.belts", BELTS), changing("pos", "stock.gear.lead_days", {"add": -3})
    )
    roadmaps = [{"edr": 3}, {"edr": 3, "pos": 9}, {"pos": 9}, {"edr": 3, "pos": 12}]
    together = evaluate(shop, roadmaps, 20, SEED, detail=False)
    for one, found in zip(roadmaps, together, strict=True):
        alone = evaluate(shop, one, 20, SEED)[0]
        np.testing.assert_array_equal(found.npv, alone.npv)
        np.testing.assert_array_equal(found.trough, alone.trough)


def test_a_lever_that_changes_nothing_changes_no_cell() -> None:
    """Each order keeps its lead time and each item its article, whatever else goes live."""
    shop = corner_shop(*YEARS, gear(), lever("stock.gear.lead_days", multiply=1))
    assert np.all(evaluate(shop, {"lever": 0}, 8, SEED)[0].npv == 0.0)
    for draw in range(2):
        before, after = run(shop, draw), run(shop, draw, Roadmap((("lever", 0),)))
        np.testing.assert_array_equal(before[1].flows, after[1].flows)
        assert np.array_equal(before[0].stock.shelves.on_hand, after[0].stock.shelves.on_hand)


LEVERS = {
    "till and stock linked": ("stock.gear.record_error", {"multiply": 0.2}),
    "smaller errors of records": ("stock.gear.record_gap", {"multiply": 0.2}),
    "forecasting tool": ("stock.gear.forecast_error", {"multiply": 0.3}),
    "supplier portal": ("stock.gear.lead_p95_ratio", {"multiply": 0.6}),
    "faster supplier": ("stock.gear.lead_days", {"multiply": 0.5}),
    "more safety stock": ("stock.gear.safety_factor", {"add": 0.8}),
}


@pytest.mark.parametrize("name", LEVERS)
def test_what_makes_stock_better_serves_more(name: str) -> None:
    """In every draw of the kernel fewer items are lost, fewer customers leave and more is sold; in the company with
    its noise."""
    path, change = LEVERS[name]
    edits = (*YEARS, gear(), lever(path, **change))
    outcome = pulled(*edits, draws=16)
    for kpi, sign in (("lost_share", -1), ("churn", -1), ("revenue", 1)):
        k = KPI_NAMES.index(kpi)
        assert np.all(sign * (outcome.kpis[:, k] - outcome.baseline_kpis[:, k]) > 0), kpi
    shop = corner_shop(*edits)
    pairs = [(run(shop, draw)[1], run(shop, draw, Roadmap((("lever", 0),)))[1]) for draw in range(8)]
    assert np.mean([lost(b)[1] - lost(a)[1] for a, b in pairs]) < 0


def test_more_safety_costs_more_and_right_records_hold_more() -> None:
    """Lower holding cost is no sign of a better stock: it may be empty."""
    for path, change in (LEVERS["more safety stock"], LEVERS["till and stock linked"]):
        shop = corner_shop(*CALM, gear(), lever(path, **change))
        for draw in range(3):
            before, after = run(shop, draw)[1], run(shop, draw, Roadmap((("lever", 0),)))[1]
            assert np.all(held(after) > held(before))
        outcome = evaluate(shop, {"lever": 0}, 8, SEED)[0]
        assert np.all(outcome.categories[:, CATEGORIES.index("overhead")] < 0)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"articles": 400},
        {"articles": 8, "forecast_error": 0, "lead_p95_ratio": 2.5},
        {"articles": 150, "record_error": 0.5, "safety_factor": 1.6, "order_days": 40},
        {"articles": 30, "order_days": 3, "lead_days": 15, "record_error": 0, "forecast_error": 0},
    ],
    ids=["some", "many", "few", "safe", "long way"],
)
def test_kernel_agrees_with_the_company(changes: dict[str, Any]) -> None:
    """Lost share within 1 percentage point and holding cost within 2 %, in both years, from 0.1 to 4 units an article
    and day; with the company's own noise."""
    shares, costs = compared(changes, STEADY)
    assert shares[1] == pytest.approx(shares[0], abs=0.01)
    assert costs[1] == pytest.approx(costs[0], rel=0.02)


def test_stock_follows_demand_with_a_lag() -> None:
    """Seasons, and customers who leave: the company's stock of a falling demand is that of some weeks before, the
    kernel's that of the month. Within 5 % all the same, and the lost share within 1 percentage point."""
    shares, costs = compared({}, CALM)
    assert shares[1] == pytest.approx(shares[0], abs=0.01)
    assert costs[1] == pytest.approx(costs[0], rel=0.05)
    assert costs[1][1] > costs[0][1]


def compared(changes: dict[str, Any], edits: tuple[Edit, ...], draws: int = 24) -> tuple[list[Floats], list[Floats]]:
    """Lost share and holding cost by year, each of the kernel and of the company."""
    scenario, free = (corner_shop(*edits, gear(**{**changes, **more})) for more in ({}, {"holding_per_year": 0}))
    kernel, without_cost = (evaluate(one, {}, draws, SEED)[0].baseline_kpis for one in (scenario, free))
    k = KPI_NAMES.index("profit")
    of_kernel = np.mean(without_cost[:, k] - kernel[:, k], axis=0)
    played = [run(scenario, draw)[1] for draw in range(draws)]
    shares, costs = np.array([lost(one) for one in played]), np.array([held(one) for one in played])
    assert np.all(np.std(shares, axis=0, ddof=1) / np.sqrt(draws) < 0.005)
    assert np.all(np.std(costs, axis=0, ddof=1) / np.sqrt(draws) < 0.015 * of_kernel)
    in_kernel = np.mean(kernel[:, KPI_NAMES.index("lost_share")], axis=0)
    return [in_kernel, np.mean(shares, axis=0)], [of_kernel, np.mean(costs, axis=0)]


def test_check_shows_what_to_expect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The kernel's month at the means of the numbers; on the screen in a table, in the document under `stock`."""
    shop = corner_shop(*STEADY, gear(), setting("processes.counter.lost_share", 0))
    (row,) = review(shop).stock
    assert row.units_per_day == pytest.approx(50 * 0.7)
    lost_there = evaluate(shop, {}, 8, SEED)[0].baseline_kpis[:, KPI_NAMES.index("lost_share")].min()
    assert 0.7 * row.sold_out * 50 / 56 == pytest.approx(lost_there, rel=0.01)  # six tickets beside fifty customers
    without_stock = review(corner_shop(*STEADY, setting("processes.counter.lost_share", 0))).loads[0].average
    assert review(shop).loads[0].average == pytest.approx(without_stock * (1 - 0.7 * row.sold_out))
    assert row.holding_per_year == pytest.approx(0.18 * row.mean_value)
    file = tmp_path / "shop.yaml"
    file.write_text(edited(("systems:\n", BLOCK + "systems:\n")))
    assert cli(["check", str(file), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, schema("check"))
    assert document["stock"][0]["group"] == "gear"
    assert cli(["check", str(file)]) == 0
    said = capsys.readouterr()
    assert "sold out" in said.out
    assert "lost_share" in said.err


def test_check_says_where_orders_are_larger_than_stated() -> None:
    """No second order is placed before the first has come."""
    assert not any("orders cover" in text for text in review(corner_shop(gear())).warnings)
    (said,) = [text for text in review(corner_shop(gear(order_days=3))).warnings if "orders cover" in text]
    assert said.startswith("gear: orders cover 1")
    assert "not 3" in said
    nobody = corner_shop(*STEADY, setting("processes.counter.arrivals_per_day", 0), gear())
    assert review(nobody).stock[0].sold_out == 0.0


BLOCK = """stock:
  gear: {articles: 40, takes: {counter: 1}, unit_cost: 5, order_days: 20, lead_days: 8, safety_factor: 1,
         origin: planner assumption}
"""


@pytest.mark.parametrize(
    ("old", "new", "path", "said"),
    [
        ("{counter: 1}", "{conter: 1}", "stock.gear.takes.conter", "no process named conter"),
        ("{counter: 1}", "{counter: 1.5}", "stock.gear.takes.counter", "1"),
        ("{counter: 1}", "{}", "stock.gear.takes", ""),
        ("articles: 40", "articles: 0", "stock.gear.articles", "0"),
        ("order_days", "record_error: 0.1, order_days", "stock.gear.record_error", "without `record_gap`"),
        ("order_days", "record_gap: 0.1, order_days", "stock.gear.record_gap", "without `record_error`"),
        ("order_days", "lead_p95_ratio: 0.5, order_days", "stock.gear.lead_p95_ratio", "outside the allowed range"),
        ("lead_days: 8, ", "", "stock.gear.lead_days", ""),
    ],
)  # fmt: skip
def test_wrong_blocks_are_refused(old: str, new: str, path: str, said: str) -> None:
    good = edited(("systems:\n", BLOCK + "systems:\n"))
    assert problems_of(good) == ()
    problems = problems_of(good.replace(old, new, 1))
    assert [problem.path for problem in problems] == [path]
    assert said in problems[0].message
