"""The screen of `gaps`: goals against the baseline, a roadmap, initiatives by what they do for the goals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from scenarios.alignment.report import PER
from scenarios.cli.render.figures import UNKNOWN, percent, rough, sensible, signed
from scenarios.cli.render.kpis import kpi_figure, kpi_label
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
from sim.montecarlo.kpis import KPIS, Kpi
from sim.outcomes import provenance

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from scenarios.alignment.firmness import Firmness, Steadiness
    from scenarios.alignment.report import Aligned, Alignment, Gaps, GoalGap, Level, RoadmapGaps
    from sim.world import Scenario

WIDTH = 100  # columns of a terminal that everything fits
LONGEST = 32  # letters of a goal in a table
KPI_OF = {kpi.name: kpi for kpi in KPIS}


def show_gaps(found: Gaps, scenario: Scenario, terminal: Console) -> None:
    """Print the screen."""
    terminal.width = min(terminal.width, WIDTH)
    names = titles(scenario)
    goals = {goal.name: clean(goal.title, LONGEST) for goal in found.goals}
    sentence(terminal, f"{clean(found.title)}: goals and gaps", "bold")
    sentence(
        terminal,
        f"{counted(found.draws, 'draw')} of the monthly model (kernel); money in {found.currency}; each goal is "
        "judged in the year that holds its month",
        "dim",
    )
    terminal.print()
    terminal.print(_goals(found, scenario))
    if found.roadmap is not None:
        _show_roadmap(found, found.roadmap, scenario, names, goals, terminal)
    terminal.print()
    terminal.print(_initiatives(found, names))
    sentence(
        terminal,
        "attainment: weighted share of the gaps closed, of each initiative beside what it requires, at the earliest "
        f"start; cost: its own, present value; per {PER:,}: attainment per {PER:,} {found.currency}, in %; moves: "
        "goals clearly moved, + for the better, - for the worse",
        "dim",
    )
    terminal.print()
    if found.firmness is not None:
        sentence(terminal, firm(found.firmness, names))
    for text in findings(found, names, goals):
        sentence(terminal, text, "bold")
    for name, reason in found.unusable.items():
        sentence(terminal, f"note: {names[name]} fits no start: {reason}")
    for note in found.notes:
        sentence(terminal, f"note: {note}")
    sentence(terminal, _provenance(found), "dim")


def firm(found: Firmness, names: Mapping[str, str]) -> str:
    """How often the first ones stay first when the weights of the goals are drawn."""
    near, flat = found.near, found.flat
    text = (
        f"How firm: with weights drawn around the stated ones, {names[found.first]} stays first in "
        f"{_share(near.first)} of weightings{_instead(near, names)}; with any weights in {_share(flat.first)}"
        f"{_instead(flat, names)}."
    )
    if any(share < 1.0 for share in (*near.top.values(), *flat.top.values())):
        kept = listed(f"{names[name]} in {_share(near.top[name])} ({_share(flat.top[name])})" for name in near.top)
        text += f" Among the first three stay {kept}."
    return text


def _share(share: float) -> str:
    """A share of the weightings, which have an error of up to 0.8 %.

    >>> _share(1.0), _share(0.8765), _share(0.9999), _share(0.0001)
    ('100 %', '88 %', 'above 99 %', 'below 1 %')
    """
    if 0.0 < share < 0.01 or 0.99 < share < 1.0:
        return "below 1 %" if share < 0.5 else "above 99 %"
    return f"{100 * share:.0f} %"


def _instead(kind: Steadiness, names: Mapping[str, str]) -> str:
    return "" if kind.rival is None else f" (else mostly {names[kind.rival[0]]})"


def findings(found: Gaps, names: Mapping[str, str], goals: Mapping[str, str]) -> Iterator[str]:
    """What moves no goal, and which goals nothing moves."""
    idle = found.technology_first
    free = [one for one in idle if not one.mandatory and not one.needed_by]
    if free:
        cost = sum(one.alignment.cost.mean for one in free)
        verb = "moves" if len(free) == 1 else "move"
        yield (
            f"Technology first: {listed(names[one.name] for one in free)} {verb} no goal "
            f"({rough(cost, None)} {found.currency} in all): drop, or state the goal that is served."
        )
    for one in idle:
        if one not in free:
            why = "is mandatory" if one.mandatory else f"{listed(names[other] for other in one.needed_by)} needs it"
            yield f"{names[one.name]} moves no goal, but {why}."
    unmoved = [goals[goal.name] for goal in found.unmoved]
    if unmoved:
        yield f"No initiative moves for the better: {listed(unmoved)}."


def _goals(found: Gaps, scenario: Scenario) -> Table:
    """Each goal in two lines: the goal with its target, baseline, gap and chance, and below what they are of."""
    table = plain_table("goal", "target", "baseline, 9 in 10", "gap", "reached, 95 %", right=(1, 2, 3, 4))
    for goal in found.goals:
        kpi, level = KPI_OF[goal.kpi], goal.baseline
        within = f"within {_plain(kpi, goal.tolerance)}" if goal.tolerance else ""
        what = f"{goal.name}: {kpi_label(kpi, found.currency)}, {_year(goal, scenario)}"
        table.add_row(
            _two(clean(goal.title, LONGEST), what, "bold"),
            _two(_plain(kpi, goal.target), within),
            _two(_mean(kpi, level), _range(kpi, level)),
            _two(_gap(goal, kpi), f"weight {goal.weight:g}"),
            _two(*_reached(level)),
        )
    return table


def _show_roadmap(
    found: Gaps,
    roadmap: RoadmapGaps,
    scenario: Scenario,
    names: Mapping[str, str],
    goals: Mapping[str, str],
    terminal: Console,
) -> None:
    label = {month: month_label(scenario, month) for month in roadmap.starts.values()}
    what = starts_sentence(roadmap.starts, names, label) or "no initiative at all"
    terminal.print()
    sentence(terminal, f"With {what}:")
    terminal.print()
    table = plain_table("goal", "roadmap", "change", "gap closed", "reached", "before", right=(1, 2, 3, 4, 5))
    for goal in found.goals:
        kpi, level, moved = KPI_OF[goal.kpi], roadmap.levels[goal.name], roadmap.alignment.goals[goal.name]
        change = UNKNOWN
        if moved.change is not None:
            change = signed(moved.change.mean, kpi_figure(kpi, moved.change.mean, moved.change.se))
        table.add_row(
            cell(goals[goal.name]),
            cell(_mean(kpi, level).split(" ± ")[0]),
            cell(change),
            cell(_closed(goal, moved.gap_closed)),
            cell(_reached(level)[0], "bold"),
            cell(_reached(goal.baseline)[0], "dim"),
        )
    terminal.print(table)
    own = roadmap.alignment
    text = f"Attainment {percent(own.attainment.mean, own.attainment.se)} for {_money(own, found.currency)}"
    if own.per_money is not None:
        text += f", {percent(own.per_money.mean, own.per_money.se, decimals=2)} per {PER:,}"
    sentence(terminal, f"{text}.")
    if roadmap.idle:
        cost = sensible(roadmap.idle_cost.mean, roadmap.idle_cost.se)
        idle = listed(names[name] for name in roadmap.idle)
        sentence(terminal, f"Of that, {cost} {found.currency} is technology first: {idle}.")


def _initiatives(found: Gaps, names: Mapping[str, str]) -> Table:
    heads = ("initiative", "attainment, %", f"cost, {found.currency}", f"per {PER:,}", "moves")
    table = plain_table(*heads, right=(1, 2, 3))
    for one in found.initiatives:
        own = one.alignment
        per = "free" if own.per_money is None else percent(own.per_money.mean, own.per_money.se, "")
        idle = own.technology_first
        table.add_row(
            cell(names[one.name], "dim" if idle else ""),
            cell(percent(own.attainment.mean, own.attainment.se, "")),
            cell(sensible(own.cost.mean, own.cost.se).split(" ± ")[0]),
            cell(per, "" if idle else "bold"),
            cell(_moves(one), "dim" if idle else ""),
        )
    return table


def _moves(one: Aligned) -> str:
    if one.alignment.technology_first:
        return "no goal" + (", mandatory" if one.mandatory else ", needed" if one.needed_by else "")
    better, worse = one.alignment.moving("better"), one.alignment.moving("worse")
    return " ".join([*(f"+{name}" for name in better), *(f"-{name}" for name in worse)])


def _two(first: str, second: str, style: str = "") -> Text:
    """Two lines in one cell, the second one dim."""
    return cell(first, style).append("\n").append(cell(second, "dim"))


def _year(goal: GoalGap, scenario: Scenario) -> str:
    """The year in which a goal is judged: `2030`, or its first and last month."""
    first, last = (month_label(scenario, month) for month in goal.months)
    return first[:4] if first.endswith("-01") and last == f"{first[:4]}-12" else f"{first} to {last}"


def _mean(kpi: Kpi, level: Level) -> str:
    return UNKNOWN if level.mean is None else kpi_figure(kpi, level.mean.mean, level.mean.se)


def _range(kpi: Kpi, level: Level) -> str:
    if level.p5 is None or level.p95 is None:
        return ""
    low, high = (_rounded(kpi, value, level) for value in (level.p5, level.p95))
    return f"{low} to {high}"


def _gap(goal: GoalGap, kpi: Kpi) -> str:
    return _rounded(kpi, goal.gap, goal.baseline) if goal.is_open else "none"


def _rounded(kpi: Kpi, value: float, level: Level) -> str:
    """A value to the digits that the error of the level's mean justifies."""
    se = None if level.mean is None else level.mean.se
    text = rough(100 * value, 100 * se if se else None) if kpi.unit == "share" else rough(value, se)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _closed(goal: GoalGap, share: float) -> str:
    return percent(share, None) if goal.is_open or share else "no gap"


def _plain(kpi: Kpi, value: float) -> str:
    """A value that the file states, shares in per cent."""
    shown = 100 * value if kpi.unit == "share" else value
    return f"{shown:,.0f}" if abs(shown) >= 1000 else f"{shown:.6g}"


def _reached(level: Level) -> tuple[str, str]:
    """Share of draws that reach the goal, and its 95 % interval."""
    low, high = level.reached_interval
    return f"{100 * level.reached:.1f} %", f"{100 * low:.1f} to {100 * high:.1f} %"


def _money(own: Alignment, currency: str) -> str:
    return f"{sensible(own.cost.mean, own.cost.se)} {currency}"


def _provenance(found: Gaps) -> str:
    made = provenance(found.scenario_hash)
    version = made["version"] if made["version"] != "source" else "(not installed)"
    return (
        f"scenario {clean(found.scenario)} {found.scenario_hash}, seed {found.seed}, draws {found.first_draw:,} to "
        f"{found.first_draw + found.draws - 1:,}, roadfolio {version}, Python {made['python']}"
    )
