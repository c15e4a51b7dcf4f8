"""What would change a roadmap, on the screens of `plan` and `solve`: short by default, all of it where it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from optimize.alternatives import MEASURES
from optimize.explain import rounded
from optimize.reasons.conflict import amount_text
from optimize.reasons.thresholds import smallest
from scenarios.cli.render.figures import sensible, signed
from scenarios.cli.render.words import cell, counted, listed, plain_table, sentence

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from optimize.alternatives import Alternative
    from optimize.reasons.core_index import CoreIndex
    from optimize.reasons.delay import Delay
    from optimize.reasons.program_reasons import ProgramReasons
    from optimize.reasons.report import Reasons
    from optimize.reasons.resources import Resource
    from optimize.reasons.thresholds import Change
    from optimize.reasons.worth_of_more import MoreOfIt, MoreTime

Label = Callable[[int], str]
Names = Mapping[str, str]
MARGINAL = 1e-4  # share of a unit below which an amount is only where a difference begins to be clear
CORE = 0.95  # share from which on an initiative is called core; out below 1 - CORE


def show_reasons(found: Reasons, names: Names, label: Label, currency: str, terminal: Console) -> None:
    """Print the block of a plan."""
    if found.solves > 1 and not found.same:
        text = (
            "The tables of what would change it speak of the program around the plan, by the mean worth. Its best "
            "roadmap differs a little from the recommended one, so a start may be another one there, and what is in "
            "here may be out there."
        )
        sentence(terminal, text)
    if found.changes:
        terminal.print(changes_table(found.changes, names))
        terminal.print()
    if found.more:
        terminal.print(more_table(found.more, label, currency))
        terminal.print()
    if found.time:
        terminal.print(time_table(found.time, currency))
        terminal.print()
    if found.delays:
        terminal.print(delays_table(found.delays, names, label, currency))
        terminal.print()
    if found.alternatives:
        rows = [
            (one.alternative, signed(one.gain.mean, sensible(one.gain.mean, one.gain.se))) for one in found.alternatives
        ]
        starts = [dict(one.alternative.roadmap) for one in found.alternatives]
        terminal.print(alternatives_table(rows, starts, names, label, currency))
        terminal.print()
    if found.core.near > 1:  # one roadmap says nothing of a choice
        sentence(terminal, core_sentence(found.core, names))
    if found.solves > 1:
        doubts = f"; {counted(found.unproved, 'solve')} of {found.solves} not proved" if found.unproved else ""
        more = "" if found.complete else "; --why asks everything"
        said = "What would change it is said of the mean worth in the program around the plan, solved again"
        text = f"{said}{doubts}{more}."
        sentence(terminal, text, "dim")


def show_program_reasons(found: ProgramReasons, terminal: Console) -> None:
    """Print the block of `solve --why`, in periods."""
    label = "period {}".format
    for table in (
        changes_table(found.changes, {}) if found.changes else None,
        more_table(found.more, label, "") if found.more else None,
        time_table(found.time, "") if found.time else None,
        delays_table(found.delays, {}, label, "") if found.delays else None,
    ):
        if table is not None:
            terminal.print()
            terminal.print(table)
    doubts = f", {found.unproved} of them not proved" if found.unproved else ", each proved"
    text = f"{counted(found.solves, 'solve')} of the changed program{doubts}; a latest start costs no more than"
    mean = (
        "; all of it is said of the best roadmap by the mean worth, without worlds and futures" if found.of_mean else ""
    )
    sentence(terminal, f"{text} {rounded(found.given_up)}{mean}", "dim")


def show_alternatives(others: Sequence[Alternative], terminal: Console) -> None:
    """Print the alternatives of `solve`, which nothing has simulated."""
    terminal.print()
    rows = [(one, "-") for one in others]
    terminal.print(alternatives_table(rows, [one.roadmap for one in others], {}, "period {}".format, ""))


def changes_table(changes: Sequence[Change], names: Names) -> Table:
    """One row an initiative: what the smallest change against what there is now is, and the other ways."""
    table = plain_table("what would change it", "", "smallest change", "or")
    for name in dict.fromkeys(one.initiative for one in changes):
        own = tuple(one for one in changes if one.initiative == name)
        least = smallest(own)
        word = "in" if own[0].goal == "in" else "out"
        others = [one.sentence for one in own if one is not least and one.amount is not None]
        if least is None:
            table.add_row(cell(names.get(name, name)), cell(word), cell("none: " + own[0].sentence), cell(""))
            continue
        share = "" if not least.relative or least.lever == "cost" else f" ({_percent(least.relative)} of it)"
        table.add_row(cell(names.get(name, name)), cell(word), cell(least.sentence + share), cell("; ".join(others)))
    return table


def more_table(rows: Sequence[MoreOfIt], label: Label, currency: str) -> Table:
    """Worth of one more unit, the range over which it holds, and the next step."""
    table = plain_table(
        "one more", f"is worth, {currency}".rstrip(", "), "for amounts added from - to", "rises from", "can be spared",
        right=(1, 3, 4),
    )  # fmt: skip
    for one in rows:
        high = "any" if one.holds_to is None else amount_text(one.holds_to)
        gain = "never" if one.to_gain is None else f"+{amount_text(one.to_gain)}: +{rounded(one.gain or 0.0)}"
        if one.to_gain is not None and one.to_gain < MARGINAL * one.unit:
            jump = (one.gain or 0.0) > MARGINAL * one.worth
            gain = f"any more: +{rounded(one.gain or 0.0)}" if jump else "any more"
        spare = "0" if one.spare is None or one.spare < MARGINAL * one.unit else amount_text(one.spare)
        doubt = "" if one.proved else " (not proved)"
        table.add_row(
            cell(f"{unit_words(one.resource, one.unit, label, currency)}{doubt}"),
            cell(rounded(one.worth)),
            cell(f"{amount_text(0.0 if abs(one.holds_from) < MARGINAL * one.unit else one.holds_from)} to {high}"),
            cell(gain),
            cell(spare),
        )
    return table


def unit_words(resource: Resource, unit: float, label: Label, currency: str) -> str:
    """So much of which resource, when."""
    when = "every period" if resource.period is None else label(resource.period)
    if resource.kind == "skill":
        return (
            f"{amount_text(unit)} {resource.name} day in {when}"
            if unit == 1.0
            else (f"{amount_text(unit)} {resource.name} days in {when}")
        )
    return f"{amount_text(unit)} {currency} of {resource.name} in {when}".replace("  ", " ")


def time_table(rows: Sequence[MoreTime], currency: str) -> Table:
    """Worth of a period more or less."""
    table = plain_table("if", f"the worth changes by, {currency}".rstrip(", "), right=(1,))
    for one in rows:
        worth = "no roadmap is left" if one.worth is None else signed(one.worth, rounded(one.worth))
        table.add_row(cell(one.words + ("" if one.proved else " (not proved)")), cell(worth))
    return table


def delays_table(rows: Sequence[Delay], names: Names, label: Label, currency: str) -> Table:
    """What waiting costs, all else planned anew; and simulated, all else as it stands."""
    by = list(rows[0].loss)
    tail = f", {currency}" if currency else ""
    heads = [f"{counted(k, 'period')} later{tail}" for k in by]
    table = plain_table(
        "cost of delay", "starts", *heads, "nothing else moves", "latest sensible start", right=range(2, 2 + len(by))
    )
    for one in rows:
        losses = ["no roadmap" if one.loss[k] is None else rounded(one.loss[k] or 0.0) for k in by]
        kept = [signed(gain.mean, sensible(gain.mean, gain.se)) for k in by if (gain := one.kept.get(k)) is not None]
        late = "not known" if one.latest is None else label(one.latest)
        doubt = "" if one.proved else " (not proved)"
        table.add_row(
            cell(names.get(one.id, one.id) + doubt), cell(label(one.start)), *(cell(loss) for loss in losses),
            cell("; ".join(kept) or "-"), cell(late),
        )  # fmt: skip
    return table


def alternatives_table(
    rows: Sequence[tuple[Alternative, str]],
    starts: Sequence[Mapping[str, int]],
    names: Names,
    label: Label,
    currency: str,
) -> Table:
    """What each alternative gains in its direction, what it gives up, and what it starts when."""
    tail = f", {currency}" if currency else ""
    table = plain_table(
        "alternative",
        "figure (now)",
        f"gives up in the program{tail}",
        f"change of NPV, simulated{tail}",
        "starts",
        right=(2, 3),
    )
    for (one, gain), roadmap in zip(rows, starts, strict=True):
        groups = listed(f"{names.get(name, name)} {label(start)}" for name, start in roadmap.items())
        figure = f"{MEASURES[one.direction]}: {amount_text(one.measure)} ({amount_text(one.best)})"
        doubt = "" if one.proved else " (of those simulated)"
        table.add_row(cell(one.direction + doubt), cell(figure), cell(rounded(one.given_up)), cell(gain), cell(groups))
    return table


def core_sentence(core: CoreIndex, names: Names) -> str:
    """Which initiatives are in nearly all near-optimal roadmaps and resamples, and with which there is a choice."""
    sure = [names.get(one.id, one.id) for one in core.rows if min(one.near, one.draws) >= CORE]
    open_ = [
        f"{names.get(one.id, one.id)} ({_percent(one.near)}, {_percent(one.draws)})"
        for one in core.rows
        if min(one.near, one.draws) < CORE and max(one.near, one.draws) > 1.0 - CORE
    ]
    near = counted(core.near, "roadmap")
    text = (
        f"Core, always in: {listed(sure) or 'none'} (in at least {_percent(CORE)} of the {near} within the indifference"
        f" of the best of {core.roadmaps:,} simulated ones, and of the best roadmaps on {core.resamples:,} resamples of"
        " the draws)."
    )
    return text + (f" A choice (share of the first, of the second): {listed(open_)}." if open_ else "")


def _percent(share: float) -> str:
    return f"{rounded(100.0 * share)} %"
