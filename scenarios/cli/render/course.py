"""The screen of `course`: fan of the cumulative cash, the company's balance, losses by size, rates of return."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.cli.render.figures import percent, rough, sensible
from scenarios.cli.render.rates import rate_rows
from scenarios.cli.render.words import cell, counted, grid, month_label, plain_table, sentence, starts_sentence, titles
from sim.display.text import clean
from sim.outcomes import provenance
from sim.trajectories import RETURN_YEARS, SHARES, grid_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from scenarios.cyber_tail import CyberTail
    from sim.measures.exceedance import Chance, Exceedance, ReturnLevel
    from sim.measures.weighted import TailFigure
    from sim.trajectories import Fan, Trajectories
    from sim.world import Scenario

WIDTH = 100  # columns of a terminal that everything fits
STRIP, LEAST = 40, 11  # most letters of the drawing of a row, and fewest that are worth it
MONTH, LABEL, GAP = 7, 4, 3  # letters of a month, of the head of a figure, and between columns
ONE_DRAW_IN = 20.0  # of the loss of the whole horizon
WIDE = 2.0 * 1.96  # standard errors in an interval of 95 %
HEADS = {
    "baseline_balance": "without it",
    "balance": "with it",
    "baseline": "without it",
    "baseline_net": "insured",
    "roadmap": "with it",
    "roadmap_net": "insured",
}


def show_course(
    found: Trajectories, scenario: Scenario, terminal: Console, step: int, tail: CyberTail | None = None
) -> None:
    """Print the screen. step: months between the rows of the first table. tail: of the losses of all years."""
    terminal.width = min(terminal.width, WIDTH)
    starts = found.roadmap.as_dict
    label = {month: month_label(scenario, month) for month in starts.values()}
    what = starts_sentence(starts, titles(scenario), label) or "no initiative at all (the baseline itself)"
    sentence(terminal, f"{clean(found.title)}: {what}", "bold")
    sentence(
        terminal,
        f"{found.draws:,} draw{'s' if found.draws > 1 else ''} of the monthly model (kernel), each with and without "
        f"it; {counted(found.months, 'month')}, money in {found.currency}",
        "dim",
    )
    terminal.print()
    if starts:
        sentence(terminal, "Cumulative cash of the roadmap against the baseline, before finance, end of month:")
        terminal.print(_fan(found, scenario, step))
        sentence(terminal, f"drawn: {LEGEND}", "dim")
        terminal.print()
    sentence(terminal, "The company's own cash, finance included, mean and the middle 90 % of the draws:")
    terminal.print(_balances(found, scenario))
    terminal.print()
    _show_losses(found, terminal)
    if tail is not None:
        sentence(terminal, tail_sentence(tail, found.currency, bool(starts)))
        terminal.print()
    rows = rate_rows(found.rates)
    if rows:
        grid(terminal, rows)
        terminal.print()
    named = ", ".join(f"{one.name} {one.draw:,} (NPV {rough(one.npv, None)})" for one in found.notable)
    if starts:
        sentence(terminal, f"Draws to look at with --draw: {named}.")
    if found.rank_error:
        sentence(
            terminal,
            f"note: memory is bounded, so a quantile above may be that of a share up to "
            f"{100 * found.rank_error:.2g} percentage points away",
        )
    for note in found.notes:
        sentence(terminal, f"note: {note}")
    sentence(terminal, provenance_line(found.scenario, found.scenario_hash, found.seed), "dim")


LEGEND = "- 5 to 95 %, = 25 to 75 %, | median, : zero"


def strip(low: float, high: float, marks: tuple[float, ...], width: int = STRIP) -> str:
    """A row of a fan as letters. low, high: money at its ends. marks: the five quantiles.

    >>> strip(-10.0, 10.0, (-8.0, -2.0, 0.5, 3.0, 7.0), 21)
    '  ------==|===----   '
    """
    if not high > low:
        return " " * (width - 1) + "|"
    at = [round((x - low) / (high - low) * (width - 1)) for x in (*marks, 0.0)]
    letters = [" "] * width
    for first, last, letter in ((at[0], at[4], "-"), (at[1], at[3], "=")):
        letters[first : last + 1] = letter * (last + 1 - first)
    if 0 <= at[5] < width:
        letters[at[5]] = ":"
    letters[at[2]] = "|"
    return "".join(letters)


def _fan(found: Trajectories, scenario: Scenario, step: int) -> Table:
    fan = found.fans["cumulative"]
    months = sorted({*range(step - 1, found.months, step), found.months - 1})
    ends = fan.quantiles[:, months]
    low, high = min(0.0, float(ends.min())), max(0.0, float(ends.max()))
    heads = [f"{100 * p:.0f} %" for p in SHARES]
    table = plain_table("month", "mean", *heads, "", right=range(1, 7))
    figures = [(_mean(fan, m).split(" ± ")[0], *(_quantile(fan, k, m) for k in range(len(SHARES)))) for m in months]
    room = WIDTH - MONTH - sum(GAP + max(LABEL, *map(len, column)) for column in zip(*figures, strict=True)) - GAP
    for m, (mean, *marks) in zip(months, figures, strict=True):
        drawn = (
            strip(low, high, tuple(float(x) for x in fan.quantiles[:, m]), min(STRIP, room)) if room >= LEAST else ""
        )
        table.add_row(cell(month_label(scenario, m)), cell(mean, "bold"), *map(cell, marks), _drawn(drawn))
    return table


def _mean(fan: Fan, m: int) -> str:
    return sensible(float(fan.mean[m]), None if fan.se is None else float(fan.se[m]))


def _drawn(text: str) -> Text:
    from rich.text import Text as Line

    return Line(text, "cyan", no_wrap=True)


def _quantile(fan: Fan, k: int, m: int) -> str:
    """A quantile to the first digit of its error."""
    width = float(fan.high[k, m] - fan.low[k, m])
    return rough(float(fan.quantiles[k, m]), None if math.isnan(width) else width / WIDE)


def _balances(found: Trajectories, scenario: Scenario) -> Table:
    months = sorted({*range(11, found.months, 12), found.months - 1})
    both = ("baseline_balance", "balance") if found.roadmap.starts else ("baseline_balance",)
    heads = [head for name in both for head in (HEADS[name], "5 %", "95 %")]
    table = plain_table("month", *heads, right=range(1, 7))
    for m in months:
        cells = []
        for name in both:
            fan = found.fans[name]
            cells += [cell(_mean(fan, m), "bold"), *(cell(_quantile(fan, k, m), "dim") for k in (0, len(SHARES) - 1))]
        table.add_row(cell(month_label(scenario, m)), *cells)
    return table


def _show_losses(found: Trajectories, terminal: Console) -> None:
    """Loss exceedance of a year, or a sentence where there is none."""
    if found.annual is None:
        sentence(terminal, "The horizon has no whole year, so no loss of a year can be shown.")
    elif all(one.above[0][0] == 0 for one in found.annual.values()):
        sentence(terminal, "No draw has a loss by incidents.")
    else:
        names = [name for name in _shown(found.annual) if found.roadmap.starts or not name.startswith("roadmap")]
        sentence(terminal, "Direct loss by incidents in a random year of the horizon: share of years with more than")
        terminal.print(_losses(found, found.annual, names))
        if any(name.endswith("_net") for name in names):
            sentence(
                terminal, "insured: less what the policy pays for the incidents of the year, before premiums", "dim"
            )
    terminal.print()


def tail_sentence(tail: CyberTail, currency: str, planned: bool) -> str:
    """Means of the worst shares of the losses of all years, without the roadmap and, where there is one, with it."""
    parts = []
    for without, with_it in zip(tail.baseline, tail.roadmap, strict=True):
        means = [_tail_mean(without.mean)] + ([f"{_tail_mean(with_it.mean)} with it"] if planned else [])
        where = " without it, " if planned else ""
        parts.append(f"in the worst 1 of {1 / without.tail:.0f} draws on average {where.join(means)}")
    return (
        f"Present value of the direct losses of all years, {currency}: {'; '.join(parts)} (importance sampling, "
        f"{tail.draws:,} draws of its own)."
    )


def _tail_mean(mean: TailFigure) -> str:
    if mean.estimate is None:
        return "unknown, too few draws"
    return sensible(mean.estimate, mean.se)


def _shown(losses: Mapping[str, Exceedance]) -> list[str]:
    """Columns of the table; what insurance leaves stands there only if it is another sum."""
    return [
        name
        for name in losses
        if not name.endswith("_net") or losses[name].mean != losses[name.removesuffix("_net")].mean
    ]


def _losses(found: Trajectories, annual: Mapping[str, Exceedance], names: list[str]) -> Table:
    table = plain_table(found.currency, *(HEADS[name] for name in names), right=range(len(names) + 1))
    for x in grid_of(dict(annual)):
        table.add_row(cell(f"{x:,.0f}"), *(cell(_share(annual[name].chance(x))) for name in names))
    for years in RETURN_YEARS:
        levels = [annual[name].level(years) for name in names]
        table.add_row(cell(f"1 year in {years:.0f}"), *(cell(_level(level), "bold") for level in levels))
    whole = [found.whole[name].level(ONE_DRAW_IN) for name in names]
    table.add_row(cell(f"all years, 1 draw in {ONE_DRAW_IN:.0f}"), *(cell(_level(level), "bold") for level in whole))
    means = [sensible(annual[name].mean, annual[name].se) for name in names]
    table.add_row(cell("mean of a year"), *(cell(mean, "bold") for mean in means))
    return table


def _share(one: Chance) -> str:
    if one.share <= 0.0:
        return f"below {100 * one.high:.2g} %"
    return percent(one.share, one.se, decimals=2)


def _level(level: ReturnLevel) -> str:
    """A return level with its interval; what is refused says so."""
    if level.loss is None or level.low is None or level.high is None:
        return "too few draws"
    error = (level.high - level.low) / WIDE
    return rough(level.loss, error) if level.loss == 0.0 else sensible(level.loss, error)


def provenance_line(scenario: str, scenario_hash: str, seed: int) -> str:
    """What the figures were made of."""
    made = provenance(scenario_hash)
    version = made["version"] if made["version"] != "source" else "(not installed)"
    return f"scenario {clean(scenario)} {scenario_hash}, seed {seed}, roadfolio {version}, Python {made['python']}"
