"""What pairs and triples are worth together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulp

if TYPE_CHECKING:
    from optimize.families.sets import Sets


def both(model: Sets) -> None:
    """The worth of a pair counts when both are chosen: a gain only then, a loss as soon as they are."""
    for pair in model.problem.interactions:
        if (pair.first, pair.second) not in model.both:
            continue
        both, varies = model.both[pair.first, pair.second], (pair.first, pair.second) in model.varying
        names = f"{model.label[pair.first]},{model.label[pair.second]}"
        first, second = model.chosen(pair.first), model.chosen(pair.second)
        if pair.value > 0.0 or varies:
            model.program += both - first <= 0, f"both({names},first)"
            model.program += both - second <= 0, f"both({names},second)"
        if pair.value < 0.0 or varies:
            model.program += first + second - both <= 1, f"both({names})"


def triple(model: Sets) -> None:
    """The worth of a triple counts when all three are chosen: a gain only then, a loss as soon as they are."""
    for one in model.problem.triples:
        if one.value == 0.0:
            continue
        all_three = model.triple[one.members]
        names = ",".join(model.label[name] for name in one.members)
        chosen = [model.chosen(name) for name in one.members]
        if one.value > 0.0:
            for which, member in zip(("first", "second", "third"), chosen, strict=True):
                model.program += all_three - member <= 0, f"triple({names},{which})"
        else:
            model.program += pulp.lpSum(chosen) - all_three <= 2, f"triple({names})"
