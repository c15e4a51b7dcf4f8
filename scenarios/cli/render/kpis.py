"""The key performance indicators of the baseline and of a roadmap, with the paired change and whether it is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.cli.render.figures import UNKNOWN, percent, sensible, signed
from scenarios.cli.render.words import cell, plain_table
from sim.montecarlo.kpis import KPIS, Kpi
from sim.outcomes import Statistic
from sim.statistic import draw_means

if TYPE_CHECKING:
    from rich.table import Table

    from sim.outcomes import Outcome

CLEAR = 2.0  # standard errors from which on a change is called one


def kpi_table(one: Outcome, currency: str) -> Table:
    """KPI, unit, both means over the draws and years that have a value, the change with its error over the draws that
    have both, and its direction: the figures of the document."""
    table = plain_table("KPI (mean of all years)", "baseline", "roadmap", "change", "", right=(1, 2, 3))
    for k, kpi in enumerate(KPIS):
        before, after = one.mean_of(one.baseline_kpis[:, k]), one.mean_of(one.kpis[:, k])
        change = one.mean_of(draw_means(one.kpis[:, k]) - draw_means(one.baseline_kpis[:, k]))
        name = kpi_label(kpi, currency)
        if before.mean is None and after.mean is None:
            if kpi.block:
                continue  # the scenario has no such block
            table.add_row(cell(name), cell(UNKNOWN), cell(UNKNOWN), cell(""), cell("no draw has a value", "dim"))
            continue
        levels = cell(_level(kpi, before)), cell(_level(kpi, after))
        if change.mean is None:
            table.add_row(cell(name), *levels, cell(""), cell("no draw has a value in both", "dim"))
            continue
        table.add_row(cell(name), *levels, cell(_change(kpi, change)), cell(direction(kpi, change), "dim"))
    return table


def direction(kpi: Kpi, change: Statistic) -> str:
    """Whether the change is one, and for the better.

    >>> direction(KPIS[0], Statistic(5.0, 1.0, None, None, None, None))
    'better'
    >>> direction(KPIS[0], Statistic(5.0, 4.0, None, None, None, None))
    'not clear'
    """
    mean = change.mean or 0.0
    if mean == 0.0 and not change.se:
        return "same"
    if change.se is None or abs(mean) < CLEAR * change.se:
        return "not clear"
    return "better" if (mean > 0.0) == (kpi.better == "higher") else "worse"


def kpi_label(kpi: Kpi, currency: str) -> str:
    """Name and unit; shares are printed in per cent."""
    unit = "%" if kpi.unit == "share" else kpi.unit.replace("money", currency)
    name = kpi.name.replace("_", " ")
    return name if unit == name else f"{name}, {unit}"


def _level(kpi: Kpi, value: Statistic) -> str:
    """The mean to the digits that its error justifies; the error itself would crowd the table."""
    return UNKNOWN if value.mean is None else kpi_figure(kpi, value.mean, value.se).split(" ± ")[0]


def _change(kpi: Kpi, change: Statistic) -> str:
    return signed(change.mean or 0.0, kpi_figure(kpi, change.mean or 0.0, change.se))


def kpi_figure(kpi: Kpi, mean: float, se: float | None) -> str:
    """A value in the unit of the label, with its error."""
    return percent(mean, se, unit="", decimals=2) if kpi.unit == "share" else sensible(mean, se)
