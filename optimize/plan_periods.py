"""The recommended roadmap period by period: cost, budgets, days, loads."""

from __future__ import annotations

from optimize.check_rules import at_work
from optimize.periods import Starts
from optimize.planning import PlannedPeriod, Purse
from optimize.problem import RoadmapProblem
from optimize.recount import days_bought, days_used, purse
from sim.world import Scenario


def planned_periods(scenario: Scenario, problem: RoadmapProblem, roadmap: Starts) -> tuple[PlannedPeriod, ...]:
    """One row a planning period; roadmap: start period by id."""
    kinds = {kind: [0.0] * problem.periods for kind in ("capital", "delivery", "running")}
    for name, start in roadmap.items():
        one = problem.initiative(name)
        cost, price = one.cost, one.price_at(start)
        for kind, total in kinds.items():
            for elapsed, amount in enumerate(getattr(cost, kind)):
                if start + elapsed < problem.periods:
                    total[start + elapsed] += price * amount
    purses = {budget.name: purse(problem, budget, roadmap) for budget in problem.budgets}
    days = {skill: days_used(problem, skill, roadmap) for skill in problem.skills}
    bought = {one.skill: days_bought(problem, one.skill, roadmap) for one in problem.outside}
    return tuple(
        PlannedPeriod(
            start=t * scenario.period_months,
            label=scenario.period_label(t),
            capital=kinds["capital"][t],
            running=kinds["running"][t],
            delivery=kinds["delivery"][t],
            budgets={
                name: Purse(states[t].amount, states[t].spent, states[t].carried, states[t].granted, states[t].debt)
                for name, states in purses.items()
            },
            skill_days={skill: used[t] for skill, used in days.items()},
            capacity={skill: capacity[t] for skill, capacity in problem.skills.items()},
            bought_days={skill: bought_now[t] for skill, bought_now in bought.items()},
            loads={limit.name: at_work(problem, limit.name, roadmap, t) for limit in problem.simultaneous},
            load_limits={limit.name: limit.at_most[t] for limit in problem.simultaneous},
        )
        for t in range(problem.periods)
    )
