"""Every roadmap that was simulated on one range of draws: nothing is simulated twice, everything is paired."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimize.periods import Starts, months
from optimize.plan_limits import PlanLimits, Progress
from optimize.risk.attitude import attitude_of, future_names
from sim.futures import in_future
from sim.montecarlo import Picked, evaluate, given_draws
from sim.outcomes import Outcomes
from sim.world import Scenario

if TYPE_CHECKING:
    from sim.montecarlo import Tables

Floats = NDArray[np.float64]
Key = tuple[tuple[str, int], ...]

BATCH = 128
"""Roadmaps in one call of the simulation: enough to share a world among many, few enough to show progress."""

FEWEST = 64
"""Roadmaps at once for which it is seen whether tables take less."""
LEARNING = 1.5
"""Time to learn an entry over that of a roadmap on as many draws, rounded up."""
REACH = 4
"""How many times as many roadmaps are listed with tables as without: about as many as take no longer than a search."""


def key(roadmap: Starts) -> Key:
    """Identity of a roadmap, whatever the order in which it was written."""
    return tuple(sorted(roadmap.items()))


@dataclass(frozen=True)
class Estimate:
    """Mean of a sample and its standard error [currency]; the error of a single draw is infinite."""

    mean: float
    se: float

    def __str__(self) -> str:
        return f"{self.mean:,.0f} ± {self.se:,.0f}"


def estimate(values: Floats) -> Estimate:
    """Mean and standard error of (draws,) independent values."""
    n = len(values)
    return Estimate(float(np.mean(values)), float(np.std(values, ddof=1) / math.sqrt(n)) if n > 1 else math.inf)


def simulated(
    scenario: Scenario,
    roadmaps: Sequence[Starts],
    first_draw: int,
    draws: int,
    seed: int,
    threads: int | None,
    picked: Picked | None = None,
) -> Outcomes:
    """What each roadmap is worth, all on the same draws, without details. picked: draws in place of the streams'."""
    return evaluate(
        scenario,
        [months(scenario, one) for one in roadmaps],
        draws,
        seed,
        first_draw=first_draw,
        detail=False,
        given=given_draws(picked, first_draw, draws),
        threads=threads,
    )


class Clock:
    """Time since its making, and whether the limit has passed."""

    def __init__(self, seconds: float | None) -> None:
        self._start = time.monotonic()
        self._seconds = seconds
        self.stopped = False

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._start

    def over(self) -> bool:
        """Whether the limit has passed; remembers that it stopped something."""
        if self._seconds is not None and self.elapsed > self._seconds:
            self.stopped = True
        return self.stopped


class Archive:
    """NPV of roadmaps (in periods) against the empty roadmap, on the draws from `first_draw` on.

    The empty roadmap is worth exactly 0 on every draw. `paths`: simulated paths times roadmaps so far. look_up: by
    tables (`sim.montecarlo.tables`), on all draws, wherever that takes less than a run of the kernel for each roadmap.
    attitude: what counts as better, see `score`. futures: the same in each future, on the same draws, where futures
    count one by one. best_in: the roadmap of each future from which regret counts.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        first_draw: int,
        draws: int,
        limits: PlanLimits,
        progress: Progress | None = None,
        look_up: bool = False,
    ) -> None:
        self.scenario = scenario
        self.seed = seed
        self.first_draw = first_draw
        self.draws = draws
        self.paths = 0
        self._threads = limits.threads
        self._progress = progress
        self.picked = limits.picked
        self._look_up = look_up and limits.picked is None  # tables know the draws of the streams alone
        self._npv: dict[Key, Floats] = {(): np.zeros(draws)}
        self._cost: dict[Key, float] = {(): 0.0}
        self.attitude = attitude_of(scenario)
        self.futures: dict[str, Archive] = {}
        self.best_in: dict[str, dict[str, int]] = {}
        if self.attitude.sees_futures:
            for name in future_names(scenario):
                turned = in_future(scenario, name)
                turned = turned.model_copy(update={"money": turned.money.model_copy(update={"objective": "mean"})})
                self.futures[name] = Archive(turned, seed, first_draw, draws, limits, progress, look_up)

    def __contains__(self, roadmap: Starts) -> bool:
        return self._known(key(roadmap))

    def _known(self, name: Key) -> bool:
        """Whether it was simulated on all draws, in every future as well where futures count."""
        known = len(self._npv.get(name, ())) == self.draws
        return known and all(other._known(name) for other in self.futures.values())

    def __iter__(self) -> Iterator[dict[str, int]]:
        """Roadmaps that were simulated on all draws, in the order in which they were."""
        return (dict(one) for one in self._npv if self._known(one))

    def __len__(self) -> int:
        return sum(map(self._known, self._npv))

    def simulate(self, roadmaps: Iterable[Starts], stage: str, draws: int | None = None) -> None:
        """Simulate what is not known yet, on all draws or on the first `draws`."""
        wanted = self.draws if draws is None else min(draws, self.draws)
        roadmaps = [dict(one) for one in roadmaps]
        for other in self.futures.values():
            before = other.paths
            other.simulate(roadmaps, stage, draws)
            self.paths += other.paths - before
        new = {key(one): one for one in roadmaps if self._drawn(one) < wanted}
        todo = list(new.values())
        look_up = self._look_up and self._pays(todo, wanted)
        done = 0
        for known in sorted({self._drawn(one) for one in todo}):  # what is known of some draws needs only the others
            group = [one for one in todo if self._drawn(one) == known]
            for first in range(0, len(group), BATCH):
                part = group[first : first + BATCH]
                if look_up:
                    self._put(part, 0, self._looked_up(part, self.draws))
                else:
                    self._put(part, known, self._run(part, known, wanted - known))
                done += len(part)
                if self._progress is not None:
                    self._progress(stage, done, len(todo))

    def _drawn(self, roadmap: Starts) -> int:
        """Draws on which it was simulated, from the first on."""
        return len(self._npv.get(key(roadmap), ()))

    def _put(self, roadmaps: Sequence[Starts], known: int, found: Iterable[tuple[Floats, float]]) -> None:
        """Add what was found of each: NPV by draw behind the `known` first ones, and mean cost."""
        for one, (npv, cost) in zip(roadmaps, found, strict=True):
            name = key(one)
            if known:
                share = known / (known + len(npv))
                cost = share * self._cost[name] + (1.0 - share) * cost
                npv = np.concatenate([self._npv[name][:known], npv])
            self._npv[name] = npv
            self._cost[name] = cost
            self.paths += len(npv) - known

    def _run(self, roadmaps: Sequence[Starts], first: int, draws: int) -> Iterator[tuple[Floats, float]]:
        """NPV by draw and mean cost of each, by the kernel, on so many draws from the `first` of the archive on."""
        found = simulated(
            self.scenario, roadmaps, self.first_draw + first, draws, self.seed, self._threads, self.picked
        )
        return ((one.npv, float(np.mean(one.cost))) for one in found)

    def part(self, first: int, draws: int) -> Archive:
        """So many draws from the `first` on, of the roadmaps that were simulated on all; without their costs."""
        limits = PlanLimits(threads=self._threads, picked=self.picked)
        part = Archive(self.scenario, self.seed, self.first_draw + first, draws, limits)
        for one in self:
            part._npv[key(one)] = self.npv(one)[first : first + draws]
        return part

    def under(self, scenario: Scenario, limits: PlanLimits, progress: Progress | None = None) -> Archive:
        """What was simulated, for a scenario that differs in rules alone: budgets, pins, attitude to risk. Nothing of
        it is simulated again, except where futures count one by one."""
        other = Archive(scenario, self.seed, self.first_draw, self.draws, limits, progress, self._look_up)
        if not other.futures:
            other._npv, other._cost = dict(self._npv), dict(self._cost)
        return other

    def _pays(self, roadmaps: Sequence[Starts], draws: int) -> bool:
        """Whether tables take less than the kernel: the entries that they lack are learned on all draws."""
        if len(roadmaps) < FEWEST:
            return False
        room = len(roadmaps) * draws / (LEARNING * self.draws)
        starts = {start for one in roadmaps for start in one.items()}
        if "_entries" not in vars(self) and len(starts) > room:  # at least so many entries: not worth making the tables
            return False
        from sim.montecarlo import DisagreementError

        try:
            return self._entries.missing(self._planned(roadmaps)) <= room
        except DisagreementError as problem:
            self._distrust(problem)
            return False

    def _looked_up(self, roadmaps: Sequence[Starts], draws: int) -> Iterator[tuple[Floats, float]]:
        """NPV by draw and mean cost of each, by tables; by the kernel, from now on, if the two do not agree."""
        from sim.montecarlo import DisagreementError

        if not self._look_up:
            return self._run(roadmaps, 0, draws)
        planned = self._planned(roadmaps)
        try:
            worth = np.ascontiguousarray(self._entries.npv(planned).T)
        except DisagreementError as problem:
            self._distrust(problem)
            return self._run(roadmaps, 0, draws)
        return zip(worth[:, :draws], self._entries.costs(planned).tolist(), strict=True)

    def _distrust(self, problem: AssertionError) -> None:
        self._look_up = False
        note = f"tables and kernel do not agree, so every roadmap is simulated, which takes longer: {problem}"
        warnings.warn(note, RuntimeWarning, stacklevel=2)

    def _planned(self, roadmaps: Sequence[Starts]) -> NDArray[np.int64]:
        return self._entries.planned(months(self.scenario, one) for one in roadmaps)

    @cached_property
    def _entries(self) -> Tables:
        from sim.montecarlo import tables  # loads the compiler

        return tables(self.scenario, self.draws, self.seed, first_draw=self.first_draw, threads=self._threads)

    @property
    def reach(self) -> int:
        """How many times as many roadmaps may be asked for as without tables."""
        return REACH if self._look_up else 1

    def npv(self, roadmap: Starts) -> Floats:
        """(draws,) NPV. Raises KeyError for a roadmap that was not simulated."""
        return self._npv[key(roadmap)]

    def cost(self, roadmap: Starts) -> float:
        """Mean present value of its own cost [currency]."""
        return self._cost[key(roadmap)]

    def mean(self, roadmap: Starts) -> float:
        """Mean NPV [currency]."""
        return float(np.mean(self.npv(roadmap)))

    def scores(self, roadmap: Starts, draws: int | None = None) -> Floats:
        """(draws,) scores whose mean is the score on the first `draws`; see `attitude`."""
        if not self.futures:
            return self.attitude.scores(self.npv(roadmap)[:draws])
        rows = []
        for name, other in self.futures.items():
            npv = other.npv(roadmap)[:draws]
            regret = self.attitude.aim == "regret" and name in self.best_in
            rows.append(npv - other.npv(self.best_in[name])[:draws] if regret else npv)
        return self.attitude.deciding(np.array(rows))

    def score(self, roadmap: Starts) -> float:
        """What is made as large as possible [currency]: mean NPV, or what the attitude makes of NPV; minus infinity for
        a roadmap whose CVaR is below its floor."""
        return float(np.mean(self.scores(roadmap))) if self.keeps_floor(roadmap) else -math.inf

    def keeps_floor(self, roadmap: Starts) -> bool:
        """Whether the CVaR of the roadmap reaches its floor, if there is one."""
        return self.attitude.keeps_floor(self.npv(roadmap))

    def gain(self, roadmap: Starts, other: Starts, draws: int | None = None) -> Estimate:
        """Paired difference of the score, roadmap minus other, on the first draws that both have."""
        shared = min(len(self.npv(roadmap)), len(self.npv(other)), self.draws if draws is None else draws)
        return estimate(self.scores(roadmap, shared) - self.scores(other, shared))

    def difference(self, roadmap: Starts, other: Starts) -> Estimate:
        """Paired difference of NPV, roadmap minus other, on the draws that both have."""
        one, two = self.npv(roadmap), self.npv(other)
        shared = min(len(one), len(two))
        return estimate(one[:shared] - two[:shared])
