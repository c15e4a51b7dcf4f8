"""The screen of `discover`: boxes in which a roadmap fails, and signposts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.cli.render.figures import percent
from scenarios.cli.render.information import WIDTH, source_line, starts_in_words
from scenarios.cli.render.words import cell, counted, folded, plain_table, sentence
from sim.display.text import clean

if TYPE_CHECKING:
    from rich.console import Console

    from scenarios.boxes.report import Box, Discovery, Share
    from sim.world import Scenario

CONDITION = 52  # letters of a condition in a line


def show_discovery(found: Discovery, scenario: Scenario, terminal: Console) -> None:
    """Print the screen."""
    terminal.width = min(terminal.width, WIDTH)
    sentence(terminal, f"{clean(found.title)}: where the roadmap fails", "bold")
    sentence(
        terminal,
        f"With {starts_in_words(found.roadmap, scenario)}. It fails where it {found.words}.",
    )
    sentence(terminal, _base(found))
    terminal.print()
    told = [box for box in found.boxes if box.confirmed]
    for number, box in enumerate(told, start=1):
        sentence(terminal, box_sentence(box, number, found), "bold")
    if not told:
        sentence(terminal, nothing_sentence(found), "bold")
    if found.signposts:
        terminal.print()
        table = plain_table("watch whether", "then fails", "else fails", "how likely", right=(1, 2, 3))
        for one in found.signposts:
            table.add_row(
                folded(one.end.words, CONDITION), cell(_percent(one.beyond), "bold"), cell(_percent(one.otherwise)),
                cell(_percent(one.chance)),
            )  # fmt: skip
        terminal.print(table)
    if told:
        sentence(
            terminal,
            "shares with standard errors, on points that did not choose the boxes; how likely: by the ranges of the "
            "file",
            "dim",
        )
    for note in found.notes:
        sentence(terminal, f"note: {note}")
    sentence(
        terminal,
        f"{source_line(found.scenario, found.scenario_hash, found.seed)}; {counted(found.points, 'point')} chose, as "
        f"many measured, each with {counted(found.noise, 'draw')} of the events",
        "dim",
    )


def box_sentence(box: Box, number: int, found: Discovery) -> str:
    """A box in a sentence."""
    start = "Where " if number == 1 else "Of the rest, where "
    what = "of the draws fail" if found.of == "draws" else "of the driver worlds fail"
    return (
        f"{start}{box.condition}, {_percent(box.density)} {what}; {_percent(box.coverage)} of all failures lie there, "
        f"in {_percent(box.support)} of the driver worlds."
    )


def nothing_sentence(found: Discovery) -> str:
    """Why there is no box."""
    if found.base.value == 0.0:
        return "It never fails, so there is nothing to watch."
    if found.base.value == 1.0:
        return "It always fails, whatever the uncertain numbers are."
    why = "where it fails is chance" if found.of == "draws" else "no few conditions tell where it fails"
    return f"No box holds on fresh points: {why}, or more --points are needed to see it."


def _base(found: Discovery) -> str:
    if found.of == "draws":
        return f"Overall {_percent(found.base)} of the draws fail; failing is of a draw with its events."
    text = f"Overall {_percent(found.base)} of the driver worlds fail; failing is of the mean over events."
    if found.unsure is None or found.unsure.value == 0.0:
        return text
    many = counted(found.noise, "draw")
    open_ = f"In {_percent(found.unsure)} of all worlds {many} of the events leave open whether it does"
    return f"{text} {open_}: more --noise helps."


def _percent(one: Share) -> str:
    return percent(one.value, one.se or None)
