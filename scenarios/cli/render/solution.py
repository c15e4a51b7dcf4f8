"""The screen of `solve`: the answer of the integer program alone, in periods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scenarios.cli.render.words import cell, plain_table, sentence

if TYPE_CHECKING:
    from rich.console import Console

    from optimize import RoadmapProblem, Solution
    from optimize.explain import Rejection
    from optimize.reasons.conflict import Conflict
    from optimize.reasons.repairs import Repair


def show_conflict(conflict: Conflict, ways: Sequence[Repair], terminal: Console) -> None:
    """Print why no roadmap meets every demand, and what would give one."""
    sentence(terminal, conflict.sentence)
    if not conflict.minimal:
        sentence(terminal, "Not every solve was proved, so fewer of these demands may clash already.")
    sentence(terminal, "Demands that clash:")
    for words in conflict.words:
        sentence(terminal, f"- {words}")
    for way in ways:
        sentence(terminal, f"There is a roadmap with: {way.words}{'' if way.proved else ' (perhaps less)'}")


def show_solution(
    problem: RoadmapProblem,
    solution: Solution,
    rejected: Sequence[Rejection],
    terminal: Console,
) -> None:
    """Print the screen. rejected: why initiatives were left out."""
    sentence(terminal, f"{solution.status.value}: {solution.text}", "bold")
    if not solution.has_solution:
        return
    gap = "unknown" if solution.gap is None else f"{100 * solution.gap:.2g} %"
    bound = "unknown" if solution.bound is None else f"{solution.bound:,.6g}"
    sentence(terminal, f"worth {solution.objective:,.6g} in the program, bound {bound}, gap {gap}")
    terminal.print()
    chosen = plain_table("initiative", "starts in period", "worth by itself", right=(1, 2))
    for name, period in sorted(solution.roadmap.items(), key=lambda one: one[1]):
        worth = problem.initiative(name).value[period]
        chosen.add_row(cell(name), cell(str(period)), cell(f"{worth:,.6g}"))
    terminal.print(chosen)
    if rejected:
        terminal.print()
        table = plain_table("left out", "why")
        for one in rejected:
            table.add_row(cell(one.id), cell(one.reason))
        terminal.print(table)
    terminal.print()
    sentence(
        terminal,
        f"periods count from 0 to {problem.periods - 1}; {solution.solver}, {solution.seconds:.1f} s; the worth is "
        "that of the program, which only a simulation can confirm",
        "dim",
    )
