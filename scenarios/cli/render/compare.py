"""`roadfolio compare` on the terminal: the arms, their differences, what explains them, and regret."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scenarios.cli.render.differences import change, ends, money, rounded_draws, verdict
from scenarios.cli.render.figures import percent, sensible, signed, span
from scenarios.cli.render.words import cell, counted, listed, plain_table, sentence
from sim.display.text import clean
from sim.outcomes import provenance

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from scenarios.comparing.dominance import Dominance
    from scenarios.comparing.paired import Difference
    from scenarios.comparing.regret import Regret
    from scenarios.comparing.report import ArmResult, Comparison, Pair

ORDERS = {1: "first order (whoever likes more money)", 2: "second order (and dislikes risk)"}


def show_comparison(found: Comparison, terminal: Console) -> None:
    """Print a comparison."""
    sentence(terminal, f"{counted(len(found.arms), 'arm')} on {counted(found.draws, 'common draw')}", "bold")
    sentence(terminal, f"by the monthly model (kernel); money in {found.currency}", "dim")
    for one in found.arms:
        starts = ", ".join(f"{name}@{month}" for name, month in sorted(one.roadmap.items(), key=lambda s: s[1]))
        found_by = f", found by {one.policy}" if one.policy else ""
        sentence(terminal, f"{clean(one.name)}: {starts or 'no initiative'}{found_by}, in {one.where}")
    terminal.print()
    terminal.print(_arms(found))
    sentence(terminal, "NPV: against the same world without any initiative; ±: standard error of the mean", "dim")
    for pair in found.pairs:
        terminal.print()
        _show_pair(pair, found, terminal)
    if found.regret is not None:
        terminal.print()
        _show_regret(found.regret, found.currency, terminal)
    for note in found.notes:
        sentence(terminal, f"note: {note}")
    made = provenance(found.scenario_hash)
    last = found.first_draw + found.draws - 1
    sentence(
        terminal,
        f"{' '.join(f'{clean(one.name)} {one.scenario_hash}' for one in found.arms)}; seed {found.seed}, draws "
        f"{found.first_draw:,} to {last:,}, roadfolio {made['version']}, Python {made['python']}",
        "dim",
    )


def _arms(found: Comparison) -> Table:
    """One column an arm."""
    table = plain_table("", *(clean(one.name) for one in found.arms), right=range(1, len(found.arms) + 1))
    for label, texts in _rows(found):
        table.add_row(cell(label), *(cell(text, "bold" if label.startswith("NPV") else "") for text in texts))
    return table


def _rows(found: Comparison) -> Iterator[tuple[str, list[str]]]:
    arms = found.arms
    yield f"NPV, {found.currency}", [money(one.npv) for one in arms]
    yield "9 in 10 draws", [span(one.npv_p5, one.npv_p95) for one in arms]
    yield "loses money", [_share(one) for one in arms]
    yield "cost (PV)", [money(one.cost) for one in arms]
    yield "deepest cash trough", [money(one.trough) for one in arms]
    yield "cash of the business (PV)", [money(one.cash) for one in arms]
    for goal in dict.fromkeys(name for one in arms for name in one.goals):
        yield f"reaches {clean(goal)}", [_goal(one, goal) for one in arms]


def _share(one: ArmResult) -> str:
    return percent(one.loss.estimate or 0.0, one.loss.se)


def _goal(one: ArmResult, goal: str) -> str:
    known = one.goals.get(goal)
    return "no such goal" if known is None else percent(known.estimate or 0.0, known.se)


def _show_pair(pair: Pair, found: Comparison, terminal: Console) -> None:
    first, second = clean(pair.first), clean(pair.second)
    sentence(terminal, f"{first} minus {second}: {headline(pair, found.currency)}", "bold")
    table = plain_table("", "difference", "95 % interval", "verdict", right=(1, 2))
    for label, one, words, scale in _figures(pair):
        table.add_row(cell(label), cell(change(one, scale)), cell(ends(one, scale)), cell(verdict(one, *words)))
    terminal.print(table)
    better, worse = pair.odds.better, pair.odds.worse
    ties = f", equal in {percent(pair.odds.ties, None)}" if pair.odds.ties else ""
    sentence(
        terminal,
        f"NPV of {first} is higher in {percent(better.estimate or 0.0, better.se)} of the draws "
        f"({span(better.low or 0.0, better.high or 0.0, 100.0)}), lower in "
        f"{percent(worse.estimate or 0.0, worse.se)}{ties}.",
    )
    for answers in pair.dominance:
        sentence(terminal, f"Dominance, {ORDERS[answers.order]}: {dominance_words(answers, first, second)}")
    _show_why(pair, found.currency, terminal)


def headline(pair: Pair, currency: str) -> str:
    """The verdict on NPV in a sentence."""
    one = pair.npv
    if one.verdict == "no difference":
        return "NPV is the same in every draw."
    size = f"{change(one)} {currency} of NPV"
    if one.verdict == "cannot tell yet":
        why = f" ({one.interval.refused})" if one.interval.refused else ""
        return f"cannot tell yet which has more NPV: {size}{why}."
    return f"{'more' if one.verdict == 'higher' else 'less'} NPV: {size}."


def _figures(pair: Pair) -> Iterator[tuple[str, Difference, tuple[str, str], float]]:
    yield "NPV", pair.npv, ("more", "less"), 1.0
    yield "cost (PV)", pair.cost, ("dearer", "cheaper"), 1.0
    yield "deepest cash trough", pair.trough, ("less deep", "deeper"), 1.0
    if not pair.same_world:
        yield "cash of the business (PV)", pair.cash, ("more", "less"), 1.0
        yield "the same without initiatives", pair.baseline, ("more", "less"), 1.0
    for goal, one in pair.goals.items():
        yield f"reaches {clean(goal)}", one, ("more often", "less often"), 100.0


def dominance_words(one: Dominance, first: str, second: str) -> str:
    """The answers of both directions in a sentence."""
    if one.first == "same":
        return "no draw differs, so neither dominates."
    for answer, winner, loser, which in ((one.first, first, second, "first"), (one.second, second, first, "second")):
        if answer == "dominates":
            how = ", in every draw" if one.in_every_draw == which else ""
            return f"{winner} dominates {loser}{how}."
    if one.first == one.second == "does not":
        return "neither dominates."
    excluded = [name for answer, name in ((one.first, first), (one.second, second)) if answer == "does not"]
    more = f" (about {rounded_draws(one.draws_to_tell)} draws would)" if one.draws_to_tell else ""
    if not excluded:
        return f"cannot tell yet{more}."
    other = second if excluded[0] == first else first
    return f"{excluded[0]} does not dominate; whether {other} does cannot be told yet{more}."


def _show_why(pair: Pair, currency: str, terminal: Console) -> None:
    parts = {name: one for name, one in pair.categories.items() if one.verdict != "no difference"}
    if parts:
        total = sensible(pair.npv.mean, pair.npv.interval.se)
        text = listed(f"{name} {change(one)}" for name, one in parts.items())
        sentence(terminal, f"By category, which add up to {signed(pair.npv.mean, total)} {currency}: {text}.")
    found = pair.attribution
    if found.why_not is not None or found.total is None:
        sentence(terminal, f"By what differs: {found.why_not}.", "dim")
    elif len(found.parts) > 1:
        text = listed(
            f"{clean(name)}{f' ({found.paths[name]} numbers)' if found.paths[name] > 1 else ''} "
            f"{signed(one.mean, sensible(one.mean, one.se))}"
            for name, one in sorted(found.parts.items(), key=lambda part: -abs(part[1].mean))
        )
        orders = "" if found.orders is None else f", {found.orders} sampled orders"
        sentence(
            terminal,
            f"By what differs (Shapley values on {found.draws:,} draws{orders}), which add up to "
            f"{signed(found.total.mean, money(found.total))} {currency}: {text}.",
        )
    else:
        sentence(terminal, f"Only {next(iter(found.parts))} differs.", "dim")


def _show_regret(found: Regret, currency: str, terminal: Console) -> None:
    sentence(terminal, f"Regret: mean NPV given up against the best of these roadmaps there, {currency}", "bold")
    heads = [" = ".join(clean(name) for name in one.arms) for one in found.choices]
    table = plain_table(f"in each world ({found.draws:,} draws)", *heads, right=range(1, len(heads) + 1))
    for world, what in found.worlds.items():
        texts = []
        for one in found.choices:
            here = one.cells[world]
            if here is None:
                texts.append("not allowed")
            elif here.behind.verdict == "no difference":
                texts.append("best")
            else:
                unsure = " (may be best)" if here.behind.verdict == "cannot tell yet" else ""
                texts.append(f"{sensible(here.behind.mean, here.behind.interval.se)}{unsure}")
        table.add_row(cell(f"{clean(world)}: {clean(what)}", most=56), *(cell(text) for text in texts))
    worst = ["" if one.worst is None else f"{sensible(one.worst[0], None)}" for one in found.choices]
    table.add_row(cell("largest regret", "bold"), *(cell(text, "bold") for text in worst))
    terminal.print(table)
    if found.least is not None:
        sentence(terminal, f"The largest regret is least with {' = '.join(clean(n) for n in found.least.arms)}.")
