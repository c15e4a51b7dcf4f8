"""A sweep: one work at many points of a scenario, on any executor, kept on the disk as it goes.

Rows are written as they come; what is killed loses at most the points in flight, and `resume` repeats none that has its
row. The table is the same to the last bit for any number of workers, any size of the tasks and any way it was stopped
and resumed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from scenarios.sweeps.advance import Progress
    from scenarios.sweeps.design import Design
    from scenarios.sweeps.pools import Pool
    from scenarios.sweeps.result import SweepResult
    from scenarios.sweeps.work import Own, Row


def sweep(
    design: str | os.PathLike[str] | Mapping[str, Any] | Design,
    out: str | os.PathLike[str],
    executor: Executor | None = None,
    *,
    workers: int | None = None,
    cluster: str | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    own: Own | None = None,
) -> SweepResult:
    """Work out every point of a design and keep the rows in a folder.

    design: a design file, or what it would state; see `scenarios.sweeps.design`. Files that it names are looked for
    beside it. out: folder of the results. executor: whatever runs the tasks; without it `workers` processes of this
    machine (as many as cores; 1: this process), or the Dask cluster whose scheduler has the address `cluster`. With an
    executor, `workers` says how many tasks it runs at a time. resume: go on with what the folder holds; a design,
    scenario or code that has changed since is refused. progress: called with an `Advance` after each task. own: work of
    your own in place of the engines, a function at the top level of a module that gets the scenario of a group and its
    points and returns for each point a figure for each of `work.measures`; such figures have no error and no check.

    Raises ProblemsFound for a design that cannot be used, for a folder that holds something else, and where the
    executor ends for good; the rows until then are kept. A point that fails has a row with the reason.
    """
    from scenarios.sweeps.lock import held
    from scenarios.sweeps.prepare import prepared

    ready = prepared(design, own)
    folder = Path(out)
    _begin(folder, resume)
    with held(folder):
        pool = pool_of(executor, workers, cluster)
        finished = False
        try:
            found = _run(ready, folder, pool, resume, progress)
            finished = True
        finally:
            pool.close(quickly=not finished)
    return found


def pool_of(executor: Executor | None, workers: int | None, cluster: str | None) -> Pool:
    """Where the tasks run. Raises ProblemsFound."""
    from scenarios.sweeps.pools import ClusterPool, GivenPool, InlinePool, ProcessPool, cores

    if workers is not None and workers < 1:
        raise ProblemsFound([Problem("workers", "at least one worker is needed", workers, "1 or more")])
    if executor is not None and cluster is not None:
        raise ProblemsFound([Problem("cluster", "the sweep has an executor already", cluster, "state one of them")])
    if executor is not None:
        return GivenPool(executor, workers or cores())
    if cluster is not None:
        return ClusterPool(cluster)
    many = workers or cores()
    return InlinePool() if many == 1 else ProcessPool(many)


def _begin(folder: Path, resume: bool) -> None:
    """Make the folder. Raises ProblemsFound where it holds something that may not be touched."""
    from scenarios.sweeps.manifest import FILE

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProblemsFound([Problem("--out", f"{folder} cannot be made: {reason}", str(folder))]) from None
    if (folder / FILE).exists():
        if not resume:
            hint = "add --resume to go on with it, or name another folder"
            raise ProblemsFound([Problem("--out", f"{folder} holds a sweep already", str(folder), hint)])
    elif any(one.name not in (".lock", "parts") and not one.name.startswith(f".{FILE}") for one in folder.iterdir()):
        hint = "name an empty folder, or a new one"
        raise ProblemsFound([Problem("--out", f"{folder} holds other files", str(folder), hint)])


def _run(ready: Any, folder: Path, pool: Pool, resume: bool, progress: Progress | None) -> SweepResult:
    import numpy as np

    from scenarios.sweeps.advance import Watch
    from scenarios.sweeps.driving import Driver
    from scenarios.sweeps.manifest import FILE, differences, read_manifest, write_manifest
    from scenarios.sweeps.parts import Parts
    from scenarios.sweeps.result import PARTS, SweepResult
    from scenarios.sweeps.work import DONE

    manifest = ready.manifest
    if resume and (folder / FILE).exists():
        changed = differences(read_manifest(folder), manifest)
        if changed:
            raise ProblemsFound(changed)
    else:
        write_manifest(folder, manifest)
    parts = Parts(folder / PARTS, ready.schema)
    parts.forget_lost()
    points = ready.points
    wanted = np.ones(len(points), dtype=np.bool_)
    known = parts.known()
    key = points.keys(manifest.origin)
    strange = [index for index, name in known if not index < len(points) or key(points.point(index)) != name]
    if strange:
        message = f"{len(strange)} rows of {folder} belong to other points"
        raise ProblemsFound([Problem("--resume", message, str(folder), "begin in another folder")])
    wanted[[index for index, _ in known]] = False
    watch = Watch(int(np.count_nonzero(~wanted)), len(points), progress)

    def write(rows: Sequence[Row]) -> None:
        cells = [
            [column.cell(value) for column, value in zip(manifest.columns, points.values(one.index), strict=True)]
            for one in rows
        ]
        parts.add(rows, [key(points.point(one.index)) for one in rows], cells)
        watch.add(len(rows), sum(one.status != DONE for one in rows))

    count, groups = points.groups(wanted)
    if count:
        Driver(ready.context, pool, groups, count, write).run()
    parts.merge_all()
    return SweepResult(folder, manifest)
