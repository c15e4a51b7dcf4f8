"""What systems are bound to: planned replacement, shared providers, subscriptions, capacity; both engines."""

from typing import Any

import numpy as np
import pytest

from sim.company import replicate, simulate
from sim.company.business import Business
from sim.company.items.engines import item_engines
from sim.company.items.interface import Items
from sim.company.world_layer import Draw
from sim.errors import ProblemsFound
from sim.montecarlo import cost_profiles, evaluate
from sim.montecarlo.kpis import CATEGORIES, DELIVERY, KPI_NAMES, RENEWAL, RUNNING
from sim.outcomes import Outcome
from sim.parameters import parameters
from sim.roadmap import EMPTY
from sim.world import Scenario
from tests.naive.shops import PLANNER, Edit, adding_initiative, corner_shop, setting
from tests.truths.test_kernel_twin import check

SEED = 5
CALM = [
    setting("systems.till.life_scale_years", 200),
    setting("systems.office.life_scale_years", 200),
    setting("threats.ransomware.attempts_per_year", 0),
    setting("people.clerk.annual_turnover", 0),
    setting("people.it.annual_turnover", 0),
    setting("horizon_months", 24),
    setting("planning_months", 12),
]
REFRESHED = [
    setting("systems.till.refresh", {"at_age_years": "5.2 to 6", "cost": 1000}),
    setting("systems.office.refresh", {"at_age_years": 0.7, "cost": "200 to 300"}),
    setting("systems.office.life_scale_years", 0.8),
]
CLOUD = {"outages_per_year": "1 to 4", "outage_hours": 6, **PLANNER}
PROVIDED = [
    setting("providers.cloud", CLOUD),
    setting("systems.till.provider", "cloud"),
    setting("systems.office.provider", "cloud"),
    setting("processes.counter.steps.wrap.system", "office"),
    setting("processes.tickets.steps.fix.system", ["till", "office"]),
]
RENT = {"per_item": 0.2, "processes": ["counter", "tickets"], "per_customer": 0.01, "minimum": 150, "term_months": 20}
RENTED = [
    setting("systems.till.subscription", {**RENT, "exit_cost": "800 to 1200", "begins_month": -4}),
    setting("systems.office.subscription", {"minimum": 90, "begins_month": None, "term_months": 5, "exit_cost": 400}),
]
DEARER = setting("money.inflation", {"technology": 0.05})
MOVE = {"duration_months": 1, "subscribes": ["office"], "cancels": ["till"]}
LEAVE = {"duration_months": 1, "cancels": ["office"]}
MOVING = [adding_initiative("move", MOVE), adding_initiative("leave", LEAVE)]
LIMITED = [
    setting("systems.till.capacity_per_day", "40 to 60"),
    setting("systems.office.capacity_per_day", 25),
    setting("processes.counter.steps.wrap.system", ["office", "till"]),
    adding_initiative("grow", {"duration_months": 1, "effects": {"systems.till.capacity_per_day": {"add": 100}}}),
]


def kpi(outcome: Outcome, name: str) -> np.ndarray:
    return outcome.kpis[:, KPI_NAMES.index(name)]


def base(scenario: Scenario, draws: int = 32) -> Outcome:
    return evaluate(scenario, {}, draws, SEED)[0]


def flows(scenario: Scenario, category: int, draw: int = 0, starts: dict[str, int] | None = None) -> np.ndarray:
    """A row of the company's ledger."""
    from sim.company.company import replicate
    from sim.roadmap import roadmap

    plan = roadmap(scenario, starts or {})
    return np.asarray(replicate(parameters(scenario), plan, draw, SEED).flows[category])


@pytest.mark.parametrize(
    ("edits", "roadmaps"),
    [
        pytest.param([*REFRESHED, DEARER], [{}, {"pos": 1}, {"pos": 9, "edr": 2}], id="refresh"),
        pytest.param([*REFRESHED, setting("systems.till.age_years", 40)], [{"pos": 3}], id="overdue"),
        pytest.param(PROVIDED, [{}, {"pos": 1}], id="provider"),
        pytest.param(
            [*RENTED, *PROVIDED, *MOVING, DEARER], [{}, {"move": 2}, {"move": 0, "leave": 4}], id="subscription"
        ),
        pytest.param([*LIMITED, *MOVING[:0]], [{}, {"grow": 3, "pos": 1}], id="capacity"),
    ],
)
def test_twin(edits: list[Edit], roadmaps: list[Any]) -> None:
    check(corner_shop(*edits), roadmaps, range(4))


def test_search_values_are_those_of_the_whole() -> None:
    """What is computed only for values gives the same bits as with all KPIs, with every block on."""
    shop = corner_shop(*REFRESHED, *PROVIDED, *RENTED, *MOVING, setting("systems.till.capacity_per_day", 45))
    plans = [{}, {"pos": 1}, {"move": 2}, {"move": 2, "pos": 8}, {"pos": 1, "move": 11}]
    whole, brief = (evaluate(shop, plans, 32, SEED, detail=detail) for detail in (True, False))
    for one, other in zip(whole, brief, strict=True):
        np.testing.assert_array_equal(one.npv, other.npv)
        np.testing.assert_array_equal(one.trough, other.trough)


def test_blocks_without_strength_change_nothing() -> None:
    """Nothing but rounding: failures that a policy may end are solved path by path, others in lanes."""
    plain = evaluate(corner_shop(), {"pos": 1}, 32, SEED)[0]
    for edits in (
        [setting("systems.till.refresh", {"at_age_years": 100, "cost": 5})],
        [setting("providers.cloud", {**CLOUD, "outages_per_year": 0}), setting("systems.till.provider", "cloud")],
        [setting("systems.till.subscription", {"minimum": 0, "exit_cost": 9})],
        [setting("systems.till.capacity_per_day", 1e6)],
    ):
        other = evaluate(corner_shop(*edits), {"pos": 1}, 32, SEED)[0]
        np.testing.assert_allclose(other.npv, plain.npv, rtol=1e-10, atol=1e-6)
        np.testing.assert_allclose(other.kpis, plain.kpis, rtol=1e-10, atol=1e-6)


def test_both_engines_agree_on_the_world_layer() -> None:
    """Replacements, ages, outages, exits: the same numbers; the shares of operations to the tolerances of `verify`."""
    for edits in ([*REFRESHED, DEARER], [*CALM, *PROVIDED], [*CALM, *RENTED, *MOVING, DEARER]):
        scenario = corner_shop(setting("horizon_months", 24), setting("planning_months", 12), *edits)
        plan = {"pos": 1, "move": 2, "leave": 5} if "move" in scenario.initiatives else {"pos": 1}
        kernel, company = evaluate(scenario, plan, 8, SEED)[0], simulate(scenario, plan, 8, SEED)[0]
        for name in ("capital", "delivery", "renewal", "repair"):
            k = CATEGORIES.index(name)
            np.testing.assert_allclose(company.categories[:, k], kernel.categories[:, k], rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(kpi(company, "estate_age"), kpi(kernel, "estate_age"), rtol=1e-9)
        np.testing.assert_allclose(company.cost, kernel.cost, rtol=1e-9)
        up = KPI_NAMES.index("availability")
        assert np.all(company.kpis[:, up] >= kernel.kpis[:, up] - 1e-9)  # overlapping hours count once
        assert np.abs(company.kpis[:, up] - kernel.kpis[:, up]).mean() < 2e-3
        k = KPI_NAMES.index("lost_share")
        assert abs(company.kpis[:, k].mean() - kernel.kpis[:, k].mean()) < 0.01


# --- planned replacement ---------------------------------------------------------------------------------------------


def test_refresh_keeps_the_estate_young() -> None:
    """A new system that is replaced every year and never fails: the mean age of each year is half a year."""
    scenario = corner_shop(
        *CALM,
        setting("systems.till.age_years", 0),
        setting("systems.office.age_years", 0),
        setting("systems.office.on_failure", "repair"),
        *(setting(f"systems.{name}.refresh", {"at_age_years": 1, "cost": 100}) for name in ("till", "office")),
    )
    np.testing.assert_allclose(kpi(base(scenario), "estate_age"), 0.5, atol=1e-9)
    older = kpi(base(corner_shop(*CALM, setting("systems.office.on_failure", "repair"))), "estate_age")
    np.testing.assert_allclose(older, [[4.0, 5.0]] * 32, atol=1e-9)
    paid = flows(scenario, RENEWAL)
    assert np.flatnonzero(paid).tolist() in ([11, 23], [12], [11], [12, 23])  # each at its birthday
    assert set(paid[paid < 0].tolist()) == {-200.0}


def test_an_initiative_may_change_the_policy() -> None:
    scenario = corner_shop(
        *CALM,
        setting("systems.office.refresh", {"at_age_years": 50, "cost": 100}),
        adding_initiative(
            "sooner", {"duration_months": 1, "effects": {"systems.office.refresh.at_age_years": {"multiply": 0.05}}}
        ),
    )
    one = evaluate(scenario, {"sooner": 0}, 4, SEED)[0]
    assert np.all(one.categories[:, RENEWAL] < 0)
    assert np.all(kpi(one, "estate_age")[:, 1] < one.baseline_kpis[:, KPI_NAMES.index("estate_age"), 1])


def test_refresh_ends_lack_of_support() -> None:
    """The till, 5 years old and unsupported, is replaced at once: from the next month on attacks have no advantage."""
    old = [
        setting("systems.till.support_ends_month", 0),
        setting("systems.till.unsupported_attacks", 50),
        setting("threats.ransomware.dispersion", None),
        setting("horizon_months", 24),
        setting("planning_months", 12),
    ]
    policy = setting("systems.till.refresh", {"at_age_years": 5, "cost": 0})
    exposed, safe = (kpi(base(corner_shop(*old, *more), 200), "incidents").sum() for more in ([], [policy]))
    assert safe < 0.5 * exposed


# --- providers -------------------------------------------------------------------------------------------------------


def test_outages_of_a_provider_strike_at_the_same_moment() -> None:
    """In the company, every system of the provider is down in exactly the same hours; another one never."""
    scenario = corner_shop(*CALM, *PROVIDED, setting("providers.cloud.outages_per_year", 20))
    table = parameters(scenario)
    draw = Draw(table, 1, SEED)
    business = Business(draw, item_engines(draw, "compiled"), EMPTY)
    business.run()
    till, office = (business.systems[name].down for name in ("till", "office"))
    assert till == office
    assert sum(hours > 0 for hours in till) > 5


def test_mean_downtime_of_a_provider() -> None:
    """Poisson outages: mean hours down are rate * mean of the lognormal; false alarm 6e-5 (four standard errors)."""
    scenario = corner_shop(
        *CALM, *PROVIDED, setting("providers.cloud.outages_per_year", 6), setting("providers.cloud.outage_p95_ratio", 1)
    )
    down = (1 - kpi(base(scenario, 2000), "availability")) * 12 * 22 * 8
    per_draw = down.mean(axis=1)
    assert abs(per_draw.mean() - 36) < 4 * per_draw.std() / np.sqrt(2000) + 0.2


def test_one_outage_loses_an_item_once() -> None:
    """Two steps on one provider lose hardly more than one: who is held up at the first does not meet it again."""
    both = [
        *CALM,
        *PROVIDED,
        setting("providers.cloud.outages_per_year", 40),
        setting("profile.customers.service_churn", 0),
    ]
    both.append(setting("processes.counter.steps.wrap.share", 1.0))
    one = [*both, setting("processes.counter.steps.wrap.system", None)]
    lost = [kpi(base(corner_shop(*edits), 64), "lost_share").mean() for edits in (both, one)]
    assert lost[0] == pytest.approx(lost[1], rel=1e-3)


# --- subscriptions ---------------------------------------------------------------------------------------------------


def test_use_is_paid_and_at_least_the_minimum() -> None:
    """No customers' growth, one price an item: the difference to a system without subscription is items * price."""
    flat = [*CALM, setting("profile.customers.service_churn", 0)]

    def running(**rent: Any) -> np.ndarray:
        return flows(corner_shop(*flat, setting("systems.till.subscription", rent)), RUNNING)

    plain = flows(corner_shop(*flat), RUNNING)
    per_item = plain - running(per_item=0.5, processes=["tickets"])
    assert per_item.mean() == pytest.approx(0.5 * 6 * 22, rel=0.05)
    np.testing.assert_allclose(plain - running(minimum=400, per_item=0.5, processes=["tickets"]), 400)
    one = base(corner_shop(*flat, setting("systems.till.subscription", {"per_customer": 0.1})), 4)
    many = base(corner_shop(*flat, setting("systems.till.subscription", {"per_customer": 0.2})), 4)
    customers = kpi(one, "customers")
    profit = kpi(one, "profit") - kpi(many, "profit")
    np.testing.assert_allclose(profit, 0.1 * 12 * customers, rtol=1e-6)


def test_leaving_within_the_term_costs() -> None:
    """The till runs since month -4 for 20 months: leaving in month 3 pays the exit, in month 16 it is free."""
    scenario = corner_shop(*CALM, *RENTED, *MOVING, setting("initiatives.pos.risk_class", None))
    early, late = flows(scenario, DELIVERY, starts={"move": 2}), flows(scenario, DELIVERY, starts={"move": 11})
    assert 700 < -early[3] < 1400
    assert early.sum() == early[3]
    assert 700 < -late[12] < 1400
    free = corner_shop(*CALM, *RENTED, *MOVING, setting("systems.till.subscription.term_months", 16))
    assert flows(free, DELIVERY, starts={"move": 11}).sum() == 0.0
    twice = flows(scenario, DELIVERY, starts={"move": 2, "leave": 5})
    assert -twice[6] == pytest.approx(400)
    rent = flows(scenario, RUNNING, starts={"move": 2}) - flows(corner_shop(*CALM), RUNNING)
    assert np.all(rent[:3] < -150)
    np.testing.assert_allclose(rent[3:], -90)


def test_budgets_reserve_the_exit() -> None:
    scenario = corner_shop(*CALM, *RENTED, *MOVING)
    reserved = {name: profile.delivery.sum() for name, profile in cost_profiles(scenario, 400, SEED).items()}
    assert reserved["move"] == pytest.approx(1000, rel=0.05)
    assert reserved["leave"] == pytest.approx(400)
    late = corner_shop(*CALM, *RENTED, adding_initiative("move", {**MOVE, "duration_months": 20}))
    assert cost_profiles(late, 4, SEED)["move"].delivery.sum() == 0.0


# --- capacity --------------------------------------------------------------------------------------------------------


def test_capacity_caps_growth() -> None:
    """Twice the demand is lost above the capacity; more capacity never loses more."""
    demand = setting("processes.counter.arrivals_per_day", 100)
    staff = [*CALM, setting("people.clerk.headcount", 20), setting("correlations", []), demand]
    rows = [base(corner_shop(*staff, setting("systems.till.capacity_per_day", c))) for c in (30, 60, 90, 500)]
    sold = np.array([kpi(row, "revenue").mean(axis=1) for row in rows])
    assert np.all(np.diff(sold, axis=0) > 0)
    np.testing.assert_allclose(sold[0], 30 * 22 * 12 * 60, rtol=0.03)  # 30 a day at 60, all of them sold


def test_both_engines_block_alike() -> None:
    """Around the limit, where it is the chance of a day that decides; 16 draws of a year."""
    calm = [*CALM, setting("people.clerk.headcount", 8), setting("profile.customers.service_churn", 0)]
    for capacity in (40, 52, 70):
        scenario = corner_shop(*calm, setting("systems.till.capacity_per_day", capacity))
        kernel, company = base(scenario, 16), simulate(scenario, {}, 16, SEED)[0]
        gap = kpi(company, "lost_share").mean() - kpi(kernel, "lost_share").mean()
        assert abs(gap) < 0.01, (capacity, gap)


def test_both_item_engines_block_the_same_items() -> None:
    scenario = corner_shop(*CALM, *LIMITED, *PROVIDED[:3], setting("horizon_months", 14))
    one, other = (
        simulate(scenario, {"grow": 1}, 2, SEED, items=items)[0]  # type: ignore[arg-type]
        for items in ("compiled", "reference")
    )
    np.testing.assert_array_equal(one.kpis, other.kpis)
    np.testing.assert_array_equal(one.npv, other.npv)


def test_items_are_conserved_when_blocked() -> None:
    from sim.company.company import replicate

    items = replicate(parameters(corner_shop(*CALM, *LIMITED)), EMPTY, 0, SEED).items["counter"]
    assert items.arrived == items.lost + items.gave_up + items.completed + items.inside
    assert items.gave_up > 0
    assert items.inside < 60


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (setting("systems.till.provider", "clud"), "there is no provider named clud"),
        (setting("systems.office.capacity_per_day", 5), "it limits nothing: no step needs office"),
        (setting("initiatives.pos.cancels", ["till"]), "till has no subscription"),
        (setting("initiatives.pos.subscribes", ["tll"]), "there is no system named tll"),
        (setting("systems.till.subscription", {"per_item": 1}), "no effect without `processes`"),
        (setting("systems.till.subscription", {"per_item": 1, "processes": ["x"]}), "there is no process named x"),
    ],
)
def test_what_cannot_be_is_refused(edit: Edit, message: str) -> None:
    with pytest.raises((ValueError, ProblemsFound), match=message):
        corner_shop(edit)


@pytest.mark.parametrize("items", ["reference", "compiled"])
@pytest.mark.parametrize("capacity", [0.1, 0.3, 2.6])
def test_a_capacity_of_less_than_an_item_a_day_adds_up(capacity: float, items: Items) -> None:
    """Over the 22 x 12 working days of a year no more items go in than the capacity of those days, rounding aside."""
    shop = corner_shop(
        setting("planning_months", 6), setting("horizon_months", 12), setting("systems.till.capacity_per_day", capacity)
    )
    done = replicate(parameters(shop), EMPTY, 0, SEED, items).items["counter"]
    days = 22 * 12
    assert capacity * days - 2 <= done.arrived - done.lost - done.gave_up <= capacity * days + 1
