"""The parts of a roadmap problem that speak of risk: worlds, the attitude to them, limits on chances, and futures."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from optimize.parts import Amount, Name, Number, Record, Share

Level = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0.0, le=1.0)]
GOAL = "goal:"
What = Annotated[
    str,
    Field(strict=True, pattern=r"^(worth|mean|cvar|worst_future|regret|few|early|goal:[A-Za-z0-9_][A-Za-z0-9_.\-]*)$"),
]
"""What can be the aim: (1 - w) mean + w CVaR; the mean; the CVaR; the mean in the worst future; the largest regret over
futures, negated, so that more is better; as few initiatives as possible (their number, negated); many and early starts
(periods from each start to the end of the horizon, summed); `goal:NAME`, what the roadmap adds to a goal of the problem
by the last period, in its unit."""
FUTURES: tuple[What, ...] = ("worst_future", "regret")


class WorldPair(Record):
    """Worth in each world that two initiatives have together beyond the sum of both."""

    first: Name
    second: Name
    value: tuple[Number, ...] = Field(description="one number a world [currency]")


class Worlds(Record):
    """The same roadmap in many worlds; what varies from world to world is the risk.

    NPV of a roadmap in world s = its mean worth + x_s - sum_s probability_s x_s, x_s the sum of what is stated here: so
    the mean of the worlds is that of the problem, and what is not stated here is the same in every world.
    """

    probability: tuple[Amount, ...] = Field(min_length=1, description="of each world; their sum is 1")
    value: dict[Name, tuple[tuple[Number, ...], ...]] = Field(
        default_factory=dict, description="id -> for each start period the worth in each world [currency]"
    )
    interactions: tuple[WorldPair, ...] = Field((), description="pairs whose worth is not the same in every world")
    constant: tuple[Number, ...] = Field(
        (), description="worth of the empty roadmap in each world; none = 0 [currency]"
    )


class Risk(Record):
    """Attitude to the worlds: the aim is (1 - weight) mean + weight CVaR, and CVaR >= floor.

    CVaR is the mean of the worst share `level` of the worlds (Rockafellar and Uryasev 2002).
    """

    weight: Share = Field(0.0, description="0: the mean alone; 1: the CVaR alone")
    level: Level = Field(0.05, description="share of the worlds that is the bad tail")
    floor: Number | None = Field(None, description="least CVaR, constant included; none = no floor [currency]")


class ChanceBudget(Record):
    """A budget is overrun with at most this probability; its row for the mean cost stays beside.

    Overrun in a world: some period's cost there is above its amount and what is carried to it.
    """

    budget: Name
    probability: Share = Field(description="allowed probability that any period is overrun")
    weight: tuple[Amount, ...] = Field(min_length=1, description="probability of each world; their sum is 1")
    cost: dict[Name, tuple[tuple[Amount, ...], ...]] = Field(
        default_factory=dict, description="id -> for each elapsed period the cost in each world [currency]"
    )


class ChanceCash(Record):
    """Cash falls below the floor with at most this probability.

    Worlds in which no roadmap could break it may be left out; then the weights sum to less than 1.
    """

    floor: Number = Field(description="lowest balance [currency]")
    probability: Share = Field(description="allowed probability to fall below it in any point of time")
    weight: tuple[Amount, ...] = Field(description="probability of each world; their sum is at most 1")
    base: tuple[tuple[Number, ...], ...] = Field(
        description="for each world the balance without initiatives at each point of time [currency]"
    )
    delta: dict[Name, tuple[tuple[tuple[Number, ...], ...], ...]] = Field(
        default_factory=dict, description="id -> for each start period and world its change of the balances [currency]"
    )


class Future(Record):
    """What roadmaps are worth if the world turns this way; what is not stated is as in the problem."""

    name: Name
    value: dict[Name, tuple[Number, ...]] = Field(
        default_factory=dict, description="id -> worth if it starts in period t, one number a period [currency]"
    )
    constant: Number | None = Field(
        None, description="worth of the empty roadmap; none = that of the problem [currency]"
    )
    best: Number | None = Field(
        None, description="worth of the best roadmap in this future, from which regret counts [currency]"
    )


class AtLeast(Record):
    """Another aim that must reach at least so much."""

    what: What
    least: Number = Field(description="in the unit of the aim")


class Objective(Record):
    """One of several aims in order of rank; the next ones may cost it no more than the tolerance."""

    what: What
    tolerance: Amount = Field(0.0, description="in the unit of the aim")
