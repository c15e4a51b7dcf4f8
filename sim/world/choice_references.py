"""Names and contradictions in what the planner has decided or asks of the choice."""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import Problem
from sim.world.lookup import block, items, names, unknown

LOADS = {"departments": "department", "owners": "owner", "vendors": "vendor"}
PERIOD = 3


def choice_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Every name that points nowhere and every contradiction of `selection`, `pins`, `blackouts`, `quick_wins`,
    `departments`, `owners` and `vendors`."""
    for check in (_loads, _selection, _pins, _blackouts, _quick_wins):
        yield from check(data)


def _loads(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Who is named bears a limit, and whose limit is stated is named."""
    named: dict[str, set[str]] = {plural: set() for plural in LOADS}
    for name, initiative in items(data, "initiatives"):
        at = f"initiatives.{name}"
        for i, department in enumerate(names(initiative.get("departments"))):
            named["departments"].add(department)
            yield from unknown("department", department, block(data, "departments"), f"{at}.departments.{i}")
        for plural, kind in (("owners", "owner"), ("vendors", "vendor")):
            who = initiative.get(kind)
            if isinstance(who, str):
                named[plural].add(who)
            yield from unknown(kind, who, block(data, plural), f"{at}.{kind}")
    for plural, kind in LOADS.items():
        for name in block(data, plural):
            if name not in named[plural]:
                field = "departments" if kind == "department" else kind
                yield Problem(
                    path=f"{plural}.{name}",
                    value=str(name),
                    message=f"the limit changes nothing: no initiative names this {kind}",
                    hint=f"name it as `{field}` of an initiative, or remove it",
                )


def _decided(data: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """Initiatives that must be in, and those that must stay out."""
    inside = {name for name, one in items(data, "initiatives") if one.get("mandatory") is True}
    inside |= {name for name, pin in items(data, "pins") if isinstance(pin.get("start_month"), int)}
    return inside, {name for name, pin in items(data, "pins") if pin.get("out") is True}


def _selection(data: Mapping[str, Any]) -> Iterator[Problem]:
    candidates = block(data, "initiatives")
    inside, out = _decided(data)
    groups = [(f"selection.{name}", f"selection.{name}.members", one.get("rule"), names(one.get("members")))
              for name, one in items(data, "selection")]  # fmt: skip
    pinned = {name for name, pin in items(data, "pins") if isinstance(pin.get("start_month"), int)}
    groups += [
        (f"exclusive.{name}", f"exclusive.{name}", "at_most_one", names(members))
        for name, members in block(data, "exclusive").items()
        if pinned.intersection(names(members))  # mandatory ones alone are reported with the other exclusive groups
    ]
    for path, at, rule, members in groups:
        if path.startswith("selection."):
            for i, member in enumerate(members):
                yield from unknown("initiative", member, candidates, f"{at}.{i}")
            if len(set(members)) < len(members):
                twice = next(name for name in members if members.count(name) > 1)
                yield Problem(at, f"{twice} is named twice", twice, "name it once")
            if members and len(set(members)) < 2 and rule in ("at_most_one", "all_or_none"):
                message = "a group of one binds nothing"
                yield Problem(at, message, ", ".join(members), "name at least two initiatives")
        must, may_not = [m for m in members if m in inside], [m for m in members if m in out]
        if rule in ("at_most_one", "exactly_one") and len(must) > 1:
            message = f"{' and '.join(must)} are mandatory or pinned, but one of the group may be chosen"
            yield Problem(path, message, ", ".join(must), "make one of them optional, or take it out of the group")
        if rule in ("exactly_one", "at_least_one") and members and len(may_not) == len(members):
            message = "every initiative of the group is pinned out, but one must be chosen"
            yield Problem(path, message, ", ".join(may_not), "unpin one of them")
        if rule == "all_or_none" and must and may_not:
            message = f"{must[0]} must be chosen and {may_not[0]} is pinned out, but the group is chosen as a whole"
            yield Problem(path, message, f"{must[0]}, {may_not[0]}", "unpin one of them")


def _pins(data: Mapping[str, Any]) -> Iterator[Problem]:
    candidates = block(data, "initiatives")
    planning, period = data.get("planning_months", 48), data.get("period_months", PERIOD)
    inside, out = _decided(data)
    for name, pin in items(data, "pins"):
        at = f"pins.{name}"
        yield from unknown("initiative", name, candidates, at)
        one, month = block(candidates, name), pin.get("start_month")
        if pin.get("out") is True and one.get("mandatory") is True:
            yield Problem(f"{at}.out", f"{name} is mandatory and pinned out", name, "drop one of both")
        if not isinstance(month, int) or not isinstance(period, int) or not isinstance(planning, int) or period < 1:
            continue
        last = (planning - 1) // period * period
        nearest = min(max(0, round(month / period) * period), last)
        if month > planning - 1:
            message = f"{name} is pinned past the last month in which anything may start"
            yield Problem(f"{at}.start_month", message, month, f"0 to {last}")
        elif month % period:
            message = f"month {month} is not the first of a planning period of {period} months"
            yield Problem(f"{at}.start_month", message, month, f"the nearest is {nearest}")
        earliest = one.get("earliest_month", 0)
        if isinstance(earliest, int) and month < earliest:
            message = f"{name} is pinned to a month before the earliest in which it may start"
            yield Problem(f"{at}.start_month", message, month, f"at least {earliest}")
    for name in inside:
        requires = block(candidates, name).get("requires")
        for rule in requires if isinstance(requires, (list, tuple)) else ():
            other = rule.get("initiative") if isinstance(rule, Mapping) else None
            if other in out:
                message = f"{name} must be chosen and requires {other}, which is pinned out"
                yield Problem(f"pins.{other}.out", message, other, f"unpin {other}, or make {name} optional")


def _blackouts(data: Mapping[str, Any]) -> Iterator[Problem]:
    for name, blackout in items(data, "blackouts"):
        for i, one in enumerate(names(blackout.get("initiatives"))):
            yield from unknown("initiative", one, block(data, "initiatives"), f"blackouts.{name}.initiatives.{i}")
        for i, one in enumerate(names(blackout.get("departments"))):
            yield from unknown("department", one, block(data, "departments"), f"blackouts.{name}.departments.{i}")


def _quick_wins(data: Mapping[str, Any]) -> Iterator[Problem]:
    period, planning = data.get("period_months", PERIOD), data.get("planning_months", 48)
    for name, rule in items(data, "quick_wins"):
        among = names(rule.get("among"))
        for i, one in enumerate(among):
            yield from unknown("initiative", one, block(data, "initiatives"), f"quick_wins.{name}.among.{i}")
        least, number = rule.get("least", 1), len(set(among)) if among else len(block(data, "initiatives"))
        if isinstance(least, int) and least > number:
            message = f"{least} must be finished, but only {number} count"
            yield Problem(f"quick_wins.{name}.least", message, least, f"at most {number}")
        month = rule.get("by_month")
        if not (isinstance(month, int) and isinstance(period, int) and isinstance(planning, int)):
            continue
        if month < period:
            message = (
                f"month {month} lies before the end of the first period: work is planned in periods of {period} months"
            )
            yield Problem(f"quick_wins.{name}.by_month", message, month, f"at least {period}")
        elif month > planning:
            message = f"the planning months end at {planning}"
            yield Problem(f"quick_wins.{name}.by_month", message, month, f"at most {planning}")
