"""The kernel against the same model in vectorised NumPy: how many paths a second on one core.

Protocol. Scenario: the library retailer, the empty roadmap and one of eight initiatives, with all outputs. Before any
timing the two must agree: mean of the NPV, cost, need and every category within 4.5 standard errors, standard deviation
and 5 % quantile of the NPV within bounds that hold by the same odds (bootstrap). The kernel is compiled and run once;
the peer runs with every chunk of CHUNKS and keeps the fastest. Then both run in turn, several times; the figure is the
ratio of the medians of the time for a path. Every repeat has draws of its own, so that nothing can be remembered from
one to the next. Both draw the uncertain numbers in NumPy; that time is part of both.

    python -m benchmarks.kernel              print the comparison
    python -m benchmarks.kernel --smoke      the same with few draws, to see that it works
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.numpy_operations import Result
from benchmarks.numpy_peer import evaluate_with_numpy
from scenarios.load import load
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES
from sim.outcomes import Outcome
from sim.world import Scenario

PLAIN = Path(__file__).parent / "plain_retailer.yaml"
ROADMAP = {
    "pos": 0,
    "replatform": 1,
    "mfa": 2,
    "edr": 3,
    "cyber_insurance": 5,
    "inventory": 6,
    "awareness": 9,
    "cloud_server": 12,
}
CHUNKS = (1_024, 2_048, 4_096, 8_192)
SEED = 3
SIGMAS = 4.5


class DisagreementError(AssertionError):
    """Kernel and peer do not describe the same model."""


@dataclass(frozen=True)
class Comparison:
    """Seconds for a path under both roadmaps, one entry a repeat."""

    draws: int
    chunk: int
    kernel: tuple[float, ...]
    peer: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """How many times faster the kernel is."""
        return statistics.median(self.peer) / statistics.median(self.kernel)

    def __str__(self) -> str:
        kernel, peer = (1e6 * statistics.median(times) for times in (self.kernel, self.peer))
        spread = f"{min(self.peer) / max(self.kernel):.2f} to {max(self.peer) / min(self.kernel):.2f}"
        runs = f"{len(self.kernel)} repeats of {self.draws:,} draws, one core"
        return (
            f"kernel {kernel:.0f} us a path, NumPy peer {peer:.0f} us a path (chunk {self.chunk:,}): "
            f"{self.ratio:.2f} times as fast ({spread} over {runs})"
        )


def run_kernel(scenario: Scenario, roadmap: Mapping[str, int], draws: int, first_draw: int = 0) -> Outcome:
    return evaluate(scenario, roadmap, draws, SEED, first_draw=first_draw, threads=1)[0]


def run_peer(scenario: Scenario, roadmap: Mapping[str, int], draws: int, chunk: int) -> Result:
    return evaluate_with_numpy(scenario, [roadmap], draws, SEED, chunk)[0]


def validate(kernel: Outcome, peer: Result) -> None:
    """Raise unless both samples can come from one distribution. False alarm below 1e-3 over all figures together."""
    for name in ("npv", "cost", "trough", "need"):
        _same_mean(name, getattr(kernel, name), getattr(peer, name))
    for k, name in enumerate(CATEGORIES):
        _same_mean(f"category {name}", kernel.categories[:, k], peer.categories[:, k])
    _same_mean("share that pays back", np.isfinite(kernel.payback) * 1.0, np.isfinite(peer.payback) * 1.0)
    spreads: dict[str, Callable[[NDArray[np.float64]], float]] = {
        "standard deviation": lambda x: float(np.std(x)),
        "5 % quantile": lambda x: float(np.quantile(x, 0.05)),
    }
    for name, figure in spreads.items():
        a, b = kernel.npv, peer.npv
        error = np.hypot(_bootstrap_error(a, figure), _bootstrap_error(b, figure))
        _check(f"{name} of npv", figure(a), figure(b), float(error))


def _same_mean(name: str, a: NDArray[np.float64], b: NDArray[np.float64]) -> None:
    error = float(np.sqrt(np.var(a, ddof=1) / len(a) + np.var(b, ddof=1) / len(b)))
    _check(name, float(np.mean(a)), float(np.mean(b)), error)


def _check(name: str, a: float, b: float, error: float) -> None:
    if not abs(a - b) <= SIGMAS * error + 1e-9 * abs(a):
        raise DisagreementError(f"{name}: kernel {a:g}, peer {b:g}, standard error of the difference {error:g}")


def _bootstrap_error(sample: NDArray[np.float64], figure: Callable[[NDArray[np.float64]], float]) -> float:
    generator = np.random.default_rng(1)
    return float(np.std([figure(generator.choice(sample, len(sample))) for _ in range(100)]))


def compare(
    draws: int = 8_192,
    repeats: int = 5,
    validated_on: int = 20_000,
    file: Path = PLAIN,
    roadmap: Mapping[str, int] = ROADMAP,
) -> Comparison:
    """Validate, warm up, choose the peer's chunk, and time both in turn."""
    scenario = load(file)
    validate(run_kernel(scenario, roadmap, validated_on), run_peer(scenario, roadmap, validated_on, 4_096))
    chunks = [chunk for chunk in CHUNKS if chunk <= draws] or [draws]
    trials = {size: _seconds(partial(run_peer, scenario, roadmap, draws, size)) for size in chunks}
    chunk = min(trials, key=trials.__getitem__)
    kernel, peer = [], []
    for repeat in range(1, repeats + 1):
        kernel.append(_seconds(partial(run_kernel, scenario, roadmap, draws, repeat * draws)) / draws)
        peer.append(_seconds(partial(run_peer, scenario, roadmap, draws, chunk)) / draws)
    return Comparison(draws, chunk, tuple(kernel), tuple(peer))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kernel", description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="few draws")
    print(compare(512, 1, 2_000) if parser.parse_args().smoke else compare())


if __name__ == "__main__":
    main()
