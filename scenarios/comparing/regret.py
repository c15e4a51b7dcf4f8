"""Regret: what each roadmap gives up in each world against the best of those compared, and in its worst world.

A roadmap can be chosen, a world cannot: regret compares the roadmaps of all arms inside each world that an arm states,
and inside each future of the first one (Savage 1951, The theory of statistical decision, JASA 46).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.comparing.paired import Difference, difference
from sim.errors import ProblemsFound
from sim.futures import BASE, in_future
from sim.montecarlo import evaluate
from sim.roadmap import roadmap as validated

if TYPE_CHECKING:
    from scenarios.comparing.resolve import Resolved
    from sim.world import Scenario

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Cell:
    """A roadmap in a world: mean NPV and its error [currency]; behind: the best of the table there minus this one."""

    npv: float
    se: float
    behind: Difference


@dataclass(frozen=True)
class Choice:
    """A roadmap of the table. arms: that have it. cells: by world; None where the world does not allow it.
    worst: largest mean regret [currency] and its world; None where a world does not allow the roadmap."""

    arms: tuple[str, ...]
    roadmap: Mapping[str, int]
    cells: Mapping[str, Cell | None]

    @property
    def worst(self) -> tuple[float, str] | None:
        known = [(cell.behind.mean, world) for world, cell in self.cells.items() if cell is not None]
        return max(known) if known and len(known) == len(self.cells) else None


@dataclass(frozen=True)
class Regret:
    """Roadmaps by worlds, each on `draws` draws. worlds: short name -> what it is."""

    worlds: Mapping[str, str]
    choices: tuple[Choice, ...]
    draws: int

    @property
    def least(self) -> Choice | None:
        """The roadmap whose worst regret is least."""
        known = [(one.worst[0], k) for k, one in enumerate(self.choices) if one.worst is not None]
        return self.choices[min(known)[1]] if known else None

    def document(self) -> dict[str, Any]:
        """As JSON documents hold it."""
        return {
            "draws": self.draws,
            "worlds": [{"world": name, "what": text} for name, text in self.worlds.items()],
            "roadmaps": [
                {
                    "arms": list(one.arms),
                    "roadmap": dict(one.roadmap),
                    "cells": {
                        world: None
                        if cell is None
                        else {"npv": {"mean": cell.npv, "se": cell.se}, "regret": cell.behind.document()}
                        for world, cell in one.cells.items()
                    },
                    "worst": None if one.worst is None else {"regret": one.worst[0], "world": one.worst[1]},
                }
                for one in self.choices
            ],
            "least_worst_regret": None if self.least is None else list(self.least.arms),
        }


def regret(
    arms: Sequence[Resolved],
    draws: int,
    seed: int,
    first_draw: int,
    threads: int | None,
    *,
    futures: bool,
    progress: Progress | None = None,
) -> Regret | None:
    """The table of all roadmaps in all worlds; None where there is one roadmap or one world only.

    futures: also the base world and every future of the first arm that names none.
    """
    choices: dict[tuple[tuple[str, int], ...], list[str]] = {}
    for arm in arms:
        choices.setdefault(tuple(sorted(arm.roadmap.items())), []).append(arm.name)
    worlds = _worlds(arms, futures)
    if len(choices) < 2 or len(worlds) < 2:
        return None
    cells: dict[str, dict[int, Cell | None]] = {}
    for done, (name, world) in enumerate(worlds.items(), start=1):
        cells[name] = _cells(world, [dict(one) for one in choices], draws, seed, first_draw, threads)
        if progress is not None:
            progress("regret", done, len(worlds))
    rows = tuple(
        Choice(tuple(names), dict(starts), {world: column[row] for world, column in cells.items()})
        for row, (starts, names) in enumerate(choices.items())
    )
    return Regret({name: _what(name, arms) for name in worlds}, rows, draws)


def _worlds(arms: Sequence[Resolved], futures: bool) -> dict[str, Scenario]:
    known: dict[str, Scenario] = {}
    hashes: set[str] = set()

    def add(name: str, world: Scenario) -> None:
        digest = world.hash()
        if digest not in hashes:
            hashes.add(digest)
            known[name] = world

    for arm in arms:
        add(f"world of {arm.name}", arm.world)
    of_futures = next((arm for arm in arms if arm.future is None and arm.stated.futures), None)
    if futures and of_futures is not None:
        for name in (BASE, *of_futures.stated.futures):
            add(name, in_future(of_futures.stated, name))
    return known


def _what(name: str, arms: Sequence[Resolved]) -> str:
    for arm in arms:
        if name == f"world of {arm.name}":
            return arm.where
    for arm in arms:
        if name in arm.stated.futures:
            return arm.stated.futures[name].title
    return "none of the futures happens"


def _cells(
    world: Scenario,
    roadmaps: Sequence[Mapping[str, int]],
    draws: int,
    seed: int,
    first_draw: int,
    threads: int | None,
) -> dict[int, Cell | None]:
    allowed = []
    for row, starts in enumerate(roadmaps):
        try:
            validated(world, starts)
        except ProblemsFound:
            continue
        allowed.append(row)
    found: dict[int, Cell | None] = dict.fromkeys(range(len(roadmaps)))
    if not allowed:
        return found
    outcomes = evaluate(
        world, [roadmaps[row] for row in allowed], draws, seed, first_draw=first_draw, detail=False, threads=threads
    )
    best = max(outcomes, key=lambda one: float(np.mean(one.npv))).npv
    for row, one in zip(allowed, outcomes, strict=True):
        behind = difference(best, one.npv, world.profile.currency)
        found[row] = Cell(float(np.mean(one.npv)), float(np.std(one.npv, ddof=1) / len(one.npv) ** 0.5), behind)
    return found
