"""The numbers of a scenario's draws that are coordinates of points, in the order of their importance for a roadmap.

Coordinates are the drivers and, of the world layer, the first numbers of each stream. What comes later in a stream (the
tenth failure, the fourth occupant of a seat) matters less each time and stays pseudo-random.

The first coordinates of a net are its best, also two and three of them together. So the order goes by kind, and numbers
that multiply each other stay side by side, as the file states them: marks that decide on a whole initiative of the
roadmaps (gates, awards), the drivers of these initiatives, those of threats, other single numbers, and last the many
numbers of which each moves little (seats, failures, attacks). An order by the measured share of the variance that each
number explains alone was tried, and was worse by half: it parts what belongs together (`benchmarks.points`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sim.futures import STREAM
from sim.mechanisms.projects import COMMON_STREAM
from sim.parameters import Parameters, parameters
from sim.points import MOST_COORDINATES, MOST_OF_STREAM, RANDOMISATIONS, SOBOL, Coordinates, Points
from sim.roadmap import Roadmap
from sim.run_off import carried_on
from sim.world import Scenario

FAILURES = 3  # thresholds of a system
REPAIRS = 2
CHANGES = 3  # occupants of a seat
POINTS = 4  # attacks of the lowest layer of a threat
SECONDARY = 2


def points_for(
    scenario: Scenario,
    roadmaps: Iterable[Roadmap | Mapping[str, int]],
    kind: str = SOBOL,
    randomisations: int = RANDOMISATIONS,
) -> Points:
    """Points for some roadmaps of a scenario. Other roadmaps have other points: compare those that share them."""
    return Points(kind, ordered(scenario, roadmaps), randomisations)


def ordered(scenario: Scenario, roadmaps: Iterable[Roadmap | Mapping[str, int]]) -> tuple[Coordinates, ...]:
    """The streams that have coordinates, the most important first; what finds no room behind them is left out."""
    funded = {name for one in roadmaps for name, _ in (one.starts if isinstance(one, Roadmap) else one.items())}

    def rank(one: Coordinates) -> int:
        block, name, *rest = one.stream.removeprefix("drivers/").replace(".", "/").split("/")
        counts = block == "initiatives" and name in funded
        if one.stream == STREAM or (counts and rest[:1] in (["gate"], ["grant"]) and not _is_driver(one)):
            return 0
        if one.count > 1:
            return 4 if counts or block != "initiatives" else 5
        return 1 if counts else 2 if block == "threats" else 3

    kept, room = [], MOST_COORDINATES
    for one in sorted(candidates(parameters(carried_on(scenario))), key=rank):
        if one.count <= room:
            kept.append(one)
            room -= one.count
    return tuple(kept)


def _is_driver(one: Coordinates) -> bool:
    return one.stream.startswith("drivers/")


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
