"""`roadfolio solve`: the integer program alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.arguments import Json, NoSeed
from sim.errors import Problem, ProblemsFound

NO_ANSWER = 1  # the solver gave none that can be trusted, or none in time
MOST_BYTES = 50_000_000

File = Annotated[str, typer.Argument(metavar="PROBLEM", help="A roadmap problem, such as problem.json of a plan.")]
Seconds = Annotated[float, typer.Option("--seconds", min=0.01, max=1e6, help="Time for each solve.")]
Solver = Annotated[str, typer.Option("--solver", help="highs, or cbc where its program is present.")]


Why = Annotated[
    bool,
    typer.Option("--why", help="Also what would change the roadmap, and what one more unit and waiting are worth."),
]
Alternatives = Annotated[
    int, typer.Option("--alternatives", min=0, max=5, help="So many roadmaps nearly as good that differ on purpose.")
]
Within = Annotated[
    float, typer.Option("--within", min=0.0, max=100.0, help="Per cent of the worth that these, and waiting, may cost.")
]


def run(
    file: File,
    seconds: Seconds = 60.0,
    solver: Solver = "highs",
    why: Why = False,
    alternatives: Alternatives = 0,
    within: Within = 2.0,
    json: Json = False,
    _seed: NoSeed = 0,
) -> int:
    """Solve a roadmap problem, and say why the rest was left out, or which demands conflict."""
    from optimize.explain import why_rejected
    from optimize.limits import Limits
    from optimize.problem import RoadmapProblem
    from optimize.reasons.conflict import find_conflict
    from optimize.reasons.program_reasons import near_solution, reasons_of_program
    from optimize.reasons.repairs import repairs
    from optimize.reasons.resolves import Resolves
    from optimize.solve import solve
    from optimize.status import Status
    from scenarios.cli.output import DONE, INFEASIBLE, console, emit
    from scenarios.cli.solving import told
    from scenarios.cli.stages import stages
    from scenarios.file_kinds import PROGRAM, refuse_another

    if solver not in ("highs", "cbc"):
        raise ProblemsFound([Problem("--solver", f"there is no solver {solver!r}", solver, "highs or cbc")])
    content = _content(file)
    refuse_another(content.decode("utf-8", errors="replace"), PROGRAM, file)
    problem = RoadmapProblem.from_json(content, file)
    limits = Limits(seconds=seconds, solver="highs" if solver == "highs" else "cbc")
    solution = solve(problem, limits, told())
    resolves = Resolves(limits)
    conflict = find_conflict(problem, resolves) if solution.status is Status.INFEASIBLE else None
    ways = () if conflict is None else repairs(problem, conflict, resolves)
    answered = solution.has_solution
    with stages("solved; now") as now:
        now("why the rest is left out", 0, 1)
        rejected = why_rejected(problem, solution, limits) if answered else ()
        now("what would change the roadmap", 0, 1)
        found = reasons_of_program(problem, solution, limits, within / 100.0) if why and answered else None
        now("alternatives", 0, 1)
        others = near_solution(problem, solution, limits, alternatives, within / 100.0) if answered else ()
    if json:
        from optimize.alternatives import document as alternative

        own = solution.roadmap if solution.has_solution else {}
        emit(
            {
                **solution.to_dict(),
                "conflict": [] if conflict is None else list(conflict.words),
                "conflict_sentence": None if conflict is None else conflict.sentence,
                "repairs": [one.document() for one in ways],
                "rejected": [{"id": one.id, "reason": one.reason} for one in rejected],
                "reasons": None if found is None else found.document(),
                "alternatives": [alternative(one, one.roadmap, None, own) for one in others],
            }
        )
    else:
        from scenarios.cli.render.solution import show_conflict, show_solution
        from scenarios.cli.render.why import show_alternatives, show_program_reasons

        terminal = console()
        if conflict is not None:
            show_conflict(conflict, ways, terminal)
        show_solution(problem, solution, rejected, terminal)
        if found is not None:
            show_program_reasons(found, terminal)
        if others:
            show_alternatives(others, terminal)
    if solution.has_solution:
        return DONE
    return INFEASIBLE if solution.status is Status.INFEASIBLE else NO_ANSWER


def _content(file: str) -> bytes:
    """The bytes of the file. Raises ProblemsFound where there is none that can be read."""
    try:
        with Path(file).open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        hint = "`roadfolio plan SCENARIO --out FOLDER` writes problem.json"
        raise ProblemsFound([Problem("", f"{file!r} cannot be read: {reason}", file, hint, file=file)]) from None
    if len(content) > MOST_BYTES:
        raise ProblemsFound([Problem("", f"the file is larger than {MOST_BYTES / 1e6:g} MB", file=file)])
    return content
