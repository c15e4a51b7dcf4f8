"""A design file: which scenario, what is worked out at every point, and which points.

    version: 1
    name: budgets
    scenario: retailer
    work: {kind: roi, draws: 2048, seed: 1, roadmaps: {till: {pos: 0}}, policies: [plan]}
    design:
      kind: grid
      factors:
        money.budgets.change.amount: [x0.8, x1.0, x1.2]

A factor is a path of the scenario or one of RESERVED. In a grid, a list and the rows of a CSV file its values are what
the scenario file could say there, or a factor such as x0.8; in a Latin hypercube and a Sobol sequence it is a range, a
distribution or levels, see `scenarios.sweeps.factors`.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from sim.world.base import ID

RESERVED: Final = {
    "budget": "factor on every amount of every budget",
    "future": "the future that every draw lives in; base: in none",
    "policy": "a rule that chooses the roadmap",
    "roadmap": "name of a roadmap of `work`, or NAME@MONTH,NAME@MONTH",
    "seed": "seed of all draws of the point",
}
PLAN: Final = "plan"
RULES: Final = ("do nothing", "cheapest first", "highest ROI first", "technology first")
POLICIES: Final = (*RULES, PLAN)
MEASURES: Final = (
    "npv.mean", "npv.p5", "npv.p50", "npv.p95", "npv.cvar5", "prob_npv_negative", "roi", "cost.mean",
    "payback_months.p50", "cash_trough.p5",
)  # fmt: skip
MAX_POINTS: Final = 1_000_000
MOST_SEED: Final = 2**63 - 1
Seed = Annotated[int, Field(ge=0, le=MOST_SEED)]
Month = Annotated[int, Field(ge=0, le=360)]


class Block(BaseModel):
    """Frozen, unknown keys forbidden."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Work(Block):
    """What is worked out at every point. roadmaps, policies: each is valued at every point, on the same draws, unless
    the design has a factor `roadmap` or `policy`. limits: fields of `optimize.PlanLimits`."""

    kind: Literal["roi", "simulate", "plan"] = "roi"
    draws: int = Field(4096, ge=2, le=1_000_000)
    replications: int = Field(20, ge=2, le=100_000)
    seed: Seed = 1
    roadmaps: dict[str, dict[str, Month]] = Field(default_factory=dict, max_length=1000)
    policies: tuple[Literal["do nothing", "cheapest first", "highest ROI first", "technology first", "plan"], ...] = ()
    measures: tuple[str, ...] = Field(MEASURES, min_length=1, max_length=200)
    limits: dict[str, int | float | None] = Field(default_factory=dict)


class Grid(Block):
    """Every value of each factor with every value of the others; the last factor changes first."""

    kind: Literal["grid"]
    factors: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(min_length=1)


class Listed(Block):
    """The points themselves: each a block of factors and their values."""

    kind: Literal["list"]
    points: list[dict[str, Any]] = Field(min_length=1, max_length=MAX_POINTS)


class Latin(Block):
    """A Latin hypercube: each factor's range in as many slices as there are points, one point in each slice."""

    kind: Literal["latin_hypercube"]
    points: int = Field(ge=1, le=MAX_POINTS)
    seed: Seed = 1
    factors: dict[str, Any] = Field(min_length=1, max_length=1000)


class Sobol(Block):
    """The first points of a scrambled Sobol sequence; best balanced at a power of 2."""

    kind: Literal["sobol"]
    points: int = Field(ge=1, le=MAX_POINTS)
    seed: Seed = 1
    factors: dict[str, Any] = Field(min_length=1, max_length=1000)


class Rows(Block):
    """The rows of a CSV file beside the design; its column names are the factors, an empty cell changes nothing."""

    kind: Literal["rows"]
    file: str = Field(min_length=1)


Kind = Annotated[Grid | Listed | Latin | Sobol | Rows, Field(discriminator="kind")]
KINDS: Final[dict[str, type[Block]]] = {
    "grid": Grid,
    "list": Listed,
    "latin_hypercube": Latin,
    "sobol": Sobol,
    "rows": Rows,
}


class Design(Block):
    """A design file as it is understood."""

    version: Literal[1]
    name: str = Field(pattern=ID)
    title: str = ""
    scenario: str = Field(min_length=1)
    work: Work = Field(default_factory=Work)
    design: Kind
