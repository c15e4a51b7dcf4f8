"""What a plan says of risk: the aim, the bad tail, overruns, regret by future, and what caution costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scenarios.cli.render.figures import sensible, signed
from scenarios.cli.render.words import cell, plain_table

if TYPE_CHECKING:
    from rich.table import Table

    from optimize import Plan
    from optimize.risk.report import RiskReport
    from sim.measures import Interval


def risk_sentences(plan: Plan) -> Iterator[str]:
    """What there is to say where a plan looks at more than the mean, or its budgets may be overrun."""
    risk, currency = plan.risk, plan.outcomes.currency
    one = risk.attitude
    if one.sees_worlds or one.sees_futures:
        yield f"Chosen for: {one.words}, which is {sensible(risk.score.mean, risk.score.se)} {currency}."
    if one.sees_worlds:
        yield f"Mean of the worst {100 * one.level:g} % of draws: {_tail(risk.cvar, currency)}."
    if one.floor is not None:
        reached = risk.cvar.estimate is not None and risk.cvar.estimate >= one.floor
        word = "reached" if reached else "NOT reached on these draws"
        yield f"Its floor of {one.floor:,.0f} {currency} is {word}."
    if risk.neutral is not None:
        yield _caution(risk, currency)
    if risk.tightened:
        yield f"The limits of the program were tightened {risk.tightened} times, for fresh draws did not confirm them."
    if risk.worlds is not None:
        w = risk.worlds
        yield (
            f"The program saw {w.worlds} worlds of {w.search_draws} draws; over {w.roadmaps} roadmaps, on {w.draws:,} "
            f"fresh draws, their mean is off by {w.mean:,.0f} and their bad tail by {w.cvar:,.0f} {currency} (the "
            f"draws themselves: {w.full_mean:,.0f} and {w.full_cvar:,.0f})."
        )


def overrun_sentences(plan: Plan) -> Iterator[str]:
    """How often each budget does not hold in some period, because costs overrun."""
    for name, (found, allowed) in plan.risk.overruns.items():
        if allowed is not None or found.share > 0.0:
            limit = "" if allowed is None else f"; {100 * allowed:g} % is allowed"
            share = f"{100 * found.share:.2g} % ({100 * found.low:.2g} to {100 * found.high:.2g} %)"
            yield f'Chance that costs overrun the budget "{name}" in some period: {share}{limit}.'


def tails_table(plan: Plan) -> Table:
    """The bad tail of the plan and of the simple rules, and the advantage of the plan by its aim."""
    risk, currency = plan.risk, plan.outcomes.currency
    worst = f"mean of the worst {100 * risk.attitude.level:g} %, {currency}"
    table = plain_table("same fresh draws", worst, "plan is better by its aim by", right=(1, 2))
    table.add_row(cell("this plan", "bold"), cell(_tail(risk.cvar, ""), "bold"), cell(""))
    for row in risk.tails:
        gain = signed(row.gain.mean, sensible(row.gain.mean, row.gain.se))
        table.add_row(cell(row.policy), cell(_tail(row.cvar, "")), cell(gain))
    return table


def regret_table(plan: Plan) -> Table:
    """What the plan is worth in each future, and what the best roadmap found for that future is worth more."""
    table = plain_table("in each future", f"NPV, {plan.outcomes.currency}", "regret", right=(1, 2))
    for row in plan.risk.futures:
        regret = "" if row.regret is None else sensible(row.regret.mean, row.regret.se)
        table.add_row(cell(row.future), cell(sensible(row.npv.mean, row.npv.se)), cell(regret))
    return table


def _caution(risk: RiskReport, currency: str) -> str:
    assert risk.neutral is not None
    price, tail = risk.neutral.price, risk.neutral.cvar
    if price.mean == 0.0 and price.se == 0.0:
        return "The mean alone would have chosen the same roadmap: caution costs nothing."
    text = (
        f"The mean alone would have chosen another roadmap, with {signed(price.mean, sensible(price.mean, price.se))}"
    )
    return f"{text} {currency} of mean NPV against this plan, and {_tail(tail, currency)} in its worst draws."


def _tail(found: Interval, currency: str) -> str:
    text = sensible(found.estimate or 0.0, found.se)
    return f"{text} {currency}".strip()
