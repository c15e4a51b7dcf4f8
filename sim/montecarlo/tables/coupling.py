"""What two initiatives share in the simulation, so that the worth of both together is not the sum of both.

Conservative: what is not understood couples everything. An initiative has a *token* for each state that it touches;
initiatives with a common token are one unit. Tokens of states that work on each other are joined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from sim.montecarlo.changing import may_differ
from sim.montecarlo.structures import Floats, Layout
from sim.parameters import Parameters
from sim.world import Scenario

BUSINESS, CYBER, EVERYTHING, READINESS, SKILLS = "business", "cyber", "everything", "readiness", "skill levels"
THINNED_BY = ("attempts_per_year", "success_probability", "severity")
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


Column = Callable[[int], Floats]
"""Values of a slot in the draws, before effects."""


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
    return Separation(units, view.thinned, view.refreshed, shared)


class _View:
    """The scenario as the analysis asks about it."""

    def __init__(self, table: Parameters, lay: Layout, values: Column, by_schedule: bool) -> None:
        self.table, self.lay, self.values, self.by_schedule = table, lay, values, by_schedule
        self.world: Scenario = table.scenario
        self.effects: dict[str, list[tuple[str, str]]] = {}  # path -> (initiative, kind)
        for name, one in self.world.initiatives.items():
            for path, change in one.effects.items():
                self.effects.setdefault(path, []).append((name, "add" if change.multiply is None else "multiply"))
        self.turned = {path for future in self.world.futures.values() for path in future.changes}
        self.ready = any(path.startswith("readiness.") for path in self.effects)
        systems, threats = list(self.world.systems), list(self.world.threats)
        apart = [y for y, name in enumerate(systems) if by_schedule and self._wears_alone(name, y)]
        self.refreshed = tuple(y for y in apart if len(self._refreshing(systems[y])) > 1)
        alone = [h for h, name in enumerate(threats) if self._strikes_alone(name)]
        self.alone = {threats[h] for h in alone}
        self.thinned = tuple(h for h in alone if by_schedule and self._thins(threats[h]))
        self.apart = {threats[h] for h in self.thinned}

    def tokens(self, name: str) -> Iterator[str]:
        """States that an initiative touches."""
        one, world = self.world.initiatives[name], self.world
        for path in one.effects:
            yield from self._of_path(path)
        systems = list(world.systems)
        yield from (f"system {y}" for y in one.refreshes if systems.index(y) not in self.refreshed)
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
        if world.momentum is not None:
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
        if self._adds_up(path):
            return
        if path in LINEAR or (kind in ("people", "systems") and field == "monthly_cost"):
            yield f"number {path}"
        if kind == "threats" and part in self.apart and field in THINNED_BY:
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

    def _adds_up(self, path: str) -> bool:
        """Whether the number enters the flows in proportion, and its effects only add and are nowhere clipped."""
        if not self._proportional(path) or path in self.turned:
            return False
        if any(kind != "add" for _, kind in self.effects[path]):
            return False
        slot = self.table.slot[path]
        low = high = self.values(slot)
        for name, _ in self.effects[path]:
            size = self.values(self.table.slot[f"initiatives.{name}.effects.{path}.add"])
            low, high = low + np.minimum(size, 0.0), high + np.maximum(size, 0.0)
        return bool((low >= self.lay.low[slot]).all() and (high <= self.lay.high[slot]).all())

    def _proportional(self, path: str) -> bool:
        kind, _, rest = path.partition(".")
        part, _, field = rest.partition(".")
        if path == "insurance.annual_premium":
            return not self.world.controls
        if kind == "systems" and field == "monthly_cost":
            return not self.lay.ageing.grows[list(self.world.systems).index(part)]
        if kind == "people" and field == "monthly_cost":
            changed = {*self.effects, *self.turned}
            return f"people.{part}.headcount" not in changed and not self.world.people[part].hires
        return path in LINEAR

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
            if asked > world.skills[skill].days_per_month:
                yield f"days of {skill}"
        for other, terms in world.initiatives.items():
            if any(rule.initiative == name for rule in terms.requires):
                yield f"requirement {name}"
        yield from (f"requirement {rule.initiative}" for rule in one.requires)

    def _untouched(self, paths: Iterable[str]) -> bool:
        changed = {*self.effects, *self.turned}
        return not any(path == one or path.startswith(f"{one}.") for one in paths for path in changed)

    def _wears_alone(self, name: str, y: int) -> bool:
        """Whether nothing but its repairs follows from the failures of a system, and only refreshes change them."""
        system, lay = self.world.systems[name], self.lay
        bound = (system.repairer, system.provider, system.refresh, system.subscription, system.capacity_per_day)
        return (
            all(one is None for one in (*bound, system.support_ends_month))
            and not lay.work.step_needs[:, y].any()
            and not lay.ageing.grows[y]
            and lay.ageing.sensitivity_slot < 0
            and self._untouched(
                f"systems.{name}.{field}" for field in ("life_scale_years", "repair_hours", "repair_cost")
            )
        )

    def _refreshing(self, system: str) -> list[str]:
        return [name for name, one in self.world.initiatives.items() if system in one.refreshes]

    def _strikes_alone(self, name: str) -> bool:
        """Whether nothing but the loss follows from the incidents of a threat."""
        world, table = self.world, self.table
        threat, path = world.threats[name], f"threats.{name}"
        return (
            not world.controls
            and (world.market is None or world.market.reputation is None)
            and not threat.secondary
            and threat.breach is None
            and not may_differ(table, "insurance.event_limit")
            and not may_differ(table, f"{path}.outage_hours")
            and not may_differ(table, f"{path}.churn_shock")
            and all(world.systems[y].support_ends_month is None for y in threat.hits)
        )

    def _thins(self, name: str) -> bool:
        """Whether several initiatives change a threat, each by unclipped factors on what it attempts, how often it
        succeeds and how much is lost."""
        path = f"threats.{name}"
        changes = {one: by for one, by in self.effects.items() if one.startswith(f"{path}.")}
        names = {who for by in changes.values() for who, _ in by}
        if len(names) < 2 or not set(changes) <= {f"{path}.{field}" for field in THINNED_BY}:
            return False
        if any(kind != "multiply" for by in changes.values() for _, kind in by) or self.turned & set(changes):
            return False
        if self.ready and any(self.world.initiatives[who].needs_readiness for who in names):
            return False
        if self.lay.calendar.months > self.lay.calendar.horizon:
            return False
        for one, by in changes.items():
            slot, most, least = self.table.slot[one], 1.0, 1.0
            for who, _ in by:
                size = self.values(self.table.slot[f"initiatives.{who}.effects.{one}.multiply"])
                most, least = most * np.maximum(size, 1.0), least * np.minimum(size, 1.0)
            base = self.values(slot)
            inside = (base * most <= self.lay.high[slot]) & (base * least >= self.lay.low[slot])
            if not inside.all():
                return False
        return True


LINEAR = ("profile.fixed_costs_per_month", "insurance.annual_premium")
"""Numbers that enter the flows in proportion, beside what a month of a role or system costs."""
