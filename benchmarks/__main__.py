"""The table of targets: what | target | measured | met.

    python -m benchmarks                   measure everything (some minutes, best on a machine that does nothing else)
    python -m benchmarks --only NAME       one part; may be repeated
    python -m benchmarks --smoke           everything small, to see that it works; its figures mean nothing
    python -m benchmarks --json FILE       the rows as a document too
    python -m benchmarks --timings [...]   the registered timings instead, by pytest-benchmark, with its options

Every ratio is of one run: contenders are validated against each other, warmed up, and then timed in turn on one core
unless the row says otherwise. Exit code 1 when a target is missed; a row without figure says why.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from pathlib import Path

from benchmarks.registry import ENTRIES, measure
from benchmarks.rows import Row

HERE = Path(__file__).parent
COLUMNS = ("what", "target", "measured", "met")


def cells(row: Row) -> tuple[str, str, str, str]:
    met = {True: "yes", False: "NO", None: "-"}[row.met]
    return row.what, row.wanted if row.target else "", row.measured, met


def line(row: Row) -> str:
    """A line of the table in the form of Markdown, and the times behind it."""
    text = "| " + " | ".join(cells(row)) + " |"
    return f"{text}\n    {row.detail}" if row.detail else text


def timings(options: list[str]) -> int:
    import pytest

    return int(pytest.main([str(HERE), "-o", "python_files=bench_*.py", "--benchmark-only", "-q", *options]))


def main(arguments: list[str]) -> int:
    if "--timings" in arguments:
        return timings([one for one in arguments if one != "--timings"])
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=[entry.name for entry in ENTRIES], help="part to measure")
    parser.add_argument("--smoke", action="store_true", help="everything small")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows as JSON")
    asked = parser.parse_args(arguments)
    if asked.smoke:
        print("smoke run: the figures mean nothing")
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS), flush=True)
    found: list[Row] = []
    for entry in ENTRIES:
        if asked.only is None or entry.name in asked.only:
            for row in measure(entry, asked.smoke):
                found.append(row)
                print(line(row), flush=True)
    if asked.json is not None:
        machine = {"python": platform.python_version(), "processor": platform.processor() or platform.machine()}
        document = {"machine": machine, "smoke": asked.smoke, "rows": [row.document() for row in found]}
        draft = asked.json.with_name(f".{asked.json.name}.part")
        draft.write_text(json.dumps(document, indent=2, allow_nan=False) + "\n", encoding="utf-8")
        draft.replace(asked.json)
    missed = [row.name for row in found if row.met is False]
    return 1 if missed and not asked.smoke else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
