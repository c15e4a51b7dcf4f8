"""The screen of `verify`: kernel against company, figure by figure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scenarios.cli.render.figures import rough
from scenarios.cli.render.words import cell, counted, month_label, plain_table, sentence, starts_sentence, titles
from sim.display.text import clean

if TYPE_CHECKING:
    from rich.console import Console

    from scenarios.agreement import Agreement, Months, Pair, Row, Verdict
    from sim.roadmap import Roadmap
    from sim.world import Scenario

UNBOUNDED = 1e200  # half width of an interval that a single replication cannot give
ARITHMETIC = 1e-9  # differences below this share of the figures are of the order of summation
STYLES = {"PASS": "green", "REVIEW": "yellow", "FAIL": "bold red", "TOO FEW": "yellow"}
ARMS = {"baseline": "baseline", "roadmap": "roadmap", "difference": "change"}


def show_agreement(found: Agreement, scenario: Scenario, terminal: Console) -> None:
    """Print the screen."""
    from scenarios.agreement import Verdict
    from sim.outcomes import provenance

    whats = [_starts(one, scenario) for one in found.roadmaps]
    if len(whats) == 1:
        sentence(terminal, f"{clean(scenario.title)}: kernel against company, with {whats[0]}", "bold")
    else:
        sentence(terminal, f"{clean(scenario.title)}: kernel against company, with {len(whats)} roadmaps", "bold")
        for number, what in enumerate(whats, start=1):
            sentence(terminal, f"roadmap {number}: {what}")
    sentence(
        terminal,
        f"the same {counted(found.replications, 'draw')} in both engines; difference: 95 % interval of the mean of "
        "company - kernel; change: roadmap - baseline; years with the same verdict share a line, which shows the worst "
        "of them",
        "dim",
    )
    terminal.print()
    heads = ("figure", "year", "kernel", "company", "difference", "allowed", "")
    table = plain_table(*heads, right=(2, 3, 4, 5))
    figure = ""
    for rows in _groups(found):
        worst = max(rows, key=_distance)
        if worst.figure != figure:
            figure = worst.figure
            table.add_row(cell(_name(worst), "bold"))
        verdict = worst.verdict.value
        table.add_row(
            cell(f"- {_arm(worst, len(found.roadmaps))}"),
            cell(_years([row.year for row in rows if row.year is not None])),
            *(cell(text) for text in _figures(worst)),
            cell(verdict, STYLES[verdict]),
        )
    terminal.print(table)
    terminal.print()
    for kind in Verdict:
        if found.count(kind):
            _say(kind, found.count(kind), len(found.rows), terminal)
    for pair in found.order:
        sentence(terminal, _order(pair, scenario.profile.currency))
    for one in found.months:
        sentence(terminal, _months(one, len(found.roadmaps)), "dim")
    for note in found.notes:
        sentence(terminal, clean(note, 2000), "dim")
    made = provenance(found.scenario_hash)
    sentence(
        terminal,
        f"scenario {clean(found.scenario)} {found.scenario_hash}, seed {found.seed}, draws {found.first_draw} to "
        f"{found.first_draw + found.replications - 1}, Python {made['python']}",
        "dim",
    )


def _say(kind: Verdict, count: int, total: int, terminal: Console) -> None:
    sentence(terminal, f"{kind.value}, {count} of {total} figures: {kind.text}", STYLES[kind.value])


def _starts(one: Roadmap, scenario: Scenario) -> str:
    label = {month: month_label(scenario, month) for month in one.as_dict.values()}
    return starts_sentence(one.as_dict, titles(scenario), label) or "no initiative"


def _arm(row: Row | Months, roadmaps: int) -> str:
    return ARMS[row.arm] if row.number is None or roadmaps == 1 else f"{ARMS[row.arm]} {row.number}"


def _order(pair: Pair, currency: str) -> str:
    half = (pair.high - pair.low) / 2.0
    error = half / 2.0 if 0.0 < half < UNBOUNDED else None
    kernel, company = (rough(value, error) for value in (pair.kernel, pair.company))
    return (
        f"NPV of roadmap {pair.first} less that of roadmap {pair.second}: kernel {kernel}, company {company} "
        f"{currency}: {pair.told}"
    )


def _months(one: Months, roadmaps: int) -> str:
    """How many months can be told to differ, and the month of the largest difference."""
    scale, unit = (100.0, "%") if one.unit == "share" else (1.0, one.unit)
    cells = [
        (abs(k - c), m, scale * k, scale * c, low > 0.0 or high < 0.0)
        for m, (k, c, low, high) in enumerate(zip(one.kernel, one.company, one.low, one.high, strict=True))
        if k is not None and c is not None and low is not None and high is not None
    ]
    name = f"{one.figure.replace('_', ' ')} by month, {_arm(one, roadmaps)}"
    if not cells:
        return f"{name}: no value"
    gap, m, kernel, company, _ = max(cells)
    error = scale * gap / 10.0 or None
    return (
        f"{name}: {sum(told for *_, told in cells)} of {len(cells)} months can be told apart; furthest in month {m}: "
        f"kernel {rough(kernel, error)}, company {rough(company, error)} {unit}"
    )


def _groups(found: Agreement) -> Iterator[list[Row]]:
    """Rows of one figure, arm, roadmap and verdict, in the order of the test."""
    groups: dict[tuple[str, str, int | None, Verdict], list[Row]] = {}
    order = list(dict.fromkeys(row.figure for row in found.rows))
    by_place = sorted(found.rows, key=lambda row: (order.index(row.figure), list(ARMS).index(row.arm)))
    for row in by_place:
        groups.setdefault((row.figure, row.arm, row.number, row.verdict), []).append(row)
    yield from groups.values()


def _name(row: Row) -> str:
    name = row.figure.replace("_", " ")
    unit = "%" if row.unit == "share" else row.unit
    return "NPV, " + unit if name == "npv" else name if name == unit else f"{name}, {unit}"


def _distance(row: Row) -> float:
    return max(abs(row.low), abs(row.high)) / row.tolerance if row.tolerance > 0.0 else math.inf


def _figures(row: Row) -> tuple[str, str, str, str]:
    scale = 100.0 if row.unit == "share" else 1.0
    half = scale * (row.high - row.low) / 2.0
    narrow = min(scale * row.tolerance, half or math.inf)
    error = narrow if math.isfinite(narrow) and narrow > 0.0 else None
    kernel, company = (rough(scale * value, error) for value in (row.kernel, row.company))
    if half > UNBOUNDED:
        return kernel, company, "needs more", _three(scale * row.tolerance)
    noise = ARITHMETIC * scale * max(abs(row.kernel), abs(row.company))
    ends = (rough(scale * end, half / 5.0) if half > noise else "0" for end in (row.low, row.high))
    return kernel, company, " to ".join(ends), _three(scale * row.tolerance)


def _three(value: float) -> str:
    return rough(value, value / 10.0 if value else None)


def _years(years: list[int]) -> str:
    """Years as ranges.

    >>> _years([1, 2, 3, 5]), _years([])
    ('1-3, 5', 'all')
    """
    if not years:
        return "all"
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
