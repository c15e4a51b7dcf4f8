"""What an item engine is: it plays the work items, and time passes only in its `advance`.

Outages, incidents, go-lives, adoptions, vacancies, absences and project days are SimPy processes in the environment of
the engine, whichever it is. Items meet them at three places only: values of the moment, people, systems. At equal
times these control events come before the items' own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import simpy

from sim.company.clock import Clock
from sim.company.pool import People
from sim.company.replication import EventCounts
from sim.company.shelves import Shelves
from sim.company.systems import System
from sim.company.world_layer import Draw, Floats
from sim.derived import lost_path, share_path
from sim.world import Scenario

Items = Literal["reference", "compiled"]
Course = tuple[list[float], list[float]]
Values = list[float] | Floats
OWN_NUMBERS = 1 << 24  # for the items of a process that no other made


@dataclass
class Tally:
    """Counts of one process: items (absent: passed without coming), visits to steps that a machine finished and that
    people served, hours waited by completed items, money earned by them."""

    arrived: int = 0
    lost: int = 0
    gave_up: int = 0
    completed: int = 0
    timely: int = 0
    absent: int = 0
    by_machine: int = 0
    by_people: int = 0
    waited: float = 0.0
    revenue: float = 0.0
    margin: float = 0.0

    def take(self) -> Tally:
        """The counts since the last call; counting starts again at 0."""
        taken = replace(self)
        self.arrived = self.lost = self.gave_up = self.completed = self.timely = 0
        self.absent = self.by_machine = self.by_people = 0
        self.waited = self.revenue = self.margin = 0.0
        return taken


@dataclass
class Journal:
    """Way of every completed item, in the order of completion: (process, item, born, done, hours waited); processes by
    their number in the file, times in hours."""

    rows: list[tuple[int, int, float, float, float]] = field(default_factory=list)


@dataclass(frozen=True)
class StepRoute:
    """Where a step is done: role and systems by number, and the slots of its numbers."""

    label: str
    role: int
    systems: tuple[int, ...]
    minutes_slot: int
    share_slot: int
    error_slot: int
    automated_slot: int
    exceptions_slot: int
    machine_slot: int


STEP_NUMBERS = ("minutes", "share", "error_probability", "automated", "exceptions", "machine_minutes")


@dataclass(frozen=True)
class FeedRoute:
    """Items that the completed items of a process make in another. target: that process by number. delay: hours.
    number: what is added to the number of an item to have that of the item it makes."""

    source: str
    target: int
    share_slot: int
    delay: float
    number: int


@dataclass(frozen=True)
class Route:
    """The way of a process's items: its steps, the slots of its numbers, its target in hours."""

    name: str
    steps: tuple[StepRoute, ...]
    arrivals_slot: int
    lost_slot: int
    patience_slot: int
    revenue_slot: int
    margin_slot: int
    no_show_slot: int
    no_show_time_slot: int
    target: float
    feeds: tuple[FeedRoute, ...]

    @property
    def slots(self) -> set[int]:
        """Slots whose value of the moment the items meet."""
        own = {self.lost_slot, self.patience_slot, self.revenue_slot, self.margin_slot}
        own |= {self.no_show_slot, self.no_show_time_slot, *(feed.share_slot for feed in self.feeds)}
        return own.union(
            *(
                (s.minutes_slot, s.share_slot, s.error_slot, s.automated_slot, s.exceptions_slot, s.machine_slot)
                for s in self.steps
            )
        )


def routes(world: Scenario, slot: Mapping[str, int]) -> tuple[Route, ...]:
    """Routes of all processes, in the order of the file."""
    roles, systems = list(world.people), list(world.systems)
    made = feed_routes(world, slot)
    found = []
    for name, process in world.processes.items():
        at = f"processes.{name}"
        steps = tuple(
            StepRoute(
                label,
                roles.index(step.role),
                tuple(systems.index(name) for name in step.systems),
                *(
                    slot[share_path(name, label, step) if f == "share" else f"{at}.steps.{label}.{f}"]
                    for f in STEP_NUMBERS
                ),
            )
            for label, step in process.steps.items()
        )
        found.append(
            Route(
                name,
                steps,
                arrivals_slot=slot[f"{at}.arrivals_per_day"],
                lost_slot=slot[lost_path(world, name)],
                patience_slot=slot[f"{at}.patience_minutes"],
                revenue_slot=slot[f"{at}.item_revenue"],
                margin_slot=slot["profile.gross_margin"],
                no_show_slot=slot[f"{at}.no_show"],
                no_show_time_slot=slot[f"{at}.no_show_time"],
                feeds=made[name],
                target=float(process.target_minutes) / 60.0,
            )
        )
    return tuple(found)


def feed_routes(world: Scenario, slot: Mapping[str, int]) -> dict[str, tuple[FeedRoute, ...]]:
    """Feeds of every process to others.

    Numbers of items: a process has a block of numbers of its own, and behind it, for each process that feeds it, all
    numbers of that one; so an item that another made keeps its number in every roadmap.
    """
    names, day = list(world.processes), float(world.profile.hours_per_day)
    sizes: dict[str, int] = {}

    def size(name: str) -> int:
        if name not in sizes:
            sizes[name] = OWN_NUMBERS + sum(size(source) for source in world.processes[name].fed_by)
        return sizes[name]

    found: dict[str, list[FeedRoute]] = {name: [] for name in names}
    for target, (name, process) in enumerate(world.processes.items()):
        first = OWN_NUMBERS
        for source, feed in process.fed_by.items():
            share_slot = slot[f"processes.{name}.fed_by.{source}.share"]
            found[source].append(FeedRoute(source, target, share_slot, float(feed.delay_days) * day, first))
            first += size(source)
    return {name: tuple(feeds) for name, feeds in found.items()}


@dataclass(frozen=True)
class Work:
    """What an engine plays. capacity: of the pool of each role. courses: of the arrivals a day, by process.
    shelves: of which items take units. journal: where completed items are to be noted, None for nowhere."""

    draw: Draw
    clock: Clock
    routes: tuple[Route, ...]
    capacity: tuple[int, ...]
    courses: tuple[Course, ...]
    shelves: Shelves
    journal: Journal | None = None


class ItemEngine(Protocol):
    """env: where control processes live. now: values of the moment, by slot. slow: by role, hours of service per minute
    of its mean. pools by role; systems by name; busy: hours of service, by month."""

    @property
    def env(self) -> simpy.Environment: ...
    @property
    def now(self) -> Values: ...
    @property
    def slow(self) -> Values: ...
    @property
    def pools(self) -> Sequence[People]: ...
    @property
    def systems(self) -> Mapping[str, System]: ...
    @property
    def busy(self) -> Values: ...

    def open_month(self, m: int, factors: Sequence[float]) -> None:
        """Month m begins. factors: by process, arrivals an hour for one a day."""

    def advance(self, until: float) -> None:
        """Play items and control processes up to a moment (hours), what happens at that very moment excluded."""

    def close_month(self, m: int) -> list[Tally]:
        """Counts of the month that ends, by process; counting starts again at 0."""

    def events(self) -> EventCounts:
        """Counts of events since the beginning."""
