"""What is killed at any moment loses at most the points in flight: the driver, a process of its pool, a Dask worker,
the scheduler. Real processes on this machine; the table at the end is that of an undisturbed sweep."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars
import pytest

from scenarios import sweep
from scenarios.sweeps.parts import parts_of
from scenarios.sweeps.result import PARTS, SweepResult, read_result
from sim.errors import ProblemsFound
from tests.functional.sweep_cases import ENVIRONMENT, ROOT, design, seeds, slow

KILLS = 5
POINTS = 40


def table(found: SweepResult) -> polars.DataFrame:
    return found.wide().collect()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> polars.DataFrame:
    return table(sweep(design(POINTS), tmp_path_factory.mktemp("sweep") / "out", workers=1))


def drive(folder: Path, workers: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.functional.sweep_cases", str(folder), str(POINTS), str(workers)]
    return subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, start_new_session=True)


def test_a_driver_killed_again_and_again(undisturbed: polars.DataFrame, tmp_path: Path) -> None:
    """Killed at random moments of its work, it never loses a row that was written, and ends with the same table."""
    rng = np.random.default_rng(20)
    folder = tmp_path / "out"
    kept = 0
    for kill in range(KILLS):
        driver = drive(folder, 2 if kill == 2 else 1)
        wanted = kept + int(rng.integers(0, 2 * POINTS // KILLS))
        deadline = time.monotonic() + 60
        while rows(folder) < wanted and driver.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(float(rng.uniform(0.0, 0.05)))
        driver.kill()
        driver.wait()
        assert rows(folder) >= kept
        kept = rows(folder)
    with drive(folder, 1) as driver:
        assert driver.wait() == 0
    assert table(read_result(folder)).equals(undisturbed)


def rows(folder: Path) -> int:
    """Rows on the disk; nothing is held while they are counted."""
    for _ in range(20):
        try:
            return sum(polars.read_parquet(part.path).height for part in parts_of(folder / PARTS))
        except OSError:  # merged at this moment
            continue
    raise AssertionError("the parts cannot be read")


def test_workers_end_with_their_driver(tmp_path: Path) -> None:
    driver = drive(tmp_path / "out", 2)
    deadline = time.monotonic() + 60
    while rows(tmp_path / "out") == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    driver.kill()
    driver.wait()
    while time.monotonic() < deadline:
        try:
            os.killpg(driver.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.killpg(driver.pid, signal.SIGKILL)
    raise AssertionError("workers outlive their driver")


def test_a_killed_process_of_the_pool(tmp_path: Path) -> None:
    """The pool is begun anew, what was in flight is done again, nothing is lost."""
    import multiprocessing

    killed = []

    def watch(advance: Any) -> None:
        children = multiprocessing.active_children()
        if len(killed) < 2 and advance.done > 20 * (len(killed) + 1) and children:
            children[0].kill()
            killed.append(children[0].pid)

    found = sweep(seeds(100), tmp_path / "out", workers=2, own=slow, progress=watch)
    assert len(killed) == 2
    assert found.counts == {"done": 100, "failed": 0, "lost": 0, "left": 0}
    assert table(found)["first"].to_list() == [float(seed) for seed in range(100)]


def dask(*arguments: str) -> subprocess.Popen[bytes]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([sys.executable, "-m", "dask", *arguments], cwd=ROOT, env=ENVIRONMENT, **quiet)  # type: ignore[call-overload, no-any-return]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Cluster:
    """A scheduler and two workers, processes of their own, on loopback."""

    def __init__(self) -> None:
        port = free_port()
        self.address = f"tcp://127.0.0.1:{port}"
        self.scheduler = dask("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        quiet = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60")
        self.workers = [dask("worker", self.address, "--host", "127.0.0.1", *quiet) for _ in range(2)]

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    found = Cluster()
    try:
        yield found
    finally:
        found.close()


def test_a_cluster_with_a_worker_killed_then_without_scheduler(
    cluster: Cluster, undisturbed: polars.DataFrame, tmp_path: Path
) -> None:
    """A killed worker loses nothing: the other goes on. Without the scheduler the sweep says so; what it had is kept,
    and this machine ends it."""

    def kill_a_worker(_advance: Any) -> None:
        cluster.workers[0].kill()

    found = sweep(design(POINTS), tmp_path / "out", cluster=cluster.address, progress=kill_a_worker)
    assert table(found).equals(undisturbed)

    def kill_the_scheduler(advance: Any) -> None:
        if advance.done > 4:
            cluster.scheduler.kill()

    with pytest.raises(ProblemsFound, match=r"the scheduler at .* is gone"):
        sweep(seeds(2000), tmp_path / "seeds", cluster=cluster.address, own=slow, progress=kill_the_scheduler)
    kept = read_result(tmp_path / "seeds").counts
    assert 0 < kept["done"] < 2000


def test_no_scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("scenarios.sweeps.pools.PATIENCE", 0.2)
    with pytest.raises(ProblemsFound, match="no scheduler answers"):
        sweep(design(2), tmp_path / "out", cluster=f"tcp://127.0.0.1:{free_port()}")
