"""The library retailer as a business: it loads, its numbers have origins, and they fit each other."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import scenarios
from scenarios.evidence import Evidence, evidence
from sim.mechanisms.overrun import overrun_mean
from sim.mechanisms.queues import erlang_c
from sim.world import Initiative, Scenario
from sim.world.base import PLANNER
from sim.world.paths import numbers
from sim.world.processes import Process

PATH = Path(scenarios.__file__).parent / "library" / "retailer.yaml"
FRONT_LINE = ("counter_sale", "advised_sale", "enquiry")  # customers who stand there and wait


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    content: dict[str, Any] = YAML(typ="safe", pure=True).load(PATH.read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def shop(written: dict[str, Any]) -> Scenario:
    return Scenario.model_validate(written)


def season(process: Process, factor: float) -> float:
    return factor if process.driven_by == "customers" else 1.0


def utilisation(shop: Scenario, factor: float) -> dict[str, float]:
    """Work of a role in Erlang, rework and days for change included, over the seats that are filled on average."""
    minutes_a_day = shop.profile.hours_per_day * 60
    load: defaultdict[str, float] = defaultdict(float)
    for process in shop.processes.values():
        items = process.arrivals_per_day.mean * season(process, factor) * (1 - process.lost_share.mean)
        for step in process.steps.values():
            visits = step.share.mean / (1 - step.error_probability.mean)
            load[step.role] += items * visits * step.minutes.mean / minutes_a_day
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
    """28 staff, 48 planning months in quarters, 60 months simulated, seasons of mean 1."""
    assert (shop.name, shop.profile.sector) == ("retailer", "retail")
    assert sum(role.seats for role in shop.people.values()) == 28
    assert (shop.planning_months, shop.period_months, shop.horizon_months) == (48, 3, 60)
    assert sum(shop.profile.seasonality) == pytest.approx(12, abs=1e-9)


def test_candidates_of_every_kind(shop: Scenario) -> None:
    """Enough candidates, with requirements, exclusive alternatives and a mandatory one that has a deadline."""
    assert len(shop.initiatives) >= 14
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
    revenue = sum(
        process.arrivals_per_day.mean * days * process.item_revenue.mean * (1 - process.lost_share.mean)
        for process in shop.processes.values()
    )
    assert 3.5e6 <= revenue <= 4.5e6
    other = 12 * shop.profile.fixed_costs_per_month.mean + 12 * sum(s.monthly_cost.mean for s in shop.systems.values())
    for filled in (dict.fromkeys(shop.people, 1.0), {name: filled_share(shop, name) for name in shop.people}):
        wages = sum(12 * role.seats * role.monthly_cost.mean * filled[name] for name, role in shop.people.items())
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
    for process in shop.processes.values():
        for step in process.steps.values():
            if step.role == name:
                items = process.arrivals_per_day.mean * (1 - process.lost_share.mean) * step.share.mean / minutes_a_day
                visits = items / (1 - step.error_probability.mean)
                rate += visits
                first += visits * step.minutes.mean
                second += visits * step.minutes.mean**2 * (1 + step.cv**2)
    servers = shop.people[name].seats * filled_share(shop, name)
    cs2 = second * rate / first**2 - 1
    below, above = (float(erlang_c(seats, first)) for seats in (math.floor(servers), math.ceil(servers)))
    waiting = below + (servers - math.floor(servers)) * (above - below)
    return waiting * math.exp(-2 * (servers / (first / rate) - rate) * minutes / (1 + cs2))


def test_customers_come_and_go_in_balance(shop: Scenario) -> None:
    """Losses at a tenth of poor service equal the newcomers within 5 %."""
    customers = shop.profile.customers
    leaving = customers.start * (customers.monthly_churn.mean + 0.1 * customers.service_churn.mean)
    assert leaving == pytest.approx(customers.monthly_acquisition.mean, rel=0.05)


def test_a_run_stays_small(shop: Scenario) -> None:
    """Item by item, 60 months are fewer than 200,000 items."""
    items = sum(process.arrivals_per_day.mean for process in shop.processes.values())
    assert 100 <= items <= 130
    assert items * shop.profile.working_days_per_month * shop.horizon_months < 200_000
