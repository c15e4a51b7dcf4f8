"""The folder of a run as the report sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.reporting.figures import FILE as FIGURES
from scenarios.reporting.figures import SCHEMA_VERSION
from sim.display.text import plain
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from scenarios.monitoring.run import Run
    from sim.world import Scenario

VERIFY = "verify.json"  # what `roadfolio verify scenario.yaml --plan RUN --json` printed
MOST_BYTES = 50_000_000
Document = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Gathered:
    """plan, figures, replan, verify: documents of the run; None where the folder has none. run: the rest of it.
    no_figures: why there are none."""

    folder: Path
    run: Run
    plan: Document
    figures: Document | None
    no_figures: str
    replan: Document | None
    verify: Document | None

    @property
    def scenario(self) -> Scenario:
        """As it was planned."""
        return self.run.scenario

    @property
    def currency(self) -> str:
        """Of all money."""
        return str(self.plan["currency"])

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Title of each initiative; equal ones keep their ids behind them."""
        titles = {name: plain(one.title) or name for name, one in self.scenario.initiatives.items()}
        shown = list(titles.values())
        return {name: text if shown.count(text) == 1 else f"{text} ({name})" for name, text in titles.items()}

    def name(self, initiative: str) -> str:
        """Title of an initiative."""
        return self.names.get(initiative, plain(initiative))

    def when(self, month: int) -> str:
        """Label of the planning period of a month, such as `2027 Q1`."""
        return self.scenario.period_label(month // self.scenario.period_months)

    def part(self, name: str) -> tuple[Any, str]:
        """A part of the figures and, where it is None, why."""
        if self.figures is None:
            return None, self.no_figures
        found = self.figures.get(name)
        why = str(self.figures.get("skipped", {}).get(name, "it is not among the figures of this run"))
        return found, "" if found is not None else f"Not computed: {plain(why)}."


def gather(folder: Path) -> Gathered:
    """Read a run. Raises ProblemsFound for a folder that holds none, or figures of another plan."""
    from scenarios.monitoring.run import REPLAN, read_run

    run = read_run(folder)
    plan = _document(folder / "plan.json")
    assert plan is not None, "read_run read it"
    figures, verify, replan = (_document(folder / name) for name in (FIGURES, VERIFY, REPLAN))
    missing = _why(replan)
    if figures is not None and figures.get("schema_version") != SCHEMA_VERSION:
        figures, missing = None, f"Not computed: {FIGURES} is of another version; plan anew."
    problems = []
    if figures is not None and (
        figures.get("scenario_hash") != plan["provenance"]["scenario_hash"] or figures.get("roadmap") != plan["roadmap"]
    ):
        hint = "restore the file, or remove it: the report then says what was not computed"
        problems.append(Problem("RUN", f"{folder / FIGURES} is of another plan than plan.json", str(folder), hint))
    if verify is not None and (
        verify.get("provenance", {}).get("scenario_hash") != plan["provenance"]["scenario_hash"]
        or plan["roadmap"] not in verify.get("roadmaps", [])
    ):
        hint = f"verify this plan: `roadfolio verify {folder}/scenario.yaml --plan {folder} --json`"
        problems.append(Problem("RUN", f"{folder / VERIFY} compares the engines on another plan", str(folder), hint))
    if problems:
        raise ProblemsFound(problems)
    return Gathered(folder, run, plan, figures, missing, replan, verify)


def _why(replan: Document | None) -> str:
    if replan is not None:
        return (
            "Not computed for a plan that was made anew under way: its figures are of draws weighted by what was "
            "observed, and this part would be of other draws."
        )
    return f"Not computed: the run holds no {FIGURES}. Plan anew with --out to have it."


def _document(path: Path) -> dict[str, Any] | None:
    """A JSON document, None where there is no file. Raises ProblemsFound."""
    if not path.exists():
        return None
    hint = "restore the file, or remove it"
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ProblemsFound([Problem("RUN", f"{path} is too large for a document of a run", str(path), hint)])
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProblemsFound([Problem("RUN", f"{path} cannot be read: {reason}", str(path), hint)]) from None
    except ValueError as error:
        raise ProblemsFound([Problem("RUN", f"{path} is damaged: {error}", str(path), hint)]) from None
    if not isinstance(found, dict):
        raise ProblemsFound([Problem("RUN", f"{path} holds no document", str(path), hint)])
    return found
