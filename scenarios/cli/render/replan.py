"""The screen of `replan`: what becomes of the plan, what was learned, and how good its forecasts were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.cli.render.figures import rough, sensible
from scenarios.cli.render.words import cell, counted, month_label, plain_table, sentence, titles
from scenarios.monitoring.posterior import FEWEST
from sim.display.text import clean
from sim.outcomes import provenance

if TYPE_CHECKING:
    from rich.console import Console

    from scenarios.monitoring.findings import Surprise
    from scenarios.monitoring.report import Replanned
    from sim.world import Scenario

WIDTH = 100
MOST_DRIVERS, MOST_OBSERVATIONS = 8, 8
DECISIONS = {
    "nothing learned": "The plan stays: nothing was learned.",
    "confirmed": "The plan stays: it is confirmed.",
    "kept": "The plan stays: whether another one is better cannot be told yet.",
    "changed": "The plan changes.",
    "forced": "The plan has to change.",
}
DIGITS = 0.02  # share of a number that is not told more exactly


def show_replan(found: Replanned, scenario: Scenario, terminal: Console) -> None:
    """Print the screen."""
    terminal.width = min(terminal.width, WIDTH)
    sentence(terminal, f"{clean(found.title)}: replanned at {month_label(scenario, found.at)}", "bold")
    seen = counted(len(found.actuals), "observation")
    sentence(terminal, f"{seen} before month {found.at}; money in {found.currency}", "dim")
    terminal.print()
    sentence(terminal, DECISIONS[found.decision], "bold")
    sentence(terminal, found.why)
    terminal.print()
    _plan(found, scenario, terminal)
    terminal.print()
    _worth(found, terminal)
    terminal.print()
    _draws(found, terminal)
    _drivers(found, terminal)
    _observations(found, scenario, terminal)
    _scores(found, scenario, terminal)
    for note in found.notes:
        sentence(terminal, f"note: {note}")
    made = provenance(found.scenario_hash)
    version = made["version"] if made["version"] != "source" else "(not installed)"
    sentence(
        terminal,
        f"scenario {clean(found.scenario)} {found.scenario_hash}, seed {found.seed}, record "
        f"{found.records[-1]['hash'][:12]}, roadfolio {version}, Python {made['python']}",
        "dim",
    )


def _plan(found: Replanned, scenario: Scenario, terminal: Console) -> None:
    names = titles(scenario)
    table = plain_table("initiative", "", "planned", "now")
    for one in found.changes:
        before, after = (
            "" if month is None else month_label(scenario, month) for month in (one.before, one.after)
        )  # fmt: skip
        style = "bold" if one.kind in ("moved", "dropped", "added") else ""
        table.add_row(cell(names[one.initiative]), cell(one.kind, style), cell(before), cell(after, style))
    if found.changes:
        terminal.print(table)
    else:
        sentence(terminal, "No initiative is in either plan.")


def _worth(found: Replanned, terminal: Console) -> None:
    table = plain_table("NPV against no initiative", "mean", right=(1,))
    rows = [
        ("old plan, before the observations", found.began),
        ("old plan, with what was observed", found.old_npv),
    ]
    if dict(found.proposed) != dict(found.old):
        rows.append(("best other plan that was found, on the same draws", found.proposed_npv))
        rows.append(("its gain, draw by draw", found.gain))
    for label, one in rows:
        told = found.sample.effective >= FEWEST or one is found.began or not found.actuals
        table.add_row(cell(label), cell(sensible(one.mean, one.se) if told else "cannot be told", "bold"))
    terminal.print(table)
    sentence(terminal, "of the whole horizon, what is spent included; +- standard error over weighted draws", "dim")


def _draws(found: Replanned, terminal: Console) -> None:
    sample = found.sample
    if not found.actuals:
        sentence(terminal, "Nothing was observed: the draws are those of the plan.")
        return
    text = f"Effective sample size of {sample.file:,} draws of the file: {sample.prior:,.0f}."
    if sample.remade:
        text += (
            f" New draws were made around what was observed, in {counted(sample.steps, 'step')}: "
            f"{sample.effective:,.0f} effective of {sample.draws:,}."
        )
    elif sample.draws != sample.file:
        text += f" More of them were made: {sample.effective:,.0f} effective of {sample.draws:,}."
    if not sample.enough:
        few = "" if sample.effective >= FEWEST else ", and below 30 nothing can be told: the errors do not hold"
        text += f" That is below 200: what follows is rough{few}."
    sentence(terminal, text)


def _drivers(found: Replanned, terminal: Console) -> None:
    moved = [one for one in found.drivers if one.moved]
    terminal.print()
    if not moved:
        if found.actuals:
            sentence(terminal, "No uncertain number moved by more than these draws leave to chance.")
        return
    table = plain_table("uncertain number", "before", "now", "unit")
    for one in moved[:MOST_DRIVERS]:
        table.add_row(cell(one.path), _ends(one.before), _ends(one.after, "bold"), cell(one.unit))
    terminal.print(table)
    sentence(terminal, "median (9 in 10); those first of which the observations tell most", "dim")
    left = len(moved) - MOST_DRIVERS
    if left > 0:
        sentence(terminal, f"and {left} more that moved; --json has all", "dim")


def _ends(ends: tuple[float, float, float], style: str = ""):  # type: ignore[no-untyped-def]
    error = max(abs(ends[2] - ends[0]) * 0.05, abs(ends[1]) * 1e-3)
    low, middle, high = (rough(value, error) for value in ends)
    return cell(f"{middle} ({low} to {high})", style)


def _observations(found: Replanned, scenario: Scenario, terminal: Console) -> None:
    if not found.surprises:
        return
    table = plain_table(
        "observed", "month", "figure", "expected", "off by", "chance", "fits now", right=(2, 3, 4, 5, 6)
    )
    for one in found.surprises[:MOST_OBSERVATIONS]:
        style = "bold" if one.surprising else ""
        table.add_row(
            cell(one.actual.what, style), cell(month_label(scenario, one.actual.month)), *_figures(one, style)
        )
    terminal.print()
    terminal.print(table)
    surprising = sum(one.surprising for one in found.surprises)
    text = (
        f"{counted(surprising, 'observation')} surprised"
        if surprising
        else "No observation is so far out that the plan's draws would hardly have it"
    )
    sentence(
        terminal,
        f"{text}. off by: standard deviations of figure and measurement; chance: of something at least as far out, "
        "before anything was observed; fits now: mean of the draws with what was observed; rates are of a year",
        "dim",
    )


def _figures(one: Surprise, style: str):  # type: ignore[no-untyped-def]
    actual = one.actual
    if actual.is_absent:
        after = "" if one.after is None else f"{100 * one.after:.0f} %"
        share = "" if one.expected is None else f"in {100 * one.expected:.0f} % so"
        return cell("not live", style), cell(share), cell(""), cell(_chance(one.chance), style), cell(after)
    size = max(abs(actual.value), abs(one.expected or 0.0)) * DIGITS or 1.0
    return (
        cell(rough(actual.value, size), style),
        cell("" if one.expected is None else rough(one.expected, size)),
        cell("" if one.residual is None else f"{one.residual:+.1f}", style),
        cell(_chance(one.chance), style),
        cell("" if one.after is None else rough(one.after, size)),
    )


def _chance(share: float) -> str:
    return f"{100 * share:.2g} %"


def _scores(found: Replanned, scenario: Scenario, terminal: Console) -> None:
    from scenarios.monitoring.findings import summary_of

    rows = summary_of(found.scores)
    if not rows:
        return
    terminal.print()
    table = plain_table("forecast issued", "figures", "within 9 in 10", "mean place", "CRPS", right=(1, 2, 3, 4))
    for row in rows:
        ratio = "" if row["crps_ratio"] is None else f"{row['crps_ratio']:.2f}"
        table.add_row(
            cell(month_label(scenario, row["issued_at"])),
            cell(f"{row['figures']}"),
            cell(f"{row['covered']} of {row['figures']}"),
            cell(f"{row['mean_place']:.2f}"),
            cell(ratio),
        )
    terminal.print(table)
    sentence(
        terminal,
        "of the locked records: figures inside the 90 % interval; mean place in it (0.5: neither high nor low); "
        "CRPS over what the forecast expected of itself (about 1: as good as it said). Figures of one plan hang "
        "together: a few are no proof",
        "dim",
    )
