"""The folder of a run: the plan, its program, the scenario as it was with its calibration, the periods as a table, and
what the plan forecast.

A folder that holds anything is refused, so that no run is lost. With `replace` the files of the run that it holds are
replaced, each as a whole, and the plan last; other files stay.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from optimize import Plan, RoadmapProblem

PLAN = "plan.json"
CALIBRATION = "scenario.calibration.yaml"  # found beside scenario.yaml by whoever loads it
FORECAST = "forecast.json"  # locked: what the plan forecast when it was issued
ACTUALS, REPLAN = "actuals.csv", "replan.json"  # of a plan that replaced another one
FIGURES, REPORT, VERIFY = "figures.json", "report.html", "verify.json"  # of the report; VERIFY is put there by hand
FILES = (
    "scenario.yaml", CALIBRATION, "problem.json", "periods.csv", FORECAST, FIGURES, REPORT, VERIFY, ACTUALS, REPLAN,
    PLAN,
)  # fmt: skip


def check_folder(folder: Path, *, replace: bool) -> None:
    """Raise ProblemsFound where a run could not be written. Asked before the work begins."""
    with _as_problem(folder):
        if folder.exists() and not folder.is_dir():
            raise ProblemsFound([Problem("--out", f"{folder} is a file", str(folder), "name a folder")])
        if folder.is_dir() and any(folder.iterdir()) and not replace:
            hint = "name another folder, or add --force to replace the run in it"
            raise ProblemsFound([Problem("--out", f"{folder} is not empty", str(folder), hint)])
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(folder if folder.is_dir() else folder.parent, os.W_OK):
            raise ProblemsFound([Problem("--out", f"{folder} cannot be written: permission denied", str(folder))])


def write_run(
    folder: Path,
    plan: Plan,
    document: Mapping[str, Any],
    program: RoadmapProblem,
    scenario: bytes,
    *,
    replace: bool,
    calibration: tuple[bytes, str] | None = None,
    more: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write the files of a run; returns those that it replaced. A new folder appears complete or not at all.

    document: of the plan. scenario: the file of the scenario, byte by byte. calibration: content of the file beside it,
    and its name; a run without one leaves none of an earlier run. more: other files of FILES -> their text. Raises
    ProblemsFound.
    """
    contents = {
        "scenario.yaml": scenario,
        "problem.json": program.to_json().encode(),
        "periods.csv": _periods(plan).encode(),
        **({} if calibration is None else {CALIBRATION: calibration[0]}),
        **{name: text.encode() for name, text in (more or {}).items()},
        PLAN: (json.dumps(document, indent=2, allow_nan=False) + "\n").encode(),
    }
    check_folder(folder, replace=replace)
    folder = folder.absolute()
    with _as_problem(folder):
        draft = folder.with_name(f".{folder.name}.{os.getpid()}.part")
        try:
            draft.mkdir()
            for name, content in contents.items():
                (draft / name).write_bytes(content)
            if not folder.exists() or not any(folder.iterdir()):
                draft.replace(folder)
                return []
            replaced = [folder / name for name in FILES if (folder / name).exists()]
            for name in FILES:
                if name in contents:
                    (draft / name).replace(folder / name)
                else:
                    (folder / name).unlink(missing_ok=True)
            return replaced
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _periods(plan: Plan) -> str:
    """One row a planning period: cost by kind, budgets, days by skill against capacity, loads against their limits."""
    text = io.StringIO()
    rows = [_row(period.document()) for period in plan.periods]
    table = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def _row(period: Mapping[str, Any]) -> dict[str, object]:
    row: dict[str, object] = {key: period[key] for key in ("label", "start", "capital", "delivery", "running")}
    for name, purse in period["budgets"].items():
        row |= {f"budget.{name}.{key}": amount for key, amount in purse.items()}
    for skill, days in period["capacity"].items():
        row |= {f"days.{skill}.used": period["skill_days"].get(skill, 0.0), f"days.{skill}.capacity": days}
    row |= {f"days.{skill}.bought": days for skill, days in period["bought_days"].items()}
    for name, load in period["loads"].items():
        row |= {f"load.{name}": len(load["initiatives"]), f"load.{name}.at_most": load["at_most"]}
    return row


@contextmanager
def _as_problem(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProblemsFound([Problem("--out", f"{folder} cannot be written: {reason}", str(folder))]) from error
