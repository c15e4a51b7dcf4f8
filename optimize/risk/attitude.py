"""What counts as better in simulation: the mean NPV, mean and CVaR together, or how futures treat a roadmap.

Each aim is a mean over draws of scores, to the first order: a draw of NPV x scores (1 - w) x + w (q + min(0, x - q) /
level), q the quantile at `level`. The mean of the scores is exactly (1 - w) mean + w CVaR, and, since a small change of
q changes nothing, their spread is that of the figure (its influence function; see `sim.measures.tail_interval`). So
paired differences, their errors, and all that is built on them hold for CVaR as for the mean. Of several futures the
scores are those of the one that decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from optimize.plan_limits import PlanLimits
from sim.futures import BASE
from sim.measures import cvar
from sim.world import Scenario

Floats = NDArray[np.float64]
Aim = Literal["mean", "worst_future", "regret"]

IN_TAIL: Final = 20
"""Search draws in the bad tail that are aimed at."""
WORLDS_IN_TAIL: Final = 6
MOST_WORLD_DRAWS: Final = 256
"""Search draws in the bad tail of which the program knows every pair and every single change, and most such draws."""
SELECTED_IN_TAIL: Final = 50
"""Draws in the bad tail on which finalists are told apart at first, as many as an interval of a CVaR needs."""


@dataclass(frozen=True)
class Attitude:
    """weight of the CVaR at `level`; floor: least CVaR [currency] or None; aim: over draws, or over futures."""

    weight: float = 0.0
    level: float = 0.05
    floor: float | None = None
    aim: Aim = "mean"

    @property
    def sees_worlds(self) -> bool:
        """Whether single draws count, not only their mean."""
        return self.weight > 0.0 or self.floor is not None

    @property
    def sees_futures(self) -> bool:
        """Whether futures count one by one."""
        return self.aim != "mean"

    @property
    def words(self) -> str:
        """The aim in words.

        >>> Attitude(0.3).words, Attitude().words
        ('70 % mean NPV, 30 % mean of the worst 5 %', 'mean NPV')
        """
        if self.aim == "worst_future":
            return "mean NPV in the worst future"
        if self.aim == "regret":
            return "smallest largest regret over the futures"
        if self.weight == 0.0:
            return "mean NPV"
        worst = f"mean of the worst {100 * self.level:g} %"
        return (
            worst if self.weight == 1.0 else f"{100 * (1 - self.weight):g} % mean NPV, {100 * self.weight:g} % {worst}"
        )

    def scores(self, npv: Floats) -> Floats:
        """Scores of the draws along the last axis, whose mean is (1 - weight) mean + weight CVaR.

        >>> float(Attitude(1.0, 0.5).scores(np.array([1.0, 2.0, 3.0, 4.0])).mean())
        1.5
        """
        if self.weight == 0.0:
            return npv
        n = npv.shape[-1]
        place = min(int(self.level * n + 1e-9 * n), n - 1)
        edge = np.partition(npv, place, axis=-1)[..., place : place + 1]
        tail = edge + np.minimum(0.0, npv - edge) / self.level
        scored: Floats = (1.0 - self.weight) * npv + self.weight * tail
        return scored

    def keeps_floor(self, npv: Floats) -> bool:
        """Whether the CVaR of (draws,) NPV reaches its floor, if there is one."""
        return self.floor is None or float(cvar(npv, self.level)) >= self.floor

    def deciding(self, by_future: Floats) -> Floats:
        """(draws,) scores in the future that decides; by_future (futures, draws): NPV, or NPV less that of the best
        roadmap of the future where regret counts."""
        decides: Floats = by_future[int(np.argmin(by_future.mean(axis=-1)))]
        return decides


def attitude_of(scenario: Scenario) -> Attitude:
    """The attitude that a scenario states."""
    money = scenario.money
    if money.risk is None:
        return Attitude(aim=money.objective)
    floor = None if money.risk.floor is None else float(money.risk.floor)
    return Attitude(float(money.risk.weight), float(money.risk.level), floor, money.objective)


def future_names(scenario: Scenario) -> tuple[str, ...]:
    """The futures that are looked at one by one: the base world and those of the file."""
    return (BASE, *scenario.futures)


def limits_for(limits: PlanLimits, attitude: Attitude) -> PlanLimits:
    """The same limits, with every single and pair on the same draws where draws or futures count one by one.

    All search draws where futures count; where draws do, the first ones: the program only proposes, and what it
    proposes is judged on all search draws.

    >>> limits_for(PlanLimits(search_draws=400), Attitude(0.3)).pair_draws
    128
    """
    if attitude.sees_futures:
        return replace(limits, pair_draws=limits.search_draws, linear_draws=limits.search_draws)
    if not attitude.sees_worlds:
        return limits
    in_tail = min(MOST_WORLD_DRAWS, round(WORLDS_IN_TAIL / attitude.level))
    wanted = max(limits.pair_draws, limits.linear_draws, in_tail)
    draws = min(limits.search_draws, wanted)
    return replace(limits, pair_draws=draws, linear_draws=draws)


def tail_limits(limits: PlanLimits, attitude: Attitude) -> PlanLimits:
    """Limits with draws enough to tell tails apart.

    >>> tail_limits(PlanLimits(), Attitude(0.3)).search_draws, tail_limits(PlanLimits(), Attitude()).search_draws
    (400, 256)
    """
    if not attitude.sees_worlds:
        return limits
    search = max(limits.search_draws, min(1024, round(IN_TAIL / attitude.level)))
    first = max(limits.first_selection_draws, min(4096, round(SELECTED_IN_TAIL / attitude.level)))
    return replace(
        limits,
        search_draws=search,
        first_selection_draws=first,
        selection_draws=max(limits.selection_draws, 4 * first),
    )
