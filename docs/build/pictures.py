"""The pictures that pages show: charts of the clinic's report, and of results."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from docs.build.browser import browser, picture_of_chart, pictures_of_report

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from sim.world import Scenario

CLINIC: Final = Path(__file__).resolve().parents[1] / "clinic.yaml"
SEED: Final = 7
MOST: Final = 8  # rows of a picture
WITHOUT: Final = {"two_factor": 0, "backup": 0, "reminders": 3, "new_records": 6, "web_booking": 12}
PLAN: Final = {**WITHOUT, "scribe": 15}
BY_SCRIBE: Final = {"two_factor": 0, "backup": 0, "reminders": 3, "scribe": 6}
REPORT: Final = {
    "report_budget.png": "budget",
    "report_gantt.png": "gantt",
    "report_cash.png": "cash",
    "report_tornado.png": "tornado",
    "report_worth.png": "worth",
    "report_contribution.png": "contributions",
}


def break_even(clinic: Scenario) -> go.Figure:
    from scenarios import break_even

    driver = "processes.visit.arrivals_per_day"
    return break_even(clinic, PLAN, against=WITHOUT, driver=driver, draws=512, seed=SEED).plot()


def information(clinic: Scenario) -> go.Figure:
    from scenarios import information

    sets = (PLAN, WITHOUT, BY_SCRIBE)
    found = information(clinic, SEED, roadmaps=sets, points=256, resolved=0, nested=0)
    return replace(found, drivers=found.drivers[:MOST]).plot()


def robustness(clinic: Scenario) -> go.Figure:
    from scenarios import robustness

    sets = (PLAN, WITHOUT, BY_SCRIBE)
    return robustness(clinic, SEED, roadmaps=sets, points=128, noise=16, resolved=0, draws=512).plot()


RESULTS: Final[dict[str, Callable[[Scenario], go.Figure]]] = {
    "break_even.png": break_even,
    "information.png": information,
    "robustness.png": robustness,
}
PICTURES: Final = (*REPORT, *RESULTS)


def draw(names: Sequence[str], folder: Path) -> None:
    """Draw the named pictures into a folder. Raises RuntimeError without a browser."""
    from scenarios import load

    folder.mkdir(exist_ok=True)
    clinic = load(CLINIC)
    with browser() as context, tempfile.TemporaryDirectory() as scratch:
        if wanted := {REPORT[name]: folder / name for name in names if name in REPORT}:
            pictures_of_report(context, _report(Path(scratch) / "run"), wanted)
        for name in names:
            if name in RESULTS:
                picture_of_chart(context, RESULTS[name](clinic), folder / name)


def _report(run: Path) -> Path:
    from scenarios.cli.app import run as roadfolio

    with redirect_stdout(io.StringIO()):
        roadfolio(["plan", str(CLINIC), "--seed", str(SEED), "--out", str(run)])
    return run / "report.html"
