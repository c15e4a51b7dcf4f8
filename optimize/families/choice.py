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


def group(model: Sets) -> None:
    """Of a group at most one, exactly one, at least one, or all or none are chosen."""
    for one in model.problem.groups:
        label = model.rule_label["group"][one.name]
        if one.rule == "all_or_none":
            first, *others = one.members
            for number, name in enumerate(others, 1):
                model.program += model.chosen(name) - model.chosen(first) == 0, f"group({label},{number})"
            continue
        chosen = pulp.lpSum(model.chosen(name) for name in one.members)
        rows = {"at_most_one": chosen <= 1, "exactly_one": chosen == 1, "at_least_one": chosen >= 1}
        model.program += rows[one.rule], f"group({label})"


def pin(model: Sets) -> None:
    """What is pinned starts then, or stays out."""
    for one in model.problem.pins:
        if one.start is None:
            model.program += model.chosen(one.initiative) == 0, f"pin({model.label[one.initiative]})"
        else:  # a window that was moved off the pin, while a reason is sought, gets a row that nothing meets
            starts = model.starts[one.initiative]
            row = 1 * starts[one.start] == 1 if one.start in starts else 1 * next(iter(starts.values())) == 2
            model.program += row, f"pin({model.label[one.initiative]})"
