"""What explains the difference of two arms: the roadmap, the future and every changed assumption, by Shapley.

The players are the changes that lead from the second arm to the first. A coalition is worth the mean NPV of the arm in
which those changes were made, so the Shapley values add up to the difference of the NPVs, and what changes do together
is shared alike among them (Shapley 1953, A value for n-person games).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scenarios.attribution.linear import Sums
from scenarios.attribution.report import Part
from scenarios.attribution.shapley import Orders, orders
from scenarios.comparing.assumptions import Group, differing, groups, mixed
from sim.errors import ProblemsFound
from sim.futures import BASE, in_future
from sim.montecarlo import evaluate

if TYPE_CHECKING:
    from optimize.archive import Estimate
    from scenarios.comparing.resolve import Resolved
    from sim.world import Scenario

Floats = NDArray[np.float64]

ROADMAP, FUTURE, ASSUMPTIONS = "the roadmap", "the future", "the assumptions"
PATHS = 65_536
"""Simulated paths that an attribution may take before it takes fewer draws."""
FEWEST_DRAWS = 512
ORDERS = 16
"""Orders that are sampled where there are more than 8 changes."""


@dataclass(frozen=True)
class Attribution:
    """The difference of two NPVs divided among what differs [currency]. total: what the parts add up to, on the first
    `draws` draws of the comparison. orders: how many were sampled; None where all count. paths: how many paths of the
    scenario each part holds; 0 for the roadmap and the future. why_not: why there are no parts."""

    parts: dict[str, Part]
    paths: dict[str, int]
    total: Estimate | None
    draws: int
    orders: int | None
    why_not: str | None = None

    def document(self) -> dict[str, Any]:
        """As JSON documents hold it."""
        return {
            "parts": [
                {"what": name, "paths": self.paths[name], **part.document()} for name, part in self.parts.items()
            ],
            "total": None if self.total is None else {"mean": self.total.mean, "se": self.total.se},
            "draws": self.draws,
            "orders": self.orders,
            "why_not": self.why_not,
        }


def attribution(
    first: Resolved, second: Resolved, draws: int, seed: int, first_draw: int, threads: int | None
) -> Attribution:
    """Parts of NPV of the first arm minus that of the second. draws: of the comparison; as many are used as PATHS
    allows, FEWEST_DRAWS or more. Where a mixture is no scenario, or does not allow a roadmap, all assumptions are one
    part; where that is not possible either, there are no parts."""
    game = _Game(first, second)
    if not game.names:
        return Attribution({}, {}, None, draws, None, "the arms differ in nothing")
    try:
        return _parted(game, draws, seed, first_draw, threads)
    except ProblemsFound:
        together = _Game(first, second, apart=False)
    try:
        return _parted(together, draws, seed, first_draw, threads)
    except ProblemsFound as error:
        why = f"a mixture of the two arms is not possible: {error.errors[0]}"
        return Attribution({}, {}, None, draws, None, why)


def _parted(game: _Game, draws: int, seed: int, first_draw: int, threads: int | None) -> Attribution:
    """Raises ProblemsFound where some mixture is no scenario, or does not allow a roadmap."""
    names = game.names
    which = orders(len(names), ORDERS, seed)
    coalitions = dict.fromkeys([0, *which.weights(), (1 << len(names)) - 1])
    used = min(draws, max(FEWEST_DRAWS, PATHS // (len(coalitions) + 1)))
    values = {c: game.npv(c, used, seed, first_draw, threads) for c in coalitions}
    return _divided(names, game.paths, which, values, used)


class _Game:
    """The changes between two arms, and what coalitions of them are worth. Bits: the groups of assumptions, then the
    future, then the roadmap."""

    def __init__(self, first: Resolved, second: Resolved, *, apart: bool = True) -> None:
        self._first, self._second = first, second
        self._data = second.stated.model_dump(mode="json"), first.stated.model_dump(mode="json")
        paths = differing(second.stated, first.stated)
        self._groups = groups(paths) if apart or not paths else (Group(ASSUMPTIONS, paths),)
        self._future = first.future != second.future
        self._roadmap = dict(first.roadmap) != dict(second.roadmap)
        self.names = [group.label for group in self._groups]
        self.names += [FUTURE] * self._future + [ROADMAP] * self._roadmap
        self.paths = {group.label: len(group.paths) for group in self._groups}
        self.paths |= {name: 0 for name in (FUTURE, ROADMAP) if name in self.names}
        self._known: dict[int, tuple[Floats, Floats]] = {}

    def npv(self, coalition: int, draws: int, seed: int, first_draw: int, threads: int | None) -> Floats:
        """(draws,) NPV of the second arm with these changes made."""
        world, roadmap = coalition, 0
        if self._roadmap:
            bit = 1 << (len(self.names) - 1)
            world, roadmap = coalition & ~bit, int(bool(coalition & bit))
        if world not in self._known:
            starts = [self._second.roadmap, self._first.roadmap]
            found = evaluate(
                self._world(world), starts, draws, seed, first_draw=first_draw, detail=False, threads=threads
            )
            self._known[world] = found[0].npv, found[1].npv
        return self._known[world][roadmap]

    def _world(self, coalition: int) -> Scenario:
        chosen = [group for bit, group in enumerate(self._groups) if coalition >> bit & 1]
        if len(chosen) in (0, len(self._groups)):  # the arms' own, as they were read
            scenario = (self._first if chosen or not self._groups else self._second).stated
        else:
            scenario = mixed(*self._data, [path for group in chosen for path in group.paths])
        turned = self._future and coalition >> len(self._groups) & 1
        future = (self._first if turned else self._second).future
        return scenario if future is None else in_future(scenario, self._known_future(scenario, future))

    @staticmethod
    def _known_future(scenario: Scenario, future: str) -> str:
        """A future of one scenario only does not happen in a mixture that has it not."""
        return future if future in scenario.futures else BASE


def _divided(
    names: list[str], paths: dict[str, int], which: Orders, values: dict[int, Floats], draws: int
) -> Attribution:
    everything = (1 << len(names)) - 1
    weights = {coalition: np.append(weight, 0.0) for coalition, weight in which.weights().items()}
    for coalition, weight in ((0, -1.0), (everything, 1.0)):
        weights.setdefault(coalition, np.zeros(len(names) + 1))[-1] += weight
    sums = Sums(weights, draws)
    for coalition, npv in values.items():
        sums.add(coalition, npv)
    errors = which.errors(lambda coalition: sums.means[coalition])
    parts = dict(_parts(names, sums, errors))
    return Attribution(parts, paths, sums.estimate(len(names)), draws, None if which.rows is None else len(which.rows))


def _parts(names: list[str], sums: Sums, errors: Floats) -> Iterator[tuple[str, Part]]:
    for row, name in enumerate(names):
        one = sums.estimate(row)
        yield name, Part(one.mean, one.se, float(errors[row]))
