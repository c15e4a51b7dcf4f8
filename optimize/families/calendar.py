"""What a period allows: closed starts, few at a time, something finished early."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulp

if TYPE_CHECKING:
    from optimize.families.sets import Sets


def blackout(model: Sets) -> None:
    """No initiative starts in a period that is closed for it."""
    for one in model.problem.blackouts:
        for name, closed in one.closed.items():
            starts = [model.starts[name][t] for t in sorted(set(closed)) if t in model.starts[name]]
            if starts:
                row = pulp.lpSum(starts) == 0
                model.program += row, f"blackout({model.rule_label['blackout'][one.name]},{model.label[name]})"


def simultaneous(model: Sets) -> None:
    """At most so many members are at work in a period."""
    lasts = {initiative.id: initiative for initiative in model.problem.initiatives}
    for limit in model.problem.simultaneous:
        for t, most in enumerate(limit.at_most):
            at_work = [
                1 * start
                for name in dict.fromkeys(limit.members)
                for u, start in model.starts[name].items()
                if u <= t < u + limit.periods_of(lasts[name])
            ]
            if at_work:
                label = model.rule_label["simultaneous"][limit.name]
                model.program += pulp.lpSum(at_work) <= most, f"simultaneous({label},{t})"


def quick_win(model: Sets) -> None:
    """At least so many members have finished by the end of a period."""
    lasts = {initiative.id: initiative.duration for initiative in model.problem.initiatives}
    for one in model.problem.quick_wins:
        finished = pulp.lpSum(
            start
            for name in dict.fromkeys(one.members)
            for u, start in model.starts[name].items()
            if u <= one.last.get(name, one.by + 1 - lasts[name])
        )
        model.program += finished >= one.least, f"quick_win({model.rule_label['quick_win'][one.name]})"
