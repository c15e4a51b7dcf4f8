"""The kernel against the same model in vectorised NumPy, on one core: a roadmap alone, and a business with its work.

The peer computes every output that the kernel computes, with the fastest of several chunks; both are checked against
each other first (`benchmarks.kernel`). The target is that of the roadmap alone; of the retailer the ratio is told, too.

    python -m benchmarks.against_numpy [--smoke]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.kernel import PLAIN, ROADMAP, Comparison, compare
from benchmarks.rows import Row, per_unit

ROADMAP_MODEL = Path(__file__).parent / "roadmap_model.yaml"
ALL_TWELVE = {f"initiative_{k}": 3 * (k - 1) for k in range(1, 13)}
TARGET = 12.0


def rows(smoke: bool) -> Iterator[Row]:
    for name, what, file, roadmap in (
        ("kernel", "roadmap kernel / NumPy, twelve initiatives, 60 months", ROADMAP_MODEL, ALL_TWELVE),
        ("kernel", "kernel / NumPy on the retailer with its work items", PLAIN, ROADMAP),
    ):
        draws, repeats, validated = (256, 1, 2_000) if smoke else (8_192, 5, 20_000)
        yield _row(name, what, compare(draws, repeats, validated, file, roadmap))


def _row(name: str, what: str, found: Comparison) -> Row:
    ratios = tuple(theirs / ours for ours, theirs in zip(found.kernel, found.peer, strict=True))
    detail = (
        f"kernel {per_unit(found.kernel, 1)}, NumPy {per_unit(found.peer, 1)} a path with its reference path; "
        f"chunk {found.chunk:,}, {found.draws:,} draws, one thread, Philox in the kernel and SFC64 in NumPy"
    )
    return Row(name, what, TARGET, "at least", ratios, detail)


if __name__ == "__main__":
    for row in rows("--smoke" in sys.argv):
        print(f"{row.what}: {row.measured}, wanted {row.wanted}\n  {row.detail}")
