"""What is ours to choose in a sensitivity study: the decision over a stated set, and levers beside the drivers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from scenarios.sensing.decision import FEWEST, decision, known_gain, without_each
from scenarios.sensing.drivers import drivers_of, felt
from scenarios.sensing.levers import factors
from scenarios.sensing.measured import Measured
from scenarios.sensing.report import Choice, DecisionReport, Lever, Turned
from sim.errors import Problem, ProblemsFound
from sim.futures import in_future
from sim.measures import probability_interval
from sim.montecarlo.conditional import conditional, drawn_levels
from sim.roadmap import Roadmap
from sim.roadmap import roadmap as validated

if TYPE_CHECKING:
    from scenarios.sensing.outcome import Asked, Tally
    from scenarios.sensing.study import Request
    from sim.parameters import Parameters
    from sim.world import Scenario

Starts = Mapping[str, int] | Roadmap
DECISION_FROM, LEVERS_FROM = 8_000_000_000, 9_000_000_000
EVENTS_FROM = 5_000_000_000
DECISION_POINTS, LEVER_POINTS = 1024, 256
MOST_ROADMAPS = 64
EVENTS = 8
"""Draws of the events at each point where the method itself takes one."""


def events_of(request: Request) -> int:
    """Draws of the events at each point of the drivers."""
    return request.noise if request.noise > 1 else EVENTS


def decided(
    scenario: Scenario,
    table: Parameters,
    chosen: Roadmap,
    other: Roadmap | None,
    choices: Sequence[Starts],
    request: Request,
    tally: Tally,
) -> DecisionReport:
    """Which drivers change the best roadmap of a set: the least that is allowed of the roadmap, the roadmap, it without
    each initiative (and without what requires that), and those that were stated."""
    needs = {name: [rule.initiative for rule in one.requires] for name, one in scenario.initiatives.items()}
    fixed = [name for name in chosen.as_dict if scenario.initiatives[name].mandatory]
    roadmaps = [validated(scenario, one) for one in without_each(chosen.as_dict, needs, fixed)]
    names = ["the least" if fixed else "the baseline", "the roadmap"]
    names += [f"without {', '.join(name for name in chosen.as_dict if name not in one)}" for one in roadmaps[2:]]
    for k, one in enumerate([*([] if other is None else [other]), *choices]):
        further = validated(scenario, one)
        if further not in roadmaps:
            roadmaps.append(further)
            names.append("the other roadmap" if other is not None and k == 0 else f"choice {k + (other is None)}")
    names = names[: len(roadmaps)]
    if not 2 <= len(set(roadmaps)) <= MOST_ROADMAPS:
        hint = f"from 2 to {MOST_ROADMAPS} different ones; --choice states more"
        raise ProblemsFound([Problem("--decision", "there is nothing to choose from", len(set(roadmaps)), hint)])
    points = max(FEWEST, DECISION_POINTS if request.points < DECISION_POINTS else request.points)
    levels = drawn_levels(table, points, request.seed, DECISION_FROM)
    found = conditional(
        # every point has draws of the events of its own: luck common to all would look like a gain
        scenario,
        roadmaps,
        levels,
        request.seed,
        events_of(request),
        common=False,
        first_draw=EVENTS_FROM,
        repeats=("npv",),
        threads=request.threads,
    )
    tally.add(points * events_of(request))
    worth = found.mean["npv"]
    known = known_gain(found.repeats["npv"], int(np.argmax(worth.mean(axis=0))))
    drivers = felt(drivers_of(scenario, table), {name for one in roadmaps for name in one.as_dict})
    seen = decision(levels[:, [one.column for one in drivers]], worth, request.seed, known)
    best_at = np.argmax(known, axis=1)
    funded = {}
    for name in scenario.initiatives:
        inside = np.array([name in one for one in roadmaps])
        if inside.any():
            count = int(np.count_nonzero(inside[best_at]))
            ends = probability_interval(count, points, 0.95)
            funded[name] = Measured(count / points, ends.low, ends.high, ends.refused)
    turns = [
        Turned(drivers[one.column].path, one.changes, one.worlds, tuple(names[k] for k in one.best))
        for one in seen.turns
    ]
    turns.sort(key=lambda one: (-one.changes, -one.worlds.estimate))
    rows = zip(names, roadmaps, seen.means, seen.shares, strict=True)
    options = tuple(Choice(name, one.as_dict, mean, share) for name, one, mean, share in rows)
    close = tuple(names[k] for k in seen.close)
    return DecisionReport(names[seen.best], close, options, funded, tuple(turns), seen.dummy, points)


def levered(
    asked: Asked, table: Parameters, other: Roadmap | None, choices: Sequence[Starts], request: Request
) -> tuple[Lever, ...]:
    """Shares of the variance that the choice of the roadmap, the future and the drivers hold: every roadmap in every
    future at the same draws of the drivers."""
    scenario = asked.scenario
    stated = [asked.roadmap, *([] if other is None else [other]), *(validated(scenario, one) for one in choices)]
    roadmaps = list(dict.fromkeys(stated))
    worlds = [(name, in_future(scenario, name)) for name in dict.fromkeys(request.futures)] or [("", scenario)]
    levels = drawn_levels(table, LEVER_POINTS, request.seed, LEVERS_FROM)
    noise = events_of(request)
    cells = np.empty((LEVER_POINTS, noise, len(roadmaps), len(worlds)))
    for k, one in enumerate(roadmaps):
        for j, (_, world) in enumerate(worlds):
            there, columns = _translated(table, world, levels)
            wide = replace(asked, scenario=world, roadmap=one, against=None, columns=columns, width=there.shape[1])
            cells[:, :, k, j] = wide.own_draws(there, noise)
    names = ("drivers", "roadmap", "future")
    titles = ((), tuple(map(str, roadmaps)), tuple(name for name, _ in worlds))
    found = {one.name: one for one in factors(cells, names, request.seed)}
    return tuple(
        Lever(name, labels, found[name].first, found[name].total)
        for name, labels in zip(names, titles, strict=True)
        if name in found
    )


def _translated(table: Parameters, world: Scenario, levels: np.ndarray) -> tuple[np.ndarray, tuple[int, ...]]:
    """The levels in the order of the drivers of a scenario that has fewer of them, as one future alone does."""
    from sim.montecarlo.conditional import table_of

    place = {number.path: k for k, number in enumerate(table.drivers)}
    columns = [place[number.path] for number in table_of(world).drivers]
    return np.ascontiguousarray(levels[:, columns]), tuple(range(len(columns)))
