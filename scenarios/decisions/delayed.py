"""Roadmaps after a wait: what becomes of each decision if every start waits for a study, within the rules.

The wait moves a start by all its months, or up to the last one that still keeps its deadline and lets what comes after
it keep theirs. With D[i,j] the months that j needs before i may start, and s the starts without the wait:

last[i] = min(deadline[i], last[k] - D[k,i] over all k that require i);  last[i] = s[i] of what is decided already
later[i] = max(s[i], min(s[i] + wait, last[i]))

Where s keeps every requirement, `later` does: last[j] <= last[i] - D[i,j], so neither side of the inner minimum of j
exceeds that of i by more than the requirement allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.world import Scenario

if TYPE_CHECKING:
    from optimize.problem import RoadmapProblem

Starts = Mapping[str, int]
BETWEEN = frozenset({"exclusive", "group", "blackout", "quick_win", "goal"})
"""Rules that can be checked, by the period a start falls in, of a roadmap that starts between first months of periods;
its requirements, deadlines and windows are kept by month."""


@dataclass(frozen=True)
class Delayed:
    """roadmaps: those that are left after the wait, in the order given; kept: their positions before it. wait: most
    months that a start waits. lost: initiatives that some roadmap loses. out: position -> the rule, in words, that a
    roadmap breaks after the wait and did not break before, so that it can no longer be chosen."""

    roadmaps: tuple[dict[str, int], ...]
    kept: tuple[int, ...]
    wait: int
    lost: tuple[str, ...]
    out: Mapping[int, str]


def delayed(
    scenario: Scenario,
    roadmaps: Iterable[Starts],
    months: int,
    problem: RoadmapProblem | None = None,
    least: Starts | None = None,
) -> Delayed:
    """Each roadmap with its starts so many months later, within every rule of the scenario, or counted out.

    What is mandatory or pinned is decided already and does not wait, nor does the least allowed roadmap. A roadmap that
    starts on first months of planning periods, as plans do, waits whole periods. A start that would pass the planning
    months is dropped, with all that requires it. problem: the rules in periods; without it only requirements, deadlines
    and windows are looked at.
    """
    lost: dict[str, None] = {}
    left, kept, out, longest = [], [], {}, 0
    for position, starts in enumerate(roadmaps):
        if least is not None and dict(starts) == dict(least):
            left.append(dict(starts))
            kept.append(position)
            continue
        step = scenario.period_months
        if any(month % step for month in starts.values()):
            step = 1
        wait = -(-months // step) * step
        later = _moved(scenario, starts, wait, step)
        broken = None if problem is None else _broken(problem, scenario, starts, later, step)
        if broken is not None:
            out[position] = broken
            continue
        longest = max(longest, wait)
        lost |= dict.fromkeys(name for name in starts if name not in later)
        left.append(later)
        kept.append(position)
    return Delayed(tuple(left), tuple(kept), longest, tuple(lost), out)


def _moved(scenario: Scenario, starts: Starts, wait: int, step: int) -> dict[str, int]:
    """The starts after the wait, all of them multiples of `step` months if they are so before."""
    last = _last_starts(scenario, starts, step)
    later = {name: max(month, min(month + wait, last.get(name, month + wait))) for name, month in starts.items()}
    later = {name: month for name, month in later.items() if month < scenario.planning_months}
    while True:
        orphans = [
            name
            for name in later
            if any(rule.initiative in starts and rule.initiative not in later
                   for rule in scenario.initiatives[name].requires)
        ]  # fmt: skip
        if not orphans:
            return {name: later[name] for name in scenario.initiatives if name in later}
        for name in orphans:
            del later[name]


def _last_starts(scenario: Scenario, starts: Starts, step: int) -> dict[str, int]:
    """Last start of each initiative for which there is one: by its own deadline, by what is decided already, and by
    what comes after it."""
    last: dict[str, int] = {}
    for name, month in starts.items():
        one = scenario.initiatives[name]
        if one.mandatory or name in scenario.pins:
            last[name] = month
        elif one.deadline_month is not None:
            last[name] = (one.deadline_month - one.planned_months) // step * step
    # As many passes as there are initiatives reach the first of the longest chain.
    for _ in starts:
        for name in [one for one in starts if one in last]:
            for rule in scenario.initiatives[name].requires:
                if rule.initiative in starts:
                    work = scenario.initiatives[rule.initiative].planned_months
                    gap = _whole(rule.lag_months, step)
                    if rule.counted_from == "finish":
                        gap += _whole(work, step)
                    before = last[name] - gap
                    last[rule.initiative] = min(last.get(rule.initiative, before), before)
    return last


def _whole(months: int, step: int) -> int:
    return -(-months // step) * step


def _broken(problem: RoadmapProblem, scenario: Scenario, before: Starts, after: Starts, step: int) -> str | None:
    """What the roadmap breaks after the wait and not before it; None for nothing."""
    from optimize.check import violations

    known = {one.id for one in problem.initiatives}
    period = scenario.period_months

    def found(starts: Starts) -> dict[tuple[str, str], str]:
        in_periods = {name: month // period for name, month in starts.items() if name in known}
        broken = violations(problem, in_periods)
        return {(v.family, v.subject): v.sentence for v in broken if step == period or v.family in BETWEEN}

    usual = found(before)
    return next((sentence for rule, sentence in found(after).items() if rule not in usual), None)
