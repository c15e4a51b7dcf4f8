"""What does not fit together in the rules of choice, calendar and money: groups, loads, goals, pins, grants, credit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from optimize.parts import (
    Blackout,
    ExclusiveGroup,
    GoalFloor,
    Grant,
    Initiative,
    Outside,
    Pin,
    QuickWin,
    Record,
    SelectionGroup,
    SimultaneousLimit,
)
from sim.errors import Problem, suggest

RULE_PARTS: Final[Mapping[str, type[Record]]] = {
    "groups": SelectionGroup,
    "simultaneous": SimultaneousLimit,
    "outside": Outside,
    "grants": Grant,
    "goals": GoalFloor,
    "quick_wins": QuickWin,
    "pins": Pin,
    "blackouts": Blackout,
}
"""Fields of a problem that this file looks at, and what they hold."""


@dataclass(frozen=True)
class Known:
    """The sound parts of a problem that rules speak of, each part with its path. stated: fields that hold any part."""

    periods: int | None
    ids: Sequence[str]
    initiatives: Mapping[str, Initiative]
    budgets: Sequence[str]
    skills: Sequence[str]
    exclusive: Sequence[tuple[str, ExclusiveGroup]]
    discount: Sequence[Any]
    parts: Mapping[str, Sequence[tuple[str, Any]]]
    stated: Collection[str] = ()
    aims: Collection[str] = ()

    def of(self, field: str) -> Sequence[tuple[str, Any]]:
        return self.parts.get(field, ())

    def window(self, name: str) -> range:
        """Periods in which it may start; empty if that is not known."""
        one = self.initiatives.get(name)
        if one is None or self.periods is None:
            return range(0)
        return range(one.earliest, (self.periods - 1 if one.latest is None else one.latest) + 1)

    def open_starts(self, name: str) -> list[int]:
        """Periods of its window that no blackout closes."""
        closed = {t for _, one in self.of("blackouts") for t in one.closed.get(name, ())}
        return [t for t in self.window(name) if t not in closed]

    def pinned(self) -> dict[str, Pin]:
        """Pin of each initiative that has one."""
        return {pin.initiative: pin for _, pin in self.of("pins")}

    def forced(self) -> set[str]:
        """Initiatives that must be in the roadmap."""
        mandatory = {name for name, one in self.initiatives.items() if one.mandatory}
        return mandatory | {name for name, pin in self.pinned().items() if pin.start is not None}

    def out(self) -> set[str]:
        """Initiatives that are pinned out."""
        return {name for name, pin in self.pinned().items() if pin.start is None}


def found_in_rules(known: Known) -> list[Problem]:
    """Everything that is wrong with these parts, in a fixed order."""
    return [problem for rule in _RULES for problem in rule(known)]


def _names(known: Known) -> Iterator[Problem]:
    """Parts of a kind have different names, a pin or offer is made once, and a name stands once in a list."""
    for field, key in (*((name, "name") for name in ("groups", "simultaneous", "goals", "quick_wins", "blackouts")),
                       ("pins", "initiative"), ("outside", "skill")):  # fmt: skip
        seen: set[str] = set()
        for path, part in known.of(field):
            name = getattr(part, key)
            if name in seen:
                hint = "give each a name of its own" if key == "name" else "state it once"
                yield Problem(f"{path}.{key}", f"{name!r} is used twice", name, hint)
            seen.add(name)
    for field in ("groups", "simultaneous", "quick_wins"):
        for path, part in known.of(field):
            for name, times in Counter(part.members).items():
                if times > 1:
                    yield Problem(f"{path}.members", f"{name!r} is in {part.name!r} twice", name, "name it once")


def _unknown(known: Known) -> Iterator[Problem]:
    """Every initiative, skill and budget that is named exists."""
    mentioned: list[tuple[str, str]] = []
    for field in ("groups", "simultaneous", "quick_wins"):
        for path, part in known.of(field):
            mentioned += [(f"{path}.members.{position}", name) for position, name in enumerate(part.members)]
    for field, inner in (("simultaneous", "load"), ("goals", "contributions"), ("blackouts", "closed")):
        for path, part in known.of(field):
            mentioned += [(f"{path}.{inner}.{name}", name) for name in getattr(part, inner)]
    for field in ("grants", "pins"):
        mentioned += [(f"{path}.initiative", part.initiative) for path, part in known.of(field)]
    for path, name in mentioned:
        if name not in known.ids:
            yield Problem(path, f"no initiative is called {name!r}", name, suggest(name, known.ids))
    for path, part in known.of("outside"):
        if part.skill not in known.skills:
            hint = suggest(part.skill, known.skills)
            yield Problem(f"{path}.skill", f"no skill is called {part.skill!r}", part.skill, hint)
    for path, part in known.of("grants"):
        if part.budget is not None and part.budget not in known.budgets:
            hint = suggest(part.budget, known.budgets)
            yield Problem(f"{path}.budget", f"no budget is called {part.budget!r}", part.budget, hint)
    for path, part in known.of("quick_wins"):
        for name in part.last:
            if name not in part.members:
                hint = suggest(name, part.members)
                yield Problem(f"{path}.last.{name}", f"{name!r} is no member of {part.name!r}", name, hint)
    for path, part in known.of("simultaneous"):
        for name in part.load:
            if name in known.ids and name not in part.members:
                hint = suggest(name, part.members)
                yield Problem(f"{path}.load.{name}", f"{name!r} is no member of {part.name!r}", name, hint)


def _lengths(known: Known) -> Iterator[Problem]:
    """Series by period have one number a period, and periods lie within the horizon."""
    if known.periods is None:
        return
    series = [(f"{path}.at_most", part.at_most) for path, part in known.of("simultaneous")]
    series += [(f"{path}.price", part.price) for path, part in known.of("outside")]
    series += [(f"{path}.at_most", part.at_most) for path, part in known.of("outside")]
    series += [(f"{path}.level", part.level) for path, part in known.of("goals")]
    series += [("discount", known.discount)] if known.discount else []
    for path, numbers in series:
        if len(numbers) != known.periods:
            yield Problem(path, f"has {len(numbers)} numbers", len(numbers), f"one a period: {known.periods}")
    times = [(f"{path}.by", part.by) for path, part in known.of("quick_wins")]
    times += [(f"{path}.last.{name}", t) for path, part in known.of("quick_wins") for name, t in part.last.items()]
    times += [(f"{path}.first", part.first) for path, part in known.of("grants")]
    times += [(f"{path}.last", part.last) for path, part in known.of("grants") if part.last is not None]
    for path, part in known.of("blackouts"):
        times += [(f"{path}.closed.{name}", t) for name, closed in part.closed.items() for t in closed]
    for path, t in times:
        if t >= known.periods:
            yield Problem(path, f"period {t} lies past the horizon", t, f"0 to {known.periods - 1}")
    for path, part in known.of("grants"):
        if part.last is not None and part.first > part.last:
            message = f"the window of the grant opens in period {part.first}, after it closes in {part.last}"
            yield Problem(f"{path}.first", message, part.first, f"0 to {part.last}")


def _effect(known: Known) -> Iterator[Problem]:
    """Grants reach a budget or the worth, and discounting has something to discount."""
    for path, part in known.of("grants"):
        if part.amount > 0.0 and part.budget is None and part.worth == 0.0:
            message = f"the grant to {part.initiative!r} reaches no budget and adds no worth"
            yield Problem(f"{path}.amount", message, part.amount, "state `budget` or `worth`, or drop the grant")
    if known.discount and "outside" not in known.stated:
        message = "has no effect without days bought outside: values and worths are present values already"
        yield Problem("discount", message, None, "state `outside`, or leave `discount` out")


def _goals(known: Known) -> Iterator[Problem]:
    """A goal has a floor in some period, unless it is an aim, and something that adds to it."""
    for path, goal in known.of("goals"):
        if all(level is None for level in goal.level) and f"goal:{goal.name}" not in known.aims:
            yield Problem(
                f"{path}.level",
                f"goal {goal.name!r} has no floor in any period",
                None,
                "state one, make it an aim, or drop it",
            )
        for name, series in goal.contributions.items():
            if not series:
                message = f"{name!r} adds nothing to goal {goal.name!r}"
                yield Problem(f"{path}.contributions.{name}", message, name, "state a number, or leave it out")


def _pins(known: Known) -> Iterator[Problem]:
    """Pins lie in windows that are open, and pin nothing out that must be in."""
    for path, pin in known.of("pins"):
        one = known.initiatives.get(pin.initiative)
        if one is None or known.periods is None:
            continue
        if pin.start is None:
            if one.mandatory:
                message = f"{pin.initiative!r} is mandatory and pinned out"
                yield Problem(f"{path}.start", message, pin.initiative, "drop the pin, or make it optional")
            continue
        window = known.window(pin.initiative)
        if pin.start not in window and len(window):
            message = f"{pin.initiative!r} is pinned to period {pin.start}, outside its window"
            yield Problem(f"{path}.start", message, pin.start, f"{window[0]} to {window[-1]}")
        for _, blackout in known.of("blackouts"):
            if pin.start in blackout.closed.get(pin.initiative, ()):
                message = f"{pin.initiative!r} is pinned to period {pin.start}, which {blackout.name!r} closes for it"
                free = ", ".join(map(str, known.open_starts(pin.initiative))) or "none"
                yield Problem(f"{path}.start", message, pin.start, f"open: {free}")


def _blackouts(known: Known) -> Iterator[Problem]:
    """What must be in the roadmap has an open start."""
    for path, blackout in known.of("blackouts"):
        for name in blackout.closed:
            must = name in known.initiatives and known.initiatives[name].mandatory
            if must and len(known.window(name)) and not known.open_starts(name):
                message = f"no start is open for the mandatory {name!r}"
                yield Problem(f"{path}.closed.{name}", message, name, "open a period, or make it optional")


def _groups(known: Known) -> Iterator[Problem]:
    """What must be in and what must be out leave each group a choice."""
    forced, out = known.forced(), known.out()
    groups = [(path, part.name, part.members, part.rule) for path, part in known.of("groups")]
    pinned = {name for name, pin in known.pinned().items() if pin.start is not None}
    # Mandatory members of an exclusive group alone are reported with the other conflicts of mandatory initiatives.
    groups += [
        (path, part.name, part.members, "at_most_one") for path, part in known.exclusive if pinned & set(part.members)
    ]
    for path, name, members, rule in groups:
        inside = [one for one in dict.fromkeys(members) if one in forced]
        outside = [one for one in dict.fromkeys(members) if one in out]
        if rule in ("at_most_one", "exactly_one") and len(inside) > 1:
            message = f"{' and '.join(inside)} must be chosen, but group {name!r} allows one of them"
            yield Problem(f"{path}.members", message, " ".join(inside), "make at most one of them mandatory or pinned")
        elif rule in ("exactly_one", "at_least_one") and len(outside) == len(set(members)):
            message = f"all of group {name!r} are pinned out, but one must be chosen"
            yield Problem(f"{path}.members", message, " ".join(outside), "unpin one of them")
        elif rule == "all_or_none" and inside and outside:
            message = f"{inside[0]} must be chosen and {outside[0]} is pinned out, but group {name!r} takes all or none"
            yield Problem(f"{path}.members", message, f"{inside[0]} {outside[0]}", "unpin one of them")


def _quick_wins(known: Known) -> Iterator[Problem]:
    """Enough members can finish in time."""
    for path, rule in known.of("quick_wins"):
        members = [name for name in dict.fromkeys(rule.members) if name in known.initiatives]
        if known.periods is None or len(members) < len(set(rule.members)):
            continue
        able = [
            name
            for name in members
            if any(
                t <= rule.last.get(name, rule.by + 1 - known.initiatives[name].duration)
                for t in known.open_starts(name)
            )
        ]
        if len(able) < rule.least:
            message = f"{len(able)} of {', '.join(members)} can finish by the end of period {rule.by}"
            yield Problem(f"{path}.least", f"{message}, {rule.least} must", rule.least, f"at most {len(able)}")


_RULES: Final[tuple[Callable[[Known], Iterator[Problem]], ...]] = (
    _names, _unknown, _lengths, _effect, _goals, _pins, _blackouts, _groups, _quick_wins,
)  # fmt: skip
