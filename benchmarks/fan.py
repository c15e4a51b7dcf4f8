"""What the fans cost: five quantiles of a series in each month, beside the kernel that makes the months.

Protocol, on one core, in processor time of the thread. Before any timing the fan must be exact: equal to NumPy's
quantiles of flows whose present value is the NPV. Then, several times in turn and each time on draws of their own, so
that nothing is remembered: the kernel for values alone; the kernel that also writes the months; and on the blocks that
it wrote, (a) one fan of the cumulative cash, (b) all that `trajectories` collects (three fans, loss exceedance, rates
of return), (c) `numpy.quantile` month by month, which the sketch replaces. The figure of each part is the median of its
time over that of the kernel beside it.

    python -m benchmarks.fan              the retailer of the library, and the roadmap model without work items
    python -m benchmarks.fan --smoke      few draws, to see that it works
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.kernel import ROADMAP, SEED
from benchmarks.rows import Row
from scenarios.load import load
from sim.measures.sketch import QuantileSketch
from sim.montecarlo import evaluate
from sim.montecarlo.block import Block
from sim.montecarlo.collector import TrajectoryCollector
from sim.montecarlo.kpis import FLOW
from sim.trajectories import SHARES
from sim.world import Scenario

MODEL = Path(__file__).parent / "roadmap_model.yaml"
TARGET = 15.0  # per cent


class OneFan:
    """Collects one fan, that of the cumulative cash."""

    def __init__(self, months: int) -> None:
        self.sketch = QuantileSketch(months)

    def add(self, block: Block) -> None:
        self.sketch.add(cumulative(block))


@dataclass(frozen=True)
class Costs:
    """Seconds a draw by repeat: the kernel for values alone, the months beside it, and what is made of them."""

    scenario: str
    draws: int
    kernel: tuple[float, ...]
    months: tuple[float, ...]
    fan: tuple[float, ...]
    everything: tuple[float, ...]
    numpy: tuple[float, ...]

    def share(self, part: tuple[float, ...]) -> float:
        """Time of a part over that of the kernel."""
        return statistics.median(a / b for a, b in zip(part, self.kernel, strict=True))

    def __str__(self) -> str:
        parts = (
            ("one fan", self.fan),
            ("three fans, losses and rates", self.everything),
            ("NumPy's quantiles of one fan", self.numpy),
        )
        said = "; ".join(f"{name} {1e6 * statistics.median(p):.2f} us, {self.share(p):.2%}" for name, p in parts)
        return (
            f"{self.scenario}: kernel {1e6 * statistics.median(self.kernel):.1f} us a draw, writing the months "
            f"{self.share(self.months) - 1.0:+.1%} (within the noise of the machine); {said} of the kernel "
            f"({len(self.kernel)} repeats of {self.draws:,} draws, one core)"
        )


def cumulative(block: Block) -> NDArray[np.float64]:
    """(months, draws)"""
    base, own = block.trajectories[:2]
    flow = own[FLOW] - base[FLOW]
    for m in range(1, len(flow)):
        flow[m] += flow[m - 1]
    return np.asarray(flow)


def validate(scenario: Scenario, roadmap: Mapping[str, int], draws: int) -> None:
    """Raise unless the fan is that of the flows, and the flows are those of the NPV."""
    fan, blocks = OneFan(scenario.horizon_months), list[NDArray[np.float64]]()

    def collect(block: Block) -> None:
        fan.add(block)
        blocks.append(cumulative(block))

    outcome = evaluate(scenario, roadmap, draws, SEED, threads=1, detail=False, collect=collect)[0]
    whole = np.concatenate(blocks, axis=1)
    np.testing.assert_allclose(fan.sketch.quantiles(SHARES), np.quantile(whole, SHARES, axis=1), rtol=1e-12, atol=1e-9)
    flow = np.diff(whole, axis=0, prepend=0.0)
    discount = (1.0 + scenario.money.discount_rate) ** (-np.arange(len(flow)) / 12.0)
    worth = outcome.npv - outcome.residual
    np.testing.assert_allclose(discount @ flow, worth, rtol=0, atol=1e-9 * np.abs(flow).sum())


def measure(scenario: Scenario, roadmap: Mapping[str, int], draws: int = 8_192, repeats: int = 7) -> Costs:
    """Validate, warm up, time in turn."""
    validate(scenario, roadmap, min(draws, 4_096))
    months, cash = scenario.horizon_months, scenario.profile.cash_at_start
    times: list[list[float]] = [[], [], [], [], []]

    def run(first: int, collect: Callable[[Block], None] | None) -> None:
        evaluate(scenario, roadmap, draws, SEED, first_draw=first, threads=1, detail=False, collect=collect)

    for repeat in range(repeats):
        blocks: list[Block] = []

        def keep(block: Block, blocks: list[Block] = blocks) -> None:
            blocks.append(Block(block.first, block.npv.copy(), block.trajectories.copy()))

        def one_fan(blocks: list[Block] = blocks) -> None:
            fan = OneFan(months)
            for block in blocks:
                fan.add(block)
            fan.sketch.quantiles(SHARES)

        def everything(blocks: list[Block] = blocks) -> None:
            collector = TrajectoryCollector(months, cash, scenario.money.discount_rate)
            for block in blocks:
                collector.add(block)
            collector.fans()
            collector.losses()
            collector.rates.result()

        def with_numpy(blocks: list[Block] = blocks) -> None:
            whole = np.concatenate([cumulative(block) for block in blocks], axis=1)
            for row in whole:
                np.quantile(row, SHARES)

        first = 2 * repeat * draws
        works = (partial(run, first, None), partial(run, first + draws, keep), one_fan, everything, with_numpy)
        for kept, work in zip(times, works, strict=True):
            start = time.thread_time()
            work()
            kept.append((time.thread_time() - start) / draws)
    return Costs(scenario.name, draws, *(tuple(kept) for kept in times))


def cases() -> Iterator[tuple[Scenario, Mapping[str, int]]]:
    """The retailer with its work, and a roadmap alone."""
    model = load(MODEL)
    yield load("retailer"), ROADMAP
    yield model, {name: 3 * k for k, name in enumerate(model.initiatives)}


def rows(smoke: bool) -> Iterator[Row]:
    """What the fan of one amount adds to the kernel: writing the months and the quantiles, per cent of values alone."""
    for scenario, roadmap in cases():
        found = measure(scenario, roadmap, 256, 1) if smoke else measure(scenario, roadmap)
        added = tuple(
            100.0 * ((months + fan) / kernel - 1.0)
            for kernel, months, fan in zip(found.kernel, found.months, found.fan, strict=True)
        )
        what = f"fan of {len(SHARES)} quantiles by month on {scenario.name}: adds to the kernel"
        yield Row("fan", what, TARGET, "at most", added, str(found), unit=" %")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fan", description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="few draws")
    smoke = parser.parse_args().smoke
    for scenario, roadmap in cases():
        print(measure(scenario, roadmap, 256, 1) if smoke else measure(scenario, roadmap), flush=True)


if __name__ == "__main__":
    main()
