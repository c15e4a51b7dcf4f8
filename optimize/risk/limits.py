"""Limits on risk that only fresh draws can confirm: what is refused, and how the program is tightened.

The program's rows rest on few draws and add up single effects. So a plan is proposed only if fresh draws show that it
keeps the floor of the cash and the limits on overruns; else the program allows half as much and searches again.
"""

from __future__ import annotations

from typing import Final

from optimize.archive import Archive
from optimize.periods import Starts
from optimize.plan_limits import SELECTION_FROM, PlanLimits
from optimize.problem import RoadmapProblem
from optimize.risk.chances import chance_cash, period_costs, within_budgets
from optimize.selection import Selection
from sim.cash_floor import floor_rule
from sim.montecarlo import distinct, evaluate, given_draws
from sim.world import Scenario

TIGHTENINGS: Final = 3
"""How often the program is tightened and solved again."""
COST_DRAWS: Final = 2048


def broken_baseline(scenario: Scenario, seed: int, limits: PlanLimits) -> str | None:
    """The sentence that says that the business breaks the floor of the cash without any initiative, more often than
    allowed, on fresh draws; None where it does not."""
    rule = floor_rule(scenario)
    if rule is None or rule.relative:
        return None
    draws = limits.first_selection_draws
    given = given_draws(limits.picked, SELECTION_FROM, draws)
    empty = evaluate(
        scenario, {}, draws, seed, first_draw=SELECTION_FROM, detail=False, given=given, threads=limits.threads
    )[0]
    below = rule.breach(rule.below(empty.trough))
    if below.low <= rule.allowed:
        return None
    often, floor = f"{100 * below.share:.3g} %", f"{rule.floor:,.0f} {scenario.profile.currency}"
    return (
        f"The business falls below {floor} in {often} of worlds without any initiative, more often than the allowed "
        f"{100 * rule.allowed:g} %; `floor_relative_to_baseline: true` counts only worlds in which it would not."
    )


def with_cash_row(problem: RoadmapProblem, archive: Archive, limits: PlanLimits) -> RoadmapProblem:
    """The problem with the row of the cash floor, where the scenario states one."""
    row = chance_cash(archive, problem, limits)
    return problem if row is None else problem.model_copy(update={"chance_cash": row})


def to_be_tightened(scenario: Scenario, problem: RoadmapProblem, selection: Selection, best: Starts) -> bool:
    """Whether fresh draws do not confirm what the program allowed: the best of the search, or all finalists."""
    limited = floor_rule(scenario) is not None or len(problem.chance_budgets) > 0
    return limited and (not selection.kept or dict(best) in [dict(one) for one in selection.set_aside])


def tightened(problem: RoadmapProblem, archive: Archive, limits: PlanLimits) -> RoadmapProblem:
    """The problem that allows half as often what the limits on risk allow.

    The row of the cash floor has hundreds of binary variables and is a filter only, so it is not in the program before
    fresh draws have shown that the floor matters; then it comes with the full allowance.
    """
    budgets = tuple(one.model_copy(update={"probability": one.probability / 2.0}) for one in problem.chance_budgets)
    problem = problem.model_copy(update={"chance_budgets": budgets})
    cash = problem.chance_cash
    if cash is None:
        return with_cash_row(problem, archive, limits)
    return problem.model_copy(update={"chance_cash": cash.model_copy(update={"probability": cash.probability / 2.0})})


def confirmed(
    scenario: Scenario, problem: RoadmapProblem, finalists: list[dict[str, int]], seed: int, limits: PlanLimits
) -> list[bool]:
    """Whether fresh draws show that each finalist keeps the limits on overruns. problem: with what is allowed."""
    if not problem.chance_budgets:
        return [True] * len(finalists)
    draws = distinct(limits.picked, SELECTION_FROM, COST_DRAWS)
    costs = period_costs(scenario, problem, draws, seed, SELECTION_FROM, limits.picked)
    return [within_budgets(problem, one, costs, draws) for one in finalists]


def not_confirmed(scenario: Scenario, recommended: Starts) -> tuple[str, ...]:
    """What to say where no roadmap keeps the limits on risk on fresh draws."""
    money = scenario.money
    limited = [f"the budget {name}" for name, one in money.budgets.items() if one.overrun_probability is not None]
    limits = ["the cash floor"] if money.cash_floor is not None else []
    named = " and ".join([*limits, *limited])
    return (
        f"No roadmap that was found keeps {named} as often as demanded, shown on fresh draws; the program was "
        f"tightened {TIGHTENINGS} times. The best of those that break it starts {len(recommended)} initiatives.",
        "Allow a higher probability, a lower floor or more money, or count only worlds in which the floor is kept "
        "without any initiative (`floor_relative_to_baseline: true`).",
    )


def tail_too_low(scenario: Scenario, selection: Selection) -> tuple[str, ...]:
    """What to say where no finalist reaches the floor of the CVaR on fresh draws."""
    risk, currency = scenario.money.risk, scenario.profile.currency
    if risk is None or risk.floor is None or selection.best_tail is None:
        raise ValueError("no floor of the CVaR was missed")
    return (
        f"No roadmap that was found keeps the mean of the worst {100 * risk.level:g} % of draws at {risk.floor:,.0f} "
        f"{currency} or more; the best of the {len(selection.finalists)} finalists reaches {selection.best_tail:,.0f} "
        f"on {selection.draws:,} fresh draws.",
        "Lower `money.risk.floor`, or offer initiatives that do better in bad draws.",
    )
