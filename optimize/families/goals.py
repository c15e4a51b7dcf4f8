"""Levels that the roadmap must reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulp

from optimize.families.sets import power_of_ten_unit

if TYPE_CHECKING:
    from optimize.families.sets import Sets


def goal(model: Sets) -> None:
    """What the started initiatives add up to reaches the floor of a period."""
    for one in model.problem.goals:
        floors = [level for level in one.level if level is not None]
        unit = power_of_ten_unit([*floors, *(number for series in one.contributions.values() for number in series)])
        for t, level in enumerate(one.level):
            if level is None:
                continue
            added = pulp.lpSum(
                (one.added(name, t - u) / unit) * start
                for name in one.contributions
                for u, start in model.starts[name].items()
                if one.added(name, t - u) != 0.0
            )
            model.program += added >= level / unit, f"goal({model.rule_label['goal'][one.name]},{t})"
