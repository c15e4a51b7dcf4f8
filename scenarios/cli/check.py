"""`roadfolio check`: every error of a file, or a short review of it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from scenarios.cli.arguments import Json, NoSeed, Scenario
from scenarios.cli.excel import Excel, Overwrite, check_excel, write_excel

if TYPE_CHECKING:
    from rich.console import Console

    from scenarios.review import Review


def run(file: Scenario, excel: Excel = None, force: Overwrite = False, json: Json = False, _seed: NoSeed = 0) -> None:
    """Check a scenario."""
    from scenarios.cli.output import console, emit, warn
    from scenarios.load import beside, calibrated, plain, read, scenario_of
    from scenarios.review import review

    check_excel(excel, overwrite=force)
    raw, name = read(file)
    document = plain(raw, name)
    found = review(calibrated(scenario_of(document, name), beside(file, name)))
    unread = getattr(document, "unread", ())
    if unread:
        note = f"sheets of your own, which are not read: {', '.join(unread)}"
        found = replace(found, warnings=(*found.warnings, note))
    write_excel(excel, _document(found), "check", overwrite=force)
    if json:
        emit({"file": file, **_document(found)})
        return
    _show(found, console())
    for warning in found.warnings:
        warn(warning)


def _document(found: Review) -> dict[str, object]:
    """The review as JSON knows it: the load of a role without seats is null."""
    document = asdict(found)
    for load in document["loads"]:
        load |= {key: None for key in ("average", "busiest") if load[key] == float("inf")}
    return {"scenario": document.pop("name"), **document}


def _show(found: Review, terminal: Console) -> None:
    from rich import box
    from rich.table import Table

    terminal.print(f"{found.title} ({found.name}, {found.hash}): no errors", style="bold")
    terminal.print(f"sector {found.sector}. {found.story.strip()}".strip(), markup=False)
    terminal.print(", ".join(f"{what} {number}" for what, number in found.counts.items()))
    terminal.print(
        f"{found.uncertain} of the numbers are uncertain; {found.from_evidence} come from published figures, "
        f"{found.planner_assumptions} are the planner's assumptions"
    )
    if found.doubtful_evidence:
        terminal.print(f"figures still to be checked: {', '.join(found.doubtful_evidence)}")
    loads = Table("role", "seats", "load", "busiest month", box=box.SIMPLE, title_justify="left")
    for load in found.loads:
        style = "red" if load.average > 1 else "yellow" if load.busiest > 1 else ""
        loads.add_row(load.role, str(load.seats), _share(load.average), _share(load.busiest), style=style)
    terminal.print(loads)
    if found.stock:
        columns = (
            "stock",
            "articles",
            "units a day",
            "sold out",
            "mean value",
            "holding a year",
            "reorder at",
            "orders",
        )
        stock = Table(*columns, box=box.SIMPLE)
        for group in found.stock:
            stock.add_row(
                group.group,
                f"{group.articles:,}",
                f"{group.units_per_day:.3g}",
                f"{group.sold_out:.1%}",
                f"{group.mean_value:,.0f}",
                f"{group.holding_per_year:,.0f}",
                f"{group.cover_days:.3g} days",
                f"{group.order_days:.3g} days",
            )
        terminal.print(stock)
    if found.threats:
        heads = (
            "threat",
            "incidents a year",
            "counts",
            "loss: median",
            "95 %",
            "a year",
            "outage hours",
            "its margin in",
            "families",
        )
        threats = Table(*heads, box=box.SIMPLE)
        for threat in found.threats:
            threats.add_row(
                threat.threat,
                f"{threat.incidents_per_year:.3g}",
                threat.counts,
                f"{threat.median_loss:,.0f}",
                f"{threat.p95_loss:,.0f}",
                f"{threat.expected_loss_per_year:,.0f}",
                f"{threat.median_outage_hours:.3g}",
                threat.interruption,
                " / ".join(family or "-" for family in (threat.frequency_family, threat.severity_family)),
            )
        terminal.print(threats)


def _share(load: float) -> str:
    return f"{load:.0%}" if load < float("inf") else "no seats"
