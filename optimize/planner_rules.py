"""What the planner has decided or asks of the choice, from months of the scenario to periods of the problem.

A start in period t is one in its first month. Dates are those of the plan: what 80 % of the draws keep of a vendor's
dates, and the planned work without its overrun.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from optimize.periods import periods_of
from optimize.problem import (
    Blackout,
    Credit,
    Grant,
    Initiative,
    Kind,
    Outside,
    Pin,
    QuickWin,
    RoadmapProblem,
    SelectionGroup,
    SimultaneousLimit,
)
from sim.errors import Problem, ProblemsFound
from sim.world import Scenario
from sim.world import initiatives as world
from sim.world.money import Budget

FIELDS = {"groups": "selection", "quick_wins": "quick_wins", "blackouts": "blackouts"}
"""Fields of the problem whose entries are blocks of the scenario of the same name."""


def planner_rules(scenario: Scenario, known: Collection[str]) -> dict[str, Any]:
    """Fields of the problem for these rules; `known`: the initiatives that are in it."""
    return {
        "groups": tuple(_groups(scenario, known)),
        "simultaneous": tuple(_loads(scenario, known)),
        "quick_wins": tuple(_quick_wins(scenario, known)),
        "pins": tuple(_pins(scenario, known)),
        "blackouts": tuple(_blackouts(scenario, known)),
        **_outside(scenario),
    }


def kinds_paid(scenario: Scenario, budget: Budget) -> tuple[Kind, ...]:
    """Kinds of cost that a budget pays: bought days are delivery."""
    offered = any(skill.outside is not None for skill in scenario.skills.values())
    return (*budget.kinds, "bought") if offered and "delivery" in budget.kinds else budget.kinds


def _outside(scenario: Scenario) -> dict[str, Any]:
    """Days that can be bought. What they cost is in the simulated values already, so here it is no part of the worth
    (discount 0); the budgets that pay delivery pay it, at the mean price in the first month of the period."""
    step, periods = scenario.period_months, scenario.periods
    growth = 1.0 + scenario.money.inflation.wages.mean
    offers = {name: skill.outside for name, skill in scenario.skills.items() if skill.outside is not None}
    if not offers:
        return {}
    outside = tuple(
        Outside(
            skill=name,
            price=tuple(offer.day_price.mean * growth ** (t * step / 12) for t in range(periods)),
            at_most=(float(offer.days_per_month) * step,) * periods,
        )
        for name, offer in offers.items()
    )
    return {"outside": outside, "discount": (0.0,) * periods}


def pinned_out(scenario: Scenario) -> dict[str, str]:
    """Initiatives that are pinned out, each with the reason as it is shown."""
    return {
        name: f"pinned out{f': {pin.reason}' if pin.reason else ''}" for name, pin in scenario.pins.items() if pin.out
    }


def bound_to(scenario: Scenario, name: str) -> list[str]:
    """Initiatives that are chosen with this one or not at all."""
    groups = (one.members for one in scenario.selection.values() if one.rule == "all_or_none")
    return [other for members in groups if name in members for other in members if other != name]


def problem_of(**fields: Any) -> RoadmapProblem:
    """The problem of these fields; what is wrong with it is reported at its place in the scenario."""
    try:
        return RoadmapProblem(**fields)
    except ProblemsFound as found:
        raise ProblemsFound(replace(one, path=_place(one.path, fields)) for one in found.errors) from None


def _place(path: str, fields: Mapping[str, Any]) -> str:
    """Place in the scenario of a place in the problem."""
    kind, _, rest = path.partition(".")
    number, _, field = rest.partition(".")
    if kind not in (*FIELDS, "pins") or not number.isdigit():
        return path
    part = fields[kind][int(number)]
    if kind == "pins":
        return f"pins.{part.initiative}.start_month"
    return ".".join(word for word in (FIELDS[kind], part.name, "" if kind == "blackouts" else field) if word)


def _groups(scenario: Scenario, known: Collection[str]) -> Iterator[SelectionGroup]:
    for name, one in scenario.selection.items():
        members = tuple(member for member in dict.fromkeys(one.members) if member in known)
        if one.rule in ("exactly_one", "at_least_one") and not members:
            message = f"one of {', '.join(one.members)} must be chosen, and none of them can be in a roadmap"
            raise ProblemsFound(
                [
                    Problem(
                        f"selection.{name}", message, name, "give one of them a start that is allowed, or drop the rule"
                    )
                ]
            )
        if members and (len(members) > 1 or one.rule in ("exactly_one", "at_least_one")):
            yield SelectionGroup(name=name, members=members, rule=one.rule)


def _loads(scenario: Scenario, known: Collection[str]) -> Iterator[SimultaneousLimit]:
    """A department bears the work and the dip after it, owners and vendors the work alone."""
    for kind, limits in (
        ("departments", scenario.departments), ("owners", scenario.owners), ("vendors", scenario.vendors),
    ):  # fmt: skip
        for name, limit in limits.items():
            members = [
                one
                for one in known
                if name in (scenario.initiatives[one].departments if kind == "departments" else ())
                or (kind == "owners" and scenario.initiatives[one].owner == name)
                or (kind == "vendors" and scenario.initiatives[one].vendor == name)
            ]
            if members:
                load = {
                    one: periods_of(load_months(scenario.initiatives[one]), scenario.period_months)
                    for one in members
                    if kind == "departments"
                }
                yield SimultaneousLimit(
                    name=f"{kind}.{name}",
                    members=tuple(members),
                    at_most=(limit.at_most,) * scenario.periods,
                    load=load,
                )


def load_months(one: world.Initiative) -> int:
    """Months from the start in which an initiative loads its departments: to the finish as planned, and on while the
    pace is low after go-live."""
    dip = 0 if one.dip is None else math.ceil((one.dip.hold_months + one.dip.months) * one.dip.length.mean - 1e-9)
    return one.planned_months + dip


def _quick_wins(scenario: Scenario, known: Collection[str]) -> Iterator[QuickWin]:
    for name, one in scenario.quick_wins.items():
        members = tuple(member for member in (one.among or scenario.initiatives) if member in known)
        if len(members) < one.least:
            message = f"{one.least} must be finished early, and {len(members)} of those that count can be in a roadmap"
            raise ProblemsFound([Problem(f"quick_wins.{name}", message, one.least, f"at most {len(members)}")])
        step = scenario.period_months
        if one.by_month % step == 0:
            yield QuickWin(name=name, by=one.by_month // step - 1, least=one.least, members=members)
            continue
        # The month lies within a period: whole periods would call some late that are finished in it, before the month.
        last = {
            member: max(
                (t for t in range(scenario.periods) if _finish(scenario, member, t) <= one.by_month), default=-1
            )
            for member in members
        }
        yield QuickWin(name=name, by=one.by_month // step, least=one.least, members=members, last=last)


def _finish(scenario: Scenario, name: str, period: int) -> int:
    """Month in which a plan counts it as finished when it starts in the first month of a period."""
    return scenario.initiatives[name].planned_finish(period * scenario.period_months)


def _pins(scenario: Scenario, known: Collection[str]) -> Iterator[Pin]:
    for name, pin in scenario.pins.items():
        if name in known:
            start = None if pin.start_month is None else pin.start_month // scenario.period_months
            yield Pin(initiative=name, start=start, reason=pin.reason)


def _blackouts(scenario: Scenario, known: Collection[str]) -> Iterator[Blackout]:
    for name, one in scenario.blackouts.items():
        everyone = not one.initiatives and not one.departments
        closed = {}
        for candidate in known:
            departments = scenario.initiatives[candidate].departments
            if everyone or candidate in one.initiatives or set(departments) & set(one.departments):
                periods = tuple(t for t in range(scenario.periods) if _is_closed(scenario, name, candidate, t))
                if periods:
                    closed[candidate] = periods
        if closed:
            yield Blackout(name=name, closed=closed)


def _is_closed(scenario: Scenario, blackout: str, name: str, period: int) -> bool:
    """Whether a start on the first month of the period puts what is closed into a closed month."""
    rule, one = scenario.blackouts[blackout], scenario.initiatives[name]
    start = period * scenario.period_months
    finish = one.planned_finish(start)
    happens = {"start": [start], "work": range(finish - one.duration_months, finish), "go_live": [finish]}
    return any(calendar_month(scenario, month) in rule.calendar_months for month in happens[rule.what])


def calendar_month(scenario: Scenario, month: int) -> int:
    """Month of the year, 1 to 12, of a month of the scenario."""
    return (int(scenario.start.split("-")[1]) - 1 + month) % 12 + 1


def credit(scenario: Scenario, budget: Budget) -> Credit | None:
    """Credit line of a budget, its yearly interest as that of one period."""
    if budget.credit is None:
        return None
    rate = math.expm1(math.log1p(budget.credit.rate) * scenario.period_months / 12.0)
    return Credit(limit=budget.credit.limit, rate=rate)


def grants(
    scenario: Scenario, kept: Collection[Initiative], upfront: Mapping[str, Mapping[str, float]]
) -> tuple[Grant, ...]:
    """What budgets receive of grants that are paid upfront to starts in a window.

    upfront: mean award of each such initiative by the kind of cost that it is for [currency]. It is paid when the work
    begins, so after the lead time as planned. The worth is left at 0: the simulated values have the grants in them.
    """
    found = []
    for one in kept:
        terms = scenario.initiatives[one.id].grant
        if terms is None or one.id not in upfront:
            continue
        step = scenario.period_months
        last = scenario.planning_months - 1 if terms.last_start is None else terms.last_start
        first_period, last_period = periods_of(terms.first_start, step), min(last // step, scenario.periods - 1)
        lead = scenario.initiatives[one.id].planned_months - scenario.initiatives[one.id].duration_months
        for name, budget in scenario.money.budgets.items():
            amount = math.fsum(award for kind, award in upfront[one.id].items() if kind in budget.kinds)
            if amount > 0.0 and first_period <= last_period:
                found.append(
                    Grant(
                        initiative=one.id,
                        first=first_period,
                        last=last_period,
                        amount=amount,
                        lag=lead // step,
                        budget=name,
                    )
                )
    return tuple(found)
