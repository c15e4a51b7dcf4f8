"""The screen of `break-even`: where the decision flips, how sure that is, and the curve around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.cli.render.bars import two_sided
from scenarios.cli.render.figures import sensible
from scenarios.cli.render.words import cell, counted, month_label, plain_table, sentence, starts_sentence, titles
from sim.display.text import clean
from sim.outcomes import provenance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console
    from rich.table import Table

    from scenarios.turning.report import BreakEven, Flip
    from sim.world import Scenario

WIDTH = 100
WHAT = {"cost": "the cost of", "benefit": "the benefit of", "budget": "the budget", "driver": ""}


def show_break_even(found: BreakEven, scenario: Scenario, terminal: Console) -> None:
    """Print the screen."""
    terminal.width = min(terminal.width, WIDTH)
    subject = f"{WHAT[found.kind]} {found.subject}".strip()
    sentence(terminal, f"{clean(found.title)}: where {subject} flips the decision", "bold")
    if found.kind == "budget":
        _budget(found, scenario, terminal)
    else:
        _pair(found, scenario, terminal, subject)
    for note in found.notes:
        sentence(terminal, f"note: {note}")
    facts = provenance(found.scenario_hash)
    sentence(terminal, f"seed {found.seed}; scenario {found.scenario_hash}; version {facts['version']}", "dim")


def _pair(found: BreakEven, scenario: Scenario, terminal: Console, subject: str) -> None:
    first, second = (_starts(one, scenario) for one in (found.roadmap, found.against or {}))
    text = f"A: {first}. B: {second}. {counted(found.draws, 'common draw')} of every value; money in {found.currency}"
    sentence(terminal, text, "dim")
    terminal.print()
    if found.now is not None:
        gain = sensible(abs(found.now.estimate), found.now_se)
        clear = found.now.low is not None and found.now.high is not None and found.now.low * found.now.high > 0.0
        way = "more" if found.now.estimate >= 0.0 else "less"
        best = "A is better" if found.now.estimate > 0.0 else "B is better"
        verdict = best if clear else "cannot tell yet which is better"
        why = "" if found.now.refused is None else f" (no interval: {found.now.refused})"
        text = f"As things stand A is worth {gain} {found.currency} {way} than B on average: {verdict}{why}."
        sentence(terminal, text)
    for flip in found.flips:
        sentence(terminal, _flip(found, flip, subject), "bold")
    if not found.flips:
        better = "A" if found.curve and found.curve[0].difference.estimate > 0.0 else "B"
        sentence(
            terminal,
            f"No flip within the range: {better} is the better one for {subject} from {_text(found.low, found)} to "
            f"{_text(found.high, found)}.",
            "bold",
        )
    terminal.print()
    terminal.print(_curve(found))
    sentence(terminal, "A - B: difference of mean NPV; ±: standard error, paired on common draws", "dim")


def _flip(found: BreakEven, flip: Flip, subject: str) -> str:
    rising = dict(flip.above or {}) == dict(found.roadmap)
    below, above = ("B", "A") if rising else ("A", "B")
    within = "" if flip.within is None else f"; {100.0 * flip.within:.0f} % of its distribution lies below"
    name = subject[0].upper() + subject[1:] if found.kind != "driver" else subject
    at = f"{_text(flip.value, found)} ({_interval(found, flip)})"
    return f"{name} flips it at {at}: {below} is better below, {above} above{within}."


def _interval(found: BreakEven, flip: Flip) -> str:
    if flip.refused is not None:
        return f"no interval: {flip.refused}"
    if flip.low is None and flip.high is None:
        return "95 %: anywhere in the range and beyond"
    low = "below the range" if flip.low is None else _text(flip.low, found).split(" ")[0]
    high = "above the range" if flip.high is None else _text(flip.high, found)
    return f"95 %: {low} to {high}"


def _text(value: float, found: BreakEven) -> str:
    shown = f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:,.4g}"
    return f"{shown} times" if found.unit == "factor" and found.kind != "driver" else f"{shown} {found.unit}"


def _curve(found: BreakEven) -> Table:
    table = plain_table(f"value, {found.unit}", "A - B", "", right=(0, 1))
    largest = max((abs(one.difference.estimate) for one in found.curve), default=0.0)
    for one in found.curve:
        half = one.difference.half or 0.0
        from rich.text import Text

        mean = one.difference.estimate
        table.add_row(
            cell(f"{one.value:,.4g}" if abs(one.value) < 1e4 else f"{one.value:,.0f}"),
            cell(sensible(mean, half / 1.96)),
            Text(two_sided(0.0, mean, largest)),
        )
    return table


def _budget(found: BreakEven, scenario: Scenario, terminal: Console) -> None:
    sentence(
        terminal,
        f"sum over the planning periods {_text(found.present, found)}; searched from {_text(found.low, found)} to "
        f"{_text(found.high, found)}; valued {found.repeats} times on draws of their own, the same initiatives in "
        f"{found.same} of them",
        "dim",
    )
    sentence(terminal, f"At present: {_starts(found.roadmap, scenario)}.")
    for flip in found.flips:
        less = flip.value <= found.present
        other = flip.below if less else flip.above
        then = "no roadmap is allowed" if other is None else _starts(other, scenario)
        way = "Below" if less else "From"
        sentence(terminal, f"{way} {_text(flip.value, found)} ({_interval(found, flip)}): {then}.", "bold")
    if not any(flip.value <= found.present for flip in found.flips):
        sentence(terminal, "Less money changes nothing, down to none at all.")
    if not any(flip.value > found.present for flip in found.flips):
        sentence(terminal, f"More money changes nothing, up to {_text(found.high, found)}.")


def _starts(starts: Mapping[str, int], scenario: Scenario) -> str:
    label = {month: month_label(scenario, month) for month in starts.values()}
    return starts_sentence(starts, titles(scenario), label) or "no initiative at all"
