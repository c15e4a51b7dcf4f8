"""Who requires, excludes or resembles whom: what a change of one initiative drags along."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from optimize.periods import Starts
from optimize.problem import RoadmapProblem
from sim.world import Scenario


class Structure:
    """The rules of a problem between initiatives, worked out once.

    starts: periods in which each initiative may start, by its window, pins and blackouts; windows: from the first to
    the last of them. closed: periods of its window that blackouts close. mandatory: what must be in the roadmap, by
    itself or by a pin.
    """

    def __init__(self, problem: RoadmapProblem) -> None:
        self.problem = problem
        self.names = tuple(initiative.id for initiative in problem.initiatives)
        self.pinned_out = frozenset(pin.initiative for pin in problem.pins if pin.start is None)
        pinned = {pin.initiative: pin.start for pin in problem.pins if pin.start is not None}
        mandatory = frozenset(initiative.id for initiative in problem.initiatives if initiative.mandatory)
        self.mandatory = mandatory | frozenset(pinned)
        closed: dict[str, set[int]] = {}
        for blackout in problem.blackouts:
            for name, periods in blackout.closed.items():
                closed.setdefault(name, set()).update(periods)
        self.starts = {
            one.id: tuple(
                t
                for t in problem.window(one)
                if one.id not in self.pinned_out and t == pinned.get(one.id, t) and t not in closed.get(one.id, ())
            )
            for one in problem.initiatives
        }
        self.closed = {
            one.id: tuple(t for t in problem.window(one) if t in closed.get(one.id, ()) and one.id not in pinned)
            for one in problem.initiatives
        }
        self.windows = {
            one.id: range(self.starts[one.id][0], self.starts[one.id][-1] + 1) if self.starts[one.id] else range(0)
            for one in problem.initiatives
        }

    @cached_property
    def needs(self) -> dict[str, tuple[str, ...]]:
        """All that each initiative requires, step by step, in the order of the problem."""
        return {name: self._reach(name, "initiative", "requires") for name in self.names}

    @cached_property
    def dependents(self) -> dict[str, tuple[str, ...]]:
        """All that require each initiative, step by step."""
        return {name: self._reach(name, "requires", "initiative") for name in self.names}

    @cached_property
    def rivals(self) -> dict[str, frozenset[str]]:
        """All that each initiative excludes."""
        found: dict[str, set[str]] = {name: set() for name in self.names}
        alternatives = [group.members for group in self.problem.exclusive]
        alternatives += [one.members for one in self.problem.groups if one.rule in ("at_most_one", "exactly_one")]
        for members in alternatives:
            for member in members:
                found[member] |= set(members) - {member}
        return {name: frozenset(others) for name, others in found.items()}

    @cached_property
    def partners(self) -> dict[str, tuple[str, ...]]:
        """All that each initiative is chosen with or not at all, by groups of all or none, step by step."""
        found: dict[str, set[str]] = {name: {name} for name in self.names}
        for group in self.problem.groups:
            if group.rule == "all_or_none":
                joined = set().union(*(found[name] for name in group.members))
                for name in joined:
                    found[name] = joined
        return {name: tuple(one for one in self.names if one in others - {name}) for name, others in found.items()}

    def _reach(self, name: str, here: str, there: str) -> tuple[str, ...]:
        found: set[str] = set()
        stack = [name]
        while stack:
            at = stack.pop()
            for rule in self.problem.requires:
                other = getattr(rule, there)
                if getattr(rule, here) == at and other not in found:
                    found.add(other)
                    stack.append(other)
        return tuple(one for one in self.names if one in found)

    def earliest(self, name: str, roadmap: Starts) -> int:
        """First period in which it may start by its own starts and by the requirements that are in the roadmap; one
        outside its starts if there is none."""
        ready = [
            roadmap[rule.requires] + self.problem.delay(rule)
            for rule in self.problem.requires
            if rule.initiative == name and rule.requires in roadmap
        ]
        first = max([self.windows[name].start, *ready])
        return next((t for t in self.starts[name] if t >= first), first)

    def complete(self, roadmap: Starts, names: Iterable[str]) -> dict[str, int] | None:
        """The roadmap with these initiatives and all that they require, each at its earliest start.

        None if windows leave no room for one of them, or if two of the result exclude each other.
        """
        done = dict(roadmap)
        wanted = list(names)
        missing = {other for name in wanted for other in (*self.needs[name], name)} - set(done)
        while missing:
            ready = [one for one in self.names if one in missing and not missing.intersection(self.needs[one])]
            for one in ready:
                start = self.earliest(one, done)
                if start not in self.starts[one] or self.rivals[one].intersection(done):
                    return None
                done[one] = start
            missing -= set(ready)
        return done

    def missing(self, name: str, roadmap: Starts) -> list[str]:
        """What the roadmap lacks to hold an initiative: itself, what it is bound to, and all that these require; what
        is required comes first."""
        bound = (name, *self.partners[name])
        lacking = {other for one in bound for other in (one, *self.needs[one]) if other not in roadmap}
        ordered = [one for one in (*self.needs[name], name) if one in lacking]
        ordered += [one for one in self.names if one in lacking and one not in ordered]
        return sorted(ordered, key=lambda one: len(self.needs[one]))

    def without(self, roadmap: Starts, names: Iterable[str]) -> dict[str, int]:
        """The roadmap without these initiatives and all that require them."""
        gone = {other for name in names for other in (name, *self.dependents[name])}
        return {name: start for name, start in roadmap.items() if name not in gone}


def relations(scenario: Scenario, structure: Structure) -> dict[tuple[str, str], bool]:
    """Pairs that may be chosen together -> whether they share what could make them interact.

    Shared: a parameter that both change, the people who do, adopt or bear the work, a skill that the one raises and the
    other asks for, a number of the one that the other changes, momentum if the scenario has it, the readiness that the
    one raises and the other needs, a system, those who repair it, the threats and systems that an outage joins, a
    requirement in common. A pair of which one requires the other is left out: the value of the one is measured beside
    the other.
    """
    families = {name: frozenset(_families(scenario, name)) for name in structure.names}
    needs = structure.needs
    pairs = {}
    for i, first in enumerate(structure.names):
        for second in structure.names[i + 1 :]:
            if second in structure.rivals[first] or first in needs[second] or second in needs[first]:
                continue
            common = families[first] & families[second] or set(needs[first]) & set(needs[second])
            pairs[first, second] = bool(common)
    return pairs


def _families(scenario: Scenario, name: str) -> Iterable[str]:
    """What an initiative touches."""
    initiative = scenario.initiatives[name]
    yield f"initiatives.{name}"
    beside = () if initiative.parallel is None else initiative.parallel.skill_days
    for skill in (*initiative.skill_days, *beside):
        yield f"people.{scenario.skills[skill].role}"
    yield from (f"skills.{skill}" for skill in initiative.difficulty)
    if scenario.momentum is not None:
        yield "momentum"
    if initiative.needs_readiness:
        yield "readiness"
    for block in (initiative.adoption, initiative.dip):
        for role in block.roles if block is not None else ():
            yield f"people.{role}"
    for system in initiative.refreshes:
        yield f"systems.{system}"
        yield from _repaired_by(scenario, system)
        yield from (f"threats.{threat}" for threat, one in scenario.threats.items() if system in one.hits)
    if initiative.hub is not None:
        yield "links"
    for control, terms in scenario.controls.items():
        if name in terms.brought_by:
            yield from _of_path(scenario, f"controls.{control}.coverage")
    for path in initiative.effects:
        yield from _of_path(scenario, path)


def _of_path(scenario: Scenario, path: str) -> Iterable[str]:
    """The families of a parameter: itself and the part of the business that it belongs to."""
    yield path
    kind, _, rest = path.partition(".")
    part = rest.partition(".")[0]
    if kind in ("people", "skills", "systems", "threats", "processes", "initiatives", "integrations"):
        yield f"{kind}.{part}"
    if kind in ("threats", "controls"):
        yield "insurance"
        for threat in _threats(scenario, kind, part):
            yield f"threats.{threat}"
            yield from (f"systems.{system}" for system in scenario.threats[threat].hits)
    if kind == "repairers":
        yield f"repairers.{part}"
        yield from (f"systems.{name}" for name, one in scenario.systems.items() if one.repairer == part)
    if kind == "systems":
        yield from _repaired_by(scenario, part)
        yield from (f"threats.{threat}" for threat, one in scenario.threats.items() if part in one.hits)
    if kind in ("insurance", "readiness"):
        yield kind
    if kind == "integrations":
        yield "links"  # a hub makes all of them cheaper
        for process in scenario.integrations[part].crossings:
            yield from _of_path(scenario, f"processes.{process}.lost_share")
    if kind == "processes":
        yield from (f"people.{step.role}" for step in scenario.processes[part].steps.values())


def _repaired_by(scenario: Scenario, system: str) -> Iterable[str]:
    """The family of those who share repairers with a system: an outage of one delays the repair of the others."""
    if scenario.systems[system].repairer is not None:
        yield f"repairers.{scenario.systems[system].repairer}"


def _threats(scenario: Scenario, kind: str, part: str) -> Iterable[str]:
    """The threat itself, or those that a control works against."""
    return (part,) if kind == "threats" else scenario.controls[part].threats or scenario.threats
