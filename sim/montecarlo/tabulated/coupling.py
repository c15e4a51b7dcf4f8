"""What two initiatives share in the simulation, so that the worth of both together is not the sum of both.

Conservative: what is not understood couples everything. An initiative has a *token* for each state that it touches;
initiatives with a common token are one unit. Tokens of states that work on each other are joined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.montecarlo.structures import Layout
from sim.montecarlo.tabulated.alone import LINEAR, THINNED_BY, Alone, Column
from sim.montecarlo.tabulated.understood import strange_fields
from sim.parameters import Parameters

BUSINESS, CYBER, EVERYTHING, READINESS, SKILLS = "business", "cyber", "everything", "readiness", "skill levels"
OPERATED = ("people", "processes", "profile", "market", "integrations", "stock", "providers")
"""First words of paths that feed demand, lines, staff or customers: all one state."""


@dataclass(frozen=True)
class Separation:
    """How the worth of a roadmap falls apart.

    units: initiatives by number, whose joint flows the kernel computes. threats: by number, thinned by several units
    and computed apart. systems: by number, refreshed by several and computed apart. shared: token -> initiatives by
    number that it couples, two or more.
    """

    units: tuple[tuple[int, ...], ...]
    threats: tuple[int, ...]
    systems: tuple[int, ...]
    shared: dict[str, tuple[int, ...]]


def separate(table: Parameters, lay: Layout, values: Column, by_schedule: bool) -> Separation:
    """Units of initiatives, and what is computed apart from them.

    by_schedule: delivery is looked up by what it turns out to be; else scarce days and requirements couple too.
    """
    view = _View(table, lay, values, by_schedule)
    tokens: dict[str, set[int]] = {}
    for i, name in enumerate(view.world.initiatives):
        for token in view.tokens(name):
            tokens.setdefault(token, set()).add(i)
    parent: dict[str, str] = {}

    def root(token: str) -> str:
        while parent.get(token, token) != token:
            token = parent[token]
        return token

    for one, other in view.joined():
        parent[root(other)] = root(one)
    joined: dict[str, set[int]] = {}
    for token, members in tokens.items():
        joined.setdefault(root(token), set()).update(members)
    n = len(view.world.initiatives)
    everyone = any(token == root(EVERYTHING) for token in joined)
    label = list(range(n))
    for members in [set(range(n))] if everyone else list(joined.values()):
        first = min(label[i] for i in members)
        old = {label[i] for i in members}
        label = [first if one in old else one for one in label]
    units = tuple(tuple(i for i in range(n) if label[i] == one) for one in sorted(set(label)))
    shared = {token: tuple(sorted(members)) for token, members in joined.items() if len(members) > 1}
    return Separation(units, view.threats, view.systems, shared)


class _View(Alone):
    """The scenario with the tokens of its initiatives."""

    def __init__(self, table: Parameters, lay: Layout, values: Column, by_schedule: bool) -> None:
        super().__init__(table, lay, values, apart=by_schedule)
        self.by_schedule = by_schedule
        self.strange = strange_fields(self.world)
        self.thinned = {list(self.world.threats)[h] for h in self.threats}
        self.worn = {list(self.world.systems)[y] for y in self.systems}

    def tokens(self, name: str) -> Iterator[str]:
        """States that an initiative touches."""
        one, world = self.world.initiatives[name], self.world
        for path in one.effects:
            yield from self._of_path(path)
        yield from (f"system {y}" for y in one.refreshes if y not in self.worn)
        for y in (*one.subscribes, *one.cancels):
            yield from (BUSINESS, f"system {y}")
        if one.hub is not None:
            yield BUSINESS
        if any(name in control.brought_by for control in world.controls.values()):
            yield CYBER
        if self.ready and one.needs_readiness:
            yield READINESS
        if one.difficulty and any(path.startswith("skills.") for path in self.effects):
            yield SKILLS
        if world.momentum is not None or self.strange:
            yield EVERYTHING
        if any(path.startswith(f"initiatives.{name}.") for path in self.effects):
            yield f"initiative {name}"
        if self._takes_capacity(name):
            yield BUSINESS
        if not self.by_schedule:
            yield from self._delivery(name)

    def joined(self) -> Iterator[tuple[str, str]]:
        """Pairs of tokens that are one state, for one works on the other."""
        world, lay = self.world, self.lay
        if set(world.threats) - self.alone:
            yield BUSINESS, CYBER
        for y, (name, system) in enumerate(world.systems.items()):
            bound = (system.subscription, system.capacity_per_day, system.provider)
            if lay.work.step_needs[:, y].any() or any(one is not None for one in bound):
                yield BUSINESS, f"system {name}"
            if lay.ageing.sensitivity_slot >= 0:
                yield BUSINESS, f"system {name}"
            if system.support_ends_month is not None:
                for threat, terms in world.threats.items():
                    if name in terms.hits:
                        yield CYBER if threat not in self.alone else f"threat {threat}", f"system {name}"
            for other, beside in world.systems.items():
                if other != name and system.repairer is not None and system.repairer == beside.repairer:
                    yield f"system {other}", f"system {name}"

    def _of_path(self, path: str) -> Iterator[str]:
        """Tokens of a number that an effect changes."""
        kind, _, rest = path.partition(".")
        part, _, field = rest.partition(".")
        if self.adds_up(path):
            return
        if path in LINEAR or (kind in ("people", "systems") and field == "monthly_cost"):
            yield f"number {path}"
        if kind == "threats" and part in self.thinned and field in THINNED_BY:
            return
        if kind == "threats":
            yield f"threat {part}" if part in self.alone else CYBER
        elif kind in ("controls", "insurance"):
            yield CYBER
        elif kind == "systems":
            yield f"system {part}"
        elif kind == "repairers":
            yield from (f"system {name}" for name, one in self.world.systems.items() if one.repairer == part)
        elif kind == "initiatives":
            yield f"initiative {part}"
        elif kind == "readiness":
            yield READINESS
        elif kind == "skills":
            yield SKILLS
        else:
            yield BUSINESS if kind in OPERATED else EVERYTHING

    def _takes_capacity(self, name: str) -> bool:
        """Whether it takes days or pace of a role on whose line the cash flow depends."""
        one, world, roles = self.world.initiatives[name], self.world, list(self.world.people)
        counts = {role for role, counted in zip(roles, self.lay.work.role_counts, strict=True) if counted}
        beside = () if one.parallel is None else one.parallel.skill_days
        takes = {world.skills[skill].role for skill in (*one.skill_days, *beside)}
        if one.adoption is not None and (one.adoption.training is not None or one.adoption.involvement is not None):
            takes |= set(one.adoption.roles)
        if one.dip is not None:
            takes |= set(one.dip.roles)
        return bool(takes & counts)

    def _delivery(self, name: str) -> Iterator[str]:
        """Scarce days and requirements, where delivery is not looked up by what it turns out to be."""
        one, world = self.world.initiatives[name], self.world
        beside = {} if one.parallel is None else one.parallel.skill_days
        for skill in {*one.skill_days, *beside}:
            asked = 0.0
            for other in world.initiatives.values():
                more = 0.0 if other.parallel is None else other.parallel.skill_days.get(skill, 0.0)
                asked += other.own_days(skill) + more
            if asked > world.skills[skill].most_days:
                yield f"days of {skill}"
        for terms in world.initiatives.values():
            if any(rule.initiative == name for rule in terms.requires):
                yield f"requirement {name}"
        yield from (f"requirement {rule.initiative}" for rule in one.requires)
