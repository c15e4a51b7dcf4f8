"""What is judged when a work starts: levels that skills lack, and the share of the staff that is involved.

Effects of what went live before may change both, so delivery and adoption are gone through until nothing changes. A
judgement hangs only on what went live before its month, so each round settles at least one more start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.company.adoption import Adopters, all_adopters
from sim.company.clock import Clock
from sim.company.delivery import Schedule, schedule
from sim.company.effects import Effects
from sim.company.world_layer import Draw, Floats
from sim.montecarlo.crew import feeds_back
from sim.roadmap import Roadmap


@dataclass(frozen=True)
class Judgement:
    """gaps (initiatives, skills): levels that are missing. involved (initiatives,): share of the staff, 1 where an
    initiative does not say."""

    gaps: Floats
    involved: Floats

    def same(self, other: Judgement) -> bool:
        return np.array_equal(self.gaps, other.gaps) and np.array_equal(self.involved, other.involved)


def play(draw: Draw, clock: Clock, roadmap: Roadmap) -> tuple[Schedule, dict[int, Adopters], Effects]:
    """Delivery, adopters and effects of a roadmap in a draw."""
    judged = judge(draw, None, None)
    again = feeds_back(draw.table)
    while True:
        plan = schedule(draw, roadmap, judged.gaps)
        adopters = all_adopters(draw, plan, judged.involved)
        effects = Effects(draw, clock, plan, adopters)
        before, judged = judged, judge(draw, plan, effects) if again else judged
        if judged.same(before):
            return plan, adopters, effects


def judge(draw: Draw, plan: Schedule | None, effects: Effects | None) -> Judgement:
    """As it is in the month in which each work starts; without effects as the file states it."""
    world, slot = draw.table.scenario, draw.table.slot
    gaps, involved = np.zeros((len(world.initiatives), len(world.skills))), np.ones(len(world.initiatives))

    def value(path: str, start: int) -> float:
        return draw.value(path) if effects is None or start < 0 else effects.at_month(slot[path], start)

    for i, (name, initiative) in enumerate(world.initiatives.items()):
        start = -1 if plan is None else int(plan.started[i])
        for s, skill in enumerate(world.skills):
            if initiative.difficulty.get(skill, 0.0) > 0.0:
                gaps[i, s] = max(0.0, initiative.difficulty[skill] - value(f"skills.{skill}.level", start))
        if initiative.adoption is not None and initiative.adoption.involvement is not None:
            involved[i] = value(f"initiatives.{name}.adoption.involvement.share", start)
    return Judgement(gaps, involved)
