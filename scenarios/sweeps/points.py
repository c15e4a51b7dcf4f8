"""The points of a sweep: what is changed in the scenario, what is valued there, and the name that its content gives it.

A point of the design is valued for every roadmap and policy of `work`, on the same draws, unless the design itself
states which. Points that differ by nothing else form a group: one variant of the scenario, one call of the engine.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scenarios.roadmap_text import parse_roadmap
from scenarios.sweeps.base_points import BasePoints
from scenarios.sweeps.design import MAX_POINTS, MOST_SEED, PLAN, POLICIES, RESERVED, Design
from scenarios.variant import FACTOR, stated
from sim.errors import Problem, ProblemsFound, suggest

if TYPE_CHECKING:
    from sim.world import Scenario

ROADMAP, POLICY = "roadmap", "policy"
MOST_OF_GROUP = 64
"""Points of one call of the engine: more make it no faster, and a call is what a kill may lose."""


@dataclass(frozen=True)
class Point:
    """index: its row in the table. changes: path -> value, for `scenarios.variant`. starts: the roadmap to value, None
    where the policy chooses it."""

    index: int
    changes: Mapping[str, Any]
    future: str | None
    seed: int
    starts: Mapping[str, int] | None
    policy: str | None

    @property
    def world(self) -> str:
        """What points of one group share, as text."""
        return json.dumps([list(self.changes.items()), self.future, self.seed])

    @property
    def content(self) -> str:
        """All that decides the figures of the point, beside the scenario, the work and the code."""
        starts = None if self.starts is None else sorted(self.starts.items())
        return json.dumps([list(self.changes.items()), self.future, self.seed, starts, self.policy])


class Points:
    """The points of a design over a scenario, by number."""

    def __init__(self, design: Design, base: BasePoints, scenario: Scenario) -> None:
        self._base = base
        self._work = design.work
        self._budgets = tuple(scenario.money.budgets)
        self._roadmaps = {name: dict(starts) for name, starts in design.work.roadmaps.items()}
        named = [name for name in (ROADMAP, POLICY) if name in base.names]
        choices: list[tuple[str | None, str | None]] = []
        if design.work.kind == PLAN:
            choices = [(None, PLAN)]
        elif not named:
            choices = [(name, None) for name in self._roadmaps] + [(None, name) for name in design.work.policies]
        self._choices = choices
        self._each = max(1, len(choices))
        self.implied = () if named or design.work.kind == PLAN or len(choices) < 1 else (ROADMAP, POLICY)
        _check(design, base, scenario, named)
        if len(self) > MAX_POINTS:
            raise ProblemsFound(
                [Problem("work.roadmaps", f"{len(self):,} points", len(self), f"at most {MAX_POINTS:,}")]
            )

    def __len__(self) -> int:
        return self._base.size * self._each

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of the table that tell the points apart."""
        own = self._base.names
        if not self.implied:
            return own
        used = [ROADMAP] * bool(self._roadmaps) + [POLICY] * bool(self._work.policies)
        return (*own, *used)

    def values(self, index: int) -> Sequence[Any]:
        """The value of each of `names` at a point."""
        own = list(self._base.at(index // self._each))
        if not self.implied:
            return own
        roadmap, policy = self._choices[index % self._each]
        return [*own, *([roadmap] * bool(self._roadmaps)), *([policy] * bool(self._work.policies))]

    def point(self, index: int) -> Point:
        """What is done at a point. Raises ProblemsFound for a roadmap or seed that cannot be read."""
        values = dict(zip(self._base.names, self._base.at(index // self._each), strict=True))
        roadmap, policy = self._choices[index % self._each] if self._choices else (None, None)
        changes: dict[str, Any] = {}
        future: str | None = None
        seed = self._work.seed
        for name, value in values.items():
            if value is None:
                continue
            if name == ROADMAP:
                roadmap = value
            elif name == POLICY:
                policy = str(value)
            elif name == "future":
                future = str(value)
            elif name == "seed":
                seed = whole_seed(value)
            elif name == "budget":
                changes |= {f"money.budgets.{one}.amount": _factor(value) for one in self._budgets}
            else:
                changes[name] = {"multiply": value} if name in self._base.multiplied else value
        return Point(index, changes, future, seed, None if policy is not None else self._starts(roadmap), policy)

    def _starts(self, roadmap: Any) -> dict[str, int]:
        if isinstance(roadmap, str) and roadmap in self._roadmaps:
            return self._roadmaps[roadmap]
        return {} if roadmap is None else roadmap_of(roadmap, self._roadmaps)

    def keys(self, prefix: Sequence[Any]) -> Callable[[Point], str]:
        """The function that names a point by its content. prefix: scenario, work and code, as JSON knows them."""
        begun = hashlib.sha256(json.dumps(list(prefix)).encode())

        def key(point: Point) -> str:
            digest = begun.copy()
            digest.update(point.content.encode())
            return digest.hexdigest()[:20]

        return key

    def groups(self, wanted: NDArray[np.bool_]) -> tuple[int, Iterator[tuple[Point, ...]]]:
        """How many groups the wanted points make, and each of them, in the order of their first points."""
        indices = np.flatnonzero(wanted)
        marks = np.fromiter((self._mark(int(i)) for i in indices), dtype=np.uint64, count=len(indices))
        _, first, which = np.unique(marks, return_index=True, return_inverse=True)
        order = np.argsort(first[which], kind="stable")
        sizes = np.bincount(which)[np.argsort(first, kind="stable")]
        ends = np.cumsum(sizes)
        calls = int(np.sum(-(-sizes // MOST_OF_GROUP)))

        def made() -> Iterator[tuple[Point, ...]]:
            for size, end in zip(sizes, ends, strict=True):
                for begin in range(end - size, end, MOST_OF_GROUP):
                    these = order[begin : min(end, begin + MOST_OF_GROUP)]
                    yield tuple(self.point(int(i)) for i in indices[these])

        return calls, made()

    def _mark(self, index: int) -> int:
        return int.from_bytes(hashlib.sha256(self.point(index).world.encode()).digest()[:8], "little")


def roadmap_of(stated_as: Any, named: Mapping[str, Any]) -> dict[str, int]:
    """The start months that a cell or value states: a name of `work.roadmaps`, NAME@MONTH,... or a block."""
    if isinstance(stated_as, Mapping):
        return dict(stated_as)
    text = str(stated_as)
    if "@" not in text:
        hint = f"{suggest(text, named)}; or write NAME@MONTH,NAME@MONTH"
        raise ProblemsFound([Problem("roadmap", f"work.roadmaps has no roadmap named {text}", text, hint)])
    return parse_roadmap(text, "roadmap")


def whole_seed(value: Any) -> int:
    """A seed. Raises ProblemsFound."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or value != int(value)
        or not 0 <= value <= MOST_SEED
    ):
        raise ProblemsFound([Problem("seed", "a seed is a whole number", str(value), f"from 0 to {MOST_SEED}")])
    return int(value)


def _factor(value: Any) -> Any:
    """A factor on the budgets, whether written 0.8 or x0.8.

    >>> _factor(0.8), _factor("x1.2")
    ({'multiply': 0.8}, 'x1.2')
    """
    if isinstance(value, str) and FACTOR.fullmatch(value):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"multiply": value}
    raise ProblemsFound([Problem("budget", f"{value!r} is no factor", str(value), "such as 0.8 or x0.8")])


def _check(design: Design, base: BasePoints, scenario: Scenario, named: Sequence[str]) -> None:
    """Raise ProblemsFound with every factor, future, policy and roadmap that does not exist."""
    problems: list[Problem] = []
    for name in base.names:
        at = f"design.factors.{name}"
        if name in RESERVED:
            continue
        try:
            stated(scenario, name)
        except ProblemsFound as error:
            near = suggest(name, RESERVED) if "." not in name else None
            hint = near if near is not None and near.startswith("did") else error.errors[0].hint
            problems.append(Problem(at, error.errors[0].message, name, hint))
    problems += _contradictions(design, base)
    problems += _unknown(base, "policy", POLICIES, "there is no policy")
    problems += _unknown(base, "future", ("base", *scenario.futures), "the scenario has no future")
    for name, starts in design.work.roadmaps.items():
        for initiative in starts:
            if initiative not in scenario.initiatives:
                hint = suggest(initiative, scenario.initiatives)
                message = f"there is no initiative named {initiative}"
                problems.append(Problem(f"work.roadmaps.{name}.{initiative}", message, initiative, hint))
    for check, name in ((whole_seed, "seed"), (_factor, "budget"), (_reader(design.work.roadmaps), ROADMAP)):
        for value in _distinct(base.known.get(name, ())):
            try:
                check(value)
            except ProblemsFound as error:
                problems.append(Problem(f"design.factors.{name}", error.errors[0].message, value, error.errors[0].hint))
    if "budget" in base.names and not scenario.money.budgets:
        problems.append(Problem("design.factors.budget", "the scenario has no budgets", hint="state money.budgets"))
    if design.work.kind == PLAN and (named or design.work.roadmaps or design.work.policies):
        hint = "take `kind: roi` to compare with roadmaps and policies, the policy plan among them"
        problems.append(Problem("work.kind", "the work plan chooses the roadmap itself", PLAN, hint))
    if design.work.kind != PLAN and not (named or design.work.roadmaps or design.work.policies):
        hint = "state work.roadmaps or work.policies, or a factor roadmap or policy"
        problems.append(Problem("work", "no roadmap is valued", None, hint))
    if problems:
        raise ProblemsFound(problems)


def _contradictions(design: Design, base: BasePoints) -> Iterator[Problem]:
    """Factors of which one would hide the other."""
    if "budget" in base.names:
        for name in base.names:
            if name.startswith("money.budgets."):
                hint = "change the amounts by one of the two"
                yield Problem(f"design.factors.{name}", "the factor `budget` changes the same amounts", name, hint)
    if {ROADMAP, POLICY} <= set(base.names):
        chosen = [base.names.index(name) for name in (ROADMAP, POLICY)]
        for index in range(base.size if design.design.kind in ("list", "rows") else 1):
            values = base.at(index)
            if all(values[at] is not None for at in chosen):
                hint = "leave one of the two out"
                text = "a point has a roadmap and a policy: the policy would choose another one"
                yield Problem(f"design, point {index}", text, str(values[chosen[0]]), hint)
                return


def _reader(named: Mapping[str, Any]) -> Callable[[Any], Any]:
    return lambda value: None if isinstance(value, str) and value in named else roadmap_of(value, named)


def _distinct(values: Sequence[Any]) -> list[Any]:
    found = {str(value): value for value in values if value is not None}
    return list(found.values())


def _unknown(base: BasePoints, name: str, known: Sequence[str], message: str) -> Iterator[Problem]:
    for value in _distinct(base.known.get(name, ())):
        if value not in known:
            yield Problem(f"design.factors.{name}", f"{message} named {value}", str(value), suggest(str(value), known))
