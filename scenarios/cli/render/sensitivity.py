"""The screen of `sensitivity`: bars of the drivers, largest first, and what else was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scenarios.cli.render.bars import share_bar, two_sided
from scenarios.cli.render.choices import show_decision, show_levers
from scenarios.cli.render.figures import rough, sensible
from scenarios.cli.render.words import (
    cell,
    counted,
    folded,
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
    from rich.text import Text

    from scenarios.sensing.measured import Measured
    from scenarios.sensing.report import Influence, Sensitivity
    from sim.world import Scenario

WIDTH = 120
NAME = 40  # letters of a driver's path in a line
WHAT = {
    "tornado": "every driver moved from its 5 to its 95 % quantile, all else as drawn (tornado)",
    "morris": "elementary effects between the 5 and the 95 % quantile (Morris)",
    "sobol": "variance-based indices (Sobol)",
    "pawn": "change of the whole distribution, from one sample (PAWN)",
    "delta": "change of the whole density, from one sample (delta)",
}
POINTS = {"tornado": "draw", "morris": "trajectory", "sobol": "base point", "pawn": "draw", "delta": "draw"}


def show_sensitivity(found: Sensitivity, scenario: Scenario, terminal: Console, top: int) -> None:
    """Print the screen."""
    terminal.width = min(terminal.width, WIDTH)
    sentence(terminal, f"{clean(found.title)}: what {found.statistic} hangs on", "bold")
    sentence(terminal, _design(found), "dim")
    minus = f" minus the same with {_starts(found.against, scenario)}" if found.against is not None else ""
    sentence(terminal, f"With {_starts(found.roadmap, scenario)}{minus}: {_value(found)}")
    terminal.print()
    shown = found.influences[:top]
    terminal.print(_tornado(found, shown) if found.method == "tornado" else _indices(found, shown))
    sentence(terminal, _legend(found), "dim")
    for line in _below(found, top):
        sentence(terminal, line)
    if found.pairs:
        terminal.print()
        terminal.print(_pairs(found, top))
    if any(year.figures for year in found.years):
        terminal.print()
        sentence(terminal, f"{_head(found)} of the cumulative cash at the end of each year:", "bold")
        terminal.print(_years(found, top))
    if found.levers:
        terminal.print()
        show_levers(found.levers, terminal)
    if found.decision is not None:
        terminal.print()
        show_decision(found.decision, scenario, terminal, found.currency, top)
    for note in found.notes:
        sentence(terminal, f"note: {note}")
    facts = provenance(found.scenario_hash)
    sentence(terminal, f"seed {found.seed}; scenario {found.scenario_hash}; version {facts['version']}", "dim")


def _design(found: Sensitivity) -> str:
    one = POINTS[found.method]
    points = counted(found.points, one, "trajectories" if found.method == "morris" else "")
    events = "" if found.noise == 1 else f", each with {counted(found.noise, 'draw')} of the events, the same at all"
    own = "; chance is a group of its own, with one draw of the events at each point" if found.chance else ""
    return (
        f"{WHAT[found.method]}; {points}{events}{own}; {counted(found.draws, 'draw')} simulated by the monthly model"
        f" (kernel); money in {found.currency}"
    )


def _value(found: Sensitivity) -> str:
    half = found.value.half
    times, unit = _scale(found)
    value = sensible(times * found.value.estimate, None if half is None else times * half / 1.96)
    return f"{found.statistic} is {value} {unit}"


def _scale(found: Sensitivity) -> tuple[float, str]:
    """Shares are printed in per cent."""
    return (100.0, "%") if found.unit == "share" else (1.0, found.unit)


def _starts(starts: Mapping[str, int], scenario: Scenario) -> str:
    label = {month: month_label(scenario, month) for month in starts.values()}
    return starts_sentence(starts, titles(scenario), label) or "no initiative at all"


def _name(one: Influence) -> str:
    count = f" ({len(one.drivers)} drivers)" if len(one.drivers) > 1 else ""
    return one.name.removeprefix("initiatives.") + count


def _at(one: Influence) -> str:
    if one.at_low is None or one.at_high is None:
        return ""
    low, high = (f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}" for value in (one.at_low, one.at_high))
    return f"{low} to {high} {one.unit or ''}"


def number(found: Measured, times: float = 1.0) -> str:
    """An estimate with its standard error; to three digits with a question mark where the error is not known."""
    if found.estimate != found.estimate:
        return "none"
    half = found.half
    value = times * found.estimate
    return f"{rough(value, None)} ?" if half is None else sensible(value, times * half / 1.96)


def _tornado(found: Sensitivity, shown: Sequence[Influence]) -> Table:
    table = plain_table("driver", "5 to 95 %", "low", "high", "high - low", "", right=(2, 3, 4))
    table.columns[0].min_width = min(NAME, max([len(_name(one)) for one in found.influences[:40]], default=0))
    times = _scale(found)[0]
    ends = [abs(one.figures[end].estimate) for one in shown for end in ("low", "high")]
    largest = max([end for end in ends if end == end], default=0.0)
    for one in shown:
        low, high, swing = (one.figures[name] for name in ("low", "high", "swing"))
        single = len(one.drivers) == 1
        table.add_row(
            folded(_name(one), NAME),
            cell(_at(one) if single else ""),
            cell(rough(times * low.estimate, _error(low, times))),
            cell(rough(times * high.estimate, _error(high, times))),
            cell(number(swing, times), "bold"),
            cell_of_bar(two_sided(low.estimate, high.estimate, largest)),
        )
    return table


def _indices(found: Sensitivity, shown: Sequence[Influence]) -> Table:
    names = {
        "morris": ("mu_star", "sigma"),
        "sobol": ("total", "first"),
        "pawn": ("index",),
        "delta": ("index", "first"),
    }
    unit = _scale(found)[1]
    heads = {"mu_star": f"mu*, {unit}", "sigma": f"sigma, {unit}", "total": "total", "first": "alone",
             "index": "index"}  # fmt: skip
    used = [name for name in names.get(found.method, ("index", "first")) if any(name in one.figures for one in shown)]
    table = plain_table("driver", "5 to 95 %", *(heads[name] for name in used), "", right=range(2, 2 + len(used)))
    table.columns[0].min_width = min(NAME, max([len(_name(one)) for one in found.influences[:40]], default=0))
    leading = [one.figures[found.leading] for one in shown]
    largest = max([max(one.estimate, one.high or 0.0) for one in leading], default=0.0)
    for one in shown:
        lead = one.figures[found.leading]
        table.add_row(
            folded(_name(one), NAME),
            cell(_at(one)),
            *(cell(_figure(found, name, one), "bold" if name == found.leading else "") for name in used),
            cell_of_bar(share_bar(lead.estimate, lead.high, largest)),
        )
    return table


def _figure(found: Sensitivity, name: str, one: Influence) -> str:
    figure = one.figures.get(name)
    if figure is None:
        return ""
    return number(figure, _scale(found)[0]) if found.method == "morris" else share(figure)


def share(found: Measured) -> str:
    """A share in per cent with its standard error."""
    half = found.half
    text = sensible(100.0 * found.estimate, None if half is None else max(0.05, 100.0 * half / 1.96))
    return f"{text} %" + (" ?" if half is None else "")


def cell_of_bar(text: str) -> Text:
    """A bar keeps its blanks, which `cell` would remove."""
    from rich.text import Text

    return Text(text)


def _error(found: Measured, times: float) -> float | None:
    return None if found.half is None else times * found.half / 1.96


def _legend(found: Sensitivity) -> str:
    if found.method == "tornado":
        grouped = (
            "; of a group: low is every driver at the end that is worse alone, high at the other"
            if found.group_by
            else ""
        )
        refused = any(one.figures["swing"].half is None for one in found.influences)
        open_ = "; ?: no interval holds, the document says why; more --points help" if refused else ""
        return (
            f"change of {found.statistic} with the driver low (light bar) and high (full bar), {_scale(found)[1]}; "
            f"±: standard error, paired on common draws{grouped}{open_}"
        )
    texts = {
        "morris": "mu*: mean size of what the driver changes over its whole range; sigma: spread of that, the sign of "
        "curvature and interactions; light bar: to the end of the 95 % interval",
        "sobol": "total: share of the variance that would remain if only this driver were unknown; alone: share that "
        "goes if it is known; ±: standard error by bootstrap; light bar: to the end of the 95 % interval",
        "pawn": "largest distance between the distributions with the driver known roughly and not, 0 to 100 %",
        "delta": "half of the area between the densities with the driver known and not; alone: share of the variance",
    }
    return texts[found.method]


def _below(found: Sensitivity, top: int) -> list[str]:
    lines = []
    if found.dummy is not None:
        weak = sum(one.figures["index"].estimate <= found.dummy for one in found.influences)
        lines.append(
            f"A driver without any influence reaches {100.0 * found.dummy:.1f} %: {counted(weak, 'driver')} of "
            f"{len(found.influences)} cannot be told from that."
        )
    if found.chance is not None:
        lines.append(f"Chance, which nobody can know: total {share(found.chance['total'])}, alone "
                     f"{share(found.chance['first'])}.")  # fmt: skip
    if found.luck_left is not None:
        lines.append(
            f"Luck that {counted(found.noise, 'draw')} of the events leave in each mean: at most "
            f"{100.0 * found.luck_left:.0f} % of the variance; it is the same luck at every point."
        )
    if found.rest:
        last = found.influences[-1].figures[found.leading]
        lines.append(
            f"{counted(len(found.rest), 'driver')} with the smallest elementary effects were not looked at one by one: "
            f"together they hold {share(last)} of the variance (total index). --one-by-one tells more apart."
        )
    if found.unfelt:
        verb = "belongs" if found.unfelt == 1 else "belong"
        lines.append(
            f"{counted(found.unfelt, 'further driver')} {verb} to initiatives that the roadmap does not start: nothing "
            "here depends on that."
        )
    if len(found.influences) > top:
        lines.append(f"{len(found.influences) - top} more rows with --top or --json.")
    return lines


def _pairs(found: Sensitivity, top: int) -> Table:
    table = plain_table("pair", "together beyond each alone", right=(1,))
    for one in found.pairs[: min(top, 10)]:
        names = " and ".join(name.removeprefix("initiatives.") for name in one.names)
        table.add_row(cell(names), cell(share(one.index)))
    return table


def _head(found: Sensitivity) -> str:
    return {"morris": "mu*", "sobol": "Total index"}.get(found.method, "Index")


def _years(found: Sensitivity, top: int) -> Table:
    """Bands: a row a driver, a column a year."""
    years = [year for year in found.years if year.figures]
    table = plain_table("driver", *(f"to {year.label}" for year in years), right=range(1, 1 + len(years)))
    table.columns[0].min_width = min(NAME, max([len(_name(one)) for one in found.influences[:40]], default=0))
    for k, one in enumerate(found.influences[:top]):
        figures = (year.figures[k] for year in years)
        text = (number(figure) if found.method == "morris" else share(figure) for figure in figures)
        table.add_row(folded(_name(one), NAME), *(cell(part) for part in text))
    spread = (f"{rough(year.sd, 0.1 * year.sd)} {found.currency}" for year in years)
    table.add_row(cell("standard deviation over the drivers", "dim"), *(cell(text, "dim") for text in spread))
    return table
