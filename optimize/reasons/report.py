"""What would change a plan: the reasons that a planner asks for, around one recommended roadmap.

All re-solves are of the last program without its trust region, the linearisation around the incumbent of the search, so
they say what that program would do; what is simulated says so. By default only the three rejected initiatives that lost
least are asked what would let them in; `PlanLimits.why` asks everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from optimize.alternatives import Alternative, alternatives, among, document
from optimize.archive import Archive, Estimate, Floats, estimate
from optimize.check import violations, worth
from optimize.periods import months
from optimize.reasons.core_index import CoreIndex, core_index
from optimize.reasons.delay import Delay, delays
from optimize.reasons.resolves import Resolves
from optimize.reasons.thresholds import Change, Lever, Thresholds
from optimize.reasons.worth_of_more import MoreOfIt, MoreTime, worth_of_more, worth_of_time
from optimize.status import Status
from optimize.structure import Structure

if TYPE_CHECKING:
    from optimize.periods import Starts
    from optimize.plan_limits import PlanLimits, Progress
    from optimize.problem import RoadmapProblem
    from optimize.rejections import Rejected

SHOWN: Final = 3
"""Rejected initiatives that are asked by default."""

STAGES: Final = 6

QUICK: Final[tuple[Lever, ...]] = ("benefit", "cost")
"""What is asked of them by default: each takes two solves."""


@dataclass(frozen=True)
class Valued:
    """An alternative with its start months and, on fresh draws, its NPV minus that of the recommended roadmap."""

    alternative: Alternative
    months: Mapping[str, int]
    gain: Estimate


@dataclass(frozen=True)
class Reasons:
    """What would change the plan.

    changes: what would let in, or push out; more, time: what one more unit is worth; delays: what waiting costs; core:
    shares of the simulated roadmaps. complete: everything was asked, not only the most telling. value: worth of the
    best roadmap of the program; same: it is the recommended one. solves, unproved: programs solved, and how many of
    them without a proof.
    """

    changes: tuple[Change, ...]
    more: tuple[MoreOfIt, ...]
    time: tuple[MoreTime, ...]
    delays: tuple[Delay, ...]
    core: CoreIndex
    alternatives: tuple[Valued, ...]
    complete: bool
    value: float | None
    same: bool
    solves: int
    unproved: int

    def document(self, recommended: Mapping[str, int]) -> dict[str, Any]:
        """The part of the plan's JSON document; recommended: start months."""
        return {
            "complete": self.complete,
            "program_worth": self.value,
            "program_agrees": self.same,
            "changes": [one.document() for one in self.changes],
            "worth_of_more": [one.document() for one in self.more],
            "worth_of_time": [one.document() for one in self.time],
            "delays": [one.document() for one in self.delays],
            "core": self.core.document(),
            "alternatives": [document(one.alternative, one.months, one.gain, recommended) for one in self.alternatives],
            "solves": self.solves,
            "unproved": self.unproved,
        }


def reasons(
    program: RoadmapProblem,
    archive: Archive,
    feasible: Sequence[Starts],
    recommended: Starts,
    left_out: Sequence[Rejected],
    indifference: float,
    limits: PlanLimits,
    progress: Progress | None = None,
) -> tuple[Reasons, tuple[Alternative, ...]]:
    """Reasons without the value of the alternatives, which `valued` adds, and the alternatives.

    program: without trust region; what it says of worlds, futures and chances is put aside for the re-solves, so every
    worth here is a mean, and a change that lets something in may still be refused for what it does to cash in bad
    worlds. feasible: simulated roadmaps that keep every limit. left_out: with simulated gains.
    """
    resolves = Resolves(limits.solver)
    whole, scenario = program, archive.scenario
    program = program.without_worlds().model_copy(update={"chance_cash": None, "chance_budgets": ()})
    period_name, currency = scenario.period_label, scenario.profile.currency

    def tell(done: int) -> None:
        if progress is not None:
            progress("what would change it", done, STAGES)

    core = core_index(archive, feasible, indifference, [one.id for one in program.initiatives])
    answer = resolves.solve(program)
    tell(1)
    if not answer.has_solution:
        nothing = Reasons((), (), (), (), core, (), False, None, False, resolves.count, resolves.unproved)
        return nothing, ()
    thresholds = Thresholds(
        program, answer, resolves, worth_of_cost(program, archive), period_name=period_name, money=currency
    )
    rejected = [one.id for one in program.initiatives if one.id not in answer.roadmap]
    gains = {one.id: one.gain.mean for one in left_out if one.gain is not None}
    changes: list[Change] = []
    if limits.why:
        for name in rejected:
            changes += thresholds.let_in(name)
        tell(2)
        for name in answer.roadmap:
            changes += thresholds.push_out(name)
        tell(3)
    else:
        nearest = sorted((name for name in rejected if name in gains), key=lambda name: -gains[name])
        for name in nearest[:SHOWN]:
            changes += thresholds.let_in(name, QUICK)
    more = worth_of_more(program, answer, resolves) if limits.why else ()
    tell(4)
    time = worth_of_time(program, answer, resolves, period_name) if limits.why else ()
    late: tuple[Delay, ...] = ()
    if limits.why:
        best, value = answer.roadmap, answer.objective
        sure = answer.status is Status.OPTIMAL
        late = delays(
            program, best, value, resolves, indifference, archive=archive, simulated=recommended, certain=sure
        )
    tell(5)
    others: tuple[Alternative, ...] = ()
    if limits.alternatives:
        given_up = indifference if limits.within is None else limits.within * abs(answer.objective)
        floor = min(answer.objective, worth(program, recommended)) - given_up
        proposed = alternatives(program, recommended, floor, resolves)
        archive.simulate([one.roadmap for one in proposed], "alternatives")
        least = archive.mean(recommended) - given_up  # the program is not the simulation: what counts is this
        near = [one for one in feasible if archive.mean(one) >= least]
        near += [
            one.roadmap for one in proposed if archive.mean(one.roadmap) >= least and not violations(whole, one.roadmap)
        ]
        others = among(program, recommended, near, proposed, limits.alternatives)
    tell(6)
    same = dict(answer.roadmap) == dict(recommended)
    found = Reasons(
        tuple(changes), more, time, late, core, (), limits.why, answer.objective, same, resolves.count,
        resolves.unproved,
    )  # fmt: skip
    return found, others


def worth_of_cost(program: RoadmapProblem, archive: Archive) -> dict[str, float]:
    """Mean present value of each initiative's own cost, beside what it requires at the earliest starts; only where the
    archive holds both roadmaps."""
    structure = Structure(program)
    found = {}
    for name in structure.names:
        whole = structure.complete({}, [name])
        if whole is None:
            continue
        rest = {other: start for other, start in whole.items() if other != name}
        if whole in archive and rest in archive:
            found[name] = max(0.0, archive.cost(whole) - archive.cost(rest))
    return found


def valued_reasons(found: Reasons, others: Sequence[Alternative], fresh: Archive, recommended: Floats) -> Reasons:
    """The reasons with the alternatives valued on the draws of the report; recommended: (draws,) NPV of the plan."""
    fresh.simulate([one.roadmap for one in others], "alternatives on the draws of the report")
    rows = [(one, months(fresh.scenario, one.roadmap), fresh.npv(one.roadmap) - recommended) for one in others]
    return replace(found, alternatives=tuple(Valued(one, starts, estimate(gain)) for one, starts, gain in rows))
