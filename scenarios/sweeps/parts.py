"""The rows of a sweep on the disk: Parquet parts, each written under another name and then renamed.

A part `part-FIRST-LAST.parquet` holds what was written as number FIRST to LAST. Many small ones are merged into one
that bears the whole range; a part whose range lies inside that of another is a leftover and is not read. So at every
moment, whatever is killed, the parts that count hold each row once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from scenarios.sweeps.work import LOST, Row
from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    import polars

NAME = re.compile(r"part-(\d{8})-(\d{8})\.parquet")
MERGED_AT = 64  # small parts
MOST_MERGED = 300_000  # rows that are put in order in memory
SMALL = 2_000  # rows of a part that is merged with others
READINGS = 10
Read = TypeVar("Read")
Schema = dict[str, "polars.DataType"]


@dataclass(frozen=True)
class Part:
    """A file and the range of numbers that it holds."""

    path: Path
    first: int
    last: int


def parts_of(folder: Path) -> list[Part]:
    """The parts that count, in order."""
    found = [
        Part(path, int(match[1]), int(match[2]))
        for path in folder.glob("part-*.parquet")
        if (match := NAME.fullmatch(path.name))
    ]
    found.sort(key=lambda part: (part.first, -part.last))
    kept: list[Part] = []
    for part in found:
        if not kept or part.last > kept[-1].last:
            kept.append(part)
    return kept


class Parts:
    """Writes the parts of one sweep; only one process at a time may hold it."""

    def __init__(self, folder: Path, schema: Schema) -> None:
        self.folder = folder
        self._schema = schema
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob(".part-*"):
            stale.unlink(missing_ok=True)
        for part in parts_of(folder):
            if not _is_whole(part.path):  # the machine stopped before it was on the disk: its points are done again
                part.path.unlink()
        counted = parts_of(folder)
        for path in set(folder.glob("part-*.parquet")) - {part.path for part in counted}:
            path.unlink(missing_ok=True)
        self._next = max((part.last for part in counted), default=0) + 1
        self._small: list[Part] = []

    def add(self, rows: Sequence[Row], keys: Sequence[str], factors: Iterable[Sequence[Any]]) -> None:
        """Write rows as a part. keys, factors: of each row, its key and the cells of its factors."""
        frame = self._frame(rows, keys, factors)
        part = self._write(frame, self._next, self._next)
        self._next += 1
        if len(rows) < SMALL:
            self._small.append(part)
            if len(self._small) >= MERGED_AT:
                self.merge()
        else:  # a merged range must not enclose what it does not hold
            self.merge()

    def merge(self) -> None:
        """Make one part of the small ones, which follow each other."""
        small, self._small = self._small, []
        if len(small) > 1:
            import polars

            frame = polars.concat([polars.read_parquet(part.path) for part in small])
            self._write(frame, small[0].first, small[-1].last)
            for part in small:
                part.path.unlink(missing_ok=True)

    def merge_all(self) -> None:
        """Make one part of all, rows in the order of their points."""
        self._small = []
        counted = parts_of(self.folder)
        if len(counted) > 1 and self.rows() <= MOST_MERGED:
            import polars

            frame = polars.concat([polars.read_parquet(part.path) for part in counted]).sort("point")
            whole = self._write(frame, counted[0].first, counted[-1].last)
            for part in counted:
                if part.path != whole.path:
                    part.path.unlink(missing_ok=True)

    def known(self) -> list[tuple[int, str]]:
        """Number and key of every point that has its row."""
        found = scan(self.folder, self._schema).select("point", "key").collect()
        return list(found.iter_rows())

    def rows(self) -> int:
        """How many there are."""
        import polars

        return int(scan(self.folder, self._schema).select(polars.len()).collect().item())

    def forget_lost(self) -> None:
        """Take out the rows of points that were lost with their workers, so that they are tried again."""
        import polars

        for part in parts_of(self.folder):
            frame = polars.read_parquet(part.path)
            if (frame["status"] == LOST).any():
                self._write(frame.filter(polars.col("status") != LOST), part.first, part.last)

    def _frame(self, rows: Sequence[Row], keys: Sequence[str], factors: Iterable[Sequence[Any]]) -> polars.DataFrame:
        import polars

        width = len(self._schema)
        table = []
        for row, key, cells in zip(rows, keys, factors, strict=True):
            line = (row.index, key, row.status, row.reason, row.starts, row.scenario_hash, *cells, *row.figures)
            table.append(line + (None,) * (width - len(line)))
        return polars.DataFrame(table, schema=self._schema, orient="row")

    def _write(self, frame: polars.DataFrame, first: int, last: int) -> Part:
        path = self.folder / f"part-{first:08d}-{last:08d}.parquet"
        draft = self.folder / f".{path.name}.{os.getpid()}"
        frame.write_parquet(draft)
        draft.replace(path)
        return Part(path, first, last)


def _is_whole(path: Path) -> bool:
    import polars

    try:
        polars.read_parquet(path, columns=["point"])
    except (OSError, polars.exceptions.PolarsError):
        return False
    return True


def steady(read: Callable[[], Read]) -> Read:
    """What a reading of the parts gives, while a driver may merge them: it is tried again with the new ones.

    Raises ProblemsFound where a part stays unreadable.
    """
    import polars

    for _ in range(READINGS):
        try:
            return read()
        except (OSError, polars.exceptions.PolarsError) as error:
            why = str(error).splitlines()[0]
    hint = "a resumed sweep works out anew what a damaged part held"
    raise ProblemsFound([Problem("", f"the rows of the sweep cannot be read: {why}", hint=hint)])


def scan(folder: Path, schema: Schema) -> polars.LazyFrame:
    """The rows of all parts, lazily."""
    import polars

    paths = [part.path for part in parts_of(folder)]
    return polars.scan_parquet(paths) if paths else polars.LazyFrame(schema=schema)
