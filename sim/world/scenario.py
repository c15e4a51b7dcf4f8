"""The root of the scenario schema: the company, its money and its candidate initiatives, in one frozen object."""

import hashlib
import json
import math
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from sim.errors import Problem, ProblemsFound
from sim.world.base import ID, PLANNER, Certain, World, plain
from sim.world.calibration import Calibration
from sim.world.choices import Blackout, LoadLimit, Pin, QuickWin, Selection
from sim.world.controls import Control
from sim.world.delivery import HIGHEST_MEDIAN, HIGHEST_TAIL, LOWEST_MEDIAN, RiskClass, Shape
from sim.world.futures import Future
from sim.world.goals import Goal
from sim.world.hosting import Provider
from sim.world.initiatives import Initiative
from sim.world.integrations import Integration
from sim.world.market import Market, Reputation, Valuation
from sim.world.momentum import Momentum
from sim.world.money import Money
from sim.world.paths import numbers
from sim.world.people import Role, Skill
from sim.world.processes import Process
from sim.world.profile import Profile
from sim.world.readiness import Readiness
from sim.world.references import reference_problems
from sim.world.repairers import Repairers
from sim.world.stated import strip_unstated
from sim.world.stock import Stock
from sim.world.systems import System
from sim.world.threats import Insurance, Threat


class Correlation(World):
    """Rank correlation of two drivers, joined by a Gaussian copula."""

    drivers: tuple[str, str] = Field(description="paths of two uncertain numbers")
    rank: Certain = plain("Spearman rank correlation", low=-0.99, high=0.99)


class Scenario(World):
    """A validated file. Time is in months from month 0; money is nominal, in the currency of the profile."""

    version: Literal[1] = Field(description="version of the format")
    name: str = Field(description="short name", pattern=ID)
    title: str = plain("name of the business, as printed")
    story: str = plain("the business in a few sentences", default="")
    start: str = Field(description="calendar month of month 0", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    planning_months: int = plain("months in which initiatives may start", unit="months", low=1, high=240, default=48)
    horizon_months: int = plain("months simulated", unit="months", low=1, high=360)
    period_months: Literal[1, 3, 6, 12] = Field(3, description="length of a planning period, months")
    profile: Profile
    people: dict[str, Role] = Field(min_length=1, description="name -> role")
    skills: dict[str, Skill] = Field(default_factory=dict, description="name -> days for change work")
    processes: dict[str, Process] = Field(min_length=1, description="name -> process")
    stock: dict[str, Stock] = Field(default_factory=dict, description="name -> group of goods that may run out")
    systems: dict[str, System] = Field(default_factory=dict, description="name -> system")
    providers: dict[str, Provider] = Field(default_factory=dict, description="name -> shared provider of systems")
    repairers: dict[str, Repairers] = Field(
        default_factory=dict, description="name -> people who repair the systems that name them"
    )
    integrations: dict[str, Integration] = Field(default_factory=dict, description="name -> pair of systems")
    threats: dict[str, Threat] = Field(default_factory=dict, description="name -> threat")
    controls: dict[str, Control] = Field(default_factory=dict, description="name -> security control")
    market: Market | None = None
    reputation: Reputation | None = None
    valuation: Valuation | None = None
    insurance: Insurance = Field(default_factory=lambda: Insurance(origin=PLANNER))
    risk_classes: dict[str, RiskClass] = Field(default_factory=dict, description="name -> class of overrun")
    initiatives: dict[str, Initiative] = Field(default_factory=dict, description="name -> candidate")
    exclusive: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="name -> initiatives of which at most one is chosen"
    )
    selection: dict[str, Selection] = Field(
        default_factory=dict, description="name -> initiatives whose choice hangs together"
    )
    departments: dict[str, LoadLimit] = Field(
        default_factory=dict,
        description="name -> how many initiatives that name the department may load it at a time: from the start to "
        "the finish, and while the pace is low after go-live (`dip`)",
    )
    owners: dict[str, LoadLimit] = Field(
        default_factory=dict, description="name -> how many initiatives the person answers for at a time"
    )
    vendors: dict[str, LoadLimit] = Field(
        default_factory=dict, description="name -> how many initiatives the vendor works on at a time"
    )
    pins: dict[str, Pin] = Field(default_factory=dict, description="initiative -> what is decided already")
    blackouts: dict[str, Blackout] = Field(default_factory=dict, description="name -> calendar months that are closed")
    quick_wins: dict[str, QuickWin] = Field(default_factory=dict, description="name -> what must be finished early")
    goals: dict[str, Goal] = Field(default_factory=dict, description="name -> what the business wants to reach")
    money: Money
    momentum: Momentum | None = None
    readiness: Readiness | None = None
    futures: dict[str, Future] = Field(default_factory=dict, description="name -> how the world may turn")
    correlations: tuple[Correlation, ...] = ()
    calibration: Calibration = Field(
        default_factory=Calibration, description="how the monthly kernel is corrected; from `roadfolio calibrate`"
    )

    @model_validator(mode="before")
    @classmethod
    def _horizon_default(cls, data: Any) -> Any:
        if isinstance(data, dict) and "horizon_months" not in data and isinstance(data.get("planning_months", 48), int):
            return {**data, "horizon_months": data.get("planning_months", 48) + 12}
        return data

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        problems = reference_problems(self.model_dump())
        if problems:
            raise ProblemsFound(problems)
        return self

    @model_validator(mode="after")
    def _overruns_in_range(self) -> Self:
        problems = []
        for name, initiative in self.initiatives.items():
            if initiative.risk_class is None:
                continue
            shape = self.overrun_of(initiative)
            for what, value, low, high in (
                ("median ratio", shape.median, LOWEST_MEDIAN, HIGHEST_MEDIAN),
                ("probability of the tail", shape.tail_share, 0.0, HIGHEST_TAIL),
            ):
                if not low <= value <= high:
                    problems.append(
                        Problem(
                            path=f"initiatives.{name}.risk_class",
                            value=initiative.risk_class,
                            message=f"size and integrations make the {what} of its overrun {value:.3g}, "
                            f"outside the allowed range {low:g} to {high:g}",
                            hint="weaker factors or another `reference` in the class, or fewer integrations",
                        )
                    )
        if problems:
            raise ProblemsFound(problems)
        return self

    def overrun_of(self, initiative: Initiative) -> Shape:
        """Overrun of an initiative that has a risk class, with its integrations and its size."""
        assert initiative.risk_class is not None
        of_class = self.risk_classes[initiative.risk_class]
        return of_class.shape(initiative.integrations, initiative.planned_cost, float(initiative.duration_months))

    @property
    def periods(self) -> int:
        """Number of planning periods."""
        return math.ceil(self.planning_months / self.period_months)

    def hash(self) -> str:
        """SHA-256 of the content, first 16 hex digits: names in their order, and every number as it is understood.

        Comments and layout do not count; the order of initiatives, steps and roles does, because it settles ties.
        """
        content = self.model_dump(mode="json", exclude={"calibration": {"note"}})
        strip_unstated(content)
        understood = [(n.path, n.quantity.kind, n.quantity.params, n.origin) for n in numbers(self)]
        text = json.dumps([content, understood])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def period_label(self, period: int) -> str:
        """Calendar name of a planning period, such as `2027 Q1`."""
        year, month = (int(x) for x in self.start.split("-"))
        first = year * 12 + month - 1 + period * self.period_months
        if self.period_months == 3 and first % 3 == 0:
            return f"{first // 12} Q{first % 12 // 3 + 1}"
        if self.period_months == 12:
            return str(first // 12) if first % 12 == 0 else f"{first // 12}-{first % 12 + 1:02d} on"
        return f"{first // 12}-{first % 12 + 1:02d}"
