"""What the kernel reads about people in change: training, involvement, momentum, skill gaps, learning, key persons."""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from sim.lanes.records import Floats1, Floats2, Ints1, Ints2
from sim.mechanisms.adoption_course import NEVER_AGAIN
from sim.parameters import Parameters
from sim.world.adoption import Training


class Crew(NamedTuple):
    """Slots are -1 where the block is absent."""

    training_slots: Ints2  # (initiatives, 5): factors on p, q, ceiling; half-life, cost of a training
    training_every: Ints1  # months from one training to the next
    training_days: Floats1  # of a seat
    involvement_slots: Ints2  # (initiatives, 4): share, loss of ceiling, doubts a year, cost of involving everybody
    involvement_days: Floats1  # of a seat involved
    momentum_slots: Ints1  # (2,) success, failure; empty without momentum
    momentum_half_life: float
    momentum_log_most: float
    difficulty: Floats2  # (initiatives, skills)
    level_slot: Ints1  # (skills,)
    gap_failure: Floats1
    gap_work: Floats1
    levels_change: int  # 1 where effects change the level of a skill that is held against a difficulty
    takes_days: int  # 1 where training or involvement takes days
    learning_slot: Ints1  # (roles,)
    learning_half_life: Floats1
    key_slot: Ints1  # (roles,)
    key_seat: Ints1
    key_months: Floats1
    dip_hold: Ints1  # (initiatives,)
    dip_length_slot: Ints1


def crew(table: Parameters) -> Crew:
    """Arrays of a scenario."""
    world, slot = table.scenario, table.slot
    names, all_of = list(world.initiatives), list(world.initiatives.values())
    skills, roles = list(world.skills), list(world.people)
    changed = {target for i in all_of for target in i.effects}
    changed |= {target for future in world.futures.values() for target in future.changes}
    training = [i.adoption.training if i.adoption is not None else None for i in all_of]
    involvement = [i.adoption.involvement if i.adoption is not None else None for i in all_of]

    def table_of(block: str, fields: tuple[str, ...]) -> Any:
        rows = [[slot.get(f"initiatives.{name}.{block}.{f}", -1) for f in fields] for name in names]
        return np.array(rows, dtype=np.int64).reshape(len(names), len(fields))

    rated = [f"skills.{k}.level" in changed and any(k in i.difficulty for i in all_of) for k in skills]
    momentum = world.momentum
    training_days = _floats(0.0 if t is None else t.days for t in training)
    involvement_days = _floats(0.0 if v is None else v.days for v in involvement)
    return Crew(
        training_slots=table_of("adoption.training", ("p", "q", "ceiling", "half_life_months", "cost")),
        training_every=_ints(map(_every, training)),
        training_days=training_days,
        involvement_slots=table_of("adoption.involvement", ("share", "ceiling_loss", "abandonment", "cost")),
        involvement_days=involvement_days,
        momentum_slots=_ints([] if momentum is None else [slot["momentum.success"], slot["momentum.failure"]]),
        momentum_half_life=1.0 if momentum is None else float(momentum.half_life_months),
        momentum_log_most=0.0 if momentum is None else math.log(momentum.most),
        difficulty=_floats(i.difficulty.get(k, 0.0) for i in all_of for k in skills).reshape(len(names), len(skills)),
        level_slot=_ints(slot.get(f"skills.{k}.level", -1) for k in skills),
        gap_failure=_floats(skill.gap_failure for skill in world.skills.values()),
        gap_work=_floats(skill.gap_work for skill in world.skills.values()),
        levels_change=int(any(rated)),
        takes_days=int(training_days.any() or involvement_days.any()),
        learning_slot=_ints(slot.get(f"people.{r}.learning.proficiency", -1) for r in roles),
        learning_half_life=_floats(
            1.0 if role.learning is None else role.learning.half_life_months for role in world.people.values()
        ),
        key_slot=_ints(slot.get(f"people.{r}.key_person.depth", -1) for r in roles),
        key_seat=_ints(0 if role.key_person is None else role.key_person.seat - 1 for role in world.people.values()),
        key_months=_floats(
            1.0 if role.key_person is None else role.key_person.months for role in world.people.values()
        ),
        dip_hold=_ints(0 if i.dip is None else i.dip.hold_months for i in all_of),
        dip_length_slot=_ints(slot.get(f"initiatives.{name}.dip.length", -1) for name in names),
    )


def _every(training: Training | None) -> int:
    return NEVER_AGAIN if training is None or training.refresh_months is None else training.refresh_months


def _ints(values: Iterable[Any]) -> Any:
    return np.array(list(values), dtype=np.int64)


def _floats(values: Iterable[Any]) -> Any:
    return np.array(list(values), dtype=np.float64)
