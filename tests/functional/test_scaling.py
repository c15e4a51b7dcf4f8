"""`roadfolio new --employees N --revenue R`: a library scenario at another size."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from scenarios.evidence import evidence
from scenarios.load import library_text, parse
from scenarios.new import new_scenario, sectors
from scenarios.positions import read_yaml
from scenarios.review import review
from scenarios.scaling import REASONS, RULES, STAYS, rule_of, scaled, size_of
from sim.errors import ProblemsFound
from sim.world import Scenario
from sim.world.base import unit_of
from sim.world.paths import numbers

SCALES = ("money", "items/day", "seats", "customers", "days/month")


def data_of(sector: str) -> Any:
    return read_yaml(library_text(sectors()[sector])).data


@pytest.mark.parametrize("sector", sorted(sectors()))
@pytest.mark.parametrize(("employees", "revenue"), [(24, None), (60, 9e6), (None, 4e6), (200, 40e6)])
def test_every_pack_loads_at_every_size_and_has_it(sector: str, employees: int | None, revenue: float | None) -> None:
    """Rounding of numbers to three digits costs less than 1 % of the revenue."""
    own = size_of(data_of(sector))
    if employees is None:
        assert revenue is not None
        employees = max(len(data_of(sector)["people"]), round(own.staff * revenue / own.revenue))
        scenario = parse(new_scenario(sector, None, revenue).encode(), "scaled.yaml")
    else:
        scenario = parse(new_scenario(sector, employees, revenue).encode(), "scaled.yaml")
        revenue = revenue or own.revenue * employees / own.staff
    assert sum(role.seats for role in scenario.people.values()) == employees
    assert size_of(scenario.model_dump()).revenue == pytest.approx(revenue, rel=0.01)


@pytest.mark.parametrize("sector", sorted(sectors()))
def test_its_own_size_changes_no_number(sector: str) -> None:
    before = parse(library_text(sectors()[sector]).encode(), "library.yaml")
    after = parse(new_scenario(sector, size_of(data_of(sector)).staff).encode(), "scaled.yaml")
    assert [(n.path, n.quantity.params) for n in numbers(after)] == [
        (n.path, n.quantity.params) for n in numbers(before)
    ]
    assert after.model_dump() == before.model_dump()


@pytest.mark.parametrize("sector", sorted(sectors()))
def test_a_larger_business_is_as_busy(sector: str) -> None:
    """Work and people grow together: the load of a role changes by the rounding of its seats only."""
    before = review(parse(library_text(sectors()[sector]).encode(), "library.yaml")).loads
    own = size_of(data_of(sector)).staff
    after = review(parse(new_scenario(sector, 3 * own).encode(), "scaled.yaml")).loads
    for role, larger in zip(before, after, strict=True):
        assert larger.average == pytest.approx(role.average, rel=0.06)


def test_what_changed_says_what_it_was() -> None:
    text = new_scenario("retail", 54)
    assert "headcount: 10" in text
    assert "# was 5" in text
    assert "27 seats" in text.splitlines()[1]
    assert all(reason.split(":")[0] in text for reason in REASONS.values())


def test_cyber_risk_and_technology_grow_more_slowly_than_the_firm() -> None:
    small, large = (parse(new_scenario("retail", n).encode(), "x.yaml") for n in (28, 280))

    def ratio(path: str) -> float:
        one, other = ({n.path: n.quantity.mean for n in numbers(s)}[path] for s in (small, large))
        return other / one

    assert ratio("processes.web_order.arrivals_per_day") == pytest.approx(10, rel=0.01)
    assert ratio("threats.ransomware.attempts_per_year") == pytest.approx(10**0.07, rel=0.01)
    assert ratio("threats.ransomware.severity") == pytest.approx(10**0.3, rel=0.01)
    assert ratio("initiatives.pos.capital") == pytest.approx(10**0.87, rel=0.01)
    assert ratio("processes.web_order.item_revenue") == 1.0
    assert ratio("people.till.monthly_cost") == 1.0


def test_figures_that_the_rules_name_are_in_the_evidence() -> None:
    named = [
        word.strip("(),")
        for reason in REASONS.values()
        for word in reason.split()
        if word.count(".") >= 1 and "_" in word
    ]
    assert named
    for name in named:
        assert name in evidence() or any(known.endswith(f".{name}") for known in evidence()), name


def test_every_amount_and_volume_of_the_schema_is_decided() -> None:
    """A new field in money, items, seats, customers or days must be in RULES or STAYS."""
    decided = [rule.pattern for rule in RULES] + list(STAYS)
    paths = {path for path, unit in fields(Scenario, "") if any(word in unit for word in SCALES)}
    assert "systems.*.monthly_cost" in paths
    open_ = sorted(path for path in paths if not any(fnmatchcase(path, pattern) for pattern in decided))
    assert open_ == []
    for rule in RULES:
        first = rule_of(rule.pattern)
        assert first is not None
        assert (first.basis, first.power) == (rule.basis, rule.power), f"{first.pattern} hides {rule.pattern}"


def fields(model: type[BaseModel], at: str) -> Iterator[tuple[str, str]]:
    """Path (with * for names) and unit of every field below a model."""
    for name, field in model.model_fields.items():
        path = f"{at}.{name}" if at else name
        yield path, unit_of(model, name)
        kinds = (field.annotation, *get_args(field.annotation))
        blocks = [get_args(kind)[1] for kind in kinds if get_origin(kind) is dict]
        models = [kind for kind in kinds if isinstance(kind, type) and get_origin(field.annotation) is not dict]
        for kind, below in [*((k, path) for k in models), *((k, f"{path}.*") for k in blocks)]:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from fields(kind, below)


@pytest.mark.parametrize(
    ("employees", "revenue", "said"),
    [(5, None, "6 to 1350"), (5000, None, "6 to 1350"), (None, 1e3, "82,"), (3, 1e12, "--revenue")],
)
def test_impossible_sizes_are_refused_with_the_range(employees: int | None, revenue: float | None, said: str) -> None:
    with pytest.raises(ProblemsFound) as error:
        scaled(library_text("retailer"), employees, revenue)
    assert said in str(error.value)


@pytest.mark.parametrize(("employees", "seats"), [(28, 3.0), (14, 1.5), (6, 0.5), (60, 6.5)])
def test_planned_hires_grow_in_whole_steps(employees: int, seats: float) -> None:
    text = library_text(sectors()["retail"])
    hires = "hires: {spring: {month: 6, seats: 3, step_seats: 0.5, realisable_share: 50 %}}, "
    with_hires = text.replace("  till: {", f"  till: {{{hires}", 1)
    assert with_hires != text
    after = parse(scaled(with_hires, employees, None).encode(), "scaled.yaml").people["till"].hires["spring"]
    assert (after.seats, after.step_seats) == (seats, 0.5)
