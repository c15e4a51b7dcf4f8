"""The part of `roadfolio roi` that draws until a figure is sure, keeps the draws and extends them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.cli.output import save
from scenarios.cli.stages import stages
from scenarios.kept_draws import FILE, Kept, read_draws, write_draws
from scenarios.statistics import figure
from scenarios.sure import Answer, origin, sure
from sim.cash_floor import floor_rule
from sim.covenant import covenant_rule
from sim.delivery_notes import capped_means
from sim.errors import Problem, ProblemsFound
from sim.futures import future_notes
from sim.outcomes import Outcomes, clipping_notes
from sim.roadmap import Roadmap
from sim.world.calibration import calibration_notes

if TYPE_CHECKING:
    from sim.world import Scenario

DOCUMENT = "roi.json"
NO_TABLES = "for categories, KPIs, futures and rates of return give `--draws {draws}` in place of the precision"


@dataclass(frozen=True)
class Request:
    """The options, as they were given."""

    precision: str | None
    statistic: str | None
    against: Mapping[str, int] | None
    max_draws: int | None
    out: Path | None
    extend: Path | None
    force: bool

    @property
    def wanted(self) -> bool:
        """Whether the draws are as many as needed."""
        return self.precision is not None or self.against is not None


def check_request(request: Request, draws: int | None, points: str | None = None) -> None:
    """Raise ProblemsFound for options that do not go together."""
    problems = []
    if not request.wanted:
        needs = {
            "--statistic": request.statistic,
            "--max-draws": request.max_draws,
            "--out": request.out,
            "--extend": request.extend,
        }
        hint = "add --precision 2%: without it every figure is shown, on --draws"
        problems += [
            Problem(option, "no precision is asked for", str(value), hint)
            for option, value in needs.items()
            if value is not None
        ]
    elif draws is not None:
        hint = "--max-draws limits them"
        problems.append(Problem("--draws", "the draws are as many as the precision needs", draws, hint))
    if request.wanted and points not in (None, "random"):
        hint = "leave it out: looks at growing numbers of draws need independent ones"
        problems.append(Problem("--points", "a precision is reached on pseudo-random draws", points, hint))
    if request.out is not None and request.extend is not None:
        hint = "--extend RUN adds to the run in its own folder"
        problems.append(Problem("--out", "a run is begun or extended", str(request.out), hint))
    if request.force and request.out is None:
        problems.append(Problem("--force", "nothing is to be replaced without --out", hint="leave it out"))
    if request.out is not None and (request.out / FILE).exists() and not request.force:
        hint = f"add --extend {request.out} in its place to go on with it, or --force to replace it"
        problems.append(Problem("--out", f"{request.out} holds a run", str(request.out), hint))
    if problems:
        raise ProblemsFound(problems)


def run_until_sure(
    scenario: Scenario, roadmaps: tuple[Roadmap, ...], request: Request, seed: int, threads: int | None
) -> tuple[Outcomes, Answer]:
    """Draw, and keep the draws where that was asked for. Outcomes: of the first roadmap, or of both."""
    asked = figure(request.statistic or "npv.mean")
    kept = None if request.extend is None else read_draws(request.extend, origin(scenario, roadmaps, seed))
    with stages("simulating draws") as progress:
        answer, found = sure(
            scenario,
            roadmaps,
            asked,
            request.precision,
            seed,
            most=request.max_draws,
            kept=kept,
            threads=threads,
            progress=progress,
        )
    outcomes = _outcomes(scenario, roadmaps, found, seed)
    folder = request.out or request.extend
    if folder is not None:
        write_draws(folder, found)
        text = json.dumps(document(outcomes, answer), indent=2, allow_nan=False) + "\n"
        save(folder / DOCUMENT, text, overwrite=True)
    return outcomes, answer


def document(outcomes: Outcomes, answer: Answer) -> dict[str, Any]:
    """The JSON document of such a run."""
    return {**outcomes.document(), "futures": [], "sure": answer.as_dict()}


def _outcomes(scenario: Scenario, roadmaps: tuple[Roadmap, ...], found: Kept, seed: int) -> Outcomes:
    notes = future_notes(scenario) + calibration_notes(scenario.calibration)
    notes += clipping_notes(*found.clipped, found.draws)
    notes += capped_means(scenario, [name for one in roadmaps for name, _ in one.starts])
    return Outcomes(
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        title=scenario.title,
        currency=scenario.profile.currency,
        engine="kernel",
        seed=seed,
        first_draw=0,
        draws=found.draws,
        initiatives=tuple(scenario.initiatives),
        roles=tuple(scenario.people),
        outcomes=tuple(found.outcome(row, one) for row, one in enumerate(roadmaps)),
        clipped=sum(found.clipped),
        drivers_clipped=found.clipped[0],
        notes=(*notes, NO_TABLES.format(draws=min(found.draws, 20_000))),
        floor=floor_rule(scenario),
        covenant=covenant_rule(scenario),
    )
