"""Why an initiative was left out, with simulated figures.

The evidence is a simulated roadmap that holds the initiative and keeps every limit, compared with the recommended one
on the search draws: the recommended one with the initiative added where that fits, else the best that makes room for
it. So that there is a good one, the program with the initiative forced in proposes one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from optimize.archive import Archive, Estimate
from optimize.check import violations
from optimize.demands import blocking, demands, forced_in
from optimize.explain import listed, rounded
from optimize.limits import Limits
from optimize.periods import Starts
from optimize.plan_limits import PlanLimits
from optimize.problem import RoadmapProblem
from optimize.solve import solve
from optimize.status import Status
from optimize.structure import Structure

Label = Callable[[int], str]


@dataclass(frozen=True)
class Rejected:
    """Why one initiative is not in the recommended roadmap.

    reason: the sentence to show. gain: change of NPV by the best simulated roadmap with it, on the search draws, None
    where no roadmap holds it. roadmap: that roadmap, in periods.
    """

    id: str
    reason: str
    gain: Estimate | None = None
    roadmap: Mapping[str, int] | None = None


def force_in(program: RoadmapProblem, archive: Archive, feasible: Sequence[Starts], limits: Limits) -> dict[str, str]:
    """Simulate a roadmap for each initiative that no allowed roadmap of the archive holds.

    program: the last program, without trust region. Returns the reason for those that no roadmap can hold.
    """
    impossible: dict[str, str] = {}
    proposals = []
    for initiative in program.initiatives:
        name = initiative.id
        if any(name in one for one in feasible):
            continue
        forced = forced_in(program, name)
        answer = solve(forced, limits)
        if answer.has_solution:
            proposals.append(dict(answer.roadmap))
        elif answer.status is Status.INFEASIBLE:
            blockers, one_is_enough = blocking(forced, demands(forced, keep_mandatory=name), limits)
            words = [demand.words for demand in blockers]
            joint = " or ".join(words) if one_is_enough else " and ".join(words)
            impossible[name] = f"no roadmap holds it unless {joint or 'the demands'} would give way"
        else:
            impossible[name] = f"no roadmap with it was found: {answer.text}"
    archive.simulate(proposals, "initiatives forced in")
    return impossible


def simulate_additions(
    problem: RoadmapProblem, program: RoadmapProblem, archive: Archive, recommended: Starts, limits: PlanLimits
) -> None:
    """Simulate the recommended roadmap with each initiative that it leaves out, at starts that fit.

    An initiative that excludes a chosen one takes its place; of many starts that fit every `limits.grid`-th is taken.
    Where none fits, the program with the initiative forced in says what should make room. program: the last program,
    without trust region.
    """
    structure = Structure(problem)
    means = program if program.worlds is None else program.without_worlds()  # what makes room is simulated anyway
    wanted = []
    for name in structure.names:
        if name not in recommended:
            rest = {other: t for other, t in recommended.items() if other not in structure.rivals[name]}
            fits = [t for t in structure.starts[name] if not violations(problem, {**rest, name: t})]
            if fits:
                wanted += [{**rest, name: t} for t in sorted({fits[0], fits[-1], *fits[:: limits.grid]})]
                continue
            answer = solve(forced_in(means, name), limits.solver)
            if answer.has_solution:
                wanted.append(dict(answer.roadmap))
    archive.simulate([recommended, *wanted], "initiatives left out")


def rejected(
    problem: RoadmapProblem,
    archive: Archive,
    feasible: Sequence[Starts],
    recommended: Starts,
    known: Mapping[str, str],
    indifference: float,
    currency: str,
    label: Label,
) -> tuple[Rejected, ...]:
    """A reason for each initiative of the problem that is left out; `known`: reasons found before, by id.

    feasible: roadmaps of the archive that keep every limit, best first. label: name of a period.
    """
    found = []
    for initiative in problem.initiatives:
        name = initiative.id
        if name in recommended:
            continue
        with_it = _least_costly(feasible, recommended, name)
        if with_it is None:
            found.append(Rejected(name, known.get(name, "no roadmap with it was found")))
            continue
        gain = archive.difference(with_it, recommended)
        sentence = _sentence(problem, recommended, with_it, name, gain, indifference, currency, label)
        better = _better_start(problem, archive, recommended, name, indifference, currency, label)
        found.append(Rejected(name, sentence + better, gain, dict(with_it)))
    return tuple(found)


def _least_costly(feasible: Sequence[Starts], recommended: Starts, name: str) -> Starts | None:
    """The best roadmap that is the recommended one with the initiative, and what it excludes gone; where nothing like
    that fits, the best of all that hold it: what the initiative costs when others make room."""
    holding = [one for one in feasible if name in one]
    alone = [one for one in holding if all(recommended.get(other) == t for other, t in one.items() if other != name)]
    most = max((len(one) for one in alone), default=0)
    kept = [one for one in alone if len(one) == most and most >= len(recommended)]
    return next(iter(kept or holding), None)


def _sentence(
    problem: RoadmapProblem,
    recommended: Starts,
    with_it: Starts,
    name: str,
    gain: Estimate,
    indifference: float,
    currency: str,
    label: Label,
) -> str:
    rivals = {other for group in problem.exclusive if name in group.members for other in group.members}
    out = [other for other in recommended if other not in with_it]
    dropped = [other for other in out if other not in rivals]
    moved = [
        f"{other} from {label(start)} to {label(with_it[other])}"
        for other, start in recommended.items()
        if other in with_it and with_it[other] != start
    ]
    added = [other for other in with_it if other not in recommended and other != name]
    changes = [
        f"{verb} {listed(words)}" for verb, words in (("drop", dropped), ("move", moved), ("add", added)) if words
    ]
    instead = [other for other in out if other in rivals]
    when = label(with_it[name])
    where = f"in place of {instead[0]}, from {when}" if instead else f"started in {when}"
    start = f"{where}, the best that fits, it would {''.join(f'{change}, ' for change in changes)}"
    start += "and " if changes else ""
    size = f"{rounded(abs(gain.mean))} ± {rounded(gain.se)} {currency}"
    if gain.mean < 0.0 and -gain.mean > 2.0 * gain.se:
        return f"{start}lower the NPV by {size}"
    if abs(gain.mean) <= indifference:
        sign = "-" if gain.mean < 0.0 else ""
        return f"{start}change the NPV by {sign}{size}, no more than the indifference or chance"
    direction = "lower" if gain.mean < 0.0 else "raise"
    return f"{start}{direction} the NPV by {size} on the search draws, which chance may explain"


def _better_start(
    problem: RoadmapProblem,
    archive: Archive,
    recommended: Starts,
    name: str,
    indifference: float,
    currency: str,
    label: Label,
) -> str:
    """A start that would be a gain but does not fit, and what it lacks; empty if none was simulated."""
    tried = [t for t in range(problem.periods) if {**recommended, name: t} in archive]
    gains = {t: archive.difference({**recommended, name: t}, recommended) for t in tried}
    t = max(gains, key=lambda t: gains[t].mean, default=None)
    if t is None or gains[t].mean <= max(indifference, 2.0 * gains[t].se):
        return ""
    lacks = violations(problem, {**recommended, name: t})
    if not lacks:
        return ""
    lack = lacks[0]
    text = lack.sentence
    if lack.period is not None and lack.needed is not None and lack.available is not None:
        short = rounded(lack.needed - lack.available)
        what = f"the budget {lack.subject} is" if lack.family == "budget" else f"the {lack.subject} are"
        unit = f" {currency}" if lack.family == "budget" else ""
        text = f"{what} short by {short}{unit} in {label(lack.period)}"
    return f"; it would raise it by {rounded(gains[t].mean)} {currency} in {label(t)}, but {text}"
