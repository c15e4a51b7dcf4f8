"""The roadmap problem: all that the integer program sees, as frozen data that travels as JSON.

It knows nothing of simulation. Time counts in periods t = 0 .. periods - 1; e = 0 is the period in which an
initiative starts. Money is in one currency, days are staff-days. A problem that cannot be used raises
`sim.errors.ProblemsFound`, which lists everything that is wrong at once.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any, Final, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, ValidationError, model_validator

from optimize.coherence import found_in_fields, found_in_whole
from optimize.parts import (
    ALL_KINDS,
    Amount,
    Blackout,
    Budget,
    Cost,
    Count,
    Credit,
    ExclusiveGroup,
    GoalFloor,
    Grant,
    Initiative,
    Interaction,
    Kind,
    Name,
    Number,
    Outside,
    Period,
    Pin,
    QuickWin,
    Record,
    Requirement,
    SelectionGroup,
    SimultaneousLimit,
    Triple,
    TrustRegion,
)
from optimize.risk.coherence import found_in_risk
from optimize.risk.parts import AtLeast, ChanceBudget, ChanceCash, Future, Objective, Risk, What, Worlds
from sim.errors import Problem, ProblemsFound

__all__ = [
    "ALL_KINDS",
    "SCHEMA_VERSION",
    "Blackout",
    "Budget",
    "Cost",
    "Credit",
    "ExclusiveGroup",
    "GoalFloor",
    "Grant",
    "Initiative",
    "Interaction",
    "Kind",
    "Outside",
    "Pin",
    "QuickWin",
    "Requirement",
    "RoadmapProblem",
    "SelectionGroup",
    "SimultaneousLimit",
    "Triple",
    "TrustRegion",
]

SCHEMA_VERSION: Final = 1


class RoadmapProblem(Record):
    """Which initiatives start when, so that the total worth is largest and every limit holds.

    A roadmap's worth is `constant` + the value of each initiative at its start, with the worth of the grants whose
    window holds that start + the value of each interaction whose two initiatives, and of each triple whose three
    initiatives, are all in it - the present value of the days that are bought. What can be cancelled counts times the
    probability that all gates before it are passed: the product of `passes` over all that an initiative requires, step
    by step, or that any one of a pair or triple requires. Costs and days are reserved in full, for the case that every
    gate is passed.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    periods: Count = Field(description="periods of the horizon")
    constant: Number = Field(0.0, description="worth of the empty roadmap [currency]")
    initiatives: tuple[Initiative, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    triples: tuple[Triple, ...] = ()
    budgets: tuple[Budget, ...] = ()
    skills: dict[Name, tuple[Amount, ...]] = Field(
        default_factory=dict, description="days of each skill in each period [days]"
    )
    requires: tuple[Requirement, ...] = ()
    exclusive: tuple[ExclusiveGroup, ...] = ()
    groups: tuple[SelectionGroup, ...] = ()
    simultaneous: tuple[SimultaneousLimit, ...] = ()
    outside: tuple[Outside, ...] = ()
    discount: tuple[Amount, ...] = Field(
        (), description="present value of one unit of money in each period, for bought days; none = 1"
    )
    grants: tuple[Grant, ...] = ()
    goals: tuple[GoalFloor, ...] = ()
    quick_wins: tuple[QuickWin, ...] = ()
    pins: tuple[Pin, ...] = ()
    blackouts: tuple[Blackout, ...] = ()
    trust_region: TrustRegion | None = None
    forbidden: tuple[dict[Name, Period], ...] = Field((), description="whole roadmaps that may not be proposed again")
    objective: What = Field("worth", description="what is made as large as possible")
    objectives: tuple[Objective, ...] = Field((), description="aims in order of rank, in place of `objective`")
    risk: Risk | None = None
    worlds: Worlds | None = None
    futures: tuple[Future, ...] = ()
    chance_budgets: tuple[ChanceBudget, ...] = ()
    chance_cash: ChanceCash | None = None
    at_least: tuple[AtLeast, ...] = Field((), description="what other aims must reach")

    @model_validator(mode="wrap")
    @classmethod
    def _report_everything_at_once(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            problem = handler(data)
        except ValidationError as error:
            # The cross-checks still run on the parts that are sound, so that one pass shows everything.
            raise ProblemsFound([*found_in_fields(cls, error), *found_in_whole(data), *found_in_risk(data)]) from None
        problems = [*found_in_whole(problem), *found_in_risk(problem)]
        if problems:
            raise ProblemsFound(problems)
        return problem

    @classmethod
    def from_json(cls, text: str | bytes, file: str | None = None) -> Self:
        """Read a JSON document; `file` is named in what is reported. Raises ProblemsFound."""
        repeated: list[Problem] = []
        try:
            problem = cls.model_validate(json.loads(text, object_pairs_hook=partial(_unique_keys, repeated)))
            errors = repeated
        except json.JSONDecodeError as error:
            errors = [Problem("", f"not JSON: {error.msg}", line=error.lineno, column=error.colno)]
        except UnicodeDecodeError as error:
            errors = [Problem("", f"not UTF-8 text: {error.reason}")]
        except ProblemsFound as found:
            errors = [*repeated, *found.errors]
        if errors:
            raise ProblemsFound(replace(error, file=file) for error in errors)
        return problem

    def to_json(self) -> str:
        """The JSON document, which `from_json` reads back to an equal problem."""
        return self.model_dump_json(indent=2) + "\n"

    def initiative(self, name: str) -> Initiative:
        """The initiative of this id. Raises KeyError."""
        known = self.__dict__.get("_by_id")
        if known is None or known[0] is not self.initiatives:  # a copy with other initiatives holds the old index
            known = (self.initiatives, {one.id: one for one in reversed(self.initiatives)})
            self.__dict__["_by_id"] = known
        found: Initiative = known[1][name]
        return found

    def window(self, initiative: Initiative) -> range:
        """Periods in which the initiative may start."""
        last = self.periods - 1 if initiative.latest is None else initiative.latest
        return range(initiative.earliest, last + 1)

    def grant_window(self, grant: Grant) -> range:
        """Periods of start in which the grant is given."""
        return range(grant.first, (self.periods - 1 if grant.last is None else grant.last) + 1)

    def discount_at(self, t: int) -> float:
        """Present value of one unit of money in period t."""
        return self.discount[t] if self.discount else 1.0

    def without_worlds(self) -> RoadmapProblem:
        """The limits that need no simulated worth: without worlds, futures and what is demanded of them."""
        update = {"worlds": None, "risk": None, "futures": (), "objective": "worth", "objectives": (), "at_least": ()}
        return self.model_copy(update=update)

    def delay(self, requirement: Requirement) -> int:
        """Periods that must pass between the two starts."""
        needed = self.initiative(requirement.requires)
        return requirement.lag + (needed.duration if requirement.from_ == "finish" else 0)


def _unique_keys(repeated: list[Problem], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON object whose keys each appear once; json.loads alone silently keeps the last."""
    count = Counter(key for key, _ in pairs)
    repeated.extend(
        Problem(key, f"the key {key!r} appears {times} times in one object", hint="keep one of them")
        for key, times in count.items()
        if times > 1
    )
    return dict(pairs)
