"""The folder of a run as it is read back: the scenario that was planned, its roadmap, what was observed, records."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.monitoring.past import BEGUN
from scenarios.monitoring.record import FILE as RECORDS
from scenarios.monitoring.record import Record, read_records
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from sim.world import Scenario

ACTUALS = "actuals.csv"
REPLAN = "replan.json"


@dataclass(frozen=True, eq=False)
class Run:
    """scenario: as it was planned, with the pins of the planner. seed: of the plan. at: month in which the plan was
    issued. actuals: table of what was observed for it, empty for a first plan. content, calibration: files of the
    scenario, byte by byte."""

    scenario: Scenario
    roadmap: Mapping[str, int]
    seed: int
    at: int
    actuals: str
    records: tuple[Record, ...]
    content: bytes
    calibration: tuple[bytes, str] | None


def read_run(folder: Path) -> Run:
    """A run that `roadfolio plan --out` or `roadfolio replan --out` wrote. Raises ProblemsFound for a folder that holds
    none, a scenario that is not the one that was planned, and records that were edited."""
    from scenarios.load import beside, calibrated, parse

    if folder.is_file():
        raise ProblemsFound([_file(folder)])
    plan = _json(folder, "plan.json", folder)
    name = str(folder / "scenario.yaml")
    try:
        content = Path(name).read_bytes()
        calibration = beside(name, name)
    except OSError as error:
        raise ProblemsFound([_no_run(folder, f"scenario.yaml cannot be read: {error.strerror or error}")]) from None
    records = read_records(text, str(folder / RECORDS)) if (text := _text(folder / RECORDS)) else ()
    replan = _json(folder, REPLAN, folder) if (folder / REPLAN).exists() else {}
    try:
        roadmap = {str(key): int(month) for key, month in plan["roadmap"].items()}
        seed, pins, risk = int(plan["seed"]), plan["pins"], plan["risk"]
        planned = str(replan["scenario_hash"] if replan else plan["provenance"]["scenario_hash"])
        at = int(replan["at"]) if replan else 0
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProblemsFound([_no_run(folder, f"plan.json is damaged: {error}")]) from None
    base = calibrated(parse(content, name), calibration)
    scenario = next((one for one in _candidates(base, pins, risk) if one.hash() == planned), None)
    problems = []
    if scenario is None:
        hint = "restore the file, or plan anew with `roadfolio plan --out`"
        problems.append(Problem("RUN", f"{name} is not the scenario that was planned", planned, hint))
    if records and (dict(records[-1]["roadmap"]) != roadmap or records[-1]["scenario_hash"] != planned):
        message = f"{RECORDS} records another plan than plan.json"
        problems.append(Problem("RUN", message, str(folder), "restore the files of the run"))
    if problems or scenario is None:
        raise ProblemsFound(problems)
    actuals = _text(folder / ACTUALS) if replan else ""
    return Run(scenario, roadmap, seed, at, actuals, records, content, calibration)


def _candidates(base: Scenario, pins: list[Mapping[str, Any]], risk: Mapping[str, Any]) -> Iterator[Scenario]:
    """Scenarios that the options of `plan` can have made of the file: pins, attitude to risk, a future."""
    from scenarios.attitude import AIMS, with_attitude
    from sim.futures import BASE, in_future
    from sim.world.choices import Pin

    own = {
        str(pin["initiative"]): Pin(
            start_month=pin["start_month"], out=pin["start_month"] is None, reason=str(pin["reason"])
        )
        for pin in pins
        if not str(pin["reason"]).startswith(BEGUN)
    }
    pinned = base.model_copy(update={"pins": {name: base.pins.get(name, pin) for name, pin in own.items()}})
    made = [base, pinned, base.model_copy(update={"pins": {**base.pins, **own}})]
    aim = next((word for word, meant in AIMS.items() if meant == risk.get("objective")), None)
    for one in list(made):
        try:
            if risk.get("objective") != one.money.objective:
                made.append(with_attitude(one, None, None, aim))
            elif risk.get("objective") == "mean":
                made.append(with_attitude(one, risk.get("weight"), risk.get("level"), None))
        except ProblemsFound:
            continue
    for one in made:
        yield one
        for name in (BASE, *one.futures):
            yield in_future(one, name)


def _json(folder: Path, name: str, run: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / name).read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProblemsFound([_no_run(run, f"{name} cannot be read: {reason}")]) from None
    except ValueError as error:
        raise ProblemsFound([_no_run(run, f"{name} is damaged: {error}")]) from None
    if not isinstance(found, dict):
        raise ProblemsFound([_no_run(run, f"{name} holds no document")])
    return found


def _text(path: Path) -> str:
    """Content of a file, empty where there is none."""
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ProblemsFound([Problem("RUN", f"{path} cannot be read: {error}", str(path))]) from None


def _file(path: Path) -> Problem:
    """A file where the folder of a run is wanted: what it is, and where the folder is or how it is made."""
    from scenarios.file_kinds import SCENARIO, kind_of

    kind = kind_of(path.read_bytes().decode("utf-8", errors="replace"))
    hint = f"name {path.parent}, the folder that it is in"
    if not (path.parent / "plan.json").is_file():
        made = f"`roadfolio plan {path if kind == SCENARIO else 'SCENARIO'} --out FOLDER`"
        hint = f"{made} plans and writes one"
    return Problem("RUN", f"{path} is {kind or 'a file'}, not the folder of a run", str(path), hint)


def _no_run(folder: Path, why: str) -> Problem:
    return Problem(
        "RUN", f"{folder} holds no plan: {why}", str(folder), "name a folder that `roadfolio plan --out` wrote"
    )
