"""The screen of `information`: what to find out first, at most at what price, and whether studies pay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.cli.render.figures import percent, sensible, signed
from scenarios.cli.render.words import cell, counted, folded, listed, month_label, plain_table, sentence, titles
from scenarios.cli.render.words import starts_sentence as starts_words
from scenarios.knowing.maximum import CLEAR
from sim.display.text import clean
from sim.outcomes import provenance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console
    from rich.table import Table

    from scenarios.knowing.maximum import Gain
    from scenarios.knowing.report import Information, Knowable, Studied
    from sim.world import Scenario

WIDTH = 100
NAME = 44  # letters of a path in a line
OF_LITTLE = 0.02
"""Share of the worth of all drivers below which knowing one is called of little worth."""


def show_information(found: Information, scenario: Scenario, terminal: Console) -> None:
    """Print the screen."""
    terminal.width = min(terminal.width, WIDTH)
    best = found.decisions[found.best]
    sentence(terminal, f"{clean(found.title)}: what to find out before choosing", "bold")
    sentence(
        terminal,
        f"{counted(len(found.decisions), 'roadmap')} to choose from, optima re-solved in "
        f"{counted(found.resolved, 'driver world')} among them; each valued in {counted(found.points, 'driver world')} "
        f"with {counted(found.noise, 'draw')} of the events; money in {found.currency}, NPV",
        "dim",
    )
    money = f"{sensible(found.best_value, found.best_se)} {found.currency} on draws that did not choose it"
    starts = starts_in_words(best.decision.roadmap, scenario)
    sentence(terminal, f"Without further knowledge: {best.decision.name}, {money}: {starts}.")
    terminal.print()
    sentence(terminal, headline(found), "bold")
    terminal.print()
    sentence(terminal, f"All uncertain numbers together: {_worth(found.evpi)}; {_check(found)}.")
    if found.drivers:
        terminal.print()
        terminal.print(_table(found.drivers, "to know exactly"))
    if found.others:
        sentence(
            terminal, f"{counted(found.others, 'further uncertain number')}: worth less by the same estimate", "dim"
        )
    if found.groups:
        terminal.print()
        terminal.print(_table(found.groups, "to know together"))
        for one in found.groups:
            sentence(terminal, f"{clean(one.name)}: {listed(one.paths)}", "dim")
    sentence(
        terminal,
        "at most worth: what perfect knowledge of it would add to NPV before the choice is made, so at most what "
        "finding out may cost; a lower bound, as only these roadmaps are chosen from; second estimate: nested draws; "
        "other choice: share of driver worlds in which knowing it changes the roadmap; ±: standard error",
        "dim",
    )
    for study in found.studies:
        terminal.print()
        for line in study_lines(study, found.currency):
            sentence(terminal, line)
    for gate in found.gates:
        names = titles(scenario)
        what = (
            f"that {names[gate.initiative]} may be stopped at its gates"
            if gate.kind == "stop limits"
            else f"that {names[gate.stops]} stops where {names[gate.initiative]} fails"
        )
        verb, value = ("is worth", gate.value) if gate.value >= 0.0 else ("costs", -gate.value)
        money = f"{sensible(value, gate.se)} {found.currency}"
        sentence(terminal, f"Gate: {what} {verb} {money} in the roadmap on top, against going on regardless.")
    for note in found.notes:
        sentence(terminal, f"note: {note}")
    sentence(terminal, source_line(found.scenario, found.scenario_hash, found.seed), "dim")


def headline(found: Information) -> str:
    """What to find out first, or that nothing is worth it, or that it cannot be told."""
    first = next((one for one in found.drivers if one.worth_knowing), None)
    if first is not None:
        money = f"{sensible(first.regression.value, first.regression.se)} {found.currency}"
        doubt = "" if first.agree is not False else "; the second estimate differs, so take more --points"
        return f"Find out first: {first.name}. Worth at most {money}{doubt}."
    if found.evpi.value > CLEAR * found.evpi.se and found.evpi.settled:
        return "No single uncertain number is told apart from nothing; only together are they worth knowing."
    if all(one.changes == 0.0 for one in found.drivers) and found.evpi.value <= CLEAR * found.evpi.se:
        return "Not worth knowing: no choice changes."
    return "Cannot tell yet whether anything is worth knowing: more --points or --noise are needed."


def study_lines(one: Studied, currency: str) -> list[str]:
    """A study: what it would tell, its worth, price and wait, and whether it pays."""
    study, net = one.study, one.net
    before = sensible(one.gain.reweighted.value, one.gain.reweighted.se)
    other = sensible(one.gain.regressed.value, one.gain.regressed.se)
    agreed = "" if one.gain.agree else "; the two differ, take more --points"
    lines = [
        f"{clean(study.title or study.name).capitalize()}: {study.words(_unit(one.unit))} of {study.driver}",
        f"  worth {before} {currency} at once (by regression {other}{agreed}); price {study.cost:,.6g} {currency}",
    ]
    if study.delay:
        wait = sensible(net.waiting, net.waiting_se)
        whole = f" ({one.wait} where starts keep to planning periods)" if one.wait > study.delay else ""
        lines.append(
            f"  waiting {counted(study.delay, 'month')}{whole} costs {wait} {currency}; afterwards it is worth "
            f"{sensible(net.worth.value, net.worth.se)}"
        )
    if one.dropped:
        lines.append(f"  the wait leaves no time in some roadmap for {listed(one.dropped)}")
    if one.out:
        name, why = one.out[0]
        lines.append(
            f"  {counted(len(one.out), 'roadmap')} cannot wait and {'is' if len(one.out) == 1 else 'are'} not chosen "
            f"from afterwards, such as {name}: {why}"
        )
    verdict = {"yes": "it pays", "no": "it does not pay", "cannot tell yet": "cannot tell yet whether it pays"}
    lines.append(f"  net {signed(net.value, sensible(net.value, net.se))} {currency}: {verdict[one.verdict]}")
    return lines


def _unit(unit: str) -> str:
    return f" {unit}" if unit not in ("", "share", "factor", "ratio") else ""


def starts_in_words(starts: Mapping[str, int], scenario: Scenario) -> str:
    """A roadmap in words."""
    label = {month: month_label(scenario, month) for month in starts.values()}
    return starts_words(starts, titles(scenario), label) or "no initiative at all"


def _table(rows: Sequence[Knowable], head: str) -> Table:
    table = plain_table(head, "at most worth", "second estimate", "other choice", right=(1, 2, 3))
    for one in rows:
        if one.nested is None:
            second = ""
        else:
            second = sensible(one.nested.value, one.nested.se) + ("" if one.agree else " differs")
        table.add_row(
            folded(one.name, NAME),  # a path that is cut cannot be asked for
            cell(_worth(one.regression), "bold" if one.worth_knowing else ""),
            cell(second),
            cell(percent(one.changes, None, decimals=0) if one.worth_knowing else ""),
        )
    return table


def _worth(one: Gain) -> str:
    """A worth with its error; what is not told apart from nothing is a limit."""
    if one.value > CLEAR * one.se:
        return sensible(one.value, one.se)
    limit = one.value + CLEAR * one.se
    return "nothing" if limit < 1.0 else f"below {_ceiling(limit)}"


def _ceiling(value: float) -> str:
    """Rounded up to two digits.

    >>> _ceiling(129.3), _ceiling(8.2)
    ('130', '8.2')
    """
    import math

    place = 10.0 ** (math.floor(math.log10(value)) - 1)
    return f"{math.ceil(value / place - 1e-9) * place:,.6g}"


def _check(found: Information) -> str:
    other = f"by regression {sensible(found.evpi_regression.value, found.evpi_regression.se)}"
    if not found.evpi.settled:
        return f"{other}; more --noise is needed, as the luck of few draws is not all taken out"
    return f"{other}, which agrees" if found.evpi_agree else f"{other}, which differs: take more --points or --noise"


def source_line(scenario: str, digest: str, seed: int) -> str:
    """What made the figures."""
    made = provenance(digest)
    version = made["version"] if made["version"] != "source" else "(not installed)"
    return f"scenario {clean(scenario)} {digest}, seed {seed}, roadfolio {version}, Python {made['python']}"
