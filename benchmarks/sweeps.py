"""Sweeps: overhead of a point, use of two processes, 100,000 points in bounded memory, and kills.

Overhead: the processor time of a sweep in this process less that of the calls that a plain loop makes at the same
points (variant, evaluate, figures), in one run; the figures must be those of the loop. Two processes: as
`benchmarks.workers`, beside a bare loop of Python, since no program scales better than the machine; the clock runs
from the first rows that come back to the last. Large: 100,000 points of a stand-in for the engines
(`sweep(..., own=...)`), since what is measured is the driver: a process of its own whose peak memory is read, with two
workers. Kills: the driver dies at random moments and is resumed.

    python -m benchmarks.sweeps [--smoke]
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars

from benchmarks.rows import Row, digits
from benchmarks.workers import machine
from scenarios import load, sweep
from scenarios.sweeps.advance import Advance
from scenarios.sweeps.measures import figures, measured
from scenarios.sweeps.parts import parts_of
from scenarios.sweeps.points import Point
from scenarios.sweeps.result import PARTS, SweepResult, read_result
from scenarios.variant import variant
from sim.world import Scenario

ROOT = Path(__file__).resolve().parents[1]
SHOP = str(ROOT / "tests" / "data" / "corner_shop.yaml")
MEASURES = ["npv.mean", "npv.p5", "prob_npv_negative"]
TARGETS = {"overhead": 1.0, "efficiency": 0.9, "memory": 500.0, "opening": 1.0, "kills": 0.0}


def rates(points: int, draws: int = 64) -> dict[str, Any]:
    """A design of one factor."""
    values = [0.03 + 0.1 * i / points for i in range(points)]
    return {
        "version": 1,
        "name": "rates",
        "scenario": SHOP,
        "work": {"draws": draws, "roadmaps": {"till": {"pos": 0}}, "measures": MEASURES},
        "design": {"kind": "grid", "factors": {"money.discount_rate": values}},
    }


def many(points: int) -> dict[str, Any]:
    """A design of so many points for the stand-in."""
    return {
        "version": 1,
        "name": "many",
        "scenario": SHOP,
        "work": {"roadmaps": {"nothing": {}}, "measures": ["a", "b", "c", "d"]},
        "design": {
            "kind": "sobol",
            "points": points,
            "factors": {"seed": {"low": 1, "high": 10**9, "whole": True}, "future": {"levels": ["base"]}},
        },
    }


def stand_in(_scenario: Scenario, points: Sequence[Point]) -> list[tuple[float, ...]]:
    """Figures that take no time, the same for the same seed."""
    return [tuple(math.sin(k + point.seed) for k in range(4)) for point in points]


def plain_loop(points: int) -> list[list[float | None]]:
    """The calls that a sweep makes at the points of `rates`, without it."""
    from optimize.plan_limits import REPORT_FROM
    from sim.montecarlo import evaluate

    base, wanted, found = load(SHOP), figures(MEASURES), []
    for rate in rates(points)["design"]["factors"]["money.discount_rate"]:
        world = variant(base, {"money.discount_rate": rate})
        outcome = evaluate(world, {"pos": 0}, 64, 1, first_draw=REPORT_FROM, detail=False, threads=1)[0]
        found.append([measured(one, outcome)[0] for one in wanted])
    return found


def overhead(points: int, repeats: int) -> Row:
    """Milliseconds of a point that the sweep adds to the calls of the loop, all in one run: its time less theirs."""
    expected = plain_loop(points)
    added, calls = [], []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder, counted() as within:
            begun = time.process_time()  # the machine may be shared; nothing here waits
            found = sweep(rates(points), Path(folder) / "out", workers=1)
            whole = time.process_time() - begun
            if [list(row) for row in found.wide().select(MEASURES).collect().iter_rows()] != expected:
                raise AssertionError("the sweep and the plain loop differ")
        added.append(1e3 * (whole - within[0]) / points)
        calls.append(1e3 * within[0] / points)
    what = "sweep: overhead a point beside the calls of a plain loop"
    detail = f"the calls take {digits(statistics.median(calls))} ms a point; processor time, {points} points"
    return Row("sweeps", what, TARGETS["overhead"], "at most", tuple(added), detail, unit=" ms")


@contextmanager
def counted() -> Iterator[list[float]]:
    """Adds up the processor time of the calls that the plain loop makes, too."""
    import scenarios.sweeps.measures
    import scenarios.variant
    import sim.montecarlo

    spent_there = [0.0]

    def timed(call: Any) -> Any:
        def counting(*arguments: Any, **named: Any) -> Any:
            begun = time.process_time()
            try:
                return call(*arguments, **named)
            finally:
                spent_there[0] += time.process_time() - begun

        return counting

    places: list[tuple[Any, str]] = [
        (scenarios.variant, "variant"), (sim.montecarlo, "evaluate"), (scenarios.sweeps.measures, "measured"),
    ]  # fmt: skip
    kept = [getattr(module, name) for module, name in places]
    for (module, name), call in zip(places, kept, strict=True):
        setattr(module, name, timed(call))
    try:
        yield spent_there
    finally:
        for (module, name), call in zip(places, kept, strict=True):
            setattr(module, name, call)


def spent(points: int, draws: int, workers: int) -> float:
    """Seconds a point from the first rows to the last; one worker is a process of its own, too."""
    seen: list[tuple[float, int]] = []

    def watch(now: Advance) -> None:
        seen.append((time.perf_counter(), now.done))

    from scenarios.sweeps.pools import ProcessPool

    with tempfile.TemporaryDirectory() as folder:
        pool = ProcessPool(workers)
        try:
            sweep(rates(points, draws), Path(folder) / "out", pool.executor, workers=workers, progress=watch)
        finally:
            pool.close(quickly=False)
    ahead = next(i for i, (_, done) in enumerate(seen) if done >= points // 5)  # every worker has begun
    return (seen[-1][0] - seen[ahead][0]) / max(1, seen[-1][1] - seen[ahead][1])


def efficiency(points: int, draws: int, repeats: int, additions: int) -> Iterator[Row]:
    """Use of two processes, and the same as a share of what the machine gives a bare loop."""
    used, of_machine, bare = [], [], []
    for _ in range(repeats):
        one, two = spent(points, draws, 1), spent(points, draws, 2)
        bare.append(machine(2, additions))
        used.append(one / two / 2.0)
        of_machine.append(used[-1] / bare[-1])
    detail = f"a bare loop of Python reaches {digits(statistics.median(bare))} on this machine at the same time"
    target = TARGETS["efficiency"]
    yield Row("sweeps", "sweep: efficiency on two processes", target, "at least", tuple(used), detail, unit="")
    what = "sweep: efficiency on two processes / that of a bare loop"
    yield Row("sweeps", what, target, "at least", tuple(of_machine), detail, unit="")


def large(points: int) -> Iterator[Row]:
    """Peak memory of the driver, and seconds until the table of a Parquet file is there."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.sweeps", "--drive", folder, str(points)]
        found = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
        result = read_result(Path(folder) / "out")
        check(result, points)
        file = Path(folder) / "table.parquet"
        result.tidy().sink_parquet(file)
        opened, read = [], []
        for _ in range(5):
            begun = time.perf_counter()
            polars.scan_parquet(file).filter(polars.col("measure") == "a").select("value").head(10).collect()
            opened.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            height = polars.read_parquet(file).height
            read.append(time.perf_counter() - begun)
        if height != 4 * points:
            raise AssertionError("the table lacks rows")
        size = file.stat().st_size / 1e6
    detail = f"{points:,} points of a stand-in in {found['seconds']:.0f} s on two processes"
    what = f"sweep: driver's memory at {points:,} points"
    yield Row("sweeps", what, TARGETS["memory"], "at most", (found["megabytes"],), detail, unit=" MB")
    detail = f"{height:,} rows, {size:.1f} MB; read whole in {digits(statistics.median(read))} s"
    yield Row("sweeps", "sweep: Parquet table opens", TARGETS["opening"], "at most", tuple(opened), detail, unit=" s")


def drive(folder: Path, points: int) -> None:
    """The driver whose memory is read: the highest of its resident sets."""
    begun = time.perf_counter()
    sweep(many(points), folder / "out", workers=2, own=stand_in)
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    print(json.dumps({"megabytes": peak / 1024.0, "seconds": time.perf_counter() - begun}))


def check(result: SweepResult, points: int) -> None:
    """Raise unless every row is what the stand-in says of its seed."""
    table = result.wide().collect()
    if table["point"].to_list() != list(range(points)):
        raise AssertionError("points are missing, or there twice")
    if not np.array_equal(table["a"].to_numpy(), np.array([math.sin(seed) for seed in table["seed"]])):
        raise AssertionError("a row is not that of its point")


def kills(points: int, times: int) -> Row:
    """Rows that differ from an undisturbed sweep after so many kills of the driver, with one and two workers."""
    rng = np.random.default_rng(20)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        calm = sweep(rates(points), Path(folder) / "calm", workers=1).wide().collect()
        dead, lost, kept = 0, 0, 0
        while dead < times:
            command = [sys.executable, "-m", "benchmarks.sweeps", "--kill", str(out), str(points), str(1 + dead % 2)]
            driver = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
            wanted = kept + int(rng.integers(0, max(1, points // times) + 1))
            while rows_of(out) < wanted and driver.poll() is None:
                time.sleep(0.005)
            time.sleep(float(rng.uniform(0.0, 0.03)))
            driver.send_signal(signal.SIGKILL)
            driver.wait()
            dead += 1
            lost += max(0, kept - rows_of(out))
            kept = rows_of(out)
        end = sweep(rates(points), out, workers=1, resume=True).wide().collect()
        differing = 0 if end.equals(calm) else int(points)
    detail = f"{lost} rows of {points} were lost on the way; {kept} were there before the last run"
    what = f"sweep: rows that differ after {times} kills"
    return Row("sweeps", what, TARGETS["kills"], "at most", (float(lost + differing),), detail, unit="")


def rows_of(folder: Path) -> int:
    """Rows on the disk, while a driver may write to them."""
    while True:
        try:
            return sum(polars.read_parquet(part.path).height for part in parts_of(folder / PARTS))
        except OSError:  # merged at this moment
            continue


def rows(smoke: bool) -> Iterator[Row]:
    """The rows of the table of targets."""
    yield overhead(20, 1) if smoke else overhead(300, 5)
    yield from efficiency(20, 64, 1, 20_000) if smoke else efficiency(400, 1024, 5, 20_000_000)
    yield from large(500 if smoke else 100_000)
    yield kills(12, 2) if smoke else kills(400, 20)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweeps", description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="few points")
    parser.add_argument("--drive", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--kill", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.drive:
        drive(Path(asked.drive[0]), int(asked.drive[1]))
    elif asked.kill:
        sweep(rates(int(asked.kill[1])), asked.kill[0], workers=int(asked.kill[2]), resume=True)
    else:
        for row in rows(asked.smoke):
            print(f"{row.what}: {row.measured}, wanted {row.wanted}; {row.detail}", flush=True)


if __name__ == "__main__":
    main()
