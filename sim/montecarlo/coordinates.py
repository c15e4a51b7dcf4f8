"""The numbers of a scenario's draws that may be coordinates of points: what the drivers are, and of the world layer the
first numbers of each kind. What comes later in a stream (the tenth failure, the third occupant of a seat) matters less
each time and stays pseudo-random."""

from __future__ import annotations

from collections.abc import Iterator

from sim.futures import STREAM
from sim.mechanisms.projects import COMMON_STREAM
from sim.parameters import Parameters
from sim.points import MOST_OF_STREAM, Coordinates
from sim.world import Scenario

FAILURES = 3  # thresholds of a system
REPAIRS = 2
CHANGES = 3  # occupants of a seat
POINTS = 4  # attacks of the lowest layer of a threat
SECONDARY = 2


def candidates(table: Parameters) -> tuple[Coordinates, ...]:
    """Streams with coordinates, in the order of the file: drivers first."""
    drivers = [Coordinates(f"drivers/{driver.path}") for driver in table.drivers]
    return (*drivers, *_of_world(table.scenario))


def _of_world(world: Scenario) -> Iterator[Coordinates]:
    if world.futures:
        yield Coordinates(STREAM)
    if any(one.risk_class is not None for one in world.initiatives.values()):
        yield Coordinates(COMMON_STREAM)
    seats = {name: min(role.seats, MOST_OF_STREAM // CHANGES) for name, role in world.people.items() if role.seats}
    turns = [name for name in seats if world.people[name].annual_turnover.median > 0.0]
    for name, initiative in world.initiatives.items():
        at = f"initiatives/{name}"
        if initiative.risk_class is not None:
            yield Coordinates(f"{at}/overrun_cost")
            yield Coordinates(f"{at}/overrun_time")
        if initiative.gates:
            yield Coordinates(f"{at}/gate", len(initiative.gates))
        if initiative.grant is not None:
            yield Coordinates(f"{at}/grant")
        for role in initiative.adoption.roles if initiative.adoption is not None else ():
            if role in seats:
                yield Coordinates(f"{at}/adoption_mark/{role}", seats[role])
                changes = CHANGES if role in turns else 1
                yield Coordinates(f"{at}/adoption_threshold/{role}", changes * seats[role], each=changes)
                if role in turns:
                    yield Coordinates(f"{at}/adoption_joiner/{role}", changes * seats[role], each=changes)
    for role in turns:
        yield Coordinates(f"people/{role}/turnover", CHANGES * seats[role], each=CHANGES)
    for name in world.systems:
        yield Coordinates(f"systems/{name}/failure", FAILURES)
        yield Coordinates(f"systems/{name}/repair", REPAIRS)
    for name, threat in world.threats.items():
        yield Coordinates(f"threats/{name}/gap", POINTS, events=True)
        for what in ("height", "severity", "outage"):
            yield Coordinates(f"threats/{name}/{what}", POINTS)
        for kind in threat.secondary:
            yield Coordinates(f"threats/{name}/secondary/{kind}/size", SECONDARY)
