"""The company as a whole: conservation, money, common random numbers, direction of changes, agreement with the kernel
on the world layer."""

import math
from typing import Any

import numpy as np
import pytest

from sim.company import replicate, replicate_many, simulate
from sim.company.items.interface import Items
from sim.company.replication import Replication
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES, KPI_NAMES, KPIS
from sim.parameters import parameters
from sim.roadmap import EMPTY, Roadmap
from sim.world import Scenario
from tests.naive.shops import EVERYTHING, SEED, adding_initiative, corner_shop, setting

SHORT = setting("horizon_months", 12), setting("planning_months", 12)
ALL = Roadmap(tuple(EVERYTHING.items()))
QUIET = (  # nothing that happens in operations changes the number of customers
    setting("profile.customers.service_churn", 0),
    setting("threats.ransomware.churn_shock", 0),
)
STORMY = (  # every kind of event is frequent
    setting("threats.ransomware.attempts_per_year", "40 to 80"),
    setting("systems.till.life_scale_years", "0.3 to 0.6"),
    setting("people.clerk.annual_turnover", 1.5),
)


def play(scenario: Scenario, roadmap: Roadmap = EMPTY, draw: int = 0, items: Items = "compiled") -> Replication:
    return replicate(parameters(scenario), roadmap, draw, SEED, items)


def kpi(replication: Replication, name: str) -> Any:
    return replication.kpis[KPI_NAMES.index(name)]


def category(replication: Replication, name: str) -> Any:
    return replication.flows[CATEGORIES.index(name)]


@pytest.fixture(scope="module")
def stormy() -> Replication:
    """A year with every initiative and many events, ended in the middle of the next one."""
    return play(corner_shop(setting("horizon_months", 17), setting("planning_months", 12), *STORMY), ALL, 3)


def test_items_are_conserved(stormy: Replication) -> None:
    """What has arrived is lost, has given up, is completed or is inside; all four happen, and inside is what is left
    in a shop: a line and who is being served."""
    counter = stormy.items["counter"]
    assert counter.arrived == counter.lost + counter.gave_up + counter.completed + counter.inside
    assert min(counter.lost, counter.gave_up, counter.completed) > 0
    for items in stormy.items.values():
        assert 0 <= items.inside < 60


def test_ledger_balances_to_the_cent(stormy: Replication) -> None:
    """Every payment once: the categories of each month sum to the movement of the account."""
    assert np.abs(stormy.flows.sum(axis=0) - stormy.cash).max() < 0.005
    for name in ("margin", "labour", "overhead", "capital", "delivery", "running", "repair", "cyber", "insurance"):
        assert np.any(category(stormy, name) != 0.0), name


def test_margin_is_revenue_times_margin(stormy: Replication) -> None:
    """Revenue of completed items, booked once: the share that the margin is of it is the draw's own."""
    scenario = corner_shop(*SHORT)
    one = play(scenario, EMPTY, 1)
    table = parameters(scenario)
    share = table.of_draw(1, SEED)[table.slot["profile.gross_margin"]]
    assert kpi(one, "revenue")[0] == pytest.approx(60.0 * one.items["counter"].completed)
    assert category(one, "margin").sum() == pytest.approx(share * kpi(one, "revenue")[0])


@pytest.mark.parametrize(("draw", "items"), [(0, "compiled"), (1, "compiled"), (2, "compiled"), (2, "reference")])
def test_a_null_initiative_changes_nothing(draw: int, items: Items) -> None:
    """No cost, effect or staff: not one cell of the ledger and not one KPI differs, at any start; adopters, a failing
    gate and a requirement included, beside other initiatives and alone."""
    scenario = corner_shop(
        *SHORT,
        *STORMY,
        adding_initiative("nothing", {"duration_months": 2}, 1),
        adding_initiative(
            "used",
            {
                "duration_months": 1,
                "failure_probability": 0.3,
                "requires": [{"initiative": "nothing"}],
                "adoption": {"roles": ["clerk"], "p": 5, "q": 1},
            },
            0,
        ),
    )
    table = parameters(scenario)
    for before in ({}, {"pos": 1, "basic_backup": 0}):
        plain = replicate(table, Roadmap(tuple(before.items())), draw, SEED, items)
        for start in (0, 4, 10):
            starts = before | {"nothing": start, "used": min(11, start + 2)}
            order = [name for name in scenario.initiatives if name in starts]
            other = replicate(table, Roadmap(tuple((name, starts[name]) for name in order)), draw, SEED, items)
            assert np.array_equal(plain.flows, other.flows)
            assert np.array_equal(plain.own_cost, other.own_cost)
            same = [name != "adoption" for name in KPI_NAMES]
            assert np.array_equal(plain.kpis[same], other.kpis[same], equal_nan=True)
            assert plain.items == other.items


def test_another_candidate_in_the_file_changes_nothing() -> None:
    """An initiative that the file offers and no roadmap holds leaves every number as it was."""
    more = corner_shop(*SHORT, adding_initiative("other", {"capital": "1k to 2k", "duration_months": 1}, 0))
    assert np.array_equal(play(corner_shop(*SHORT), ALL, 2).flows, play(more, ALL, 2).flows)


def test_workers_change_no_bit() -> None:
    """One process or two, one draw after the other or all at once."""
    table = parameters(corner_shop(setting("horizon_months", 3), setting("planning_months", 3)))
    alone = list(replicate_many(table, [EMPTY, Roadmap((("pos", 0),))], range(3), SEED))
    together = list(replicate_many(table, [EMPTY, Roadmap((("pos", 0),))], range(3), SEED, workers=2))
    for one, two in zip(alone, together, strict=True):
        for a, b in zip(one, two, strict=True):
            assert a.draw == b.draw
            assert np.array_equal(a.flows, b.flows)
            assert np.array_equal(a.kpis, b.kpis, equal_nan=True)


@pytest.mark.parametrize(("edits", "fewest"), [(QUIET, 0), ((*QUIET, *STORMY), 10)], ids=["calm", "stormy"])
def test_world_layer_is_that_of_the_kernel(edits: tuple[Any, ...], fewest: int) -> None:
    """Go-lives, adoption, failures, incidents, cost and insurance are the same numbers in both engines."""
    scenario = corner_shop(setting("horizon_months", 18), setting("planning_months", 12), *edits)
    company = simulate(scenario, ALL, 6, SEED)[0]
    kernel = evaluate(scenario, ALL, 6, SEED)[0]
    assert np.array_equal(company.states, kernel.states)
    assert company.cost == pytest.approx(kernel.cost, rel=1e-12)
    for name in ("labour", "overhead", "capital", "delivery", "running", "repair", "renewal", "cyber", "insurance"):
        k = CATEGORIES.index(name)
        assert company.categories[:, k] == pytest.approx(kernel.categories[:, k], rel=1e-9, abs=1e-6), name
    for name in ("incidents", "cyber_loss", "adoption"):
        k = KPI_NAMES.index(name)
        for ours, theirs in ((company.kpis, kernel.kpis), (company.baseline_kpis, kernel.baseline_kpis)):
            assert ours[:, k] == pytest.approx(theirs[:, k], rel=1e-9)
    k = KPI_NAMES.index("availability")  # the kernel adds overlapping outages, so it may only say less
    assert np.all(company.kpis[:, k] >= kernel.kpis[:, k] - 1e-12)
    if not fewest:
        assert company.baseline_kpis[:, k] == pytest.approx(kernel.baseline_kpis[:, k], rel=1e-9)
    assert kernel.baseline_kpis[:, KPI_NAMES.index("incidents")].sum() >= fewest


def test_months_without_feedback_cost_the_same_in_both_engines() -> None:
    """Not only present values: the ledger's cells of the world layer, month by month, through a rate of 100 % a year,
    which weighs each month differently."""
    scenario = corner_shop(*SHORT, *QUIET, *STORMY, setting("money.discount_rate", 1.0))
    company, kernel = simulate(scenario, ALL, 4, SEED)[0], evaluate(scenario, ALL, 4, SEED)[0]
    for name in ("capital", "delivery", "running", "repair", "cyber", "insurance"):
        k = CATEGORIES.index(name)
        assert company.categories[:, k] == pytest.approx(kernel.categories[:, k], rel=1e-9, abs=1e-6), name


def test_controls_only_remove_incidents() -> None:
    """Path by path, with nothing that feeds back: whoever adds a control has a subset of the incidents."""
    scenario = corner_shop(*SHORT, *QUIET, *STORMY)
    table = parameters(scenario)
    removed = 0
    for draw in range(6):
        bare = set(replicate(table, EMPTY, draw, SEED).incidents["ransomware"])
        guarded = set(replicate(table, Roadmap((("edr", 1),)), draw, SEED).incidents["ransomware"])
        assert guarded <= bare
        removed += len(bare - guarded)
    assert removed > 0


def test_more_staff_shortens_waits() -> None:
    """Another clerk, on the same items: in every draw people wait less, fewer give up and clerks are less busy."""
    few, many = (corner_shop(*SHORT, setting("people.clerk.headcount", n)) for n in (3, 4))
    for draw in range(4):
        a, b = play(few, EMPTY, draw), play(many, EMPTY, draw)
        assert a.items["counter"].arrived == pytest.approx(b.items["counter"].arrived, rel=0.05)
        for name in ("wait", "lost_share", "utilisation"):
            assert kpi(b, name)[0] < kpi(a, name)[0]


def test_an_outage_without_end_loses_every_customer() -> None:
    """The till breaks at once and stays broken: nobody is served from then on, and nothing is earned."""
    scenario = corner_shop(
        *SHORT,
        *QUIET,
        setting("systems.till.life_scale_years", 0.05),
        setting("systems.till.repair_hours", 10_000),
        setting("systems.till.repair_p95_ratio", 1),
    )
    one = play(scenario, EMPTY, 0)
    down = one.failures["till"][0]
    assert down < 3.0
    counter = one.items["counter"]
    assert counter.completed <= (down + 0.1) / 12.0 * counter.arrived
    assert counter.inside < 60
    assert np.all(category(one, "margin")[math.ceil(down) + 1 :] == 0.0)
    assert kpi(one, "availability")[0] == pytest.approx((1.0 + down / 12.0) / 2.0, abs=0.02)


@pytest.mark.parametrize(("months", "direction"), [(3, 1.0), (12, -1.0)])
def test_dip_and_effect_move_the_pace(months: int, direction: float) -> None:
    """After go-live the clerks first lose pace, so that more of their time is taken; over a year they win."""
    scenario = corner_shop(
        setting("horizon_months", months),
        setting("planning_months", 1),
        *QUIET,
        setting("initiatives.pos.dip", {"roles": ["clerk"], "depth": 0.5, "months": 3}),
        setting("initiatives.pos.failure_probability", 0),
        setting("initiatives.pos.risk_class", None),
        setting("initiatives.pos.adoption.p", 50),
        setting("initiatives.pos.duration_months", 1),
    )
    table = parameters(scenario)
    base, road = (replicate(table, r, 1, SEED) for r in (EMPTY, Roadmap((("pos", 0),))))
    assert direction * (kpi(road, "utilisation")[0] - kpi(base, "utilisation")[0]) > 0.01


def test_hired_help_joins_at_go_live() -> None:
    """An effect on the headcount is capacity and cost: half a clerk more costs half a wage from go-live on."""
    scenario = corner_shop(
        *SHORT,
        *QUIET,
        setting("people.clerk.annual_turnover", 0),
        adding_initiative("hire", {"duration_months": 1, "effects": {"people.clerk.headcount": {"add": 0.5}}}),
    )
    table = parameters(scenario)
    base, road = (replicate(table, r, 0, SEED) for r in (EMPTY, Roadmap((("hire", 3),))))
    extra = category(road, "labour") - category(base, "labour")
    assert extra == pytest.approx([0.0] * 4 + [-1400.0] * 8)
    assert kpi(road, "lost_share")[0] < kpi(base, "lost_share")[0]
    assert kpi(road, "utilisation")[0] < kpi(base, "utilisation")[0]


def test_outcomes_of_simulate() -> None:
    """Measures against the baseline of the same draws; the empty roadmap is worth exactly 0 in each."""
    scenario = corner_shop(*SHORT)
    done: list[int] = []
    result = simulate(scenario, [{}, {"pos": 0, "edr": 2}], 3, SEED, first_draw=5, progress=done.append)
    assert done == [1, 2, 3]
    assert (result.engine, result.draws, result.first_draw) == ("company", 3, 5)
    assert np.array_equal(result[0].npv, np.zeros(3))
    assert np.array_equal(result[0].payback, np.zeros(3))
    assert result[1].categories.sum(axis=1) == pytest.approx(result[1].npv)
    assert np.all(result[1].cost > 0.0)
    assert result[1].kpis.shape == (3, len(KPIS), 1)
    document = result.document(1)
    assert document["replications"] == 3
    assert document["roadmap"] == {"pos": 0, "edr": 2}


@pytest.mark.parametrize(
    ("roadmap", "replications", "first_draw"), [({"pso": 0}, 1, 0), ({"pos": 0}, 0, 0), ({"pos": 0}, 1, -1)]
)
def test_wrong_requests_are_refused(roadmap: dict[str, int], replications: int, first_draw: int) -> None:
    with pytest.raises(ProblemsFound):
        simulate(corner_shop(*SHORT), roadmap, replications, SEED, first_draw=first_draw)
