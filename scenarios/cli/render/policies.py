"""`roadfolio policies` on the terminal: what each habit is worth, the policies, and how reviewing ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.cli.render.differences import change, ends, money, verdict
from scenarios.cli.render.figures import percent
from scenarios.cli.render.words import (
    cell,
    counted,
    listed,
    month_label,
    plain_table,
    sentence,
    starts_sentence,
    titles,
)
from sim.display.text import clean
from sim.outcomes import provenance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console
    from rich.table import Table

    from scenarios.policies_rolling.report import PolicyStudy, Worth
    from sim.world import Scenario

MOST_ENDINGS = 6
MEANING = {
    "reviewing": "choosing the rest anew by what was observed",
    "training": "training at go-live and later, as stated",
    "upkeep": "repeating training, renewing and auditing",
    "alignment": "choosing by goals reached per money instead of technology first",
    "what moves no goal": "initiatives of the plan that serve no goal",
}


def show_policies(found: PolicyStudy, scenario: Scenario, terminal: Console) -> None:
    """Print a study of policies."""
    sentence(terminal, f"{clean(found.title)}: what habits are worth", "bold")
    sentence(
        terminal,
        f"{counted(found.draws, 'test draw')}, the same for every policy, by the monthly model (kernel); money in "
        f"{found.currency}",
        "dim",
    )
    terminal.print()
    terminal.print(_worths(found))
    for one in found.worths:
        refused = f"; {one.npv.interval.refused}" if one.npv.interval.refused else ""
        sentence(terminal, f"{one.habit}: {_meaning(one)}{f'; {one.note}' if one.note else ''}{refused}", "dim")
    terminal.print()
    terminal.print(_policies(found))
    sentence(
        terminal, "±: standard error of the mean; goals reached: share of the goals, by weight, mean of draws", "dim"
    )
    terminal.print()
    _show_reviews(found, scenario, terminal)
    for note in found.notes:
        sentence(terminal, f"note: {note}")
    made = provenance(found.scenario_hash)
    sentence(
        terminal,
        f"scenario {clean(found.scenario)} {found.scenario_hash}, seed {found.seed}, draws {found.first_draw:,} to "
        f"{found.first_draw + found.draws - 1:,}, roadfolio {made['version']}, Python {made['python']}",
        "dim",
    )


def _worths(found: PolicyStudy) -> Table:
    heads = f"worth of, {found.currency}", "NPV", "95 % interval", "higher in", "goals reached", "verdict on NPV"
    table = plain_table(*heads, right=(1, 2, 3, 4))
    for one in found.worths:
        goals = "no goals" if one.goals is None else change(one.goals, 100.0)
        table.add_row(
            cell(one.habit, "bold"),
            cell(change(one.npv)),
            cell(ends(one.npv)),
            cell(percent(one.odds.better.estimate or 0.0, one.odds.better.se)),
            cell(goals),
            cell(verdict(one.npv, "gains", "costs")),
        )
    return table


def _meaning(one: Worth) -> str:
    return f"{MEANING.get(one.habit, '')} ({one.of[0]} minus {one.of[1]})"


def _policies(found: PolicyStudy) -> Table:
    heads = "policy", "NPV", "minus plan once", "loses money", "cost (PV)", "cash trough", "goals reached"
    table = plain_table(*heads, right=(1, 2, 3, 4, 5, 6))
    for one in found.policies:
        figures = (
            money(one.npv),
            "" if one is found.policies[0] else change(one.gain),
            percent(one.loss.estimate or 0.0, one.loss.se),
            money(one.cost),
            money(one.trough),
            "no goals" if one.goals is None else percent(one.goals.mean, one.goals.se),
        )
        table.add_row(cell(one.name, "bold"), *(cell(text) for text in figures))
    return table


def _show_reviews(found: PolicyStudy, scenario: Scenario, terminal: Console) -> None:
    names = titles(scenario)
    once = found.policies[0].roadmap
    sentence(terminal, f"Plan once: {_starts(once, scenario, names) or 'no initiative at all'}.")
    if not found.reviews:
        return
    when = listed(month_label(scenario, month) for month in found.reviews)
    used = [month_label(scenario, month) for month in found.reviews if found.rules.get(month)]
    learned = (
        f"what was observed changes the choice in {listed(used)}" if used else "no review learns enough to change it"
    )
    sentence(
        terminal,
        f"Reviews in {when}, each by the KPIs of the year before it with {100 * found.measurement_error:g} % error of "
        f"measurement: {learned} ({counted(found.train_draws, 'training draw')}, "
        f"{counted(found.candidates, 'continuation')}).",
    )
    if len(found.endings) < 2:
        return
    table = plain_table("draws", "reviewing ends with", right=(0,))
    for one in found.endings[:MOST_ENDINGS]:
        table.add_row(cell(percent(one.share, None)), cell(_against(once, one.roadmap, scenario, names)))
    rest = sum(one.share for one in found.endings[MOST_ENDINGS:])
    if rest:
        table.add_row(cell(percent(rest, None)), cell(f"{len(found.endings) - MOST_ENDINGS} others"))
    terminal.print(table)


def _starts(starts: Mapping[str, int], scenario: Scenario, names: Mapping[str, str]) -> str:
    return starts_sentence(starts, names, {month: month_label(scenario, month) for month in starts.values()})


def _against(once: Mapping[str, int], other: Mapping[str, int], scenario: Scenario, names: Mapping[str, str]) -> str:
    """What a roadmap does in another way than the plan made once."""
    found = []
    for name in {**once, **other}:
        if name not in other:
            found.append(f"without {names[name]}")
        elif name not in once:
            found.append(f"{names[name]} in {month_label(scenario, other[name])}")
        elif once[name] != other[name]:
            found.append(
                f"{names[name]} in {month_label(scenario, other[name])} instead of {month_label(scenario, once[name])}"
            )
    return listed(found) or "the plan as it was made"
