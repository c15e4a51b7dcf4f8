"""A scenario of the library, scaled to another number of staff and another revenue.

Numbers are rewritten where they stand in the text, each with the number it came from beside it. What grows with what,
and how fast, is the table `RULES`: volumes with the staff, money with the revenue, technology and cyber risk more
slowly than either, by published figures for firms of different size.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from scenarios.positions import Document, read_yaml
from sim.errors import Problem, ProblemsFound
from sim.quantities import NUMBER, SUFFIXES

#: elasticity to the basis; see `REASONS`
LINEAR, FIXED, TECHNOLOGY, FREQUENCY, SEVERITY, PREMIUM = 1.0, 0.0, 0.87, 0.07, 0.3, 0.5
REASONS = {
    TECHNOLOGY: "technology: staff^0.87, from 5 % of revenue at 5M to 3.1 % at 200M (cost.it.share_of_revenue)",
    FREQUENCY: "attacks: revenue^0.07, a tenfold revenue apart 0.084 and 0.099 a year "
    "(cyber.incident.frequency.rev_lt_10m and rev_10m_100m)",
    SEVERITY: "losses: revenue^0.3, medians of 46k and 96k below and above 50M "
    "(cyber.loss.rev_lt_50m and rev_50m_300m)",
    PREMIUM: "premium: revenue^0.5, between none and proportional; our reading (insurance.cyber.premium.small)",
}


@dataclass(frozen=True)
class Rule:
    """Paths that a pattern names grow with `basis` (staff, revenue, price: revenue a head) to the power `power`."""

    pattern: str
    basis: str
    power: float = LINEAR


#: The first pattern that fits a path counts; what none names stays.
RULES = (
    Rule("people.*.headcount", "seats"),
    Rule("people.*.hires.*.seats", "hires"),
    Rule("skills.*.days_per_month", "staff"),
    Rule("skills.*.outside.days_per_month", "staff"),
    Rule("processes.*.arrivals_per_day", "staff"),
    Rule("processes.*.item_revenue", "price"),
    Rule("stock.*.unit_cost", "price"),
    Rule("profile.customers.start", "customers"),
    Rule("profile.customers.monthly_acquisition", "staff"),
    Rule("market.size", "staff"),
    Rule("profile.fixed_costs_per_month", "revenue"),
    Rule("profile.cash_at_start", "revenue"),
    Rule("systems.*.monthly_cost", "staff", TECHNOLOGY),
    Rule("systems.*.repair_cost", "staff", TECHNOLOGY),
    Rule("threats.*.attempts_per_year", "revenue", FREQUENCY),
    Rule("threats.*.severity", "revenue", SEVERITY),
    Rule("insurance.annual_premium", "revenue", PREMIUM),
    Rule("initiatives.*.capital", "staff", TECHNOLOGY),
    Rule("initiatives.*.delivery", "staff", TECHNOLOGY),
    Rule("initiatives.*.running_per_month", "staff", TECHNOLOGY),
    Rule("initiatives.*.renewal_cost", "staff", TECHNOLOGY),
    Rule("initiatives.*.adoption.training.cost", "staff", TECHNOLOGY),
    Rule("initiatives.*.adoption.involvement.cost", "staff", TECHNOLOGY),
    Rule("initiatives.*.help.capital", "staff", TECHNOLOGY),
    Rule("initiatives.*.help.delivery", "staff", TECHNOLOGY),
    Rule("initiatives.*.help.days.*", "staff", TECHNOLOGY),
    Rule("initiatives.*.parallel.running_per_month", "staff", TECHNOLOGY),
    Rule("initiatives.*.parallel.skill_days.*", "staff", TECHNOLOGY),
    Rule("initiatives.*.skill_days.*", "staff", TECHNOLOGY),
    Rule("initiatives.*.grant.cap", "staff", TECHNOLOGY),
    Rule("money.budgets.*.amount", "staff", TECHNOLOGY),
    Rule("money.budgets.*.carry_cap", "staff", TECHNOLOGY),
    Rule("money.budgets.*.credit.limit", "staff", TECHNOLOGY),
    Rule("systems.*.capacity_per_day", "staff"),
    Rule("systems.*.refresh.cost", "staff", TECHNOLOGY),
    Rule("systems.*.subscription.minimum", "staff", TECHNOLOGY),
    Rule("systems.*.subscription.exit_cost", "staff", TECHNOLOGY),
    Rule("integrations.*.link_capital", "staff", TECHNOLOGY),
    Rule("integrations.*.link_monthly", "staff", TECHNOLOGY),
    Rule("initiatives.*.hub.capital_per_system", "staff", TECHNOLOGY),
    Rule("initiatives.*.hub.monthly_per_system", "staff", TECHNOLOGY),
    Rule("initiatives.*.financing.monthly_price", "staff", TECHNOLOGY),
    Rule("controls.*.audit_cost", "staff", TECHNOLOGY),
    Rule("threats.*.secondary.*.loss", "revenue", SEVERITY),
    Rule("profile.records", "staff"),
    Rule("money.loans.*.balance", "revenue"),
    Rule("money.credit_line.limit", "revenue"),
    Rule("money.cash_floor.amount", "revenue"),
    Rule("money.risk.floor", "staff", TECHNOLOGY),
    Rule("money.indifference", "revenue"),
)
#: Amounts and volumes that stay on purpose: wages and the terms of contracts do not follow the size of the firm, a
#: project that is larger overruns more, and as many systems need as many repairers.
STAYS = (
    "skills.*.outside.day_price",
    "risk_classes.*.per_doubling.reference",
    "people.*.monthly_cost",
    "people.*.hires.*.step_seats",
    "repairers.*.number",
    "insurance.retention",
    "insurance.event_limit",
    "insurance.annual_limit",
    "insurance.sublimits.*",
    "systems.*.subscription.per_item",
    "systems.*.subscription.per_customer",
    "threats.*.breach.*",
    "initiatives.*.effects.*",
    "futures.*.changes.*",
)
#: A goal's target and tolerance are measured in its KPI.
KPI_BASIS = {
    **dict.fromkeys(("revenue", "gross_margin", "profit", "cash", "valuation", "shelfware"), "revenue"),
    "customers": "staff",
    "cost_to_serve": "price",
}
EFFECT = re.compile(r"(?:initiatives|futures)\.[^.]+\.(?:effects|changes)\.(.+)\.add(?:\..+)?$")
KEPT = {"origin", "weights", "beta"}
SCALAR = re.compile(r"[^\s,\[\]{}#]+(?: (?:to [^\s,\[\]{}#]+|%))*")
COMMENT = re.compile(r"(?:^| +)#.*$")
HOW_TO_READ = "# How to read a number"


@dataclass(frozen=True)
class Size:
    """Staff (seats) and yearly revenue (currency of the scenario) of a business."""

    staff: int
    revenue: float


def size_of(data: Mapping[str, Any]) -> Size:
    """Size of the business that plain data state: seats, and the revenue of its first year by the means of the file,
    without growth, waits and failures.

    Raises ProblemsFound when the data are no scenario.
    """
    from scenarios.review import items_a_day, means
    from sim.derived import lost_path
    from sim.world import Scenario

    world = Scenario.model_validate(data)
    days, mean = 12.0 * float(world.profile.working_days_per_month), means(world)
    revenue = 0.0
    for name, process in world.processes.items():
        served = sum(items_a_day(world, name)) * (1.0 - mean[lost_path(world, name)]) * (1.0 - process.no_show.mean)
        revenue += days * served * process.item_revenue.mean
    return Size(sum(role.seats for role in world.people.values()), revenue)


def scaled(text: str, employees: int | None, revenue: float | None) -> str:
    """The text of a scenario at another size; what is None goes along with the other.

    Raises ProblemsFound for a size that the scenario cannot have: fewer people than roles, or a business fifty times
    smaller or larger.
    """
    document = read_yaml(text)
    own = size_of(document.data)
    _possible(own, len(document.data["people"]), employees, revenue)
    staff = employees / own.staff if employees is not None else (revenue or own.revenue) / own.revenue
    money = revenue / own.revenue if revenue is not None else staff
    target = Size(max(len(document.data["people"]), round(own.staff * staff)), own.revenue * money)
    factors = {"staff": target.staff / own.staff, "revenue": money, "price": money / (target.staff / own.staff)}
    seats = apportion({name: float(role["headcount"]) for name, role in document.data["people"].items()}, target.staff)
    lines = text.splitlines()
    written = dict[int, list[str]]()
    for path, value in reversed(list(_leaves(document.data, ""))):
        new = _rewritten(path, value, document, factors, seats)
        if new is not None and new != str(value):
            _replace(lines, document, path, new, written)
    return "\n".join([*_header(own, target, factors, document.data), *_body(lines, written)]) + "\n"


def apportion(seats: Mapping[str, float], total: int) -> dict[str, int]:
    """Whole seats in proportion, at least one each, by largest remainders.

    >>> apportion({"till": 5, "adviser": 7, "it": 2}, 28)
    {'till': 10, 'adviser': 14, 'it': 4}
    >>> apportion({"till": 5, "adviser": 7, "it": 2}, 4)
    {'till': 1, 'adviser': 2, 'it': 1}
    """
    given = dict.fromkeys(seats, 1)
    whole = sum(seats.values())
    while sum(given.values()) < total:
        short = max(seats, key=lambda name: seats[name] / whole * total - given[name])
        given[short] += 1
    return given


def _possible(own: Size, roles: int, employees: int | None, revenue: float | None) -> None:
    problems = []
    if employees is not None and not roles <= employees <= 50 * own.staff:
        problems.append(
            Problem("--employees", f"the scenario has {roles} roles and {own.staff} seats", employees,
                    f"{roles} to {50 * own.staff}")
        )  # fmt: skip
    if revenue is not None and not own.revenue / 50 <= revenue <= 50 * own.revenue:
        problems.append(
            Problem("--revenue", f"the scenario earns about {own.revenue:,.0f} a year", f"{revenue:,.0f}",
                    f"{own.revenue / 50:,.0f} to {50 * own.revenue:,.0f}")
        )  # fmt: skip
    if problems:
        raise ProblemsFound(problems)


def _leaves(data: Any, at: str) -> Iterator[tuple[str, Any]]:
    """Path and value of every scalar, in the order of the text."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _leaves(value, f"{at}.{key}" if at else str(key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from _leaves(value, f"{at}.{i}")
    else:
        yield at, data


def _rewritten(
    path: str, value: Any, document: Document, factors: Mapping[str, float], seats: Mapping[str, int]
) -> str | None:
    """The value at its new size as text; None where it stays."""
    if path.rpartition(".")[2] in KEPT or any(part in KEPT for part in path.split(".")[-2:-1]):
        return None
    if path.startswith("goals."):
        name, _, field = path.removeprefix("goals.").partition(".")
        basis = KPI_BASIS.get(str(document.data["goals"][name].get("kpi")))
        return times(value, factors[basis]) if basis and field in ("target", "tolerance") else None
    rule = rule_of(path)
    if rule is None:
        return None
    if rule.basis == "seats":
        return str(seats[path.split(".")[1]]) if not EFFECT.match(path) else None
    if rule.basis == "hires":
        return _whole_steps(path, float(value), document, factors["staff"])
    if rule.basis == "customers":
        return str(max(1, round(float(times(value, factors["staff"])))))
    return times(value, factors[rule.basis] ** rule.power)


def _whole_steps(path: str, seats: float, document: Document, factor: float) -> str:
    """Planned seats at the new size, in whole steps and one at least: what is left out is left out by steps."""
    _, role, _, name, _ = path.split(".")
    step = float(document.data["people"][role]["hires"][name].get("step_seats", 1.0))
    return f"{max(1, round(seats * factor / step)) * step:g}"


def rule_of(path: str) -> Rule | None:
    """How the number at a path grows; of an amount that an effect adds, the rule of what it is added to."""
    found = EFFECT.match(path)
    target = found[1] if found else path
    if re.match(r"(initiatives|futures)\.[^.]+\.(effects|changes)\.", target):
        return None  # factors
    for rule in RULES:
        if fnmatchcase(target, rule.pattern) or fnmatchcase(target, f"{rule.pattern}.*"):
            return rule
    return None


def times(value: Any, factor: float) -> str:
    """A number or an interval as written, times a factor, to three digits.

    >>> times("8k to 15k", 2.5), times(0.3, 2), times("12 %", 3), times(1675, 1.1)
    ('20k to 37.5k', '0.6', '36 %', '1840')
    """
    if factor == 1.0:
        return str(value)
    return " to ".join(_times(part, factor) for part in str(value).split(" to "))


def _times(text: str, factor: float) -> str:
    found = NUMBER.match(text)
    if not found:
        return text
    suffix = found[2]
    number = float(found[1].replace(",", "").replace("_", "")) * factor
    if suffix.lower() in ("k", "m") and not 0.1 <= abs(number) < 10_000:
        number, suffix = number * SUFFIXES[suffix.lower()], ""
    rounded = 0.0 if number == 0.0 else round(number, 2 - math.floor(math.log10(abs(number))))
    shown = f"{rounded:.10f}".rstrip("0").rstrip(".")
    return f"{shown} %" if suffix == "%" else f"{shown}{suffix}"


def _replace(lines: list[str], document: Document, path: str, new: str, written: dict[int, list[str]]) -> None:
    place = document.values[path]
    line = lines[place.line - 1]
    found = SCALAR.match(line, place.column - 1)
    if found is None:
        raise ValueError(f"{path}: no number in line {place.line}: {line}")
    lines[place.line - 1] = line[: found.start()] + new + line[found.end() :]
    written.setdefault(place.line - 1, []).insert(0, found[0])


def _header(own: Size, target: Size, factors: Mapping[str, float], data: Mapping[str, Any]) -> list[str]:
    currency = data["profile"]["currency"]
    staff, revenue = factors["staff"], factors["revenue"]
    lines = [
        f"{data['title']}, scaled to {target.staff} seats and {target.revenue:,.0f} {currency} of revenue a year",
        f"(from {own.staff} seats and {own.revenue:,.0f} {currency}, by the means of the file).",
        "",
        "A line whose numbers were changed says what they were. Volumes grow with the staff, item revenue with the "
        "revenue a head, budgets and everything technical as below; times, shares and wages stay. Read it through: "
        "your own figures are better than scaled ones. Story and remarks still speak of the business as it was.",
        *(f"- {reason}" for reason in REASONS.values()),
    ]
    if not 0.5 <= factors["price"] <= 2.0:
        lines.append(f"CAUTION: revenue a head is {revenue / staff:.2f} times that of the library's business.")
    wrapped = (part for line in lines for part in textwrap.wrap(line, 118, subsequent_indent="  ") or [""])
    return [f"# {line}".rstrip() for line in wrapped] + ["#"]


def _body(lines: list[str], written: Mapping[int, list[str]]) -> Iterator[str]:
    """The text without comments that speak of the business as it was; explanations of fields stay."""
    begin = next((i for i, line in enumerate(lines) if line.startswith(HOW_TO_READ)), 0)
    for i, line in enumerate(lines[begin:], begin):
        if line.startswith("#"):
            yield line
            continue
        bare = COMMENT.sub("", line)
        if bare.strip() or not line.strip():
            yield f"{bare}  # was {', '.join(written[i])}" if i in written else bare
