"""The screen of `roi` and `simulate`: what one roadmap is worth against the same draws without it."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import numpy as np

from scenarios.cli.render.figures import chance, percent, rough, sensible, span
from scenarios.cli.render.hours import hours_sentence
from scenarios.cli.render.kpis import kpi_table
from scenarios.cli.render.outlook import outlook_table
from scenarios.cli.render.rates import rate_rows
from scenarios.cli.render.words import cell, counted, grid, month_label, plain_table, sentence, starts_sentence, titles
from sim.display.text import clean
from sim.measures.tail_interval import FEWEST_IN_TAIL
from sim.montecarlo.kpis import CATEGORIES, FINANCE
from sim.outcomes import installed, statistic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from rich.console import Console
    from rich.table import Table

    from scenarios.outlook import Prospect
    from sim.cash_floor import FloorRule
    from sim.covenant import CovenantRule
    from sim.outcomes import Outcome, Outcomes
    from sim.rate_of_return import RatesOfReturn
    from sim.world import Scenario

ENOUGH = 20  # draws from which on one in twenty is something to count
Rows = list[tuple[str, str, str]]
ENGINES = {
    "kernel": ("draws", "the monthly model (kernel)"),
    "company": ("replications", "the company, item by item (SimPy)"),
}
MEANINGS = {
    "margin": "gross margin of what is sold",
    "labour": "pay, overtime and hiring",
    "overhead": "fixed costs, holding of stock",
    "capital": "purchases of the roadmap",
    "delivery": "services, migration, training",
    "running": "running cost of what went live, and of systems",
    "repair": "repair and replacement of systems",
    "renewal": "renewals at the end of life",
    "cyber": "losses by incidents",
    "insurance": "premiums less payouts",
    "grant": "grants that were awarded",
    "tax": "tax on what is earned",
    "finance": "loans, leases and the credit line; not in the NPV",
}


def show_outcome(
    outcomes: Outcomes,
    scenario: Scenario,
    terminal: Console,
    prospects: Sequence[Prospect] = (),
    rates: RatesOfReturn | None = None,
) -> None:
    """Print the screen."""
    one, unit = outcomes[0], ENGINES[outcomes.engine][0]
    starts = one.roadmap.as_dict
    label = {month: month_label(scenario, month) for month in starts.values()}
    what = starts_sentence(starts, titles(scenario), label) or "no initiative at all (the baseline itself)"
    sentence(terminal, f"{clean(scenario.title)}: {what}", "bold")
    if outcomes.randomisations > 1:
        unit = "points"
    engine = f"{outcomes.draws:,} {unit if outcomes.draws > 1 else unit[:-1]} of {ENGINES[outcomes.engine][1]}"
    sentence(
        terminal,
        f"{engine}, against the same {unit} without it; {counted(scenario.horizon_months, 'month')}, "
        f"money in {outcomes.currency}",
        "dim",
    )
    terminal.print()
    rows = headline(one, outcomes.draws, outcomes.currency, unit, outcomes.floor, outcomes.covenant)
    grid(terminal, [*rows, *rate_rows(rates)])
    terminal.print()
    terminal.print(_categories(one, outcomes.currency))
    terminal.print()
    terminal.print(kpi_table(one, outcomes.currency))
    terminal.print()
    hours = hours_sentence(outcomes)
    if hours:
        sentence(terminal, hours)
        terminal.print()
    if outcomes.randomisations > 1:
        sentence(
            terminal,
            f"The draws are {outcomes.points} points in {outcomes.randomisations} independent randomisations; the "
            "errors come from the spread of these.",
        )
        terminal.print()
    if prospects:
        terminal.print(outlook_table(prospects, outcomes.currency))
        terminal.print()
    if outcomes.draws == 1:
        sentence(terminal, f"note: an error needs more than one of the {unit}")
    for note in (*outcomes.notes, *outcomes.limit_notes()):
        sentence(terminal, f"note: {note}")
    sentence(terminal, provenance_line(outcomes), "dim")


def headline(
    one: Outcome,
    draws: int,
    currency: str,
    unit: str = "draws",
    floor: FloorRule | None = None,
    covenant: CovenantRule | None = None,
) -> Rows:
    """Label, figure and explanation of the measures of one outcome."""
    npv, lost = one.statistic_of(one.npv), one.share_error(one.npv < 0.0)
    if not len(one.roadmap):
        return [
            ("NPV", f"0 {currency}", "the baseline is what every roadmap is compared with"),
            *_cash(one, currency, floor),
            *_covenant(one, covenant),
        ]
    return [
        ("NPV", f"{sensible(npv.mean or 0.0, npv.se)} {currency}", _range(one)),
        ("chance to lose money", chance(one.prob_npv_negative, draws, unit, lost.se), "NPV below 0"),
        *_within(one, currency),
        _roi(one),
        _payback(one, unit),
        *_financing(one, currency),
        *_cash(one, currency, floor),
        *_covenant(one, covenant),
    ]


def _within(one: Outcome, currency: str) -> Rows:
    """The NPV without what comes after the horizon; nothing where that counts for nothing."""
    if not one.residual.any():
        return []
    within = one.statistic_of(one.npv - one.residual)
    return [("NPV within the horizon", f"{sensible(within.mean or 0.0, within.se)} {currency}", "without the run-off")]


def _financing(one: Outcome, currency: str) -> Rows:
    """What loans and leases are worth beside the credit line; nothing where there is none."""
    if not one.financing.any():
        return []
    worth = one.statistic_of(one.financing)
    text = "PV of loans and leases at the firm's borrowing rate; beside the NPV, not in it"
    return [("worth of financing", f"{sensible(worth.mean or 0.0, worth.se)} {currency}", text)]


def _cash(one: Outcome, currency: str, floor: FloorRule | None) -> Rows:
    """The trough and, where the scenario states a floor, how often cash falls below it."""
    if floor is None:
        return [_trough(one, currency)]
    own = one.breach(floor.broken_by(one))
    text = f"95 % interval {span(own.low, own.high, 100.0)}; allowed {percent(floor.allowed, None)}"
    if floor.relative and not (one.baseline_trough >= floor.floor).any():
        text = "no draw keeps it, not even without the roadmap"
        return [_trough(one, currency), (f"cash below {rough(floor.floor, None)}", "no figure", text)]
    if floor.relative:
        text += "; only draws that keep it without the roadmap"
    return [_trough(one, currency), (f"cash below {rough(floor.floor, None)}", percent(own.share, None), text)]


def _covenant(one: Outcome, rule: CovenantRule | None) -> Rows:
    """How often the debt service cover of a year is too small; nothing where the scenario states no covenant."""
    if rule is None:
        return []
    own = one.breach(rule.broken_by(one))
    years = "any year" if rule.from_year == 1 else f"any year from year {rule.from_year} on"
    text = f"{years}; 95 % interval {span(own.low, own.high, 100.0)}; allowed {percent(rule.allowed, None)}"
    return [(f"debt service cover below {rule.least:g}", percent(own.share, None), text)]


def _range(one: Outcome) -> str:
    npv = statistic(one.npv)
    if npv.p5 is None or npv.p95 is None or npv.se is None:
        return "no range with a single one"
    if len(one.npv) < ENOUGH:
        return f"lowest {rough(one.npv.min(), npv.se)}, highest {rough(one.npv.max(), npv.se)}"
    bad = _bad_case(one, one.npv, "; mean of worst 5 %: ")
    low, high = (_quantile(one, one.npv, p, npv.se) for p in (0.05, 0.95))
    return f"9 in 10: {low} to {high}{bad}"


def _roi(one: Outcome) -> tuple[str, str, str]:
    roi = one.roi
    if roi is None or roi.mean is None:
        return "ROI", "none", "nothing is spent in some of the draws"
    spent = one.statistic_of(one.cost)
    return "ROI", percent(roi.mean, roi.se), f"NPV over the cost of {sensible(spent.mean or 0.0, spent.se)}"


def _payback(one: Outcome, unit: str) -> tuple[str, str, str]:
    payback = statistic(one.payback, worst="high")
    never = payback.prob_none
    if never >= 1.0:
        return "payback", f"never in 100 % of {unit}", "not recovered within the simulated months, discounted"
    lost = f"not recovered in {percent(never, one.share_error(np.isinf(one.payback)).se)} of {unit}" if never else ""
    if payback.p50 is None:
        soon = (
            ""
            if payback.p5 is None or len(one.payback) < ENOUGH
            else f"1 in 20 within {counted(round(payback.p5), 'month')}"
        )
        return "payback", "more often never than not", "; ".join(part for part in (lost, soon) if part)
    if len(one.payback) < ENOUGH:
        return "payback", counted(round(payback.p50), "month"), f"the median; {lost or f'recovered in all {unit}'}"
    early = "" if payback.p5 is None else f"1 in 20 within {_quantile(one, one.payback, 0.05, None)}"
    late = "" if payback.p95 is None else f"19 in 20 within {_quantile(one, one.payback, 0.95, None)}"
    parts = ("the median", early, late, lost or f"recovered in all {unit}")
    median = one.quantile_error(one.payback, 0.5)
    return "payback", _months(payback.p50, median.se), "; ".join(part for part in parts if part)


def _trough(one: Outcome, currency: str) -> tuple[str, str, str]:
    trough, mean = statistic(one.trough), one.statistic_of(one.trough)
    figure = f"{sensible(mean.mean or 0.0, mean.se)} {currency}"
    if trough.p5 is None or trough.se is None:
        return "deepest cash trough", figure, "lowest cash balance of the simulated months"
    short = float((one.trough < 0.0).mean())
    credit = f"; below 0: {percent(short, one.share_error(one.trough < 0.0).se)}" if short else ""
    if len(one.trough) < ENOUGH:
        return "deepest cash trough", figure, f"lowest {rough(one.trough.min(), trough.se)}{credit}"
    bad = _bad_case(one, one.trough, ", on average ")
    low = _quantile(one, one.trough, 0.05, 2 * trough.se)
    return "deepest cash trough", figure, f"1 in 20 below {low}{bad}{credit}"


def _bad_case(one: Outcome, values: NDArray[np.float64], words: str) -> str:
    """The mean of the worst 5 %, where enough draws lie there to tell its digits and its variance."""
    worst = one.tail_error(values)
    if worst.estimate is None or worst.se is None:
        return ""
    if worst.low is None and int(0.05 * len(values)) >= FEWEST_IN_TAIL:
        return f"{words}not known, {worst.refused}"
    return f"{words}{rough(worst.estimate, worst.se)}"


def _quantile(one: Outcome, values: NDArray[np.float64], p: float, error: float | None) -> str:
    """A quantile to the first digit of its own error, or of this one where so few draws tell none."""
    found = one.quantile_error(values, p)
    own = found.se if found.se is not None else error
    return f"{found.estimate:.0f}" if own is None else rough(found.estimate or 0.0, own)


def _months(value: float, error: float | None) -> str:
    """Months with their standard error and unit; whole ones where it is not known."""
    text = f"{value:.0f}" if error is None else sensible(value, error)
    return f"{text} {'month' if text == '1' else 'months'}"


def _categories(one: Outcome, currency: str) -> Table:
    """Where the NPV comes from: mean present value of what changes, by category, with its error."""
    table = plain_table("where it comes from", f"PV, {currency}", "", right=(1,))
    same = []
    finance = one.statistic_of(one.categories[:, FINANCE])
    for k, name in enumerate(CATEGORIES):
        if k == FINANCE:
            continue
        values = one.statistic_of(one.categories[:, k])
        if values.mean == 0.0 and not values.se:
            same.append(name)
        else:
            table.add_row(cell(name), cell(sensible(values.mean or 0.0, values.se)), cell(MEANINGS[name], "dim"))
    if one.residual.any():
        behind = one.statistic_of(one.residual)
        meaning = "the months after the horizon, to the end of each life"
        table.add_row(cell("run-off"), cell(sensible(behind.mean or 0.0, behind.se)), cell(meaning, "dim"))
    npv = one.statistic_of(one.npv)
    rest = f"unchanged: {', '.join(same)}" if same else ""
    table.add_row(cell("NPV", "bold"), cell(sensible(npv.mean or 0.0, npv.se), "bold"), cell(rest, "dim"))
    if finance.mean or finance.se:
        error = sensible(finance.mean or 0.0, finance.se)
        table.add_row(cell("finance"), cell(error), cell(MEANINGS["finance"], "dim"))
    return table


def provenance_line(outcomes: Outcomes) -> str:
    """What the figures were made of."""
    unit = ENGINES[outcomes.engine][0]
    last = outcomes.first_draw + outcomes.draws - 1
    drawn = f"{unit} {outcomes.first_draw:,} to {last:,}" if outcomes.draws > 1 else f"{unit[:-1]} {last:,}"
    return (
        f"scenario {clean(outcomes.scenario)} {outcomes.scenario_hash}, seed {outcomes.seed}, {drawn}, "
        f"roadfolio {installed('roadfolio') or '(not installed)'}, Python {platform.python_version()}"
    )
