"""From the start of the process to an answer of 10,000 paths, against `python -c "import numba"` in the same run.

Whole commands, one after the other and in turn, compiled code and byte code on disk: `roadfolio roi` on a small firm
(`benchmarks/small.yaml`) with its screen of results. Both answers of the command must be equal before it is timed.
Beside them the same command with 10 paths: what the start costs without the paths; and the import of the kernel's
front alone, which should take less than a second.

    python -m benchmarks.cold_start [--smoke]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.rows import Row, alternate, digits

SMALL = Path(__file__).parent / "small.yaml"
ROADMAP = "cloud@0,two_factor@3"
TARGET = 1.8
IMPORT_SECONDS = 1.0


def answer(draws: int) -> list[str]:
    file, count = str(SMALL), str(draws)
    return [sys.executable, "-m", "scenarios.cli", "roi", file, "--roadmap", ROADMAP, "--draws", count]


def run(command: list[str]) -> str:
    """Output of a command, with byte code written as usual. Raises CalledProcessError."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def rows(smoke: bool) -> Iterator[Row]:
    draws, repeats = (100, 1) if smoke else (10_000, 11)
    if run(answer(draws)) != run(answer(draws)):  # the first run also writes what later ones find
        raise AssertionError("two runs of one command gave two answers")
    numba = [sys.executable, "-c", "import numba"]
    front = [sys.executable, "-c", "import sim.montecarlo.estimate"]
    run(numba)
    run(front)
    commands = {"answer": answer(draws), "few": answer(10), "numba": numba, "front": front}
    taken = alternate({name: partial(run, command) for name, command in commands.items()}, repeats)
    middle = {name: statistics.median(times) for name, times in taken.items()}
    ratios = tuple(a / b for a, b in zip(taken["answer"], taken["numba"], strict=True))
    detail = (
        f"whole command {middle['answer']:.2f} s, of it the paths {middle['answer'] - middle['few']:.2f} s; "
        f"import numba {middle['numba']:.2f} s"
    )
    yield Row("cold_start", f"process start to {draws:,} paths / import numba", TARGET, "at most", ratios, detail)
    yield Row(
        "cold_start", "import of sim.montecarlo.estimate, a whole process", IMPORT_SECONDS, "at most", taken["front"],
        f"{digits(middle['front'] / middle['numba'])} of the time of import numba", unit=" s",
    )  # fmt: skip


if __name__ == "__main__":
    for row in rows("--smoke" in sys.argv):
        print(f"{row.what}: {row.measured}, wanted {row.wanted}\n  {row.detail}")
