"""The parts of the report in their order."""

from __future__ import annotations

from typing import Any

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
from sim.display.text import plain


def whole(run: Gathered) -> str:
    """The HTML of a run."""
    made = run.plan["provenance"]
    line = (
        f"Scenario {plain(run.plan['scenario'])} {made['scenario_hash']}, seed {run.plan['seed']}, "
        f"{run.plan['outcomes']['draws']:,} draws of the monthly model; money in {plain(run.currency, 12)}; ± is one "
        f"standard error. Made by roadfolio {made['version']}."
    )
    facts = {"currency": plain(run.currency, 12), "line": line}
    return page(first_screen(run), budget(run), groups(run), facts)


def groups(run: Gathered) -> list[tuple[str, list[Part]]]:
    """The parts below their headings."""
    changed = changes(run)
    return [
        *([] if changed is None else [("Since the last issue", [changed])]),
        ("The plan", [gantt(run), goals(run)]),
        ("What it is worth", [cash_fan(run), worth(run), waterfall(run), contribution(run), losses(run)]),
        ("How sure this is", [tornado(run), ladder(run), why_not(run), rivals(run), agreement(run)]),
        ("What it rests on", [assumptions(run), provenance(run)]),
    ]


def document(run: Gathered) -> dict[str, Any]:
    """What the report says, in words: the JSON document of `roadfolio report --json`."""
    first = first_screen(run)
    parts = [budget(run), *(part for _, group in groups(run) for part in group)]
    return {
        "schema_version": 1,
        "scenario": run.plan["scenario"],
        "scenario_hash": run.plan["provenance"]["scenario_hash"],
        "title": first.title,
        "recommendation": first.recommendation,
        "headline": [{"name": one.name, "figure": one.figure, "meaning": one.meaning} for one in first.tiles],
        "would_change_it": list(first.changes),
        "parts": [
            {
                "key": one.key,
                "title": one.title,
                "sentence": one.sentence or None,
                "missing": one.missing or None,
                "notes": list(one.notes),
            }
            for one in parts
        ],
    }
