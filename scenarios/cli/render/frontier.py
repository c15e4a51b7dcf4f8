"""The screen of `frontier`: what each size of the budgets earns, and what care costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from optimize.explain import rounded
from optimize.reasons.conflict import amount_text
from scenarios.cli.render.figures import sensible, signed
from scenarios.cli.render.words import cell, counted, listed, plain_table, sentence, titles

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from optimize.choices.study import BudgetPoint, Frontier
    from sim.world import Scenario

Names = Mapping[str, str]


def show_frontier(found: Frontier, scenario: Scenario, terminal: Console) -> None:
    """Print the screen."""
    names = titles(scenario)
    label = {t * scenario.period_months: scenario.period_label(t) for t in range(scenario.periods)}
    terminal.print(_budgets(found, names, label))
    none = [one for one in found.budgets if one.roadmap is None and one.worth is None]
    if none:
        most = max(one.factor for one in none)
        sentence(terminal, f"No roadmap meets every demand with {_percent(most)} of the present budgets or less.")
    best = max((one for one in found.budgets if one.npv is not None), key=lambda one: one.npv.mean if one.npv else 0.0)
    if best is not found.budgets[-1]:
        sentence(terminal, f"Budgets above {_percent(best.factor)} of the present ones earn no more in the mean.")
    for note in found.notes:
        sentence(terminal, note)
    terminal.print()
    if found.risk is not None:
        terminal.print(_risk(found, names, label))
        terminal.print()
    knees = "all knees of the program" if found.all_knees else "the least budgets for the worths of these rungs"
    doubts = f"; {found.unproved} of {counted(found.solves, 'solve')} not proved" if found.unproved else ""
    text = (
        f"NPV on {found.draws:,} fresh draws, of the best roadmap in simulation that fits the budgets, all of whose "
        f"amounts are scaled. {len(found.knees)} knees in --json: {knees}{doubts}."
    )
    if found.risk is not None:
        text += f" CVaR: mean of the worst {_percent(found.level)}; of {found.risk_of:,} simulated roadmaps."
    sentence(terminal, f"{text} Seed {found.seed}, {found.seconds:.0f} s", "dim")


def _budgets(found: Frontier, names: Names, label: Mapping[int, str]) -> Table:
    """One row a point of the frontier: a budget that earns more than all smaller ones."""
    table = plain_table(
        "budgets", f"sum, {found.currency}", "fits from", f"NPV, {found.currency}", "more than before", "what changes",
        right=(0, 1, 2, 3, 4),
    )  # fmt: skip
    before: BudgetPoint | None = None
    for one in found.budgets:
        if one.npv is None or one.roadmap is None or one.dominated:
            continue
        more = one.npv.mean - _mean(before)
        step = "" if before is None else signed(more, rounded(more))
        table.add_row(
            cell(_percent(one.factor)),
            cell(amount_text(one.budget)),
            cell("" if one.least_factor is None else f"{100.0 * one.least_factor:.1f} %"),
            cell(sensible(one.npv.mean, one.npv.se)),
            cell(step),
            cell(listed(_changes(_starts(before), one.roadmap, names, label)) or "nothing"),
        )
        before = one
    return table


def _mean(one: BudgetPoint | None) -> float:
    return 0.0 if one is None or one.npv is None else one.npv.mean


def _starts(one: BudgetPoint | None) -> Mapping[str, int]:
    return {} if one is None or one.roadmap is None else one.roadmap


def _risk(found: Frontier, names: Names, label: Mapping[int, str]) -> Table:
    """One row an efficient roadmap, from the largest mean to the smallest loss in bad worlds."""
    table = plain_table(
        f"NPV, {found.currency}", f"CVaR, {found.currency}", "more mean", "best at weight", "what changes",
        right=(0, 1, 2),
    )  # fmt: skip
    before: Mapping[str, int] = {}
    for one in found.risk or ():
        weights = "none" if one.weights is None else f"{one.weights[0]:.2f} to {one.weights[1]:.2f}"
        step = "" if one.step is None else signed(one.step.mean, sensible(one.step.mean, one.step.se))
        changes = listed(_changes(before, one.roadmap, names, label)) or "nothing"
        figures = (sensible(one.npv.mean, one.npv.se), rounded(one.cvar), step, weights, changes)
        table.add_row(*(cell(text) for text in figures))
        before = one.roadmap
    return table


def _changes(
    before: Mapping[str, int], after: Mapping[str, int], names: Names, label: Mapping[int, str]
) -> Iterator[str]:
    for name in {**before, **after}:
        if name not in after:
            yield f"without {names[name]}"
        elif name not in before:
            yield f"{names[name]} {label[after[name]]}"
        elif before[name] != after[name]:
            yield f"{names[name]} {label[after[name]]} instead of {label[before[name]]}"


def _percent(share: float) -> str:
    return f"{rounded(100.0 * share)} %"
