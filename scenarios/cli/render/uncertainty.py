"""The screen of `uncertainty`: how wide the outcome is, how much of that is ignorance, and the box of chances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scenarios.cli.render.figures import percent, rough, sensible
from scenarios.cli.render.words import cell, counted, month_label, plain_table, sentence, starts_sentence, titles
from sim.display.text import clean
from sim.outcomes import provenance

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from scenarios.ignorance.jackknife import Share
    from scenarios.ignorance.probability_box import End
    from scenarios.ignorance.report import Divided, TwoLevel
    from scenarios.ignorance.variance_split import Part
    from sim.world import Scenario

WIDTH = 100  # columns of a terminal that everything fits
INTERVAL = 3.92  # width of a 95 % interval in standard errors
LABELS = {"npv": "NPV", "cash_trough": "cash trough", "cost": "own cost"}
ABOUT = 0.2  # relative error that is assumed of a figure whose error is not known


def show_uncertainty(found: TwoLevel, scenario: Scenario, terminal: Console) -> None:
    """Print the screen."""
    terminal.width = min(terminal.width, WIDTH)
    sentence(terminal, f"{clean(found.title)}: ignorance and chance", "bold")
    sentence(
        terminal,
        f"{counted(found.drivers, 'draw')} of the {counted(found.uncertain_numbers, 'uncertain number')}, each with "
        f"{counted(found.chance, 'draw')} of the events, by the monthly model (kernel); money in {found.currency}",
        "dim",
    )
    sentence(terminal, f"With {_starts(found.roadmap, scenario)}:")
    terminal.print()
    terminal.print(_parts(found.measures))
    if found.difference:
        terminal.print()
        sentence(terminal, f"Minus the same with {_starts(found.against or {}, scenario)}:")
        terminal.print()
        terminal.print(_parts(found.difference))
    sentence(
        terminal,
        "ignorance, chance: standard deviations; ignorance comes from the uncertain numbers of the file, chance from "
        "what no file can know; share of ignorance: of the variance, with its 95 % interval; about: a few draws make "
        "so much of the variance that its error is not known",
        "dim",
    )
    shown, what = (found.difference, "the difference of NPV") if found.difference else (found.measures, "NPV")
    terminal.print()
    sentence(terminal, headline(shown["npv"], what, found.currency), "bold")
    if shown["npv"].box:
        terminal.print()
        terminal.print(_box(shown["npv"], what, found.currency))
        sentence(
            terminal,
            "chance: over all draws; if we knew more: the middle 90 % of what that chance is once the uncertain "
            "numbers are known, with the noise of few draws taken out; a narrow band is chance that no information "
            "removes",
            "dim",
        )
    for note in found.notes:
        sentence(terminal, f"note: {note}")
    sentence(terminal, _provenance(found), "dim")


def headline(one: Divided, what: str, currency: str) -> str:
    """What more information could shrink, in a sentence."""
    gap = one.gap
    if gap.narrower is None:
        return f"{what[0].upper()}{what[1:]} does not vary."
    far, near = sensible(gap.gap, gap.gap_se), sensible(gap.known, gap.known_se)
    text = (
        f"Two possible worlds differ by {far} {currency} in {what}; two with the same uncertain numbers by {near}. "
        f"Knowing them all would narrow the spread by {_share(gap.narrower)}"
    )
    if gap.narrower.share >= 1.0:
        return f"{text}: nothing here is chance."
    return f"{text}; the rest is chance, which no information removes."


def _starts(starts: Mapping[str, int], scenario: Scenario) -> str:
    label = {month: month_label(scenario, month) for month in starts.values()}
    return starts_sentence(starts, titles(scenario), label) or "no initiative at all"


def _parts(measures: Mapping[str, Divided]) -> Table:
    table = plain_table("", "mean", "9 in 10", "ignorance", "chance", "share of ignorance", right=(1, 2, 3, 4, 5))
    table.columns[0].no_wrap = True
    for name, one in measures.items():
        split, ends = one.split, one.range
        varies = split.share is not None
        table.add_row(
            cell(LABELS[name]),
            cell(sensible(split.mean, split.mean_se), "bold"),
            cell(f"{rough(ends.p5, ends.p5_se)} to {rough(ends.p95, ends.p95_se)}" if varies else "does not vary"),
            cell(_deviation(split.ignorance)),
            cell(_deviation(split.chance)),
            cell("" if split.share is None else _share(split.share)),
        )
    return table


def _deviation(part: Part) -> str:
    """A standard deviation, to the digits that its error justifies."""
    return rough(part.sd, ABOUT * part.sd if part.se is None else part.sd_se) if part.variance > 0.0 else "none"


def _box(one: Divided, what: str, currency: str) -> Table:
    table = plain_table(f"{what} below, {currency}", "chance", "if we knew more", right=(0, 1, 2))
    for level in one.box:
        band = f"{_end(level.lower)} to {_end(level.upper)} %"
        table.add_row(
            cell(f"{level.threshold:,.6g}" if abs(level.threshold) < 1e6 else f"{level.threshold:,.0f}"),
            cell(percent(level.mean, level.se), "bold"),
            cell(band),
        )
    return table


def _end(end: End) -> str:
    """An end of the band, in per cent to the digits that its interval justifies."""
    return rough(100.0 * end.estimate, max(1.0, 100.0 * (end.high - end.low) / INTERVAL))


def _share(share: Share) -> str:
    """A share with its interval: `3.4 % (2.1 to 4.8)`; an unknown interval is said."""
    if share.low is None or share.high is None:
        return f"about {rough(100.0 * share.share, max(1.0, 100.0 * ABOUT * share.share))} %"
    error = (share.high - share.low) / INTERVAL
    if error == 0.0:
        return percent(share.share, None)
    low, middle, high = (percent(value, error, "").split(" ± ")[0] for value in (share.low, share.share, share.high))
    return f"{middle} % ({low} to {high})"


def _provenance(found: TwoLevel) -> str:
    made = provenance(found.scenario_hash)
    version = made["version"] if made["version"] != "source" else "(not installed)"
    last = found.first_draw + found.drivers * found.chance - 1
    return (
        f"scenario {clean(found.scenario)} {found.scenario_hash}, seed {found.seed}, draws {found.first_draw:,} to "
        f"{last:,}, roadfolio {version}, Python {made['python']}"
    )
