"""Cost of delay and the latest sensible start of each funded initiative.

re-optimised  the worth that the program loses if the initiative may start so many periods later at the earliest, and
              all else is planned anew: what waiting costs a planner who reacts.
as it stands  the mean change of the simulated NPV, paired by draw, if the initiative alone moves and nothing else does:
              what waiting costs if nobody reacts. None where the rest leaves no room for it.
latest        the last start with which a roadmap of the program loses no more than the indifference, by one program
              that starts it as late as possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from optimize.check import violations
from optimize.demands import forced_in
from optimize.reasons.conflict import opened
from optimize.reasons.elastic import Elastic

if TYPE_CHECKING:
    from optimize.archive import Archive, Estimate
    from optimize.periods import Starts
    from optimize.problem import RoadmapProblem
    from optimize.reasons.resolves import Resolves

PERIODS: Final = (1, 2)
"""Delays that are told, in periods."""


@dataclass(frozen=True)
class Delay:
    """What waiting costs for one funded initiative (periods).

    loss: by delay, the loss of worth in the program with all else planned anew [currency]; None where no roadmap of the
    program has it so late, as where its start is pinned. kept: by delay, the simulated change of NPV with all else as
    it stands; None where that breaks a limit. latest: last start that costs no more than the indifference; None where
    the solver could not tell. proved: every solve behind loss and latest was.
    """

    id: str
    start: int
    loss: Mapping[int, float | None]
    kept: Mapping[int, Estimate | None]
    latest: int | None
    proved: bool

    def document(self) -> dict[str, Any]:
        """The row of a JSON document."""
        return {
            "id": self.id,
            "start": self.start,
            "delays": [
                {
                    "periods": periods,
                    "loss": self.loss[periods],
                    "kept": None if (one := self.kept.get(periods)) is None else {"mean": one.mean, "se": one.se},
                }
                for periods in self.loss
            ],
            "latest": self.latest,
            "proved": self.proved,
        }


def delays(
    program: RoadmapProblem,
    best: Starts,
    value: float,
    resolves: Resolves,
    indifference: float,
    names: Sequence[str] | None = None,
    by: Sequence[int] = PERIODS,
    archive: Archive | None = None,
    simulated: Starts | None = None,
    certain: bool = True,
) -> tuple[Delay, ...]:
    """Cost of delay of the initiatives of `best`, the best roadmap of the program, which is worth `value`.

    simulated: the roadmap from which the simulation moves them, if an archive is given (None = `best`). certain: it is
    proved that no roadmap of the program is worth more than `value`.
    """
    own = dict(best if simulated is None else simulated)
    chosen = [name for name in best if names is None or name in names]
    moved = {(name, k): {**own, name: own[name] + k} for name in chosen if name in own for k in by}
    moved = {key: one for key, one in moved.items() if one[key[0]] < program.periods}
    allowed = {key: one for key, one in moved.items() if not violations(program, one)}
    if archive is not None:
        archive.simulate([own, *allowed.values()], "delays")
    rows = []
    for name in chosen:
        before, start = resolves.unproved, best[name]
        loss = {k: _loss(program, name, start + k, value, resolves) for k in by}
        kept = {
            k: archive.difference(allowed[name, k], own) if archive is not None and (name, k) in allowed else None
            for k in by
        }
        latest = _latest(program, name, value - indifference, resolves)
        rows.append(Delay(name, start, loss, kept, latest, certain and resolves.unproved == before))
    return tuple(rows)


def _loss(program: RoadmapProblem, name: str, start: int, value: float, resolves: Resolves) -> float | None:
    """What is lost if it starts in this period or later, or not at all where that is better."""
    one = program.initiative(name)
    if any(pin.initiative == name and pin.start is not None and pin.start < start for pin in program.pins):
        return None
    window = program.window(one)
    if start not in window:
        rest, _ = (None, True) if one.mandatory else resolves.without(program, name)
        return None if rest is None else value - rest.worth
    answer = resolves.solve(opened(name, earliest=max(start, window.start))(program))
    return max(0.0, value - answer.objective) if answer.has_solution else None


def _latest(program: RoadmapProblem, name: str, floor: float, resolves: Resolves) -> int | None:
    """The last start with which a roadmap is worth the floor."""
    formulation = Elastic(forced_in(program, name))
    formulation.keep_within(floor)
    formulation.prefer_late(name)
    found = resolves.optimise(formulation)
    return None if found.roadmap is None or not found.proved else found.roadmap[name]
