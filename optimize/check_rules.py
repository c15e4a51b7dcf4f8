"""Rules of choice and calendar, checked in plain Python: groups, pins, blackouts, loads, quick wins, goal floors."""

from __future__ import annotations

import math
from collections.abc import Mapping

from optimize.problem import Initiative, QuickWin, RoadmapProblem
from optimize.violation import ROW_TOLERANCE, Violation

Roadmap = Mapping[str, int]


def groups(problem: RoadmapProblem, roadmap: Roadmap) -> list[Violation]:
    """Groups of which too many, too few or a part are chosen."""
    found = []
    for group in problem.groups:
        chosen = [name for name in group.members if name in roadmap]
        missing = [name for name in group.members if name not in roadmap]
        names = ", ".join(group.members)
        if group.rule in ("at_most_one", "exactly_one") and len(chosen) > 1:
            sentence = f"{' and '.join(chosen)} are chosen, one of group {group.name} may be"
            found.append(Violation("group", group.name, sentence))
        elif group.rule in ("exactly_one", "at_least_one") and not chosen:
            sentence = f"none of group {group.name} ({names}) is chosen, one must be"
            found.append(Violation("group", group.name, sentence, mendable=True))
        elif group.rule == "all_or_none" and chosen and missing:
            sentence = f"{', '.join(chosen)} of group {group.name} without {', '.join(missing)}: all or none of them"
            found.append(Violation("group", group.name, sentence, mendable=True))
    return found


def pins(problem: RoadmapProblem, roadmap: Roadmap) -> list[Violation]:
    """Decisions that are taken already and not kept."""
    found = []
    for pin in problem.pins:
        start = roadmap.get(pin.initiative)
        if start == pin.start:
            continue
        is_ = "is missing" if start is None else f"starts in period {start}"
        must = "must stay out" if pin.start is None else f"must start in period {pin.start}"
        reason = f" ({pin.reason})" if pin.reason else ""
        sentence = f"{pin.initiative} {is_} and {must}: it is pinned{reason}"
        found.append(Violation("pin", pin.initiative, sentence, mendable=start is None))
    return found


def blackouts(problem: RoadmapProblem, roadmap: Roadmap) -> list[Violation]:
    """Starts in periods that are closed."""
    return [
        Violation("blackout", one.name, f"{name} starts in period {roadmap[name]}, which {one.name} closes for it")
        for one in problem.blackouts
        for name, closed in one.closed.items()
        if roadmap.get(name) in closed
    ]


def loads(problem: RoadmapProblem, roadmap: Roadmap) -> list[Violation]:
    """Periods in which too many members of a limit are at work."""
    found = []
    for limit in problem.simultaneous:
        for t in range(problem.periods):
            busy = at_work(problem, limit.name, roadmap, t)
            if len(busy) > limit.at_most[t]:
                sentence = f"{limit.name} has room for {limit.at_most[t]} in period {t}, and {', '.join(busy)} load it"
                found.append(Violation("simultaneous", limit.name, sentence, t, len(busy), limit.at_most[t]))
    return found


def at_work(problem: RoadmapProblem, limit: str, roadmap: Roadmap, t: int) -> tuple[str, ...]:
    """Members of a limit that count in a period."""
    rule = next(one for one in problem.simultaneous if one.name == limit)
    busy = []
    for initiative in problem.initiatives:
        name = initiative.id
        lasts = rule.load.get(name, initiative.duration)
        if name in rule.members and name in roadmap and roadmap[name] <= t <= roadmap[name] + lasts - 1:
            busy.append(name)
    return tuple(busy)


def quick_wins(problem: RoadmapProblem, roadmap: Roadmap) -> list[Violation]:
    """Early successes that do not come."""
    found = []
    for rule in problem.quick_wins:
        done = [
            one.id
            for one in problem.initiatives
            if one.id in rule.members and one.id in roadmap and in_time(rule, one, roadmap[one.id])
        ]
        if len(done) < rule.least:
            when = "in time, in" if rule.last else "by the end of"
            sentence = f"{len(done)} of {', '.join(rule.members)} are finished {when} period {rule.by}"
            sentence += f", {rule.name} asks for {rule.least}"
            found.append(Violation("quick_win", rule.name, sentence, rule.by, rule.least, len(done), mendable=True))
    return found


def in_time(rule: QuickWin, one: Initiative, start: int) -> bool:
    """Whether a member that starts then counts as an early success."""
    return start <= rule.last[one.id] if one.id in rule.last else start + one.duration - 1 <= rule.by


def goals(problem: RoadmapProblem, roadmap: Roadmap) -> list[Violation]:
    """Goal floors that are missed."""
    found = []
    for goal in problem.goals:
        numbers = [abs(number) for series in goal.contributions.values() for number in series]
        slack = ROW_TOLERANCE * max([abs(level) for level in goal.level if level is not None] + numbers, default=0.0)
        for t, level in enumerate(goal.level):
            reached = math.fsum(
                goal.contributions[name][min(t - start, len(goal.contributions[name]) - 1)]
                for name, start in roadmap.items()
                if goal.contributions.get(name) and start <= t
            )
            if level is not None and reached < level - slack:
                sentence = f"goal {goal.name} asks for {level:,.6g} in period {t}, and {reached:,.6g} is reached"
                found.append(Violation("goal", goal.name, sentence, t, level, reached, mendable=True))
    return found
