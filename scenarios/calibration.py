"""Calibrate the monthly kernel against the company: factors by process, in a file of their own beside the scenario.

Design: the baseline and a few random feasible roadmaps on draws that no other command uses. With the figures of one
process summed over all draws, roadmaps and months,

    wait factor     = hours waited by an item in the company / in the kernel
    late factor     = late share of the completed items      / in the kernel
    give-up factor  = items that gave up                     / in the kernel

found by repeated substitution, because waits make items late and losses thin the flows behind. A ratio of few events is
drawn to 1: with a relative standard error e of the ratio and prior spread S the factor is 1 + (ratio - 1) S^2 /
(S^2 + e^2).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, ProblemsFound
from sim.world.calibration import HIGHEST, LOWEST, Calibration, Correction
from sim.world.stated import strip_unstated

if TYPE_CHECKING:
    from sim.company.replication import Replication
    from sim.montecarlo.structures import Floats
    from sim.roadmap import Roadmap
    from sim.world import Scenario

Progress = Callable[[int], None]
FORMAT = 1
SEED = 1
FIRST_DRAW = 800_000_000  # behind the draws of every other command
ROADMAPS = 3  # beside the baseline
REPLICATIONS = 120
ROUNDS = 6
PRIOR_SPREAD = 0.5  # of a factor around 1, before anything is measured
FEW = 30  # items below which nothing is said

# What no item can feel. Everything else in a scenario counts.
MONEY_OF = {
    "": (
        "version", "name", "title", "story", "goals", "money", "insurance", "exclusive", "valuation", "calibration",
        "selection", "departments", "owners", "vendors", "pins", "blackouts", "quick_wins",
    ),
    "profile": ("sector", "currency", "cash_at_start", "tax_rate", "fixed_costs_per_month", "gross_margin"),
    "people": ("monthly_cost",),
    "systems": ("monthly_cost", "cost_growth_per_year", "repair_cost"),
    "stock": ("unit_cost", "holding_per_year"),
    "initiatives": (
        "capital", "delivery", "running_per_month", "renewal_cost", "grant", "mandatory",
        "departments", "owner", "vendor",
    ),
}  # fmt: skip
NO_MATTER = ("origin", "title", "story", "reason")


def operations_hash(scenario: Scenario) -> str:
    """Digest of what the items of a scenario can feel, 16 hex digits: all of it but names of the whole, goals, budgets
    and other money, insurance, costs of people, systems and initiatives, and origins."""
    content = scenario.model_dump(mode="json")
    for block, fields in MONEY_OF.items():
        places = [content] if not block else [content[block]] if block == "profile" else list(content[block].values())
        for place in places:
            for field in fields:
                place.pop(field, None)
    strip_unstated(content)
    return hashlib.sha256(json.dumps(_felt(content)).encode()).hexdigest()[:16]


def _felt(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _felt(value) for key, value in content.items() if key not in NO_MATTER}
    return [_felt(value) for value in content] if isinstance(content, list) else content


def calibrate(
    scenario: Scenario,
    *,
    roadmaps: Sequence[Mapping[str, int]] | None = None,
    replications: int = REPLICATIONS,
    workers: int = 1,
    progress: Progress | None = None,
) -> Calibration:
    """Corrections of the kernel for a scenario.

    roadmaps: of the design, beside the baseline; none: some random feasible ones. replications: draws of the company.
    workers: processes; they change no figure. progress: called with the number of draws done.
    """
    from sim.company.company import replicate_many
    from sim.parameters import parameters
    from sim.roadmap import EMPTY
    from sim.roadmap import roadmap as validated

    if replications < 2:
        raise ProblemsFound([Problem("--replications", "too few to calibrate", replications, "2 or more; 120 serve")])
    if roadmaps is None:
        from optimize.random_roadmaps import random_roadmaps

        roadmaps = random_roadmaps(scenario, ROADMAPS, SEED)
    bare = scenario.model_copy(update={"calibration": Calibration()})
    chosen = [validated(bare, one) for one in roadmaps]
    draws = range(FIRST_DRAW, FIRST_DRAW + replications)
    played = []
    for row in replicate_many(parameters(bare), [EMPTY, *chosen], draws, SEED, workers):
        played.append(_course(bare, row))
        if progress is not None:
            progress(len(played))
    return _fit(bare, chosen, np.array(played))


def _course(scenario: Scenario, row: Sequence[Replication]) -> Floats:
    """(processes, 4) sums over the roadmaps of a draw; see `Outcome.courses`."""
    counts = [[one.items[name] for one in row] for name in scenario.processes]
    fields = ("gave_up", "completed", "late", "waited")
    return np.array([[sum(getattr(c, field) for c in of) for field in fields] for of in counts], dtype=np.float64)


def _fit(scenario: Scenario, chosen: Sequence[Roadmap], company: Floats) -> Calibration:
    """company: (draws, processes, 4)."""
    from sim.montecarlo import evaluate

    target, names = company.sum(axis=0), list(scenario.processes)
    weight = np.zeros(target.shape)
    factors = np.ones((len(names), 3))
    current = scenario
    for turn in range(ROUNDS):
        found = evaluate(current, chosen or [{}], len(company), SEED, first_draw=FIRST_DRAW, by_process=True)
        each = found[0].baseline_courses + sum(one.courses for one in found if chosen)
        kernel = each.sum(axis=0)
        if turn == 0:
            weight = _weight(company, each)
        ratio = _ratios(target, kernel)
        known = np.stack([target[:, 1] >= FEW, target[:, 2] >= FEW, target[:, 0] >= FEW], axis=1)
        strength = np.stack([weight[:, 3], weight[:, 2], weight[:, 0]], axis=1)
        wanted = 1.0 + (factors * ratio - 1.0) * strength
        factors = np.clip(np.where(known & np.isfinite(wanted), wanted, 1.0), LOWEST, HIGHEST).round(4)
        current = scenario.model_copy(update={"calibration": _calibration(names, factors)})
    return current.calibration


def _weight(company: Floats, kernel: Floats) -> Floats:
    """(processes, 4) how far a measured ratio is believed; both (draws, processes, 4). The draws are common, so only
    what the kernel does not follow is an error: that of a ratio estimator (Cochran 1977, section 6.4)."""
    target = np.maximum(company.sum(axis=0), 1e-9)
    rest = company - kernel * (target / np.maximum(kernel.sum(axis=0), 1e-9))
    error = rest.std(axis=0, ddof=1) * np.sqrt(len(company)) / target
    return np.asarray(PRIOR_SPREAD**2 / (PRIOR_SPREAD**2 + error**2))


def _ratios(company: Floats, kernel: Floats) -> NDArray[np.float64]:
    """(processes, 3) company over kernel: hours waited by an item, late share, items that gave up. NaN: unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        each = [table[:, [3, 2]] / table[:, [1]] for table in (company, kernel)]
        return np.column_stack([each[0] / each[1], company[:, 0] / kernel[:, 0]])


def _calibration(names: Sequence[str], factors: Floats) -> Calibration:
    rows = {
        name: Correction(wait=float(w), late=float(late), gave_up=float(g))
        for name, (w, late, g) in zip(names, factors, strict=True)
    }
    return Calibration(processes=rows)


def text_of(scenario: Scenario, calibration: Calibration, replications: int) -> str:
    """The file of a calibration."""
    lines = [
        f"# Corrections of the monthly kernel for {scenario.name}, measured against the company played item by item:",
        f"# `roadfolio calibrate`, {replications} draws from {FIRST_DRAW} on, seed {SEED}. Used while the hash fits.",
        f"format: {FORMAT}",
        f'operations: "{operations_hash(scenario)}"',
        "processes:",
    ]
    lines += [
        f"  {name}: {{wait: {row.wait:g}, late: {row.late:g}, gave_up: {row.gave_up:g}}}"
        for name, row in calibration.processes.items()
    ]
    return "\n".join(lines) + "\n"


def with_calibration(scenario: Scenario, raw: bytes, file: str) -> Scenario:
    """The scenario with what a calibration file states, or with a note why it is not used.

    Raises ProblemsFound for a file that is no calibration.
    """
    from pydantic import ValidationError

    from scenarios.positions import read_yaml

    try:
        document = read_yaml(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise ProblemsFound([_bad(file, "this is no UTF-8 text", None)]) from None
    data = document.data
    if document.problems or not isinstance(data, dict) or set(data) != {"format", "operations", "processes"}:
        raise ProblemsFound([_bad(file, "a calibration states format, operations and processes", None)])
    if data["format"] != FORMAT:
        raise ProblemsFound([_bad(file, f"format {data['format']} is not known", data["format"])])
    if str(data["operations"]) != operations_hash(scenario):
        note = f"the calibration in {Path(file).name} is of other operations and is not used: run `roadfolio calibrate`"
        return scenario.model_copy(update={"calibration": Calibration(note=note)})
    try:
        found = Calibration.model_validate({"processes": data["processes"]})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ProblemsFound([_bad(file, f"{place}: {first['msg']}", first["input"])]) from None
    unknown = [name for name in found.processes if name not in scenario.processes]
    if unknown:
        raise ProblemsFound([_bad(file, f"there is no process named {unknown[0]}", unknown[0])])
    return scenario.model_copy(update={"calibration": found})


def _bad(file: str, message: str, value: Any) -> Problem:
    shown = value if isinstance(value, (str, int, float)) else None
    hint = "run `roadfolio calibrate` with --force to write it anew, or delete the file"
    return Problem("", message, shown, hint, file=file)
