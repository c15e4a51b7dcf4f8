"""`roadfolio calibrate`: correct the kernel by a small design of runs of the company."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from scenarios.cli.arguments import Json, NoSeed, Scenario, Workers, processes

Replications = Annotated[
    int, typer.Option("--replications", min=2, max=100_000, help="Draws of the company, each under 4 roadmaps.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace the calibration that is there.")]


def run(
    file: Scenario,
    replications: Replications = 120,
    workers: Workers = None,
    force: Force = False,
    json: Json = False,
    _seed: NoSeed = 0,
) -> None:
    """Measure how far the kernel is from the company, and write corrections beside the scenario.

    The file NAME.calibration.yaml is used by every command as long as the operations of the scenario stay as they are;
    money may change.
    """
    from pathlib import Path

    from scenarios.calibration import calibrate, text_of
    from scenarios.cli.compiling import announce_compilation
    from scenarios.cli.output import emit, progress, save
    from scenarios.load import calibration_file, parse, place, read
    from sim.errors import Problem, ProblemsFound
    from sim.world.calibration import calibration_notes

    content, shown = read(file)
    target = Path(calibration_file(str(place(file))))
    if target.exists() and not force:
        raise ProblemsFound([Problem("SCENARIO", f"{target} exists already", str(target), "add --force to replace it")])
    scenario = parse(content, shown)
    announce_compilation("kernel", "company")
    with progress("playing the company", replications) as advance:
        found = calibrate(
            scenario,
            replications=replications,
            workers=processes(workers, replications),
            progress=lambda _done: advance(1),
        )
    save(target, text_of(scenario, found, replications), overwrite=force)
    if json:
        rows = {name: row.model_dump() for name, row in found.processes.items()}
        emit({"file": str(target), "replications": replications, "processes": rows})
    else:
        for note in calibration_notes(found) or ("nothing to correct",):
            print(note)
    print(f"written to {target}", file=sys.stderr)
