"""A field that changes nothing is a defect: each one, changed where a business states it, changes a figure.

The businesses are those of the library and corner shops with blocks that none of them has. A field passes when one
change at one of its places gives another figure of a roadmap with much in it, of a future, or of the problem that the
program solves. What works elsewhere (goals, limits of the choice, what is printed) is in `ELSEWHERE` with its tests.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any, Literal

import numpy as np
import pytest
from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML

from optimize.plan_limits import PlanLimits
from optimize.random_roadmaps import random_roadmaps
from optimize.valuation import rules
from scenarios.load import library
from sim.errors import ProblemsFound
from sim.futures import in_future
from sim.montecarlo import evaluate
from sim.quantities import Quantity, QuantityError, parse_number, parse_quantity
from sim.world import Scenario
from tests.functional.test_repairers import SERVED
from tests.naive.shops import CORNER_SHOP, CYBER, PLANNER, Edit, setting
from tests.truths.test_bought_days import BOUGHT
from tests.truths.test_delivery_twin import GROWING, HELPED, PHASED, SOLD
from tests.truths.test_kernel_twin import FINANCED, GOODS, GRANTED, TRAINED, TURNING
from tests.truths.test_readiness_twin import OLD, YOUNG

DRAWS = 24
PLACES = 24  # of a field that are tried
AT_FIRST = 3  # values of each place that are tried before all others
LIMITS = PlanLimits(cost_draws=8)
PRINTED = {"origin", "title", "story", "reason", "name", "start", "version", "note", "currency", "sector"}
#: What does not show in outcomes or in the program, and what holds it instead.
ELSEWHERE = {
    "Goal.kpi": "test_attainment: goals are judged by `gaps`",
    "Goal.target": "test_attainment",
    "Goal.month": "test_attainment",
    "Goal.weight": "test_attainment",
    "Goal.tolerance": "test_attainment",
    "Goal.floor": "test_planner_rules: a row of the program, and a rule of the selection",
    "Pin.out": "test_planner_rules: a pin is out or has a start",
    "Money.indifference": "test_selection: the rule among finalists",
    "CashFloor.amount": "test_cash_floor: a rule of the selection, printed with its interval",
    "CashFloor.probability": "test_cash_floor",
    "Money.floor_relative_to_baseline": "test_cash_floor",
    "Risk.weight": "test_risk_plan: the aim of the search",
    "Risk.level": "test_risk_plan",
    "Risk.floor": "test_risk_plan",
    "Money.objective": "test_risk_plan",
    "Budget.overrun_probability": "test_risk_plan: a limit of the program and of the selection",
    "Covenant.least": "test_covenant: a rule of the selection, printed with its interval",
    "Covenant.probability": "test_covenant",
    "Covenant.from_year": "test_covenant",
    "Scenario.calibration": "test_calibration",
    "Correlation.drivers": "test_parameters: which numbers move together",
    "Grant.first_start": "test_grants: the window of the start",
    "Financing.kind": "test_finance: the one needs a rate, the other a price",
    "Phase.share": "test_phases: the shares of an initiative make one together",
}
LINKS = {"till_office": {"between": ["till", "office"], "crossings": {"counter": {"mismatch": 0.2, "lost": 0.4}}}}
#: Blocks that neither the library nor the twins' shops state.
REST: list[Edit] = [
    setting("readiness", {"goals": 0.8, "resources": 0.6, "process": 0.5, "substitution": 0.2, **PLANNER}),
    setting("initiatives.pos.needs_readiness", True),
    setting("initiatives.pos.dip.length", 1.5),
    setting("initiatives.pos.imitation", {"scores": {"valuable": 1, "rare": 0.6, "inimitable": 0.5, "embedded": 0.7}}),
    setting("initiatives.pos.cancels", ["till"]),
    setting("initiatives.web.earliest_month", 4),
    setting(
        "initiatives.web.requires",
        [{"initiative": "pos", "lag_months": 2, "counted_from": "start", "if_fails": "proceed"}],
    ),
    setting(
        "systems.till.subscription",
        {"per_customer": 0.1, "minimum": 90, "begins_month": 0, "term_months": 18, "exit_cost": 700},
    ),
    setting("integrations", {"till_office": {**LINKS["till_office"], "linked": 0.3, **PLANNER}}),
    setting("profile.demand", 1.05),
    setting("period_months", 3),
    setting(
        "reputation",
        {"start": 0.7, "half_life_months": 6, "incident_hit": 0.1, "sensitivity": 0.5, "utility": 0.4, **PLANNER},
    ),
    setting(
        "market",
        {"size": "6k to 8k", "moves_per_month": 0.02, "utility": 0.2, "rivals": {"chain": {"utility": 1}}, **PLANNER},
    ),
    setting("threats.ransomware.tail_index", 0.4),
    setting("risk_classes.package.cost_time_rank", 0.3),
    setting("processes.tickets.steps.fix.automated", 0.2),
    setting("money.budgets.change.kinds", ["capital", "delivery"]),
    setting("calibration", {"processes": {"counter": {"wait": 1.2, "late": 0.8, "gave_up": 1.1}}}),
]
HIT: list[Edit] = [
    *CYBER,
    setting("threats.ransomware.outage_p95_ratio", 3),
    setting("insurance.sublimits.notification", 200),
    setting("insurance.retention", 50),
]
HELPED_OUT: list[Edit] = [*SERVED, setting("repairers.helpers.response_p95_ratio", 2)]
SIZED: list[Edit] = [*GROWING, setting("risk_classes.package.per_doubling.of", "duration")]
DECIDED: list[Edit] = [
    setting("departments", {"sales": {"at_most": 2}, "office": {"at_most": 1}}),
    setting("owners", {"ann": {"at_most": 1}, "bob": {"at_most": 2}}),
    setting("vendors", {"acme": {"at_most": 1}, "zeta": {"at_most": 1}}),
    setting("initiatives.pos.departments", ["sales", "office"]),
    setting("initiatives.web.departments", ["sales"]),
    setting("initiatives.web.owner", "ann"),
    setting("initiatives.pos.owner", "ann"),
    setting("initiatives.edr.owner", "bob"),
    setting("initiatives.edr.vendor", "acme"),
    setting("initiatives.web.vendor", "acme"),
    setting("initiatives.pos.vendor", "zeta"),
    setting("selection", {"backup": {"rule": "at_least_one", "members": ["basic_backup", "cloud_backup"]}}),
    setting("pins", {"edr": {"start_month": 6, "reason": "contract"}, "cloud_backup": {"out": True}}),
    setting(
        "blackouts",
        {
            "spring": {"calendar_months": [4, 8], "what": "start", "departments": ["sales"]},
            "stocktaking": {"calendar_months": [1, 2], "what": "work", "initiatives": ["web", "pos"]},
        },
    ),
    setting("quick_wins", {"early": {"by_month": 9, "least": 1, "among": ["basic_backup", "edr", "pos"]}}),
    setting("money.budgets.change.credit", {"limit": "5k", "rate": 0.08}),
    setting("money.plan_at", "p80"),
]
SHOPS: dict[str, list[Edit]] = {
    "cyber": HIT, "growing": GROWING, "sized": SIZED, "phased": [*GROWING, *PHASED], "sold": SOLD, "helped": HELPED,
    "goods": GOODS, "granted": GRANTED, "financed": FINANCED, "trained": TRAINED, "turning": TURNING, "young": YOUNG,
    "old": OLD, "served": HELPED_OUT, "rest": REST, "decided": DECIDED, "bought": BOUGHT,
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where a file states a field: the model and the field, and the keys that lead there."""

    field: str
    keys: tuple[str | int, ...]
    value: Any
    certain: bool
    choices: tuple[Any, ...] = ()


def places(model: type[BaseModel], data: Mapping[str, Any], keys: tuple[str | int, ...] = ()) -> Iterator[Place]:
    """Every stated value below a block."""
    for name, info in model.model_fields.items():
        if name in PRINTED or name not in data:
            continue
        value, kinds = data[name], list(parts(info.annotation))
        here = (*keys, name)
        inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if Quantity in kinds and not inner:
            yield Place(f"{model.__name__}.{name}", here, value, False)
        elif not inner:
            choices = tuple(c for kind in kinds if typing.get_origin(kind) is Literal for c in typing.get_args(kind))
            yield Place(f"{model.__name__}.{name}", here, value, True, choices)
        elif isinstance(value, list):
            for number, entry in enumerate(value):
                for kind in inner:
                    yield from places(kind, entry, (*here, number))
        elif isinstance(value, Mapping):
            named = any(typing.get_origin(kind) is dict for kind in kinds)
            for kind in inner:
                if kind is Quantity:
                    continue
                if named:
                    for key, entry in value.items():
                        if isinstance(entry, Mapping):
                            yield from places(kind, entry, (*here, key))
                else:
                    yield from places(kind, value, here)


def parts(annotation: Any) -> Iterator[Any]:
    """The annotation and all that it is made of."""
    yield annotation
    for part in typing.get_args(annotation):
        yield from parts(part)


def others(place: Place, names: list[str]) -> Iterator[Any]:
    """Values to try in place of a stated one. names: of everything that the file names."""
    value = place.value
    if isinstance(value, bool):
        yield not value
    elif place.choices and not isinstance(value, list):
        yield from (choice for choice in place.choices if choice != value)
    elif isinstance(value, int) and place.certain:
        yield from (value + 1, value * 2, max(0, value - 1), value + 3, value + 6, value + 12, 0)
    elif isinstance(value, list) and all(isinstance(one, str) and not one[0].isdigit() for one in value):
        yield from ([one for one in value if one != left] for left in value)
        yield from ([name if one == left else one for one in value] for left in value for name in names)
    elif isinstance(value, list):
        yield from ([factor * number_of(one) for one in value] for factor in (0.5, 1.5))
        yield value[::-1]
    elif isinstance(value, Mapping) and value and all(isinstance(one, (int, float)) for one in value.values()):
        yield {name: 0.5 * one for name, one in value.items()}
    elif isinstance(value, Mapping) and place.certain:
        yield {}
    elif isinstance(value, str) and value in names:
        yield from (*(name for name in names if name != value), None)
    else:
        yield from scaled(value)


def number_of(value: Any) -> float:
    """A number as files write it."""
    return float(parse_number(value) if isinstance(value, str) else value)


def scaled(value: Any) -> Iterator[Any]:
    """A number or a distribution, larger and smaller."""
    try:
        mean = parse_quantity(value).mean
    except QuantityError:
        return
    yield from (mean * 1.4, mean * 0.6, mean + 1.0, mean + 0.1, 0.5 * (mean + 1.0), mean * 0.1, mean * 10.0)
    yield f"{0.9 * mean - 0.01} to {1.1 * mean + 0.01}"  # where it must stay uncertain


@cache
def written(business: str) -> dict[str, Any]:
    """The file of a business, as plain mappings."""
    if business in SHOPS:
        data: dict[str, Any] = YAML(typ="safe", pure=True).load(CORNER_SHOP.read_text(encoding="utf-8"))
        for edit in SHOPS[business]:
            edit(data)
        data["goals"] = {name: goal for name, goal in data["goals"].items() if goal["month"] < data["horizon_months"]}
        return data
    text = resources.files("scenarios.library").joinpath(f"{business}.yaml").read_text(encoding="utf-8")
    pack: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return pack


@cache
def names_of(business: str) -> list[str]:
    """Names of roles, systems, initiatives and the like, and the kinds of money."""
    data = written(business)
    return [*(name for block in data.values() if isinstance(block, dict) for name in block), "capital", "running"]


@cache
def much(business: str) -> tuple[dict[str, int], ...]:
    """Roadmaps with as many initiatives as fit, so that most blocks are at work."""
    found = random_roadmaps(Scenario.model_validate(written(business)), 8, 3)
    return tuple(dict(one) for one in sorted(found, key=len)[-2:])


def figures(scenario: Scenario, business: str, future: str | None) -> bytes:
    """All that the kernel says of the roadmaps, in a future if named, and what the program would be given."""
    world = scenario if future is None else in_future(scenario, future)
    said = [
        getattr(outcome, one.name)
        for outcome in evaluate(world, list(much(business)), DRAWS, 7).outcomes
        for one in fields(outcome)
    ]
    arrays = b"".join(value.tobytes() for value in said if isinstance(value, np.ndarray))
    return arrays + rules(scenario, 7, LIMITS).problem.to_json().encode()


@cache
def usual(business: str, future: str | None) -> bytes:
    return figures(Scenario.model_validate(written(business)), business, future)


def changed(data: dict[str, Any], keys: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    copy = deepcopy(data)
    place: Any = copy
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return copy


@cache
def stated() -> dict[str, list[tuple[str, Place]]]:
    """Field -> where it is stated."""
    found: dict[str, list[tuple[str, Place]]] = {}
    rest = [one for one in library() if one != "workshop"]
    for business in ("workshop", *SHOPS, *rest):  # the small ones early: they answer at once
        for place in places(Scenario, written(business)):
            found.setdefault(place.field, []).append((business, place))
    return found


def counts(field: str) -> bool:
    """Whether some change of the field changes some figure."""
    where = spread(stated()[field])
    values = {business + str(place.keys): list(others(place, names_of(business))) for business, place in where}
    first = [
        (business, place, value) for business, place in where for value in values[business + str(place.keys)][:AT_FIRST]
    ]
    rest = [
        (business, place, value) for business, place in where for value in values[business + str(place.keys)][AT_FIRST:]
    ]
    for business, place, value in first + rest:
        by_name = place.keys[0] == "futures" and place.field != "Future.probability"
        future = str(place.keys[1]) if by_name else None
        try:
            scenario = Scenario.model_validate(changed(written(business), place.keys, value))
            other = figures(scenario, business, future)
        except (ValidationError, ProblemsFound):
            continue  # the change is refused: the field is looked at
        if other != usual(business, future):
            return True
    return False


def spread(where: list[tuple[str, Place]]) -> list[tuple[str, Place]]:
    """A few places, of as many businesses as possible."""
    order: dict[str, int] = {}
    ranked = []
    for business, place in where:
        order[business] = order.get(business, 0) + 1
        ranked.append((order[business], len(ranked), business, place))
    return [(business, place) for _, _, business, place in sorted(ranked)[:PLACES]]


def schema(model: type[BaseModel], seen: set[str]) -> set[str]:
    """All fields below a block that are no blocks themselves."""
    for name, info in model.model_fields.items():
        if name in PRINTED:
            continue
        inner = [
            k for k in parts(info.annotation) if isinstance(k, type) and issubclass(k, BaseModel) and k is not Quantity
        ]
        if not inner:
            seen.add(f"{model.__name__}.{name}")
        for kind in inner:
            if not any(field.startswith(f"{kind.__name__}.") for field in seen):
                schema(kind, seen)
    return seen


def test_every_field_is_stated_somewhere() -> None:
    assert schema(Scenario, set()) - set(stated()) - set(ELSEWHERE) == set()


@pytest.mark.parametrize("block", sorted({field.split(".")[0] for field in stated()}))
def test_every_field_counts(block: str) -> None:
    own = [field for field in stated() if field.startswith(f"{block}.") and field not in ELSEWHERE]
    assert [field for field in own if not counts(field)] == []


def test_a_field_without_effect_is_noticed() -> None:
    """A goal's target changes nothing that is looked at here."""
    assert not counts("Goal.target")
