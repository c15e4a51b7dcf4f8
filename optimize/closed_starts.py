"""Whether a blackout took away the best start of an initiative."""

from __future__ import annotations

from collections.abc import Callable

from optimize.problem import RoadmapProblem
from optimize.recount import start_worth


def closed_note(problem: RoadmapProblem, name: str, period_name: Callable[[int], str] = "period {}".format) -> str:
    """What to say of the best start of an initiative if blackouts close it; empty if it is open.

    >>> from optimize.problem import Blackout, Initiative
    >>> till = Initiative(id="till", value=(3, 8, 5))
    >>> season = Blackout(name="christmas", closed={"till": (1,)})
    >>> closed_note(RoadmapProblem(periods=3, initiatives=(till,), blackouts=(season,)), "till")
    '; its best start, period 1, is closed by christmas'
    """
    one = problem.initiative(name)
    closed: dict[int, list[str]] = {}
    for blackout in problem.blackouts:
        for t in blackout.closed.get(name, ()):
            closed.setdefault(t, []).append(blackout.name)
    window = problem.window(one)
    best = max(window, key=lambda t: (start_worth(problem, one, t), t not in closed))
    if best not in closed:
        return ""
    return f"; its best start, {period_name(best)}, is closed by {' and '.join(closed[best])}"
