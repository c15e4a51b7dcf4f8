"""From a design to all that a sweep needs before its first task: scenario, points, columns, manifest."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.load import load
from scenarios.sweeps.base_points import base_points
from scenarios.sweeps.choosing import plan_limits
from scenarios.sweeps.code_version import code_version
from scenarios.sweeps.columns import factor_columns, schema
from scenarios.sweeps.design import Design, Rows
from scenarios.sweeps.manifest import Manifest
from scenarios.sweeps.measures import figures, unit_of_figure
from scenarios.sweeps.points import Points
from scenarios.sweeps.reading import design_of, placed, read_design
from scenarios.sweeps.work import Context, Own
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    import polars

    from scenarios.positions import Document


@dataclass(frozen=True)
class Prepared:
    """points: of the design. context: what every task carries."""

    points: Points
    context: Context
    manifest: Manifest
    schema: dict[str, polars.DataType]


def prepared(stated: str | os.PathLike[str] | Mapping[str, Any] | Design, own: Own | None = None) -> Prepared:
    """Read and check a design as a whole. Raises ProblemsFound, with places where it is a file."""
    if isinstance(stated, Design | Mapping):
        return _prepared(stated if isinstance(stated, Design) else design_of(stated), Path(), own)
    design, document = read_design(stated)
    try:
        return _prepared(design, Path(stated).parent, own)
    except ProblemsFound as error:
        raise ProblemsFound(_at(problem, document, os.fspath(stated)) for problem in error.errors) from None


def _at(problem: Problem, document: Document, file: str) -> Problem:
    """Problems of a scenario or CSV file bear that file's name already."""
    return problem if problem.file is not None else placed(problem, document, file)


def _prepared(design: Design, folder: Path, own: Own | None) -> Prepared:
    beside = folder / design.scenario
    scenario = load(beside if beside.is_file() else design.scenario)
    base = base_points(design, folder)
    points = Points(design, base, scenario)
    shown = _own_measures(design) if own is not None else None
    if shown is None:
        plan_limits(design.work.limits)
        shown = tuple(
            (one.name, unit_of_figure(one, scenario.profile.currency)) for one in figures(design.work.measures)
        )
    columns = factor_columns(points, base, scenario)
    work = json.dumps(design.work.model_dump(mode="json"))
    name = "" if own is None else f"{own.__module__}.{own.__qualname__}"
    manifest = Manifest(
        design=design.name,
        title=design.title or design.name,
        design_hash=_digest(design, folder),
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        currency=scenario.profile.currency,
        work=work,
        kind=design.work.kind if own is None else "own",
        code=code_version(),
        points=len(points),
        seed=design.work.seed,
        columns=columns,
        measures=shown,
        notes=base.notes,
        own=name,
    )
    context = Context(json.dumps(scenario.model_dump(mode="json")), manifest.scenario_hash, work, manifest.code, own)
    return Prepared(points, context, manifest, schema(columns, [name for name, _ in shown]))


def _own_measures(design: Design) -> tuple[tuple[str, str], ...]:
    return tuple((name, "") for name in design.work.measures)


def _digest(design: Design, folder: Path) -> str:
    """Of the design's content, and of the CSV file that it names."""
    digest = hashlib.sha256(json.dumps(design.model_dump(mode="json")).encode())
    if isinstance(design.design, Rows):
        digest.update((folder / design.design.file).read_bytes())
    return digest.hexdigest()[:16]
