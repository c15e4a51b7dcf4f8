"""What is ours to choose, on the screen of `sensitivity`: levers beside drivers, and drivers that turn the decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scenarios.cli.render.bars import share_bar
from scenarios.cli.render.figures import sensible
from scenarios.cli.render.words import cell, listed, plain_table, sentence, titles
from sim.display.text import clean

if TYPE_CHECKING:
    from rich.console import Console

    from scenarios.sensing.measured import Measured
    from scenarios.sensing.report import DecisionReport, Lever
    from sim.world import Scenario


def show_levers(levers: Sequence[Lever], terminal: Console) -> None:
    """Shares of the variance that the drivers, the choice of the roadmap and the future hold."""
    table = plain_table("of the variance over all combinations", "choices", "alone", "with others", right=(1, 2, 3))
    label = {
        "drivers": "the drivers, all together",
        "roadmap": "which roadmap we choose",
        "future": "which future comes",
    }
    for one in levers:
        count = "" if not one.choices else str(len(one.choices))
        table.add_row(cell(label[one.name]), cell(count), cell(_share(one.first)), cell(_share(one.total)))
    terminal.print(table)


def show_decision(found: DecisionReport, scenario: Scenario, terminal: Console, currency: str, top: int) -> None:
    """The set, how often each is the best, and the drivers on which that hangs."""
    names = titles(scenario)
    sentence(terminal, f"Which drivers change the decision, among {len(found.choices)} roadmaps:", "bold")
    table = plain_table("roadmap", f"mean NPV, {currency}", "best in", "", right=(1, 2))
    for one in found.choices:
        half = one.mean.half or 0.0
        best = " (the best on average)" if one.name == found.best else ""
        share = f"{_share(one.share)} of the driver worlds"
        table.add_row(
            cell(f"{one.name}{best}"),
            cell(sensible(one.mean.estimate, half / 1.96)),
            cell(share),
            cell(share_bar(one.share.estimate, one.share.high, 1.0)),
        )
    terminal.print(table)
    if found.close:
        sentence(
            terminal, f"It cannot be told yet whether {found.best} is better on average than {listed(found.close)}."
        )
    funded = (f"{clean(names[name])} {100.0 * one.estimate:.0f} %" for name, one in found.funded.items())
    sentence(terminal, f"In the best roadmap of the set in so many driver worlds: {', '.join(funded)}.")
    turning = [one for one in found.turns if one.changes > 0.0]
    if not turning:
        sentence(terminal, f"No driver alone changes the decision for {found.best}, wherever in its range it lies.")
        return
    for turn in turning[:top]:
        others: dict[str, list[int]] = {}
        for tenth, name in enumerate(turn.best):
            if name != found.best:
                others.setdefault(name, []).append(tenth)
        where = "; ".join(f"{name} {_tenths(tenths)}" for name, tenths in others.items())
        sentence(terminal, f"{turn.driver}: in {100.0 * turn.changes:.0f} % of its range another is better: {where}.")
    sentence(
        terminal,
        f"{found.points:,} draws of the drivers, each with draws of the events of its own, whose noise is taken "
        f"out; by tenths of each driver's own range, 'better' at a level of 5 % for "
        "all tenths and roadmaps together; a tenth where nothing is clear counts for the present best",
        "dim",
    )


def _tenths(tenths: Sequence[int]) -> str:
    """Where in a range: `from 70 % up`, `up to 20 %`, else the tenths.

    >>> _tenths([7, 8, 9]), _tenths([0, 1]), _tenths([4])
    ('from its 70 % quantile up', 'up to its 20 % quantile', 'between its 40 and 50 % quantile')
    """
    first, last = 10 * tenths[0], 10 * (tenths[-1] + 1)
    whole = len(tenths) == tenths[-1] - tenths[0] + 1
    if whole and last == 100:
        return f"from its {first} % quantile up"
    if whole and first == 0:
        return f"up to its {last} % quantile"
    return f"between its {first} and {last} % quantile" if whole else f"in {len(tenths)} of its tenths"


def _share(found: Measured) -> str:
    half = found.half
    return f"{sensible(100.0 * found.estimate, None if half is None else max(0.05, 100.0 * half / 1.96))} %"
