"""The parts of the report in their order."""

from __future__ import annotations

from scenarios.reporting.charts.budget import budget
from scenarios.reporting.charts.cash_fan import cash_fan
from scenarios.reporting.charts.contribution import contribution
from scenarios.reporting.charts.gantt import gantt
from scenarios.reporting.charts.goals import goals
from scenarios.reporting.charts.ladder import ladder
from scenarios.reporting.charts.losses import losses
from scenarios.reporting.charts.tornado import tornado
from scenarios.reporting.charts.waterfall import waterfall
from scenarios.reporting.charts.worth import worth
from scenarios.reporting.first_screen import first_screen
from scenarios.reporting.gather import Gathered
from scenarios.reporting.page import page
from scenarios.reporting.part import Part
from scenarios.reporting.tables.agreement import agreement
from scenarios.reporting.tables.assumptions import assumptions
from scenarios.reporting.tables.changes import changes
from scenarios.reporting.tables.provenance import provenance
from scenarios.reporting.tables.rivals import rivals
from scenarios.reporting.tables.why_not import why_not
from scenarios.reporting.words import plain


def whole(run: Gathered) -> str:
    """The HTML of a run."""
    made = run.plan["provenance"]
    changed = changes(run)
    groups: list[tuple[str, list[Part]]] = [
        *([] if changed is None else [("Since the last issue", [changed])]),
        ("The plan", [gantt(run), goals(run)]),
        ("What it is worth", [cash_fan(run), worth(run), waterfall(run), contribution(run), losses(run)]),
        ("How sure this is", [tornado(run), ladder(run), why_not(run), rivals(run), agreement(run)]),
        ("What it rests on", [assumptions(run), provenance(run)]),
    ]
    line = (
        f"Scenario {plain(run.plan['scenario'])} {made['scenario_hash']}, seed {run.plan['seed']}, "
        f"{run.plan['outcomes']['draws']:,} draws of the monthly model; money in {plain(run.currency, 12)}; ± is one "
        f"standard error. Made by roadfolio {made['version']}."
    )
    facts = {"currency": plain(run.currency, 12), "line": line}
    return page(first_screen(run), budget(run), groups, facts)
