"""The report of a run: one HTML file to defend a plan with, which needs no network and makes no request."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FILE: Final = "report.html"


def report(run: Path | str, out: Path | str | None = None, *, force: bool = False) -> Path:
    """Write the report of a run that `plan --out` or `replan --out` wrote, and return where it is.

    out: the file, `report.html` in the folder of the run unless stated. Nothing is simulated: what takes long was
    computed when the plan was written (`figures.json`); without it the report says what was not computed. Raises
    ProblemsFound for a folder that holds no run, documents that do not belong together, and a file that exists unless
    `force`.
    """
    from scenarios.cli.output import check_free, save
    from scenarios.reporting.gather import gather
    from scenarios.reporting.whole import whole

    folder = Path(run)
    target = folder / FILE if out is None else Path(out)
    check_free(target, overwrite=force)
    save(target, whole(gather(folder)), overwrite=force)
    return target
