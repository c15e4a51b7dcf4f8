"""The arms on common draws: draw i is the same world in all of them, whatever their scenarios and roadmaps are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.goal_reached import level, reached
from sim.montecarlo import evaluate
from sim.montecarlo.block import Block
from sim.montecarlo.kpis import CATEGORIES, FLOW, KPI_NAMES

if TYPE_CHECKING:
    from scenarios.comparing.resolve import Resolved
    from sim.outcomes import Outcome
    from sim.world import Scenario

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
IN_NPV = CATEGORIES[:-1]  # NPV is of all categories but finance


@dataclass(frozen=True, eq=False)
class Sample:
    """One arm over the draws; every array (draws,) unless said.

    npv, cost, trough: as `Outcome`. cash: present value of the cash flow of the whole business before finance within
    the horizon; cash_without: the same without any initiative. categories: (draws, IN_NPV), which add up to the NPV.
    kpis: of the years that have a value, NaN for none. reached: goal -> whether it is reached.
    """

    npv: Floats
    cost: Floats
    trough: Floats
    cash: Floats
    cash_without: Floats
    categories: Floats
    kpis: Mapping[str, Floats]
    reached: Mapping[str, NDArray[np.bool_]]


def samples(
    arms: Sequence[Resolved],
    draws: int,
    seed: int,
    first_draw: int,
    threads: int | None,
    progress: Progress | None = None,
) -> tuple[tuple[Sample, ...], tuple[str, ...]]:
    """Each arm, in order, and what the simulation says beside the figures. Arms of one world are simulated together."""
    groups: dict[str, list[int]] = {}
    for index, arm in enumerate(arms):
        groups.setdefault(arm.world.hash(), []).append(index)
    found: dict[int, Sample] = {}
    notes: dict[str, None] = {}
    for members in groups.values():
        world = arms[members[0]].world
        cash = _Cash(world, len(members) + 1, draws, first_draw)
        outcomes = evaluate(
            world,
            [arms[index].roadmap for index in members],
            draws,
            seed,
            first_draw=first_draw,
            threads=threads,
            collect=cash.add,
        )
        for row, (index, one) in enumerate(zip(members, outcomes, strict=True), start=1):
            found[index] = _sample(world, one, cash.value[row], cash.value[0])
        several = f" ({arms[members[0]].where})" if len(groups) > 1 else ""
        notes |= dict.fromkeys(f"{note}{several}" for note in outcomes.notes)
        if progress is not None:
            progress("arms", len(found), len(arms))
    return tuple(found[index] for index in range(len(arms))), tuple(notes)


class _Cash:
    """Present value of the cash flow before finance, (roadmaps, draws), the empty roadmap first."""

    def __init__(self, world: Scenario, roadmaps: int, draws: int, first_draw: int) -> None:
        self.value: Floats = np.empty((roadmaps, draws))
        self._discount = (1.0 + world.money.discount_rate) ** (-np.arange(world.horizon_months) / 12.0)
        self._first = first_draw

    def add(self, block: Block) -> None:
        at = block.first - self._first
        width = block.trajectories.shape[3]
        self.value[:, at : at + width] = np.einsum("rmd,m->rd", block.trajectories[:, FLOW], self._discount)


def _sample(world: Scenario, one: Outcome, cash: Floats, without: Floats) -> Sample:
    return Sample(
        npv=one.npv,
        cost=one.cost,
        trough=one.trough,
        cash=cash,
        cash_without=without,
        categories=one.categories[:, : len(IN_NPV)],
        kpis={name: _mean_of_years(one.kpis[:, column]) for column, name in enumerate(KPI_NAMES)},
        reached={name: reached(goal, level(goal, one)) for name, goal in world.goals.items()},
    )


def _mean_of_years(values: Floats) -> Floats:
    """(draws,) mean of the years that have a value."""
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.asarray(np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0))
