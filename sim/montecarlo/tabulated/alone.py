"""What works on nothing else: numbers whose effects add up, systems that only wear, threats that only cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from sim.montecarlo.changing import may_differ
from sim.montecarlo.structures import Floats, Layout
from sim.parameters import Parameters
from sim.world import Scenario

THINNED_BY = ("attempts_per_year", "success_probability", "severity")
LINEAR = ("profile.fixed_costs_per_month", "insurance.annual_premium")
"""Numbers that enter the flows in proportion, beside what a month of a role or system costs."""

Column = Callable[[int], Floats]
"""Values of a slot in the draws, before effects."""


class Alone:
    """A scenario as the analysis asks about it.

    effects: path -> initiatives and kinds of what they change of it. alone: threats of which nothing but the loss
    follows. threats: by number, those of them that several initiatives thin by unclipped factors. systems: by number,
    those that several initiatives refresh, of whose failures nothing but repairs follows. apart: whether these are
    looked for.
    """

    def __init__(self, table: Parameters, lay: Layout, values: Column, apart: bool) -> None:
        self.table, self.lay, self.values = table, lay, values
        self.world: Scenario = table.scenario
        self.effects: dict[str, list[tuple[str, str]]] = {}
        for name, one in self.world.initiatives.items():
            for path, change in one.effects.items():
                self.effects.setdefault(path, []).append((name, "add" if change.multiply is None else "multiply"))
        self.turned = {path for future in self.world.futures.values() for path in future.changes}
        self.ready = any(path.startswith("readiness.") for path in self.effects)
        self.alone = frozenset(name for name in self.world.threats if self._strikes_alone(name))
        threats, systems = enumerate(self.world.threats), enumerate(self.world.systems)
        self.threats = tuple(h for h, name in threats if apart and name in self.alone and self._thins(name))
        self.systems = tuple(y for y, name in systems if apart and self._wears_alone(name, y))

    def adds_up(self, path: str) -> bool:
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

    def _untouched(self, paths: Iterable[str]) -> bool:
        changed = {*self.effects, *self.turned}
        return not any(path == one or path.startswith(f"{one}.") for one in paths for path in changed)

    def _wears_alone(self, name: str, y: int) -> bool:
        """Whether several initiatives refresh a system, nothing but its repairs follows from its failures, and nothing
        else changes them."""
        system, lay = self.world.systems[name], self.lay
        bound = (system.repairer, system.provider, system.refresh, system.subscription, system.capacity_per_day)
        return (
            sum(name in one.refreshes for one in self.world.initiatives.values()) > 1
            and all(one is None for one in (*bound, system.support_ends_month))
            and not lay.work.step_needs[:, y].any()
            and not lay.ageing.grows[y]
            and lay.ageing.sensitivity_slot < 0
            and self._untouched(
                f"systems.{name}.{field}" for field in ("life_scale_years", "repair_hours", "repair_cost")
            )
        )

    def _strikes_alone(self, name: str) -> bool:
        """Whether nothing but the loss follows from the incidents of a threat."""
        world, table = self.world, self.table
        threat, path = world.threats[name], f"threats.{name}"
        return (
            not world.controls
            and world.reputation is None
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
            slot = self.table.slot[one]
            base = self.values(slot)
            most, least = np.ones_like(base), np.ones_like(base)
            for who, _ in by:
                size = self.values(self.table.slot[f"initiatives.{who}.effects.{one}.multiply"])
                most, least = most * np.maximum(size, 1.0), least * np.minimum(size, 1.0)
            inside = (base * most <= self.lay.high[slot]) & (base * least >= self.lay.low[slot])
            if not inside.all():
                return False
        return True
