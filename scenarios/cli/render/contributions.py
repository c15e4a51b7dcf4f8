"""The screen of `contributions`: each initiative alone, last in and its part, and which pairs help or hinder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from scenarios.cli.render.figures import chance, percent, rough, sensible, signed
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
    from rich.console import Console
    from rich.table import Table

    from scenarios.attribution.report import Contributions, Pair
    from sim.world import Scenario

WIDTH = 100  # columns of a terminal that everything fits
MOST_PAIRS = 3  # of each kind in a sentence


def show_contributions(found: Contributions, scenario: Scenario, terminal: Console) -> None:
    """Print the screen."""
    terminal.width = min(terminal.width, WIDTH)
    names = titles(scenario)
    label = {month: month_label(scenario, month) for month in found.roadmap.values()}
    which = "all orders" if found.orders is None else f"{found.orders:,} orders sampled"
    sentence(terminal, f"{clean(found.title)}: what each initiative contributes", "bold")
    sentence(
        terminal,
        f"{counted(found.simulated, 'part of the roadmap', 'parts of the roadmap')} on the same "
        f"{counted(found.draws, 'draw')} of the monthly model (kernel), "
        f"{which}; money in {found.currency}, present value",
        "dim",
    )
    sentence(terminal, f"Of {starts_sentence(found.roadmap, names, label)}:")
    terminal.print()
    terminal.print(_table(found, names))
    sentence(
        terminal,
        "alone: beside no more than what it requires; last in: what the roadmap would lose without it and what needs "
        "it; part: mean of what it adds in all orders (Shapley value), which sums to the whole; worst 5 %: its part of "
        "the mean of the worst 5 % of the NPV",
        "dim",
    )
    terminal.print()
    for text in interplay(found, names):
        sentence(terminal, text, "bold")
    sentence(terminal, _loss(found, names))
    if found.orders is not None:
        draws = max(one.npv.se_draws for one in found.initiatives)
        orders = max(one.npv.se_orders for one in found.initiatives)
        sentence(
            terminal,
            f"The errors of the parts of the NPV come from draws (at most {rough(draws, draws)}) and from sampled "
            f"orders (at most {rough(orders, orders)}).",
        )
    for note in found.notes:
        sentence(terminal, f"note: {note}")
    sentence(terminal, _provenance(found), "dim")


def interplay(found: Contributions, names: Mapping[str, str]) -> Iterator[str]:
    """Which pairs help or hinder each other most beside the rest of the roadmap."""
    clear = [pair for pair in found.pairs if pair.clear]
    help_, hinder = ([pair for pair in clear if sign * pair.in_roadmap.mean > 0.0] for sign in (1.0, -1.0))
    if help_:
        yield (
            f"Help each other (worth more together than both add, {found.currency}): "
            f"{listed(_pair(pair, names) for pair in help_[:MOST_PAIRS])}."
        )
    if hinder:
        yield (
            f"Hinder each other (worth less together, {found.currency}): "
            f"{listed(_pair(pair, names) for pair in hinder[:MOST_PAIRS])}."
        )
    if not clear and found.pairs:
        yield f"Of {len(found.pairs)} pairs none clearly helps or hinders each other beside the rest."


def _pair(pair: Pair, names: Mapping[str, str]) -> str:
    size = pair.in_roadmap
    return f"{names[pair.first]} with {names[pair.second]} ({signed(size.mean, sensible(size.mean, size.se))})"


def _table(found: Contributions, names: Mapping[str, str]) -> Table:
    table = plain_table("initiative", "alone", "last in", "part of NPV", "cost", "worst 5 %", right=(1, 2, 3, 4, 5))
    for one in found.initiatives:
        table.add_row(
            cell(names[one.name]),
            cell(sensible(one.alone.mean, one.alone.se)),
            cell(sensible(one.last_in.mean, one.last_in.se)),
            cell(sensible(one.npv.mean, one.npv.se), "bold"),
            cell(sensible(one.cost.mean, one.cost.se).split(" ± ")[0]),
            cell("" if one.cvar5 is None else rough(one.cvar5.mean, one.cvar5.se)),
        )
    table.add_section()
    tail = found.cvar5
    table.add_row(
        cell("the roadmap", "bold"),
        cell(""),
        cell(""),
        cell(sensible(found.npv.mean, found.npv.se), "bold"),
        cell(sensible(found.cost.mean, found.cost.se).split(" ± ")[0]),
        cell("" if tail is None else rough(tail.mean, tail.se)),
    )
    return table


def _loss(found: Contributions, names: Mapping[str, str]) -> str:
    """Without whom the roadmap would lose money most often, and most seldom."""
    often = chance(found.prob_loss.mean, found.draws)
    text = f"The roadmap loses money {often if often.startswith('in ') else f'in {often} of draws'}"
    clear = [one for one in found.initiatives if abs(one.last_in_loss.mean) > 3.0 * one.last_in_loss.se]
    parts = []
    for sign, word in ((-1.0, "more"), (1.0, "fewer")):
        sized = [one for one in clear if sign * one.last_in_loss.mean > 0.0]
        if sized:
            most = max(sized, key=lambda one: sign * one.last_in_loss.mean)
            size = most.last_in_loss
            gone = names[most.name] + needing(found, most.name)
            parts.append(f"without {gone} in {percent(abs(size.mean), size.se, ' points')} {word}")
    return f"{text}; {listed(parts)}." if parts else f"{text}."


def needing(found: Contributions, name: str) -> str:
    """That what needs an initiative, directly or not, is left out with it; nothing where nothing does."""
    gone = {name}
    while more := {one.name for one in found.initiatives if gone & set(one.requires)} - gone:
        gone |= more
    return " and what needs it" if len(gone) > 1 else ""


def _provenance(found: Contributions) -> str:
    made = provenance(found.scenario_hash)
    version = made["version"] if made["version"] != "source" else "(not installed)"
    return (
        f"scenario {clean(found.scenario)} {found.scenario_hash}, seed {found.seed}, draws {found.first_draw:,} to "
        f"{found.first_draw + found.draws - 1:,}, roadfolio {version}, Python {made['python']}"
    )
