"""Value of the stochastic solution: what it is worth to plan with the uncertainty and not with its means.

The expected-value plan takes every driver at its mean. Its program is that of singles and pairs, with values from one
run in which the drivers are certain; events, overruns and gates still happen by chance, averaged over a few draws,
because a run has no mean of them. It keeps the same limits as every other roadmap. Then

    VSS = E f(recommended roadmap) - E f(expected-value plan),

or what the attitude to risk puts in the place of E f; both simulated with all their uncertainty, paired on the draws of
the report (Birge and Louveaux 2011, "Introduction to Stochastic Programming", 2nd edition, section 4.2). The
recommended roadmap stands for the best one, which can only be better, so the figure errs on the low side; it can be
below 0 where chance, or the search, gave it away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import numpy as np
from pydantic import BaseModel

from optimize.archive import Archive, Estimate
from optimize.check import violations
from optimize.plan_limits import SEARCH_FROM, PlanLimits, Progress
from optimize.solve import solve
from optimize.triples import WORTH_A_ROW
from optimize.valuation import Rules, valuation
from sim.quantities import Quantity
from sim.world import Scenario
from sim.world.base import number_range

Model = TypeVar("Model", bound=BaseModel)

POLICY: Final = "every driver at its mean"


@dataclass(frozen=True)
class StochasticValue:
    """The expected-value plan (start months), and the paired gain of the recommended roadmap over it [currency].

    measure: what the gain is of, in the words of the attitude to risk; "mean NPV" where none is stated.
    """

    roadmap: Mapping[str, int]
    npv: Estimate
    value: Estimate
    measure: str

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "policy": POLICY,
            "measure": self.measure,
            "roadmap": dict(self.roadmap),
            "npv": {"mean": self.npv.mean, "se": self.npv.se},
            "value": {"mean": self.value.mean, "se": self.value.se},
        }


def at_means(scenario: Scenario) -> Scenario:
    """The scenario with every uncertain number at its mean, within its range: no driver is left.

    Threats have no frailty. Without drivers there is nothing to correlate.
    """
    certain = _certain(scenario)
    threats = {name: one.model_copy(update={"dispersion": None}) for name, one in certain.threats.items()}
    return certain.model_copy(update={"threats": threats, "correlations": ()})


def _certain(model: Model) -> Model:
    """A copy of a part of the scenario, with its uncertain numbers at their means."""
    cls = type(model)
    changed: dict[str, Any] = {}
    for name in cls.model_fields:
        value = getattr(model, name)
        if isinstance(value, Quantity):
            if not value.is_constant:
                low, high = number_range(cls, name)
                mean = float(np.clip(value.mean, low, high))
                changed[name] = Quantity("constant", (mean,), value.origin, mean)
        elif isinstance(value, BaseModel):
            changed[name] = _certain(value)
        elif isinstance(value, dict) and any(isinstance(item, BaseModel) for item in value.values()):
            changed[name] = {key: _certain(one) if isinstance(one, BaseModel) else one for key, one in value.items()}
    return model.model_copy(update=changed)


def expected_value_plan(
    scenario: Scenario, seed: int, ruled: Rules, limits: PlanLimits, progress: Progress | None = None
) -> dict[str, int] | None:
    """The roadmap (in periods) that the program chooses with every driver at its mean; None where it finds none."""
    few = replace(limits, pair_draws=min(limits.pair_draws, limits.mean_draws))
    plain = scenario.money.model_copy(
        update={"risk": None, "objective": "mean"}
    )  # without uncertainty there is no risk
    archive = Archive(
        at_means(scenario.model_copy(update={"money": plain})), seed, SEARCH_FROM, limits.mean_draws, few, progress
    )
    problem = valuation(ruled, archive, few).problem
    least = WORTH_A_ROW * scenario.money.indifference  # without drivers the smallest interaction is beyond its error
    pairs = tuple(pair for pair in problem.interactions if abs(pair.value) > least)
    problem = problem.model_copy(update={"interactions": pairs})
    answer = solve(problem, limits.solver)
    if not answer.has_solution or violations(problem, answer.roadmap):
        return None
    return dict(answer.roadmap)
