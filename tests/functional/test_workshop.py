"""The library job shop as a business: it loads, its numbers have origins, fit each other, and point the right way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from ruamel.yaml import YAML

import scenarios
from scenarios.evidence import evidence
from scenarios.review import review
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import (
    AUTOMATION,
    AVAILABILITY,
    CAPITAL,
    CUSTOMERS,
    FINANCE,
    GRANT,
    INCIDENTS,
    LABOUR,
    LINKED_SHARE,
    LOST,
    ON_TIME,
    RENEWAL,
    REPAIR,
    REVENUE,
)
from sim.outcomes import Outcome
from sim.world import Scenario
from sim.world.base import PLANNER
from sim.world.market import COUNTED_BELOW
from sim.world.paths import numbers
from tests.functional.test_retailer import budget_total, filled_share, fitted, full_cost, origins

PATH = Path(scenarios.__file__).parent / "library" / "workshop.yaml"
ORDERS = ("repeat_order", "new_part", "rush_job")  # what earns
SEED, DRAWS = 7, 1024
CARE = {"planned_care": 0, "monitoring": 0}
ROADMAPS: dict[str, dict[str, int]] = {
    "quick_setup": {"quick_setup": 0},
    "probing": {"probing": 0},
    "care": CARE,
    "planned_care": {"planned_care": 0},
    "predictive": {**CARE, "predictive": 3},
    "monitoring": {"monitoring": 0},
    "digital_twin": {"monitoring": 0, "digital_twin": 3},
    "spindle_contract": {"spindle_contract": 0},
    "new_erp": {"new_erp": 0},
    "doors": {"mfa": 0, "network": 0},
    "security_standard": {"mfa": 0, "network": 0, "security_standard": 3},
    "quoting": {"quoting": 0},
    "cobot": {"quick_setup": 0, "cobot": 4},
    "hub": {"data_hub": 0},
    "taught_hub": {"it_course": 0, "data_hub": 3},
    "late_hub": {"data_hub": 3},
    "hub_then_erp": {"data_hub": 0, "new_erp": 12},
    "late_erp": {"new_erp": 12},
    "spindle_rebuild": {"spindle_rebuild": 12},
}


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    content: dict[str, Any] = YAML(typ="safe", pure=True).load(PATH.read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def shop(written: dict[str, Any]) -> Scenario:
    return Scenario.model_validate(written)


@pytest.fixture(scope="module")
def played(shop: Scenario) -> dict[str, Outcome]:
    """All roadmaps on the same draws, so that their differences are free of luck that they share."""
    return dict(zip(ROADMAPS, evaluate(shop, list(ROADMAPS.values()), DRAWS, SEED), strict=True))


def clearly_positive(gain: NDArray[np.float64]) -> bool:
    """Above 0 by four standard errors: a gain of 0 would pass once in 30,000 seeds."""
    return bool(gain.mean() > 4 * gain.std(ddof=1) / np.sqrt(len(gain)))


def by_year(outcome: Outcome, kpi: int) -> NDArray[np.float64]:
    """Mean over draws of a figure of the business without any initiative, by year."""
    return np.asarray(outcome.baseline_kpis[:, kpi, :].mean(axis=0))


def change(outcome: Outcome, kpi: int) -> NDArray[np.float64]:
    """Roadmap less baseline of every draw, mean of the years after the first."""
    return np.asarray((outcome.kpis - outcome.baseline_kpis)[:, kpi, 1:].mean(axis=1))


def completed(shop: Scenario, name: str) -> float:
    """Items of a process that are completed on a day if nobody waits too long and machines take what comes."""
    process = shop.processes[name]
    made = sum(feed.share.mean * completed(shop, source) for source, feed in process.fed_by.items())
    return (process.arrivals_per_day.mean + made) * (1 - process.lost_share.mean)


def test_it_is_the_business_of_the_story(shop: Scenario) -> None:
    """30 staff, 48 planning months in quarters, 60 months simulated, seasons of mean 1."""
    assert (shop.name, shop.profile.sector) == ("workshop", "manufacturing")
    assert sum(role.seats for role in shop.people.values()) == 30
    assert (shop.planning_months, shop.period_months, shop.horizon_months) == (48, 3, 60)
    assert sum(shop.profile.seasonality) == pytest.approx(12, abs=1e-9)


def test_candidates_of_every_kind(shop: Scenario) -> None:
    """Requirements, exclusive alternatives, and one mandatory candidate that can be finished in time."""
    assert 12 <= len(shop.initiatives) <= 25
    assert {frozenset(group) for group in shop.exclusive.values()} == {
        frozenset({"new_erp", "erp_update"}),
        frozenset({"spindle_rebuild", "spindle_contract"}),
    }
    (name,) = (name for name, initiative in shop.initiatives.items() if initiative.mandatory)
    duty = shop.initiatives[name]
    assert name == "security_standard"
    assert duty.deadline_month is not None
    before = [shop.initiatives[r.initiative] for r in duty.requires]
    quarters = [-(-i.duration_months // shop.period_months) for i in before]
    assert (max(quarters) * shop.period_months + duty.duration_months) <= duty.deadline_month
    assert all(i.effects for i in shop.initiatives.values())


def test_every_number_names_its_origin(shop: Scenario, written: dict[str, Any]) -> None:
    """A number comes from a published figure or from the planner; nothing else is accepted."""
    known = {PLANNER, *evidence()}
    stated = list(numbers(shop))
    assert len(stated) > 300
    assert [(number.path, number.origin) for number in stated if number.origin not in known] == []
    assert [origin for origin in origins(written) if origin not in known] == []
    assert len({number.origin for number in stated} - {PLANNER}) >= 30


def test_threats_stay_near_their_figures(shop: Scenario) -> None:
    """Rate and loss of a threat are of one family; rates lie within four times the published one, losses at it."""
    for name in ("ransomware", "mail_compromise", "payment_fraud"):
        threat = shop.threats[name]
        rate, loss = evidence()[threat.success_probability.origin], evidence()[threat.severity.origin]
        assert (rate.family, rate.measures, loss.measures) == (loss.family, "frequency", "severity"), name
        assert rate.value is not None
        assert 1 <= threat.attempts_per_year.mean * threat.success_probability.mean / rate.value <= 4, name
        law = fitted(loss)
        assert threat.severity.median == pytest.approx(np.exp(law["mu"]), rel=0.05), name
        assert threat.severity_p95_ratio == pytest.approx(np.exp(1.6449 * law["sigma"]), rel=0.01), name


def test_money_does_not_fund_everything(shop: Scenario) -> None:
    """The budget is 40 to 50 % of what all candidates cost as planned, and every one of them fits alone."""
    wanted = sum(full_cost(shop, initiative) for initiative in shop.initiatives.values())
    assert 0.40 <= budget_total(shop) / wanted <= 0.50
    for name, initiative in shop.initiatives.items():
        assert all(days <= shop.skills[skill].days_per_month for skill, days in initiative.skill_days.items()), name


def test_nobody_idles_and_nobody_drowns(shop: Scenario) -> None:
    """Each role works 55 to 85 % of its time in an average month and less than 90 % in the busiest one."""
    change = {s.role: s.days_per_month / shop.profile.working_days_per_month for s in shop.skills.values()}

    def filled(role: str, work: float) -> float:
        return (work + change.get(role, 0.0) / shop.people[role].seats) / filled_share(shop, role)

    loads = review(shop).loads
    average = {load.role: filled(load.role, load.average) for load in loads}
    busiest = {load.role: filled(load.role, load.busiest) for load in loads}
    assert all(0.55 <= share <= 0.85 for share in average.values()), average
    assert all(share < 0.90 for share in busiest.values()), busiest
    assert max(average, key=average.__getitem__) == "machinist"


def test_the_business_earns_little(shop: Scenario) -> None:
    """Revenue of about 5M, 150k to 200k a head; 2 to 10 % of it remain after goods, wages, house and systems."""
    days = shop.profile.working_days_per_month * 12
    revenue = sum(completed(shop, name) * days * shop.processes[name].item_revenue.mean for name in ORDERS)
    assert 150e3 <= revenue / 30 <= 200e3
    wages = sum(12 * r.seats * r.monthly_cost.mean * filled_share(shop, name) for name, r in shop.people.items())
    other = 12 * shop.profile.fixed_costs_per_month.mean + 12 * sum(s.monthly_cost.mean for s in shop.systems.values())
    profit = revenue * shop.profile.gross_margin.mean - wages - other
    assert 0.02 <= profit / revenue <= 0.10


def test_buyers_come_and_go_in_balance(shop: Scenario) -> None:
    """Few enough to be counted one by one; who is won anew or sent by others replaces those who leave, within 8 %."""
    customers = shop.profile.customers
    assert customers.start < COUNTED_BELOW
    leaving = customers.start * (customers.monthly_churn.mean + 0.13 * customers.service_churn.mean)
    coming = customers.monthly_acquisition.mean + 0.87 * customers.referral.mean * customers.start
    assert leaving == pytest.approx(coming, rel=0.08)


def test_left_alone_it_neither_collapses_nor_blooms(shop: Scenario, played: dict[str, Outcome]) -> None:
    """Revenue at the prices of month 0 and buyers of each of five years stay within 5 %; some work is late and some
    lost, never much."""
    prices = (1 + shop.money.inflation.prices.mean) ** np.arange(5)
    (first, *rest) = by_year(played["probing"], REVENUE) / prices
    assert all(abs(later / first - 1) < 0.05 for later in rest)
    (first, *rest) = by_year(played["probing"], CUSTOMERS)
    assert all(abs(later / first - 1) < 0.05 for later in rest)
    assert all(0.90 < share < 0.99 for share in by_year(played["probing"], ON_TIME))
    assert all(0.005 < share < 0.05 for share in by_year(played["probing"], LOST))


def test_quick_setup_sells_hours(played: dict[str, Outcome]) -> None:
    """A fifth of the machinists' hours are set-ups: shorter ones bring revenue and pay for the clamps."""
    assert clearly_positive(change(played["quick_setup"], REVENUE))
    assert clearly_positive(played["quick_setup"].npv)


def test_probing_pays(played: dict[str, Outcome]) -> None:
    """Scrap and rework take 6 to 8 % of sales, so a tenth of it pays for probes; and work is more often on time."""
    assert clearly_positive(change(played["probing"], ON_TIME))
    assert clearly_positive(played["probing"].npv)


def test_planned_care_pays_and_prediction_on_top_does_not(played: dict[str, Outcome]) -> None:
    """Firms that only repair have three times the downtime; prediction adds 15 %, too little for ten machines."""
    assert clearly_positive(change(played["planned_care"], AVAILABILITY))
    assert clearly_positive(played["planned_care"].categories[:, REPAIR])
    assert clearly_positive(played["planned_care"].npv)
    assert clearly_positive(played["care"].npv - played["predictive"].npv)


def test_the_digital_twin_is_a_trap(played: dict[str, Outcome]) -> None:
    """Dear, decides nothing by itself; published effects on firms are about nil: it loses in most of the draws."""
    loss = played["monitoring"].npv - played["digital_twin"].npv
    assert clearly_positive(loss)
    assert float(np.mean(loss > 0)) > 0.8


def test_the_service_contract_keeps_new_parts_coming(played: dict[str, Outcome]) -> None:
    """The five-axis mill has no twin: half the repair time loses fewer orders, and the builder pays the repairs."""
    assert clearly_positive(-change(played["spindle_contract"], LOST))
    assert clearly_positive(played["spindle_contract"].categories[:, REPAIR])


def test_the_new_erp_saves_work_and_hardly_its_price(played: dict[str, Outcome]) -> None:
    """Less typing is less pay; eight months of work, a dip and a gate that one in eight fails eat it: a coin's toss."""
    assert clearly_positive(played["new_erp"].categories[:, LABOUR])
    assert 0.3 < played["new_erp"].prob_npv_negative < 0.8


def test_the_standard_costs_and_protects(played: dict[str, Outcome]) -> None:
    """Customers demand it, and what it is worth to keep them is not counted: it costs, and fewer attacks succeed."""
    assert clearly_positive(played["doors"].npv - played["security_standard"].npv)
    assert clearly_positive(-change(played["security_standard"], INCIDENTS))


def test_half_of_the_quotes_become_orders_and_every_order_is_shipped(shop: Scenario) -> None:
    """Requests make orders, orders deliveries, deliveries complaints; nothing of it is stated twice."""
    won = completed(shop, "new_part") / completed(shop, "quote_request")
    assert 0.42 <= won <= 0.51
    assert completed(shop, "delivery") == pytest.approx(sum(completed(shop, name) for name in ORDERS), rel=1e-12)
    assert 0.02 < completed(shop, "complaints") / completed(shop, "delivery") < 0.10


def test_quotes_without_a_person_free_engineers_and_win_orders(shop: Scenario, played: dict[str, Outcome]) -> None:
    """A quarter of the requests are priced by software: automation, hours of engineers, and a little revenue."""
    engineer = list(shop.people).index("engineer")
    assert clearly_positive(change(played["quoting"], AUTOMATION))
    assert clearly_positive(change(played["quoting"], REVENUE))
    assert float(played["quoting"].freed_hours[:, engineer].mean()) > 20


def test_the_robot_is_paid_by_bank_and_state_and_frees_machinists(shop: Scenario, played: dict[str, Outcome]) -> None:
    """A grant in some of the draws up to its cap; a loan at less than the discount rate; lots that the arm loads, and
    hours that spare more of the half post than those of the quick change-over alone."""
    arm, ground = played["cobot"], played["quick_setup"]
    grants = arm.categories[:, GRANT]
    assert 0.15 < float(np.mean(grants > 0)) < 0.5
    assert 0 < float(grants.max()) <= 30_000
    assert clearly_positive(arm.categories[:, FINANCE] - ground.categories[:, FINANCE])
    assert clearly_positive(change(arm, AUTOMATION) - change(ground, AUTOMATION))
    machinist = list(shop.people).index("machinist")
    assert clearly_positive(arm.freed_hours[:, machinist] - ground.freed_hours[:, machinist])
    assert clearly_positive(arm.categories[:, LABOUR] - ground.categories[:, LABOUR])


def test_a_hub_is_paid_once_by_the_system(played: dict[str, Outcome]) -> None:
    """Alone the new ERP buys an interface to the drawings; behind the hub drawings and orders are connected already. In
    draws in which the hub works it buys nothing more."""
    alone = played["late_erp"].categories[:, CAPITAL]
    more = played["hub_then_erp"].categories[:, CAPITAL] - played["hub"].categories[:, CAPITAL]
    assert np.all(alone < 0)
    assert float(np.mean(np.abs(more) < 1e-6)) > 0.75
    assert np.all(more >= alone - 1e-6)
    assert clearly_positive(change(played["hub"], LINKED_SHARE))


def test_a_course_first_lets_the_hub_succeed_more_often(played: dict[str, Outcome]) -> None:
    """One level is missing: the work fails more often. Who takes the course before has links in more draws."""
    links = {name: (played[name].kpis[:, LINKED_SHARE, -1] > 0).mean() for name in ("taught_hub", "late_hub")}
    assert 0.80 < links["late_hub"] < links["taught_hub"] < 0.97


def test_an_early_rebuild_spares_the_planned_one(shop: Scenario, played: dict[str, Outcome]) -> None:
    """The five-axis mill is rebuilt at eleven and a half years, whatever is decided; a rebuild in year two puts that
    beyond the horizon, in every draw in which it is live by then."""
    refresh = shop.systems["five_axis"].refresh
    assert refresh is not None
    spared = played["spindle_rebuild"].categories[:, RENEWAL]
    months = 12 * (refresh.at_age_years.mean - float(shop.systems["five_axis"].age_years))
    worth = refresh.cost.mean * (1 + shop.money.discount_rate) ** (-months / 12)
    assert float(spared.mean()) == pytest.approx(worth, rel=0.1)
    assert float(np.mean(spared > 0)) > 0.95
