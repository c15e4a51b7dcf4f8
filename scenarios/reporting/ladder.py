"""What each further step of budget buys, by the last program of the plan and on the draws of its report.

`roadfolio frontier` searches anew for every size of the budgets. Here the program of the plan proposes, without its
bound on the number of changes, and simulation chooses among its proposals and the finalists: quick, and so a lower
bound of what a budget far from the present one can buy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from optimize.problem import RoadmapProblem
    from sim.world import Scenario

FACTORS: Final = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
CHOOSING: Final = 256  # draws that choose among the proposals; others report
CLEAR: Final = 2.0  # standard errors on those draws from which on another roadmap is taken


def budget_ladder(
    scenario: Scenario, plan: Mapping[str, Any], program: RoadmapProblem, threads: int | None
) -> dict[str, Any]:
    """Rungs by factor on all budgets: roadmap, mean NPV [currency], paired step over the rung before. The roadmap of
    the plan stands at factor 1. Raises ProblemsFound for a scenario without budgets."""
    from optimize import PlanLimits
    from optimize.archive import Archive, estimate
    from optimize.choices.confirmation import Confirmation
    from optimize.frontier import ladder, need
    from optimize.periods import months
    from optimize.plan_limits import SELECTION_FROM
    from optimize.reasons.resolves import Resolves

    if not program.budgets:
        raise ProblemsFound([Problem("money.budgets", "the scenario has no budgets, so there is no ladder of them")])
    seed = int(plan["seed"])
    limits = PlanLimits(threads=threads)
    free = program.without_worlds().model_copy(update={"trust_region": None, "forbidden": ()})
    resolves = Resolves(limits.solver)
    rungs = ladder(free, resolves, FACTORS, "none").rungs
    step = scenario.period_months
    own = {name: month // step for name, month in plan["roadmap"].items()}
    finalists = [{name: month // step for name, month in one["roadmap"].items()} for one in plan["finalists"]]
    proposed = [own, *finalists, *(dict(one.roadmap) for one in rungs if one.roadmap is not None)]
    plans = [one for k, one in enumerate(proposed) if one not in proposed[:k]]
    needs = [need(free, one) for one in plans]
    choosing = Archive(scenario, seed, SELECTION_FROM, CHOOSING, limits, None)
    choosing.simulate(plans, "budgets")
    confirmed = Confirmation(scenario, program, seed, limits)
    draws, first = int(plan["outcomes"]["draws"]), int(plan["outcomes"]["first_draw"])
    fresh = Archive(scenario, seed, first, draws, limits, None)
    rows: list[dict[str, Any]] = []
    before: dict[str, int] | None = None
    for rung in rungs:
        fits = [k for k, least in enumerate(needs) if least <= rung.factor * (1.0 + 1e-9)]
        fits.sort(key=lambda k: -choosing.mean(plans[k]))
        at = confirmed.first([plans[k] for k in fits], rung.factor)
        best = own if rung.factor == 1.0 else None if at is None else plans[fits[at]]
        if best is not None and before is not None and rung.factor != 1.0:
            gain = choosing.difference(best, before)
            best = best if gain.mean > CLEAR * gain.se else before  # what cannot be told from chance buys nothing
        row: dict[str, Any] = {"factor": rung.factor, "budget": rung.budget, "proved": rung.proved, "roadmap": None,
                               "npv": None, "step": None, "cost": None}  # fmt: skip
        if best is not None:
            fresh.simulate([best], "budgets on fresh draws")
            npv = estimate(fresh.npv(best))
            row |= {"roadmap": months(scenario, best), "npv": {"mean": npv.mean, "se": npv.se},
                    "cost": fresh.cost(best)}  # fmt: skip
            if before is not None:
                gain = fresh.difference(best, before)
                row["step"] = {"mean": gain.mean, "se": gain.se}
            before = best
        rows.append(row)
    return {"draws": draws, "rows": rows}
