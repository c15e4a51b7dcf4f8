"""What a sweep has found so far: the table, and how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scenarios.sweeps.columns import ERRORS, OF_POINT, schema
from scenarios.sweeps.lock import is_held
from scenarios.sweeps.manifest import Manifest, read_manifest
from scenarios.sweeps.parts import scan, steady
from scenarios.sweeps.work import DONE, FAILED, LOST
from sim.display.shown import Shown

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars

SCHEMA_VERSION: Final = 1
PARTS = "parts"
MOST_REASONS = 20


@dataclass(frozen=True, repr=False)
class SweepResult(Shown):
    """A sweep in its folder. The table is read from there, lazily: its size is bounded by the disk alone."""

    folder: Path
    manifest: Manifest

    @property
    def title(self) -> str:
        return self.manifest.title

    @property
    def seed(self) -> int:
        return self.manifest.seed

    @property
    def scenario_hash(self) -> str:
        return self.manifest.scenario_hash

    @property
    def currency(self) -> str:
        return self.manifest.currency

    @property
    def notes(self) -> tuple[str, ...]:
        return self.manifest.notes

    @property
    def points(self) -> int:
        """All points of the design, worked out or not."""
        return self.manifest.points

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rows by status: done, failed, lost; and how many points are left."""
        import polars

        def read() -> polars.DataFrame:
            return scan(self.folder / PARTS, self._schema).group_by("status").agg(polars.len().alias("n")).collect()

        found = steady(read)
        by = dict(zip(found["status"], found["n"], strict=True))
        counts = {name: int(by.get(name, 0)) for name in (DONE, FAILED, LOST)}
        return {**counts, "left": self.points - sum(counts.values())}

    @property
    def complete(self) -> bool:
        """Whether every point has its row, and none was lost with its worker."""
        return self.counts["left"] == 0 and self.counts[LOST] == 0

    @cached_property
    def reasons(self) -> tuple[tuple[str, int], ...]:
        """Why points failed, the most frequent first, and how many."""
        import polars

        def read() -> polars.DataFrame:
            bad = scan(self.folder / PARTS, self._schema).filter(polars.col("status") != DONE)
            found = bad.group_by("reason").agg(polars.len().alias("n"))
            return found.sort("n", "reason", descending=[True, False]).head(MOST_REASONS).collect()

        return tuple((str(reason), int(n)) for reason, n in steady(read).iter_rows())

    def wide(self) -> polars.LazyFrame:
        """One row a point in the order of the design: point, status, reason, starts, the factors, and each measure with
        `MEASURE se`, `MEASURE low` and `MEASURE high`. Units are in `units`."""
        return scan(self.folder / PARTS, self._schema).sort("point")

    def tidy(self) -> polars.LazyFrame:
        """One row a point and measure: point, status, reason, starts, the factors, measure, value, se, low, high, unit.
        A failed point has a row for each measure, without values and with its reason. low, high: interval of 95 %."""
        import polars

        whole = self.wide()
        kept = [name for name in OF_POINT if name not in ("key", "scenario_hash")]
        factors = [column.name for column in self.manifest.columns]
        blocks = [
            whole.select(
                *kept,
                *factors,
                polars.lit(name).alias("measure"),
                polars.col(name).alias("value"),
                *(polars.col(f"{name} {error}").alias(error) for error in ERRORS),
                polars.lit(unit).alias("unit"),
            )
            for name, unit in self.manifest.measures
        ]
        return polars.concat(blocks).sort("point", maintain_order=True)

    def to_frame(self) -> polars.DataFrame:
        """`tidy` in memory."""
        return steady(lambda: self.tidy().collect())

    @property
    def units(self) -> dict[str, str]:
        """Unit of each factor and measure; empty where it has none."""
        factors = {column.name: column.unit for column in self.manifest.columns}
        return {**factors, **dict(self.manifest.measures)}

    def document(self) -> dict[str, Any]:
        """The JSON document that `roadfolio sweep run --json` and `status --json` print."""
        from sim.provenance import provenance

        one = self.manifest
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": one.scenario,
            "design": one.design,
            "design_hash": one.design_hash,
            "code": one.code,
            "seed": one.seed,
            "currency": one.currency,
            "work": one.kind,
            "folder": str(self.folder),
            "points": one.points,
            **self.counts,
            "complete": self.complete,
            "running": is_held(self.folder),
            "reasons": [{"reason": reason, "points": n} for reason, n in self.reasons],
            "factors": [{"name": column.name, "unit": column.unit} for column in one.columns],
            "measures": [{"name": name, "unit": unit} for name, unit in one.measures],
            "notes": list(one.notes),
            "provenance": provenance(one.scenario_hash),
        }

    @property
    def _schema(self) -> dict[str, polars.DataType]:
        return schema(self.manifest.columns, [name for name, _ in self.manifest.measures])

    def __rich_repr__(self) -> Iterator[Any]:
        yield "design", self.manifest.design
        yield "points", self.points
        yield from ((name, n) for name, n in self.counts.items() if n)

    def plot(self, measure: str | None = None, x: str | None = None) -> go.Figure:
        """A measure by a factor, each point with its 95 % interval; without names the first of each that is a number.

        Raises ProblemsFound for a name that the sweep has not.
        """
        from scenarios.sweeps.picture import picture

        return picture(self, measure, x)

    def table_head(self, rows: int) -> tuple[polars.DataFrame, int]:
        """The first rows of `tidy`; the table may be larger than the memory."""
        import polars

        total = steady(lambda: scan(self.folder / PARTS, self._schema).select(polars.len()).collect().item())
        return steady(lambda: self.tidy().head(rows).collect()), int(total) * max(1, len(self.manifest.measures))


def read_result(folder: Path | str) -> SweepResult:
    """The sweep in a folder, finished or not. Raises ProblemsFound where there is none."""
    return SweepResult(Path(folder), read_manifest(Path(folder)))
