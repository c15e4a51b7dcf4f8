"""`roadfolio sweep`: one work at many points of a scenario; run, status, results, and a design to begin with."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.cli.arguments import Json, NoSeed

if TYPE_CHECKING:
    from scenarios.sweeps.result import SweepResult


class Action(StrEnum):
    """What to do."""

    new = "new"
    run = "run"
    status = "status"
    results = "results"


Wanted = Annotated[
    Action,
    typer.Argument(help="new: print a design to edit; run DESIGN; status FOLDER: how far; results FOLDER: the table."),
]
Target = Annotated[Path | None, typer.Argument(metavar="[DESIGN|FOLDER]", help="A design file, or a sweep's folder.")]
Out = Annotated[Path | None, typer.Option("--out", help="run: folder of the results.")]
Resume = Annotated[bool, typer.Option("--resume", help="run: go on with what the folder holds; nothing is repeated.")]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, max=256, help="run: processes, as many as cores; they change no figure."),
]
Cluster = Annotated[
    str | None,
    typer.Option("--cluster", metavar="ADDRESS", help="run: scheduler of a Dask cluster, such as 127.0.0.1:8786."),
]
Parquet = Annotated[Path | None, typer.Option("--parquet", help="results: write the table as Parquet.")]
Csv = Annotated[Path | None, typer.Option("--csv", help="results: write the table as CSV.")]
Workbook = Annotated[
    Path | None,
    typer.Option("--excel", metavar="FILE.xlsx", help="results: write the table, a row a point, as a workbook."),
]
Wide = Annotated[bool, typer.Option("--wide", help="results: one row a point, not one a point and measure.")]
Force = Annotated[bool, typer.Option("--force", help="results: overwrite a file.")]


def run(
    action: Wanted,
    target: Target = None,
    out: Out = None,
    resume: Resume = False,
    workers: Workers = None,
    cluster: Cluster = None,
    parquet: Parquet = None,
    csv: Csv = None,
    excel: Workbook = None,
    wide: Wide = False,
    force: Force = False,
    json: Json = False,
    _seed: NoSeed = 0,
) -> None:
    """Work out many points of a scenario; kept as they come, resumable, on one machine or a cluster."""
    from scenarios.cli.output import emit
    from sim.errors import Problem, ProblemsFound

    options = {
        "--out": (out, Action.run), "--resume": (resume, Action.run), "--workers": (workers, Action.run),
        "--cluster": (cluster, Action.run), "--parquet": (parquet, Action.results), "--csv": (csv, Action.results),
        "--excel": (excel, Action.results), "--wide": (wide, Action.results), "--force": (force, Action.results),
    }  # fmt: skip
    strange = [name for name, (value, of) in options.items() if value not in (None, False) and of is not action]
    if strange:
        raise ProblemsFound(
            Problem(name, f"means nothing to `sweep {action}`", hint="leave it out") for name in strange
        )
    if action is Action.new:
        from scenarios.sweeps.template import TEMPLATE

        emit({"text": TEMPLATE}) if json else print(TEMPLATE, end="")
        return
    if target is None:
        what = "a design file" if action is Action.run else "the folder of a sweep"
        raise ProblemsFound([Problem("sweep", f"`sweep {action}` needs {what}", hint=f"roadfolio sweep {action} …")])
    if action is Action.run:
        found = _worked_out(target, out, resume, workers, cluster)
    else:
        from scenarios.sweeps.result import read_result

        found = read_result(target)
    if action is Action.results:
        _write(found, parquet, csv, wide, force)
        _write_workbook(found, excel, force)
    if json:
        emit(found.document())
        return
    from scenarios.cli.output import console
    from scenarios.cli.render.sweep import show_results, show_status

    if action is Action.results and parquet is None and csv is None and excel is None:
        show_results(found, console())
    else:
        show_status(found, console())


def _write_workbook(found: SweepResult, path: Path | None, force: bool) -> None:
    """Write the table of a sweep, a row a point, with its units."""
    from scenarios.cli.excel import check_excel, write_excel

    if path is None:
        return
    check_excel(path, overwrite=force)
    from scenarios.workbooks.sweep_table import sweep_table

    table, charts = sweep_table(found)
    write_excel(path, found.document(), "sweep", overwrite=force, more=[table], charts=charts)


def _worked_out(design: Path, out: Path | None, resume: bool, workers: int | None, cluster: str | None) -> SweepResult:
    from scenarios.cli.advance import advancing
    from scenarios.cli.compiling import announce_compilation
    from scenarios.cli.output import warn
    from scenarios.sweep import sweep
    from sim.errors import Problem, ProblemsFound

    if out is None:
        raise ProblemsFound([Problem("--out", "a sweep needs a folder for its results", hint="add --out FOLDER")])
    if cluster is not None and workers is not None:
        raise ProblemsFound([Problem("--workers", "the cluster has its own workers", workers, "leave it out")])
    if cluster is not None and not cluster.startswith("tls://") and not _is_near(cluster):
        warn(
            f"the connection to {cluster} is neither encrypted nor authenticated; whoever reaches it can run code there"
        )
    announce_compilation("kernel")
    try:
        with advancing("sweep") as progress:
            return sweep(design, out, workers=workers, cluster=cluster, resume=resume, progress=progress)
    except KeyboardInterrupt:
        print(f"what was worked out is kept in {out}; --resume goes on with it", file=sys.stderr)
        raise


def _is_near(address: str) -> bool:
    """Whether an address is of this machine.

    >>> _is_near("tcp://127.0.0.1:8786"), _is_near("localhost:8786"), _is_near("10.0.0.7:8786")
    (True, True, False)
    """
    host = address.rpartition("://")[2].rpartition(":")[0].strip("[]")
    return host in ("localhost", "::1") or host.startswith("127.")


def _write(found: SweepResult, parquet: Path | None, csv: Path | None, wide: bool, force: bool) -> None:
    from scenarios.cli.output import check_free
    from scenarios.sweeps.export import write_table

    for path, option in ((parquet, "--parquet"), (csv, "--csv")):
        if path is not None:
            check_free(path, overwrite=force, option=option)
    for path, option in ((parquet, "--parquet"), (csv, "--csv")):
        if path is not None:
            write_table(found, path, wide=wide, as_csv=option == "--csv", option=option)
            print(f"written to {path}", file=sys.stderr)
