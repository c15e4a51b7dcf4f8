"""Values of roadmaps draw by draw, kept in a file so that a run can be extended: later draws are added, none repeated.

The file is an `.npz` without pickled objects: the arrays, and a text of what made them. Draws are extended only by what
would have made the same ones: the same scenario, seed, roadmaps and code of the simulation.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import zipfile
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import sim
from scenarios.statistics import KPI, Figure
from sim.errors import Problem, ProblemsFound
from sim.measures import Mean, TailMean
from sim.montecarlo.kpis import KPI_NAMES
from sim.outcomes import Outcome
from sim.roadmap import Roadmap

Floats = NDArray[np.float64]
FILE = "draws.npz"
FORMAT = 1
OF_OUTCOME = ("npv", "cost", "payback", "trough", "need", "financing", "residual", "run_off_cost", "cover")
OF_BASELINE = ("baseline_trough", "baseline_cover")
COLUMNS = {
    "npv": "npv",
    "cost": "cost",
    "payback_months": "payback",
    "cash_trough": "trough",
    "funding_need": "need",
    "financing": "financing",
    "residual": "residual",
}


@dataclass(frozen=True)
class Origin:
    """What decides the bits of a draw. roadmaps: as text, the one asked about first."""

    scenario_hash: str
    seed: int
    roadmaps: tuple[str, ...]
    code: str


@dataclass(frozen=True)
class Kept:
    """Draws 0 .. n - 1. values: name -> (roadmaps, n); kpis: KPI -> (roadmaps, n), mean of its years, NaN without
    value, only the one that was asked for. clipped: values of drivers and monthly values by effects that were."""

    origin: Origin
    values: dict[str, Floats]
    kpis: dict[str, Floats]
    clipped: tuple[int, int] = (0, 0)

    @property
    def draws(self) -> int:
        return int(self.values["npv"].shape[1])

    def first(self, n: int) -> Kept:
        """The first n draws."""
        return replace(
            self,
            values={name: rows[:, :n] for name, rows in self.values.items()},
            kpis={name: rows[:, :n] for name, rows in self.kpis.items()},
        )

    def of(self, figure: Figure, row: int) -> Floats:
        """The values that a figure is of, (n,), or (2, n) for a ratio. Raises ProblemsFound where it has none."""
        if figure.measure == "roi":
            return np.stack([self.values["npv"][row], self.values["cost"][row]])
        if figure.kpi is not None:
            if figure.kpi not in self.kpis:
                hint = "begin a new run with --out"
                message = f"the run holds no values by draw of {figure.measure}: a KPI is kept only when asked for"
                raise ProblemsFound([Problem("--statistic", message, figure.name, hint)])
            found: Floats = self.kpis[figure.kpi][row]
        elif figure.measure == "npv_within_horizon":
            found = self.values["npv"][row] - self.values["residual"][row]
        else:
            found = self.values[COLUMNS[figure.measure]][row]
        if np.isnan(found).any():
            hint = "ask for a measure that every draw has"
            raise ProblemsFound(
                [Problem("--statistic", f"{figure.name} has no value in some draws", figure.name, hint)]
            )
        if np.isinf(found).any() and isinstance(figure.estimator, Mean | TailMean):
            hint = f"ask for a quantile, such as {figure.measure}.p50, or for P({figure.measure} < 36)"
            message = f"{figure.name} does not exist: some draws never have a value"
            raise ProblemsFound([Problem("--statistic", message, figure.name, hint)])
        return np.asarray(-found) if figure.above else found

    def outcome(self, row: int, roadmap: Roadmap) -> Outcome:
        """What is known of one roadmap, without categories and KPIs."""
        empty = np.empty((self.draws, 0))
        return Outcome(
            roadmap=roadmap,
            **{name: self.values[name][row] for name in (*OF_OUTCOME, *OF_BASELINE)},
            categories=empty,
            kpis=empty[:, :, np.newaxis],
            baseline_kpis=empty[:, :, np.newaxis],
            states=np.empty((self.draws, 0), dtype=np.int64),
        )


def none(origin: Origin, kpi: str | None) -> Kept:
    """No draw yet; kpi: one whose values are to be kept."""
    empty = np.empty((len(origin.roadmaps), 0))
    names = () if kpi is None else (kpi,)
    return Kept(origin, dict.fromkeys((*OF_OUTCOME, *OF_BASELINE), empty), dict.fromkeys(names, empty))


def joined(parts: list[Kept]) -> Kept:
    """Draws of one origin, one range after the other."""
    first = parts[0]
    return Kept(
        first.origin,
        {name: np.concatenate([part.values[name] for part in parts], axis=1) for name in first.values},
        {name: np.concatenate([part.kpis[name] for part in parts], axis=1) for name in first.kpis},
        (sum(part.clipped[0] for part in parts), sum(part.clipped[1] for part in parts)),
    )


@functools.cache
def code_digest() -> str:
    """Digest of the simulation's source: draws of other code are other draws."""
    root = Path(sim.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def write_draws(folder: Path, kept: Kept) -> None:
    """Write the file as a whole or not at all; an older one is replaced. Raises ProblemsFound."""
    about = {
        "format": FORMAT,
        **{field.name: getattr(kept.origin, field.name) for field in fields(Origin)},
        "clipped": kept.clipped,
    }
    arrays = {**kept.values, **{f"{KPI}{name}": rows for name, rows in kept.kpis.items()}}
    draft = folder / f".{FILE}.{os.getpid()}.part"
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                np.savez(file, about=np.array(json.dumps(about)), **arrays)  # type: ignore[arg-type]
            draft.replace(folder / FILE)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProblemsFound([Problem("--out", f"{folder} cannot be written: {reason}", str(folder))]) from error


def read_draws(folder: Path, origin: Origin) -> Kept:
    """The draws in a folder. Raises ProblemsFound where there are none, or where they are of another origin."""
    path = folder / FILE
    try:
        with path.open("rb") as content, np.load(content, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = json.loads(str(arrays.pop("about")))
        stored = Origin(
            str(about["scenario_hash"]), int(about["seed"]), tuple(map(str, about["roadmaps"])), str(about["code"])
        )
        clipped = int(about["clipped"][0]), int(about["clipped"][1])
        known = about["format"] == FORMAT
        values = {name: rows for name, rows in arrays.items() if not name.startswith(KPI)}
        kpis = {name.removeprefix(KPI): rows for name, rows in arrays.items() if name.startswith(KPI)}
        found = Kept(stored, values, kpis, clipped)
        sound = known and set(values) == {*OF_OUTCOME, *OF_BASELINE} and set(kpis) <= set(KPI_NAMES)
        shape = (len(stored.roadmaps), found.draws)
        sound = sound and all(rows.shape == shape and rows.dtype == np.float64 for rows in arrays.values())
    except FileNotFoundError:
        hint = "name the folder that --out wrote"
        raise ProblemsFound([Problem("--extend", f"{folder} holds no run to extend", str(folder), hint)]) from None
    except (OSError, ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile, EOFError) as error:
        raise _damaged(path) from error
    if not sound:
        raise _damaged(path)
    differs = {
        "scenario_hash": "the scenario is another one, or its file was edited since",
        "seed": f"its seed is {stored.seed}",
        "roadmaps": f"it is a run of {' against '.join(stored.roadmaps)}",
        "code": "it was made by another version of roadfolio",
    }
    problems = [
        Problem("--extend", f"{folder} cannot be extended: {text}", str(folder), "begin a new run with --out")
        for name, text in differs.items()
        if getattr(stored, name) != getattr(origin, name)
    ]
    if problems:
        raise ProblemsFound(problems)
    return found


def _damaged(path: Path) -> ProblemsFound:
    hint = "begin a new run with --out"
    return ProblemsFound([Problem("--extend", f"{path} is damaged or no file of draws", str(path), hint)])
