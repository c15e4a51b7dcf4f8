"""An answer as the parts of the report: the same sentences, charts and tables, at the state that it has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.reporting.charts.budget import budget
from scenarios.reporting.charts.cash_fan import cash_fan
from scenarios.reporting.charts.gantt import gantt
from scenarios.reporting.charts.waterfall import waterfall
from scenarios.reporting.charts.worth import worth
from scenarios.reporting.first_screen import FirstScreen, first_screen
from scenarios.reporting.gather import Gathered
from scenarios.reporting.part import Part

if TYPE_CHECKING:
    from scenarios.workbench.answer import Answer
    from sim.world import Scenario

CHARTS = (gantt, budget, cash_fan, worth, waterfall)
KEYS = ("gantt", "budget", "cash", "worth", "value")
NARROW, NARROWEST = 760, 520  # pixels, as in the report


def gathered(scenario: Scenario, answer: Answer) -> Gathered:
    """The answer as the report sees a run. scenario: with what was changed."""
    from scenarios.monitoring.run import Run

    run = Run(scenario, answer.roadmap, int(answer.plan["seed"]), 0, "", (), b"", None)
    return Gathered(Path(), run, answer.plan, answer.figures, "", None, None)


def first(scenario: Scenario, answer: Answer) -> FirstScreen:
    """The recommendation and its figures."""
    return first_screen(gathered(scenario, answer))


def parts(scenario: Scenario, answer: Answer) -> list[Part]:
    """The charts, in the order of KEYS."""
    run = gathered(scenario, answer)
    return [make(run) for make in CHARTS]


def fitted(figure: dict[str, Any], width: int) -> dict[str, Any]:
    """The figure for a place of so many pixels, as the script of the report does it."""
    layout = dict(figure["layout"])
    if width < NARROW:
        if width < NARROWEST:
            layout["font"] = {**layout["font"], "size": 11}
        if layout.get("showlegend"):
            layout["height"] += 20 * sum(one.get("showlegend", True) is not False for one in figure["data"])
    return {"data": figure["data"], "layout": {**layout, "autosize": True, "uirevision": "kept"}}
