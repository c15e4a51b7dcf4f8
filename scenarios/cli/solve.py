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


def run(file: File, seconds: Seconds = 60.0, solver: Solver = "highs", json: Json = False, _seed: NoSeed = 0) -> int:
    """Solve a roadmap problem, and say why the rest was left out, or which demands conflict."""
    from optimize.conflict import why_infeasible
    from optimize.explain import why_rejected
    from optimize.limits import Limits
    from optimize.problem import RoadmapProblem
    from optimize.solve import solve
    from optimize.status import Status
    from scenarios.cli.output import DONE, INFEASIBLE, console, emit

    if solver not in ("highs", "cbc"):
        raise ProblemsFound([Problem("--solver", f"there is no solver {solver!r}", solver, "highs or cbc")])
    problem = RoadmapProblem.from_json(_content(file), file)
    limits = Limits(seconds=seconds, solver="highs" if solver == "highs" else "cbc")
    solution = solve(problem, limits)
    conflict = why_infeasible(problem, limits) if solution.status is Status.INFEASIBLE else ()
    rejected = why_rejected(problem, solution, limits) if solution.has_solution else ()
    if json:
        reasons = [{"id": one.id, "reason": one.reason} for one in rejected]
        emit({**solution.to_dict(), "conflict": list(conflict), "rejected": reasons})
    else:
        from scenarios.cli.render.solution import show_solution

        show_solution(problem, solution, conflict, rejected, console())
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
