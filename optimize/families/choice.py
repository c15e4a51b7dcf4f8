"""Which initiatives may be chosen together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulp

if TYPE_CHECKING:
    from optimize.families.sets import Sets


def start_once(model: Sets) -> None:
    """Each initiative starts at most once."""
    for name in model.starts:
        model.program += model.chosen(name) <= 1, f"start_once({model.label[name]})"


def mandatory(model: Sets) -> None:
    """A mandatory initiative is in the roadmap."""
    for initiative in model.problem.initiatives:
        if initiative.mandatory:
            model.program += model.chosen(initiative.id) == 1, f"mandatory({model.label[initiative.id]})"


def exclusive(model: Sets) -> None:
    """At most one initiative of an exclusive group is chosen."""
    for group in model.problem.exclusive:
        chosen = pulp.lpSum(model.chosen(name) for name in group.members)
        model.program += chosen <= 1, f"exclusive({model.group_label[group.name]})"
