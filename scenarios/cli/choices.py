"""Options of the commands that choose among a stated set of decisions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.cli.arguments import parse_roadmap
from sim.errors import Problem, ProblemsFound

Roadmaps = Annotated[
    list[str] | None,
    typer.Option("--roadmap", metavar="NAME@MONTH,…", help="A roadmap to choose from; once for each. None: a plan's."),
]
PlanRun = Annotated[
    Path | None,
    typer.Option(
        "--plan", metavar="RUN", help="Folder of a `plan --out`: its finalists and simple rules are chosen from."
    ),
]
Points = Annotated[int, typer.Option("--points", help="Driver worlds, 64 or more.")]
Noise = Annotated[int, typer.Option("--noise", help="Draws of the events in each, an even number from 8.")]
Resolved = Annotated[
    int, typer.Option("--resolved", min=0, max=1000, help="Driver worlds in which the program is solved again.")
]
MOST_BYTES = 50_000_000


def given_roadmaps(texts: Sequence[str] | None) -> list[dict[str, int]]:
    """The roadmaps of `--roadmap`, each given once."""
    return [parse_roadmap(text) for text in texts or ()]


def read_plan(path: Path | None) -> dict[str, Any] | None:
    """The document of a plan from the folder of a run or from its plan.json. Raises ProblemsFound."""
    from scenarios.cli.run_folder import PLAN

    if path is None:
        return None
    file = path / PLAN if path.is_dir() else path
    hint = "name the folder that `roadfolio plan --out` wrote"
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ProblemsFound([Problem("--plan", f"{file} is too large for a plan", str(file), hint)])
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProblemsFound([Problem("--plan", f"{file} cannot be read: {reason}", str(file), hint)]) from error
    except ValueError as error:
        raise ProblemsFound([Problem("--plan", f"{file} is no JSON document", str(file), hint)]) from error
    if not isinstance(found, dict) or "finalists" not in found:
        raise ProblemsFound([Problem("--plan", f"{file} is no document of a plan", str(file), hint)])
    return found
