"""The library retailer as a business: it loads, its numbers have origins, and they fit each other."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

import scenarios
from scenarios.evidence import Evidence, evidence
from scenarios.review import items_a_day, means
from sim.derived import lost_path, share_path
from sim.mechanisms.market import logit_share
from sim.mechanisms.overrun import overrun_mean
from sim.mechanisms.queues import erlang_c
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES, KPI_NAMES
from sim.outcomes import Floats, Outcome
from sim.world import Initiative, Scenario
from sim.world.base import PLANNER
from sim.world.paths import numbers
from sim.world.processes import Step

PATH = Path(scenarios.__file__).parent / "library" / "retailer.yaml"
FRONT_LINE = ("counter_sale", "advised_sale", "enquiry")  # customers who stand there and wait


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    content: dict[str, Any] = YAML(typ="safe", pure=True).load(PATH.read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def shop(written: dict[str, Any]) -> Scenario:
    return Scenario.model_validate(written)


def visits(shop: Scenario, factor: float = 1.0) -> Iterator[tuple[str, Step, float]]:
    """Process, step and visits a working day, work done again included, at the means of all numbers."""
    mean = means(shop)
    for name, process in shop.processes.items():
        plain, seasonal = items_a_day(shop, name)
        items = (plain + seasonal * factor) * (1 - mean[lost_path(shop, name)])
        for label, step in process.steps.items():
            yield name, step, items * mean[share_path(name, label, step)] / (1 - step.error_probability.mean)


def utilisation(shop: Scenario, factor: float) -> dict[str, float]:
    """Work of a role in Erlang, rework and days for change included, over the seats that are filled on average."""
    minutes_a_day = shop.profile.hours_per_day * 60
    load: defaultdict[str, float] = defaultdict(float)
    for _, step, number in visits(shop, factor):
        load[step.role] += number * step.minutes.mean / minutes_a_day
    for skill in shop.skills.values():
        load[skill.role] += skill.days_per_month / shop.profile.working_days_per_month
    return {name: load[name] / (role.seats * filled_share(shop, name)) for name, role in shop.people.items()}


def filled_share(shop: Scenario, name: str) -> float:
    """Long-run share of the time that a seat is occupied: time between leavings over that plus the empty time."""
    role = shop.people[name]
    return 1 / (1 + role.annual_turnover.mean * role.hiring_months.mean / 12)


def full_cost(shop: Scenario, initiative: Initiative) -> float:
    """Capital, delivery and running cost of an initiative that starts at once, to the end of planning, as planned."""
    months = shop.planning_months - initiative.duration_months
    return initiative.capital.mean + initiative.delivery.mean + initiative.running_per_month.mean * months


def mean_overrun(shop: Scenario, initiative: Initiative) -> float:
    if initiative.risk_class is None:
        return 1.0
    risk = shop.risk_classes[initiative.risk_class]
    return overrun_mean(risk.median, risk.log_sd, risk.tail_share, risk.tail_exponent, risk.cap)


def budget_total(shop: Scenario) -> float:
    (budget,) = shop.money.budgets.values()
    return sum(budget.amount) if len(budget.amount) > 1 else budget.amount[0] * shop.periods


def origins(node: Any) -> Iterator[str]:
    """Every `origin` written anywhere in the file."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "origin":
                yield value
            yield from origins(value)
    elif isinstance(node, list):
        for item in node:
            yield from origins(item)


def test_it_is_the_business_of_the_story(shop: Scenario) -> None:
    """28 staff with the seat that is to be filled, 48 planning months in quarters, 60 simulated, seasons of mean 1."""
    assert (shop.name, shop.profile.sector) == ("retailer", "retail")
    planned = sum(hire.seats for role in shop.people.values() for hire in role.hires.values())
    assert sum(role.seats for role in shop.people.values()) + planned == 28
    assert (shop.planning_months, shop.period_months, shop.horizon_months) == (48, 3, 60)
    assert sum(shop.profile.seasonality) == pytest.approx(12, abs=1e-9)


def test_candidates_of_every_kind(shop: Scenario) -> None:
    """Enough candidates, with requirements, exclusive alternatives and a mandatory one that has a deadline."""
    assert 14 <= len(shop.initiatives) <= 25
    assert len(shop.exclusive) >= 2
    assert all(len(group) >= 2 for group in shop.exclusive.values())
    assert sum(bool(initiative.requires) for initiative in shop.initiatives.values()) >= 3
    (mandatory,) = (i for i in shop.initiatives.values() if i.mandatory)
    assert mandatory.deadline_month is not None
    assert all(i.effects or i.refreshes for i in shop.initiatives.values())


def test_every_number_names_its_origin(shop: Scenario, written: dict[str, Any]) -> None:
    """A number comes from a published figure or from the planner; nothing else is accepted, block by block."""
    known = {PLANNER, *evidence()}
    stated = list(numbers(shop))
    assert len(stated) > 200
    assert [(number.path, number.origin) for number in stated if number.origin not in known] == []
    assert [origin for origin in origins(written) if origin not in known] == []
    assert len({number.origin for number in stated} - {PLANNER}) >= 25


def test_figures_to_check_are_known(written: dict[str, Any]) -> None:
    """The origins that nobody has checked yet: this list shrinks when somebody does, and never grows unnoticed."""
    used = {origin for origin in origins(written) if origin != PLANNER}
    assert {origin for origin in used if evidence()[origin].doubtful} == {
        "benefit.service_failure.churn",
        "control.backup.effect.cost",
        "control.edr.effect",
        "cost.cloud.waste",
        "cyber.account_takeover.frequency",
        "hw.server.by_age",
        "ops.churn.sector",
        "ops.ticket.volume",
        "project.cancel.rate",
    }


def test_frequency_and_severity_share_a_family(shop: Scenario) -> None:
    """No threat takes its rate from one count of incidents and its loss from another."""
    for name, threat in shop.threats.items():
        published = [
            evidence()[quantity.origin]
            for quantity in (threat.attempts_per_year, threat.success_probability, threat.severity)
            if quantity.origin
        ]
        assert {entry.measures for entry in published} == {"frequency", "severity"}, name
        assert len({entry.family for entry in published}) == 1, name


def test_threats_stay_near_their_figures(shop: Scenario) -> None:
    """Annual rates lie between the published one and four times it; losses have the published median and spread."""
    for name in ("ransomware", "mail_compromise", "payment_fraud"):
        threat = shop.threats[name]
        rate, loss = evidence()[threat.success_probability.origin], fitted(evidence()[threat.severity.origin])
        assert rate.value is not None
        assert 1 <= threat.attempts_per_year.mean * threat.success_probability.mean / rate.value <= 4, name
        assert threat.severity.median == pytest.approx(math.exp(loss["mu"]), rel=0.05), name
        assert threat.severity_p95_ratio == pytest.approx(math.exp(1.6449 * loss["sigma"]), rel=0.01), name


def fitted(entry: Evidence) -> dict[str, float]:
    assert entry.distribution is not None
    return entry.distribution.params


def test_money_does_not_fund_everything(shop: Scenario) -> None:
    """The budget is 35 to 50 % of what all candidates would cost as planned."""
    wanted = sum(full_cost(shop, initiative) for initiative in shop.initiatives.values())
    assert 0.35 <= budget_total(shop) / wanted <= 0.50


def test_days_do_not_allow_everything_at_once(shop: Scenario) -> None:
    """All candidates would take half to all of the days of the IT room, and the first quarter's many times over."""
    months = shop.planning_months
    needed = sum(i.skill_days.get("it_days", 0) * i.duration_months for i in shop.initiatives.values())
    assert 0.5 <= needed / (shop.skills["it_days"].days_per_month * months) <= 1.0
    free = [i for i in shop.initiatives.values() if not i.requires and i.earliest_month == 0]
    at_once = sum(i.skill_days.get("it_days", 0) * min(i.duration_months, shop.period_months) for i in free)
    assert at_once > 3 * shop.skills["it_days"].days_per_month * shop.period_months


def test_every_candidate_fits_alone(shop: Scenario) -> None:
    """No candidate is impossible by itself: days of each month, and the money of a quarter with what was carried."""
    (budget,) = shop.money.budgets.values()
    purse = max(budget.amount) + (budget.carry_cap or 0)
    for name, initiative in shop.initiatives.items():
        for skill, days in initiative.skill_days.items():
            assert days <= shop.skills[skill].days_per_month, name
        share = min(1.0, shop.period_months / initiative.duration_months)
        cost = (initiative.capital.mean + initiative.delivery.mean) * mean_overrun(shop, initiative)
        assert cost * share <= purse, name


def test_the_duty_can_be_met_in_time(shop: Scenario) -> None:
    """What is mandatory, with what it requires, fits before the deadline and costs little of the first year's money."""
    (name,) = (name for name, initiative in shop.initiatives.items() if initiative.mandatory)
    chain = [name, *(requirement.initiative for requirement in shop.initiatives[name].requires)]
    deadline = shop.initiatives[name].deadline_month
    assert deadline is not None
    periods = [math.ceil(shop.initiatives[n].duration_months / shop.period_months) for n in chain]
    assert sum(periods) * shop.period_months <= deadline
    cost = sum(full_cost(shop, shop.initiatives[n]) for n in chain)
    (budget,) = shop.money.budgets.values()
    assert cost < 0.5 * sum(budget.amount[: 12 // shop.period_months])


def test_the_business_earns_little(shop: Scenario) -> None:
    """Revenue of about 4M; after goods, wages, fixed cost and systems 0 to 8 % remain, with all seats filled or not."""
    days = shop.profile.working_days_per_month * 12
    revenue = days * sum(
        sum(items_a_day(shop, name)) * process.item_revenue.mean * (1 - means(shop)[lost_path(shop, name)])
        for name, process in shop.processes.items()
    )
    assert 3.5e6 <= revenue <= 4.5e6
    other = 12 * shop.profile.fixed_costs_per_month.mean + 12 * sum(s.monthly_cost.mean for s in shop.systems.values())
    for filled in (dict.fromkeys(shop.people, 1.0), {name: filled_share(shop, name) for name in shop.people}):
        seats = {name: role.seats + sum(h.seats for h in role.hires.values()) for name, role in shop.people.items()}
        wages = sum(12 * seats[name] * role.monthly_cost.mean * filled[name] for name, role in shop.people.items())
        profit = revenue * shop.profile.gross_margin.mean - wages - other
        assert 0 < profit / revenue < 0.08


def test_nobody_idles_and_nobody_drowns(shop: Scenario) -> None:
    """Each role works 45 to 88 % of its time in an average month and less than 90 % in the busiest one."""
    average, busiest = utilisation(shop, 1.0), utilisation(shop, max(shop.profile.seasonality))
    assert all(0.45 <= share <= 0.88 for share in average.values()), average
    assert all(share < 0.90 for share in busiest.values()), busiest


@pytest.mark.parametrize("name", FRONT_LINE)
def test_few_customers_run_out_of_patience(shop: Scenario, name: str) -> None:
    """In an average month fewer than 5 % of those who wait give up at one of the steps (two-moment approximation)."""
    process = shop.processes[name]
    assert process.patience_minutes is not None
    patience = process.patience_minutes.mean
    gone = sum(step.share.mean * share_waiting_longer(shop, step.role, patience) for step in process.steps.values())
    assert 0 < gone < 0.05


def share_waiting_longer(shop: Scenario, name: str, minutes: float) -> float:
    """P(W > t) = C exp(-2 (c mu - lambda) t / (1 + Cs^2)) of the pooled work of a role with Poisson arrivals."""
    minutes_a_day = shop.profile.hours_per_day * 60
    rate = first = second = 0.0
    for _, step, number in visits(shop):
        if step.role == name:
            rate += number / minutes_a_day
            first += number / minutes_a_day * step.minutes.mean
            second += number / minutes_a_day * step.minutes.mean**2 * (1 + step.cv**2)
    servers = shop.people[name].seats * filled_share(shop, name)
    cs2 = second * rate / first**2 - 1
    below, above = (float(erlang_c(seats, first)) for seats in (math.floor(servers), math.ceil(servers)))
    waiting = below + (servers - math.floor(servers)) * (above - below)
    return waiting * math.exp(-2 * (servers / (first / rate) - rate) * minutes / (1 + cs2))


def test_customers_come_and_go_in_balance(shop: Scenario) -> None:
    """Losses at a tenth of poor service equal the newcomers within 5 %, and so do those who change the shop."""
    customers, market = shop.profile.customers, shop.market
    assert market is not None
    leaving = customers.start * (customers.monthly_churn.mean + 0.1 * customers.service_churn.mean)
    assert leaving == pytest.approx(customers.monthly_acquisition.mean, rel=0.05)
    others = sum(math.exp(rival.utility.mean) for rival in market.rivals.values())
    share = logit_share(market.utility.mean, math.log(others))
    assert share == pytest.approx(customers.start / market.size.mean, rel=0.01)


def test_a_run_stays_small(shop: Scenario) -> None:
    """Item by item, 60 months are fewer than 200,000 items."""
    items = sum(sum(items_a_day(shop, name)) for name in shop.processes)
    assert 100 <= items <= 130
    assert items * shop.profile.working_days_per_month * shop.horizon_months < 200_000


DRAWS = 400
# What is looked at: each alone, or on top of what it requires.
ROADMAPS: dict[str, dict[str, int]] = {
    "pos": {"pos": 0},
    "inventory": {"pos": 0, "inventory": 7},
    "replatform": {"replatform": 0},
    "workstations": {"workstations": 0},
    "cloud_server": {"cloud_server": 0},
    "insurance": {"cyber_insurance": 0},
    "insurance and log-in": {"mfa": 0, "cyber_insurance": 1},
    "mfa": {"mfa": 0},
}


@pytest.fixture(scope="module")
def outcomes(shop: Scenario) -> Mapping[str, Outcome]:
    """Every roadmap above on the same draws."""
    found = evaluate(shop, list(ROADMAPS.values()), draws=DRAWS, seed=11)
    return dict(zip(ROADMAPS, found, strict=True))


def change(outcome: Outcome, name: str) -> Floats:
    """Change of a KPI by the roadmap, mean of the years after the first, by draw."""
    k = KPI_NAMES.index(name)
    found: Floats = (outcome.kpis - outcome.baseline_kpis)[:, k, 1:].mean(axis=1)
    return found


def errors_above_zero(values: Floats) -> float:
    """The mean in standard errors. A mean of truly 0 would pass `> 4` once in 30,000 tests."""
    return float(np.mean(values) / (np.std(values, ddof=1) / math.sqrt(len(values))))


def test_tills_that_talk_to_the_stock_spare_typing_and_sales(shop: Scenario, outcomes: Mapping[str, Outcome]) -> None:
    """Linking tills and stock: fewer sales are lost, the office types less, and part of its fourth seat is spared."""
    found, office = outcomes["pos"], list(shop.people).index("office")
    assert errors_above_zero(change(found, "linked_share")) > 4
    assert errors_above_zero(-change(found, "lost_share")) > 4
    assert found.freed_hours[:, office].mean() > 50
    assert 0 < found.spared_months[:, office].mean() <= shop.horizon_months - 18


def test_one_stock_saves_orders_of_the_web(shop: Scenario, outcomes: Mapping[str, Outcome]) -> None:
    """On top of the tills: fewer cancelled orders, and the web service types less. Chance: once in 30,000."""
    found, before, service = outcomes["inventory"], outcomes["pos"], list(shop.people).index("service")
    assert errors_above_zero(change(before, "lost_share") - change(found, "lost_share")) > 4
    assert found.freed_hours[:, service].mean() - before.freed_hours[:, service].mean() > 25


def test_a_quicker_web_shop_sells_more(outcomes: Mapping[str, Outcome]) -> None:
    """Fewer people leave a page that answers sooner; none are lost that were not lost before, draw by draw."""
    gain = change(outcomes["replatform"], "revenue")
    assert errors_above_zero(gain) > 4
    assert gain.mean() > 5000


def test_links_cost_less_over_the_platform_once_it_is_there(shop: Scenario) -> None:
    """The same tills with and without the platform: connectors of two systems in place of one dear link."""
    with_hub, hub, alone = evaluate(
        shop, [{"ipaas": 0, "pos": 3, "inventory": 11}, {"ipaas": 0}, {"pos": 3, "inventory": 11}], 64, 3
    )
    capital = CATEGORIES.index("capital")
    spent = [one.categories[:, capital].mean() for one in (with_hub, hub, alone)]
    assert -(spent[0] - spent[1]) < -spent[2]


def test_leased_machines_are_paid_by_the_month(written: dict[str, Any], outcomes: Mapping[str, Outcome]) -> None:
    """The same PCs bought have the same NPV in every draw and need more money at once. New ones spare what the rule of
    the house would spend in their third year."""
    candidates = dict(written["initiatives"])
    candidates["workstations"] = {k: v for k, v in candidates["workstations"].items() if k != "financing"}
    buying = Scenario.model_validate({**written, "initiatives": candidates})
    (bought,) = evaluate(buying, [ROADMAPS["workstations"]], draws=DRAWS, seed=11)
    leased = outcomes["workstations"]
    np.testing.assert_array_equal(leased.npv, bought.npv)
    assert leased.need.mean() < bought.need.mean() - 1000
    assert leased.categories[:, CATEGORIES.index("renewal")].mean() > 20_000


def test_the_cloud_is_paid_by_the_sale_and_stands_still_less(outcomes: Mapping[str, Outcome]) -> None:
    """It costs more to run than the old machine's contract, and is up more of the time."""
    found = outcomes["cloud_server"]
    assert errors_above_zero(change(found, "availability")) > 4
    assert found.categories[:, CATEGORIES.index("running")].mean() < -10_000


def test_a_policy_pays_only_with_the_log_in_that_it_demands(outcomes: Mapping[str, Outcome]) -> None:
    """Without the second factor every claim is refused; with it hardly one."""
    refused, kept = (change(outcomes[name], "refused_claims") for name in ("insurance", "insurance and log-in"))
    assert refused.mean() > 0
    assert kept.mean() < 0.1 * refused.mean()
    insurance = CATEGORIES.index("insurance")
    assert (outcomes["insurance"].categories[:, insurance] < 0).all()


def test_the_second_factor_only_prevents(outcomes: Mapping[str, Outcome]) -> None:
    """No draw has more incidents with it; that is a property of the draws, not of chance."""
    found = change(outcomes["mfa"], "incidents")
    assert (found <= 0).all()
    assert found.mean() < 0
    assert errors_above_zero(-change(outcomes["mfa"], "ale")) > 4
