"""Why an initiative was left out, found by solving again with it forced in; nothing is guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from optimize.check import tie_width, violations, worth
from optimize.closed_starts import closed_note
from optimize.demands import blocking, demands, forced_in
from optimize.limits import Limits
from optimize.problem import Initiative, Interaction, RoadmapProblem, Triple
from optimize.recount import passing, start_worth
from optimize.solve import DEFAULT_LIMITS, solve
from optimize.solving.lexicographic import ranks
from optimize.status import Solution, Status

Kind = Literal["tie", "excluded", "loses", "requires", "displaces", "late", "impossible", "not_reached", "undecided"]


@dataclass(frozen=True)
class Rejection:
    """Why one initiative is not in the roadmap.

    kind: tie (worth the same), excluded (an exclusive alternative is better), loses (loses money by itself), requires
        (what it requires costs too much), displaces (pushes out or moves better ones), late (no start that the limits
        leave open is a gain), impossible (no roadmap holds it), not_reached (a roadmap with it is worth more, but the
        solve had stopped or was confined), undecided (the solver could not tell within the limits).
    reason: the sentence to show.
    loss: by how much the worth falls if it is forced in [currency]; None where no roadmap with it was found. Of several
        aims in order of rank, the fall of the first that decides, in its unit.
    pushed_out, moved, brought_in: the other initiatives that forcing it in would drop, move in time, and add.
    blocked_by: demands that leave no room for it, in words.
    """

    id: str
    kind: Kind
    reason: str
    loss: float | None = None
    pushed_out: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    brought_in: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()


def why_rejected(
    problem: RoadmapProblem,
    solution: Solution,
    limits: Limits = DEFAULT_LIMITS,
    period_name: Callable[[int], str] = "period {}".format,
) -> tuple[Rejection, ...]:
    """A reason for each initiative that the solution leaves out, in the order of the problem.

    The problem is taken as it stands: a trust region or forbidden roadmaps, if it has them, can be the reason. The
    limits hold for each solve. Raises NoSolution if there is no roadmap to explain.
    """
    chosen, aims = solution.roadmap, _aims(problem, solution, limits)
    return tuple(
        _why(aims, chosen, initiative, limits, period_name)
        for initiative in problem.initiatives
        if initiative.id not in chosen
    )


@dataclass(frozen=True)
class _Aim:
    """An aim that decides where those before it do not: the problem that has it alone, the most of it, what may be
    given up of it, and what to say of its rank."""

    problem: RoadmapProblem
    most: float
    tolerance: float = 0.0
    note: str = ""


def _aims(problem: RoadmapProblem, solution: Solution, limits: Limits) -> list[_Aim]:
    """The aims in order of rank; but for the last, `most` is what can be reached, not what the roadmap does."""
    if not problem.objectives:
        return [_Aim(problem, solution.objective)]
    found, number = [], len(problem.objectives)
    for place, one in enumerate(ranks(problem, limits, solve), 1):
        note = f" (aim {place} of {number}: {one.problem.objective})"
        if one.tolerance > 0.0 and place < number:
            note = note.replace(")", f", of which {rounded(one.tolerance)} may be given up)")
        if not one.answer.has_solution:
            break
        most = worth(one.problem, solution.roadmap)
        if one.answer.status is Status.OPTIMAL and place < number:
            most = max(most, one.answer.objective)
        found.append(_Aim(one.problem, most, one.tolerance if place < number else 0.0, note))
    return found or [_Aim(problem, solution.objective)]


def rounded(amount: float) -> str:
    """The amount with three significant digits, as a planner would say it.

    >>> [rounded(amount) for amount in (-12345.6, 1_234_567, 0.0, 0.0456, 7, 999.9)]
    ['-12,300', '1,230,000', '0', '0.0456', '7', '1,000']
    """
    if amount == 0.0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(amount)))
    text = f"{round(amount, digits):,.{max(digits, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def enough(amount: float) -> str:
    """The amount with three significant digits, rounded away from 0, so that who adds it has enough.

    >>> [enough(amount) for amount in (2003.29, 8512.0, 0.12341, 41.0, 30.0 + 1e-9, 0.0)]
    ['2,010', '8,520', '0.124', '41', '30', '0']
    """
    if amount == 0.0:
        return "0"
    step = 10.0 ** (math.floor(math.log10(abs(amount))) - 2)
    steps = abs(amount) / step
    nearest = round(steps)
    whole = nearest if abs(steps - nearest) < 1e-6 * steps else math.ceil(steps)
    return rounded(math.copysign(whole * step, amount))


def _why(
    aims: Sequence[_Aim],
    before: Mapping[str, int],
    initiative: Initiative,
    limits: Limits,
    period_name: Callable[[int], str],
) -> Rejection:
    for place, aim in enumerate(aims, 1):
        problem = aim.problem
        forced = solve(forced_in(problem, initiative.id), limits)
        if forced.status is Status.INFEASIBLE:
            return _impossible(problem, initiative, limits, period_name)
        if not forced.has_solution:
            return Rejection(initiative.id, "undecided", f"it could not be told why: {forced.text}")
        loss = aim.most - forced.objective
        if place == len(aims) or loss > aim.tolerance + tie_width(problem):
            break  # else those before cannot tell, and the next one decides

    after = forced.roadmap
    out = tuple(name for name in before if name not in after)
    moved = tuple(name for name in before if name in after and after[name] != before[name])
    extra = tuple(name for name in after if name not in before and name != initiative.id)
    kind, reason = _reason(problem, initiative, loss, before, after, period_name)
    if kind != "tie":
        reason += aim.note + closed_note(problem, initiative.id, period_name)
    if forced.status is not Status.OPTIMAL and loss > 0.0:
        reason += " (an upper limit of the loss: that solve was not proved)"
    return Rejection(initiative.id, kind, reason, loss, out, moved, extra)


def _reason(
    problem: RoadmapProblem,
    initiative: Initiative,
    loss: float,
    before: Mapping[str, int],
    after: Mapping[str, int],
    period_name: Callable[[int], str],
) -> tuple[Kind, str]:
    """The kind and the sentence for an initiative that can be forced in."""
    name = initiative.id
    if loss < -tie_width(problem):
        better = _more(problem, -loss)
        return "not_reached", f"a roadmap with it {better}, but lay outside what was searched"
    if loss <= tie_width(problem):
        return "tie", "the roadmap is worth the same with it; of equals, fewer and earlier starts are taken"
    lower = f"the roadmap {_less(problem, loss)}"
    alternatives = [group.members for group in problem.exclusive]
    alternatives += [one.members for one in problem.groups if one.rule in ("at_most_one", "exactly_one")]
    rivals = [
        other
        for members in alternatives
        if name in members
        for other in members
        if other in before and other not in after
    ]
    if rivals:
        return "excluded", f"{listed(rivals)} is chosen instead; with {name} {lower}"
    of_money = problem.objective not in _WORDS
    best = max(start_worth(problem, initiative, t) for t in problem.window(initiative))
    terms: list[Interaction | Triple] = [*problem.interactions, *problem.triples]
    helpful = [one for one in terms if name in one.members and one.value > 0.0]
    gains = sum(passing(problem, *one.members) * one.value for one in helpful)
    if of_money and best + gains <= 0.0:
        alone = "earns nothing" if best == 0.0 else f"loses money even at its best start: {rounded(best)}"
        return "loses", alone + (f"; with it {lower}" if loss > 1.005 * abs(best) else "")
    changes = _changes(problem, initiative, before, after, period_name)
    if changes:
        required = {rule.requires for rule in problem.requires if rule.initiative == name}
        pushes = any(other in before and after.get(other) != before[other] for other in before)
        kind: Kind = "requires" if required & (set(after) - set(before)) and not pushes else "displaces"
        return kind, f"{lower}: it would {listed(changes)}"
    if not of_money:
        return "late", lower
    beside = [
        f"{rounded(passing(problem, *pair.members) * pair.value)} beside {next(iter({*pair.members} - {name}))}"
        for pair in problem.interactions
        if pair.value < 0.0 and name in (pair.first, pair.second) and {pair.first, pair.second} <= set(after)
    ]
    value = rounded(start_worth(problem, initiative, after[name]))
    overlap = f" and {listed(beside)}" if beside else ""
    start = period_name(after[name])
    return "late", f"{lower}: the best start that is left is {start}, where it is worth {value}{overlap}"


_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "few": ("would hold {} initiatives more", "holds {} initiatives fewer"),
    "early": ("would start earlier by {} periods less in all", "starts earlier by {} periods in all"),
}
"""How a roadmap would be worse, and is better, by an aim that is not worth of any kind."""

_OF: Final[Mapping[str, str]] = {
    "mean": " on average",
    "cvar": " in the mean of its worst worlds",
    "worst_future": " in its worst future",
    "regret": " against the best of the future in which it regrets most",
}


def _less(problem: RoadmapProblem, loss: float) -> str:
    """How a roadmap would be worse by the aim of the problem."""
    words, _ = _WORDS.get(problem.objective, (f"would be worth {{}} less{_OF.get(problem.objective, '')}", ""))
    return _counted(words, loss)


def _more(problem: RoadmapProblem, gain: float) -> str:
    """How a roadmap is better by the aim of the problem."""
    _, words = _WORDS.get(problem.objective, ("", f"is worth {{}} more{_OF.get(problem.objective, '')}"))
    return _counted(words, gain)


def _counted(words: str, amount: float) -> str:
    text = words.format(rounded(amount))
    return re.sub(r"\b1 (initiative|period)s\b", r"1 \1", text)


def _changes(
    problem: RoadmapProblem,
    initiative: Initiative,
    before: Mapping[str, int],
    after: Mapping[str, int],
    period_name: Callable[[int], str],
) -> list[str]:
    """What forcing it in does to the others: "push out crm", "move edr to period 5", "need erp as well"."""
    out = [name for name in before if name not in after]
    extra = [name for name in after if name not in before and name != initiative.id]
    required = {rule.requires for rule in problem.requires}
    changes = [f"push out {listed(out)}"] if out else []
    changes += [
        f"move {name} from {period_name(before[name])} to {period_name(after[name])}"
        for name in before
        if name in after and after[name] != before[name]
    ]
    needed = [name for name in extra if name in required]
    others = [name for name in extra if name not in required]
    if needed:
        changes.append(f"need {listed(needed)} as well")
    if others:
        changes.append(f"bring in {listed(others)}")
    return changes


def _impossible(
    problem: RoadmapProblem, initiative: Initiative, limits: Limits, period_name: Callable[[int], str]
) -> Rejection:
    """No roadmap holds it: which demands leave no room?"""
    name = initiative.id
    forced = forced_in(problem, name)
    blockers, one_is_enough = blocking(forced, demands(forced, keep_mandatory=name), limits)
    words = tuple(demand.words for demand in blockers)
    if not words:
        return Rejection(name, "undecided", "no roadmap holds it, and the solver could not tell what blocks it")
    if one_is_enough and len(words) > 1:
        reason = f"no roadmap holds it, unless one of these gives way: {', '.join(words)}"
    else:
        reason = f"no roadmap holds it: blocked by {listed(words)}{' together' if len(words) > 1 else ''}"
    alone = _lack_alone(problem, initiative, words, period_name)
    return Rejection(name, "impossible", f"{reason}{f' ({alone})' if alone else ''}", blocked_by=words)


def _lack_alone(
    problem: RoadmapProblem, initiative: Initiative, blockers: tuple[str, ...], period_name: Callable[[int], str]
) -> str | None:
    """The smallest shortage that blocks it even as the only initiative, if none of its starts is free of shortages."""
    smallest: tuple[float, str] | None = None
    for start in problem.window(initiative):
        lacks = [one for one in violations(problem, {initiative.id: start}) if one.family in ("budget", "skill")]
        if not lacks:
            return None
        for lack in lacks:
            what = f"the {lack.subject} days" if lack.family == "skill" else f"the budget {lack.subject}"
            if what not in blockers or lack.period is None or lack.needed is None or lack.available is None:
                continue
            needed, available, when = rounded(lack.needed), rounded(lack.available), period_name(lack.period)
            sentence = f"even alone it needs {needed} in {when}, where there are {available}"
            if smallest is None or lack.needed - lack.available < smallest[0]:
                smallest = (lack.needed - lack.available, sentence)
    return None if smallest is None else smallest[1]


def listed(words: Sequence[str]) -> str:
    """Words with commas and a final "and".

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
