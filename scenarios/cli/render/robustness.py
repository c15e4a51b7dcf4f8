"""The screen of `robustness`: three ways to choose, what is funded and when, decisions across worlds and futures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.cli.render.figures import percent, sensible
from scenarios.cli.render.information import WIDTH, source_line, starts_in_words
from scenarios.cli.render.words import cell, counted, month_label, plain_table, sentence, titles
from sim.display.text import clean

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from scenarios.across.report import Funded, Robustness, Rule, Standing
    from scenarios.across.shares import WorldShare
    from sim.world import Scenario

FRESH = (
    "the roadmaps named on top are chosen by these tables, so luck flatters their figures there; the figures on top "
    "come from other draws, which did not choose; ±: standard error"
)
FINE = 0.1
"""Share below which a decimal is printed."""
OPEN = 0.25
"""Width of the range of a share from which on more draws are asked for."""
SHOWN = 8
"""Decisions in the table: those that a rule chooses, the first one, do nothing, and the best by mean NPV."""


def show_robustness(found: Robustness, scenario: Scenario, terminal: Console) -> None:
    """Print the screen."""
    terminal.width = min(terminal.width, WIDTH)
    sentence(terminal, f"{clean(found.title)}: how robust the choice is", "bold")
    sentence(
        terminal,
        f"{counted(len(found.decisions), 'roadmap')} to choose from, optima re-solved in "
        f"{counted(found.resolved, 'driver world')} among them; each valued in {counted(found.points, 'driver world')} "
        f"with {counted(found.noise, 'draw')} of the events; money in {found.currency}, NPV",
        "dim",
    )
    terminal.print()
    for rule in found.rules:
        sentence(terminal, rule_sentence(rule, found, scenario), "bold" if rule.rule == "average" else "")
    if not found.futures:
        sentence(terminal, "The file has no futures, so there is no worst one and no regret across them.", "dim")
    if found.floor is None:
        sentence(terminal, "The file has no cash floor, so it is not told how often cash falls below one.", "dim")
    terminal.print()
    table = plain_table("initiative", "funded in", "commonest start", "middle 80 %", "planned", right=(1,))
    for one in found.initiatives:
        table.add_row(*(cell(text) for text in _funded(one, scenario)))
    terminal.print(table)
    sentence(
        terminal,
        "funded in: share of driver worlds whose best roadmap of the set holds it, with the luck of few draws taken "
        f"out; planned: in {found.decisions[0].decision.name}",
        "dim",
    )
    terminal.print()
    terminal.print(_decisions(found))
    sentence(
        terminal,
        "best in: share of driver worlds; regret: mean distance to the best of each driver world, a lower bound; "
        "gains: share of driver worlds with mean NPV above 0",
        "dim",
    )
    for line in roadmap_lines(found, scenario):
        sentence(terminal, line, "dim")
    if found.floor is not None:
        terminal.print()
        terminal.print(_floor(found))
        sentence(terminal, floor_sentence(found), "dim")
    if found.futures:
        terminal.print()
        terminal.print(_futures(found))
        sentence(
            terminal,
            "over the base world and all futures of the file, whatever their probability; largest regret: distance to "
            "the best of the set in that future",
            "dim",
        )
    sentence(terminal, FRESH, "dim")
    if any(not one.settled for one in _shares(found)):
        sentence(terminal, "note: the luck of few draws moves some shares by more than 5 points; more --noise helps")
    for note in found.notes:
        sentence(terminal, f"note: {note}")
    sentence(terminal, source_line(found.scenario, found.scenario_hash, found.seed), "dim")


def rule_sentence(rule: Rule, found: Robustness, scenario: Scenario) -> str:
    """What one way of choosing takes."""
    one = found.decisions[rule.decision].decision
    money = f"{sensible(rule.value, rule.se)} {found.currency}"
    titled = {name: title for name, title, _ in found.futures}
    where = "" if rule.future is None else f" ({clean(titled[rule.future])})"
    words = {
        "average": f"Best on average: {one.name}, {money}",
        "worst case": f"Best in the worst case: {one.name}, {money} in its worst future{where}",
        "minimax regret": f"Least regret: {one.name}, {money} behind the best where it is furthest behind{where}",
    }
    same = next((r for r in found.rules if r.decision == rule.decision), rule)
    tail = "" if same is not rule else f": {starts_in_words(one.roadmap, scenario)}"
    return f"{words[rule.rule]}{tail}."


def floor_sentence(found: Robustness) -> str:
    """What the columns about the floor mean, and what would narrow them."""
    allowed = f"{100.0 * (found.allowed or 0.0):g} %"
    words = (
        f"the floor: {found.floor:,.0f} {found.currency}; cash below it in: share of all draws, interval of 95 %; "
        f"kept: whether that is at most the allowed {allowed}; acceptable in: range of 95 % for the share of driver "
        "worlds with mean NPV above 0 in which cash falls below the floor that seldom"
    )
    if any(one.acceptable.high - one.acceptable.low > OPEN for one in (found.decisions[k] for k in shown(found))):
        words += (
            f"; {counted(found.noise, 'draw')} of the events in each world leave much of it open, more --noise less"
        )
    return words


def roadmap_lines(found: Robustness, scenario: Scenario) -> list[str]:
    """The roadmaps of the table that no sentence above told, in words."""
    told = {rule.decision for rule in found.rules}
    some = [found.decisions[k].decision for k in shown(found) if k not in told]
    return [f"{one.name}: {starts_in_words(one.roadmap, scenario)}" for one in some]


def shown(found: Robustness) -> list[int]:
    """Positions of the decisions in the table."""
    must = {0, *(rule.decision for rule in found.rules)}
    must |= {k for k, one in enumerate(found.decisions) if one.decision.name == "do nothing"}
    order = sorted(range(len(found.decisions)), key=lambda k: -found.decisions[k].mean)
    rest = [k for k in order if k not in must][: max(0, SHOWN - len(must))]
    return [k for k in order if k in must or k in rest]


def _decisions(found: Robustness) -> Table:
    table = plain_table("roadmap", "mean NPV", "best in", "regret", "gains", right=range(1, 5))
    table.columns[0].no_wrap = True
    for k in shown(found):
        one = found.decisions[k]
        row = [
            one.decision.name, sensible(one.mean, one.se), _share(one.best), sensible(one.regret, one.regret_se),
            _share(one.gains),
        ]  # fmt: skip
        table.add_row(*(cell(text) for text in row))
    return table


def _floor(found: Robustness) -> Table:
    """How often each decision breaks the floor, and in which share of the worlds it is acceptable."""
    table = plain_table("roadmap", "cash below the floor in", "kept", "acceptable in", right=(1, 3))
    table.columns[0].no_wrap = True
    for k in shown(found):
        one = found.decisions[k]
        if one.floor is not None:
            row = [
                one.decision.name, between(one.floor.low, one.floor.high), one.floor.kept,
                between(one.acceptable.low, one.acceptable.high) if one.acceptable.told else "cannot tell",
            ]  # fmt: skip
            table.add_row(*(cell(text) for text in row))
    return table


def between(low: float, high: float) -> str:
    """Two ends of a share in per cent, rounded away from each other.

    >>> between(0.0, 0.012), between(0.941, 1.0), between(0.2, 0.2)
    ('0 to 1.2 %', '94 to 100 %', '20 %')
    """
    import math

    fine = 1000.0 if high < FINE else 100.0
    first, last = math.floor(fine * low + 1e-9) * 100.0 / fine, math.ceil(fine * high - 1e-9) * 100.0 / fine
    return f"{first:g} %" if first == last else f"{first:g} to {last:g} %"


def _futures(found: Robustness) -> Table:
    """The smallest NPV and the largest regret of each decision over futures, and where."""
    titled = {name: clean(title) for name, title, _ in found.futures}
    table = plain_table("roadmap", "NPV in its worst future", "which", "largest regret", "where", right=(1, 3))
    table.columns[0].no_wrap = True
    for k in shown(found):
        one: Standing = found.decisions[k]
        row = [one.decision.name]
        for extreme in (one.worst, one.most_regret):
            if extreme is not None:
                row += [sensible(extreme[1], extreme[2]), titled[extreme[0]]]
        table.add_row(*(cell(text) for text in row))
    return table


def _funded(one: Funded, scenario: Scenario) -> list[str]:
    def label(month: int | None) -> str:
        return "" if month is None else month_label(scenario, month)

    middle = "" if one.early is None or one.early == one.late else f"{label(one.early)} to {label(one.late)}"
    planned = "no" if one.planned is None else label(one.planned)
    return [titles(scenario)[one.id], _share(one.share), label(one.start), middle, planned]


def _shares(found: Robustness) -> list[WorldShare]:
    """The shares that are printed."""
    some = [found.decisions[k] for k in shown(found)]
    return [one.share for one in found.initiatives] + [share for one in some for share in (one.best, one.gains)]


def _share(one: WorldShare) -> str:
    return percent(one.value, one.se or None, decimals=0)
