"""What must come before what."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimize.families.sets import Sets


def requires(model: Sets) -> None:
    """An initiative that started by t has what it requires started `delay` periods earlier."""
    for rule in model.problem.requires:
        delay = model.problem.delay(rule)
        names = f"{model.label[rule.initiative]},{model.label[rule.requires]}"
        for t in model.starts[rule.initiative]:
            started = model.started_by(rule.initiative, t) - model.started_by(rule.requires, t - delay)
            model.program += started <= 0, f"requires({names},{t})"
