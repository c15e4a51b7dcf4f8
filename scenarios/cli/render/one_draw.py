"""The screen of `course --draw`: what happened in one draw, and its ledger by year."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from scenarios.cli.render.course import WIDTH, provenance_line
from scenarios.cli.render.words import cell, month_label, plain_table, sentence, titles
from sim.display.text import clean
from sim.montecarlo.kpis import CATEGORIES
from sim.one_draw import ARMS, Event, OneDraw

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from sim.world import Scenario

LARGE = 1000.0  # of thousands: sums from a million on are shown in them
SHORT = 4.0  # hours of repair, below which breakdowns are counted only
WORK = ("start", "live", "failed", "stopped", "cancelled")  # kinds of events of an initiative
SAID = {
    "start": "work begins",
    "live": "goes live",
    "failed": "fails",
    "stopped": "is stopped at a gate",
    "cancelled": "never begins",
    "incident": "incident",
    "breakdown": "breaks down",
    "replacement": "is replaced as planned",
    "outage": "outage of the provider",
}


def show_draw(
    one: OneDraw, scenario: Scenario, terminal: Console, notable: str | None = None, draws: int | None = None
) -> None:
    """Print the screen. notable: what the draw is among those that were looked at, such as `worst`. draws: of the run
    beside which the draw is shown."""
    terminal.width = min(terminal.width, WIDTH)
    which = f"draw {one.draw:,}" + (f", the {notable} one by NPV" if notable else "")
    sentence(terminal, f"{clean(one.title)}: {which}", "bold")
    sentence(
        terminal,
        f"one possible world of the monthly model (kernel): nothing in it is a mean; money in {one.currency}",
        "dim",
    )
    sentence(terminal, f"NPV of the roadmap in this world: {one.npv:,.0f} {one.currency}.")
    if draws is not None and one.draw >= draws:
        sentence(terminal, f"note: {outside(one.draw, draws)}")
    terminal.print()
    terminal.print(_events(one, scenario))
    for arm, said in zip(ARMS, ("Without it", "With it"), strict=True):
        short = sum(_is_short(event) for event in one.events[arm])
        if short:
            sentence(terminal, f"{said}, {short:,} breakdowns of less than {SHORT:g} hours are left out.", "dim")
    terminal.print()
    sentence(terminal, "Ledger by year under the roadmap, its sum, and the sum without it (baseline):")
    terminal.print(_ledger(one, scenario))
    sentence(terminal, provenance_line(one.scenario, one.scenario_hash, one.seed), "dim")


def outside(draw: int, draws: int) -> str:
    """That a draw belongs to no figure of the run beside it.

    >>> outside(64, 64)
    'draw 64 is none of the 64 draws of such a run, which are numbered from 0 to 63'
    """
    return f"draw {draw:,} is none of the {draws:,} draws of such a run, which are numbered from 0 to {draws - 1:,}"


def _is_short(event: Event) -> bool:
    return event.kind == "breakdown" and event.amount is not None and event.amount < SHORT


def _events(one: OneDraw, scenario: Scenario) -> Table:
    """Events in order of time; what happens in one arm only says in which."""
    names = titles(scenario)
    both = set(one.events["baseline"]) & set(one.events["roadmap"])
    merged = {event: "" for arm in ARMS for event in one.events[arm] if not _is_short(event)}
    table = plain_table("month", "what happens", "")
    for event in sorted(merged, key=lambda e: (e.month is None, e.month or 0, e.kind, e.name)):
        name = names[event.name] if event.kind in WORK else clean(event.name)
        said = f"{SAID[event.kind]}: {name}" if event.kind in ("incident", "outage") else f"{name} {SAID[event.kind]}"
        if event.amount is not None:
            said += f", {event.amount:.0f} hours"
        if event.kind == "incident" and event.month is not None:
            said += _loss(one, event, event.month)
        table.add_row(
            cell("" if event.month is None else month_label(scenario, event.month)), cell(said), _arm(event, both, one)
        )
    return table


def _loss(one: OneDraw, event: Event, month: int) -> str:
    """Losses by incidents of the month, in each world in which the incident happens."""
    parts = [
        f"{one.losses[a, month]:,.0f} {said}"
        for a, (arm, said) in enumerate(zip(ARMS, ("without it", "with it"), strict=True))
        if event in one.events[arm]
    ]
    return f"; losses of the month {', '.join(parts)}"


def _arm(event: Event, both: set[Event], one: OneDraw) -> Text:
    if event in both or event.kind in WORK:
        return cell("")
    return cell("only with it" if event in one.events["roadmap"] else "only without it", "dim")


def _ledger(one: OneDraw, scenario: Scenario) -> Table:
    """Money by category and year: of the roadmap, and in the last columns its sum and the baseline's."""
    months = one.flows.shape[2]
    years = [(first, min(first + 12, months)) for first in range(0, months, 12)]
    scale = LARGE if np.abs(one.flows.sum(axis=2)).max() >= LARGE * LARGE else 1.0
    unit = one.currency if scale == 1.0 else f"1,000 {one.currency}"
    heads = [f"to {month_label(scenario, last - 1)}" for _, last in years]
    table = plain_table(unit, *heads, "sum", "baseline", right=range(1, len(years) + 3))

    def row(label: str, figures: Iterable[float], style: str = "") -> None:
        table.add_row(cell(label, style), *(cell(_money(float(x), scale), style) for x in figures))

    for c, name in enumerate(CATEGORIES):
        own, base = one.flows[1, c], one.flows[0, c]
        if own.any() or base.any():
            row(name, (*(own[first:last].sum() for first, last in years), own.sum(), base.sum()))
    base, own = one.flows.sum(axis=1)
    row("cash flow", (*(own[first:last].sum() for first, last in years), own.sum(), base.sum()), "bold")
    base, own = one.balances
    row("lowest cash", (*(own[first:last].min() for first, last in years), own.min(), base.min()))
    return table


def _money(x: float, scale: float) -> str:
    """Of one draw, so in whole money, or in thousands with a decimal: it has no error.

    >>> _money(-1234567.8, 1.0), _money(-1234567.8, 1000.0), _money(-0.3, 1.0), _money(-3.0, 1000.0)
    ('-1,234,568', '-1,234.6', '0', '0')
    """
    places = 0 if scale == 1.0 else 1
    x = round(x / scale, places)
    return f"{x:,.{places}f}" if x else "0"
