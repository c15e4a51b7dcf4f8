"""People's days of each period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulp

from optimize.families.sets import all_numbers, power_of_ten_unit

if TYPE_CHECKING:
    from optimize.families.sets import Sets


def skill(model: Sets) -> None:
    """The days that the initiatives take of a skill in a period are there."""
    for name, capacity in model.problem.skills.items():
        needs = {initiative.id: initiative.skill_days.get(name, ()) for initiative in model.problem.initiatives}
        unit = power_of_ten_unit([*capacity, *all_numbers(needs)])
        for t in range(model.problem.periods):
            terms = model.use(needs, t, unit)
            if terms:
                model.program += pulp.lpSum(terms) <= capacity[t] / unit, f"skill({model.skill_label[name]},{t})"
