"""What initiatives change: values of parameters by month, as the kernel has them, and at every moment for operations.

value = clip((base + sum add a r) * prod (1 + (multiply - 1) a r)); a: share of seats that have adopted, r: what rivals
have left of a competitive advantage. Estate, threats, people and money use the monthly mean of a, as the kernel does,
so that events of the world layer agree; items meet the value of the moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from functools import partial

import simpy

from sim.company.adoption import Adopters
from sim.company.clock import Clock, until
from sim.company.delivery import Schedule
from sim.company.world_layer import Draw, Floats
from sim.derived import Derived
from sim.mechanisms.readiness import joint_readiness
from sim.mechanisms.relevance import relevance
from sim.montecarlo.layout_projects import OWN
from sim.world.readiness import READINESS, SCORES


@dataclass(frozen=True)
class Change:
    """One effect: initiative i changes a slot; i is None for the future of the draw, which works in full from its month
    on. fading: lag and half-life (months) of competitive effects, else None. scaled: by the readiness of the month."""

    initiative: int | None
    value: float
    multiplies: bool
    fading: tuple[float, float] | None
    scaled: bool = False


class Effects:
    """Values of all slots under a roadmap. `clipped`: monthly values that had to be cut to the range of their field."""

    def __init__(self, draw: Draw, clock: Clock, plan: Schedule, adopters: dict[int, Adopters]) -> None:
        self.draw, self.clock, self.plan, self.adopters = draw, clock, plan, adopters
        self.clipped = plan.clipped
        self.changes = _changes(draw, adopters)
        self.monthly: dict[int, list[float]] = {}
        scores = [slot for slot in self.changes if draw.table.numbers[slot].path.startswith(READINESS)]
        for slot in scores:
            self.monthly[slot] = [self._mean(slot, m) for m in range(clock.months)]
        self.readiness = [self._readiness(m) for m in range(clock.months)]
        for slot in self.changes:
            if slot not in scores:
                self.monthly[slot] = [self._mean(slot, m) for m in range(clock.months)]
        self.derived: dict[int, Derived] = {}
        for row in draw.table.derived:
            if any(self.moves(source) for source in row.sources):
                self.derived[row.slot] = row
                self.monthly[row.slot] = [row.value(partial(self.at_month, m=m)) for m in range(clock.months)]

    def moves(self, slot: int) -> bool:
        """Whether the value of a slot changes under the roadmap."""
        return slot in self.monthly

    def at_month(self, slot: int, m: int) -> float:
        """Value in month m, with the mean adoption of the month."""
        row = self.monthly.get(slot)
        return self.draw.values[slot] if row is None else row[m]

    def _readiness(self, m: int) -> float:
        """Readiness of month m, from its scores; 1 where the scenario has none."""
        block, slot = self.draw.table.scenario.readiness, self.draw.table.slot
        if block is None:
            return 1.0
        goals, resources, process = (self.at_month(slot[f"{READINESS}{score}"], m) for score in SCORES)
        return joint_readiness.scalar(goals, resources, process, float(block.substitution))

    def _mean(self, slot: int, m: int) -> float:
        value, cut = self._combined(slot, m, lambda i: self.adopters[i].share[m])
        self.clipped += cut
        return value

    def course(self, slot: int) -> tuple[list[float], list[float]]:
        """Moments (hours) from which a slot has a new value, and these values; the first moment is 0."""
        times, values = [0.0], [self.draw.values[slot]]
        for t in sorted(self._moments(slot)):
            value = self._at(slot, t)
            if value != values[-1]:
                times.append(t * self.clock.month_hours)
                values.append(value)
        return times, values

    def _moments(self, slot: int) -> set[float]:
        """Months and moments of adoption at which the value may change."""
        if slot in self.derived:
            return set[float]().union(*(self._moments(source) for source in self.derived[slot].sources))
        rows = self.changes.get(slot, ())
        moments = {float(m) for m in range(self.clock.months)} if rows else set()
        moments.update(t for row in rows if row.initiative is not None for t in self.adopters[row.initiative].times)
        return moments

    def _at(self, slot: int, t: float) -> float:
        """Value at a moment (months)."""
        if slot in self.derived:
            return self.derived[slot].value(lambda source: self._at(source, t))
        if slot not in self.changes:
            return self.draw.values[slot]
        return self._combined(slot, int(t), lambda i: self.adopters[i].at(t))[0]

    def _combined(self, slot: int, m: int, adopted: Callable[[int], float]) -> tuple[float, bool]:
        """Value of a slot in month m with the given adoption of each initiative, and whether it was cut."""
        total, factor = self.draw.values[slot], 1.0
        for row in self.changes[slot]:
            i = row.initiative
            if i is None:
                scale = 1.0 if m in self.draw.turn[1] else 0.0
            elif self.plan.alive(i, m):
                scale = adopted(i)
            else:
                continue
            if i is not None and row.fading is not None:
                lag, half_life = row.fading
                scale *= relevance.scalar(float(m - int(self.plan.go_live[i]) - lag), half_life)
            if row.scaled:
                scale *= self.readiness[m]
            if row.multiplies:
                factor *= 1.0 + (row.value - 1.0) * scale
            else:
                total += row.value * scale
        value = total * factor
        low, high = float(self.draw.table.low[slot]), float(self.draw.table.high[slot])
        return min(max(value, low), high), not low <= value <= high


def _changes(draw: Draw, adopters: dict[int, Adopters]) -> dict[int, list[Change]]:
    """Effects of the initiatives that go live, by slot, in the order of the file; then those of the draw's future."""
    table = draw.table
    changes: defaultdict[int, list[Change]] = defaultdict(list)
    for i, (name, initiative) in enumerate(table.scenario.initiatives.items()):
        if i not in adopters:
            continue
        imitation = initiative.imitation
        for path, effect in initiative.effects.items():
            if path.startswith(OWN):
                continue
            kind = "add" if effect.multiply is None else "multiply"
            fading = None
            if effect.competitive and imitation is not None:
                lag = draw.value(f"initiatives.{name}.imitation.lag_months")
                fading = lag, float(imitation.half_life_months)
            value = draw.value(f"initiatives.{name}.effects.{path}.{kind}")
            scaled = initiative.needs_readiness and not path.startswith(READINESS)
            changes[table.slot[path]].append(Change(i, value, kind == "multiply", fading, scaled))
    future, _ = draw.turn
    if future is not None:
        for path, change in table.scenario.futures[future].changes.items():
            if path.startswith(OWN):
                continue
            kind = "add" if change.multiply is None else "multiply"
            value = draw.value(f"futures.{future}.changes.{path}.{kind}")
            changes[table.slot[path]].append(Change(None, value, kind == "multiply", None))
    return dict(changes)


def follow(
    env: simpy.Environment, now: list[float] | Floats, courses: Iterable[tuple[int, tuple[list[float], list[float]]]]
) -> Generator[simpy.Event, None, None]:
    """Set the values of the moment, `now`, whenever an adopter, a go-live or a month changes one."""
    steps = sorted(
        (t, slot, v) for slot, (times, values) in courses for t, v in zip(times[1:], values[1:], strict=True)
    )
    for time, slot, value in steps:
        if time > env.now:
            yield until(env, time)
        now[slot] = value
