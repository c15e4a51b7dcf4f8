"""Common random numbers at work: how much of the noise of two similar roadmaps cancels, in both engines.

For the recommended roadmap of a scenario and each of its neighbours (one initiative a quarter earlier or later, one
left out), on the same draws:

    ratio = Var(A - B) / (Var A + Var B)          of the NPV against the baseline; 1: as with independent draws

Target: a median of at most 0.2 in the kernel, and of at most 0.5 in the company, where every item adds luck of its own.

    python -m benchmarks.common_numbers [SCENARIO ...]     print the table, for the whole library unless named
    python -m benchmarks.common_numbers --smoke            few draws, one scenario
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optimize import PlanLimits, plan
from scenarios.load import library, load
from sim.company import simulate
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from sim.outcomes import Outcome
from sim.roadmap import Roadmap, roadmap
from sim.world import Scenario

SEED = 11
QUARTER = 3
PLAN = PlanLimits(report_draws=256, selection_draws=512)


@dataclass(frozen=True)
class Cancelled:
    """Ratio of each neighbour in one engine; `names` says what is different."""

    scenario: str
    engine: str
    draws: int
    names: tuple[str, ...]
    ratios: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.ratios)

    def __str__(self) -> str:
        worst = max(range(len(self.ratios)), key=lambda k: self.ratios[k])
        return (
            f"{self.scenario}, {self.engine}: median {self.median:.3f} of {len(self.ratios)} neighbours, "
            f"worst {self.ratios[worst]:.3f} ({self.names[worst]}), {self.draws:,} draws"
        )


def neighbours(scenario: Scenario, centre: Roadmap) -> Iterator[tuple[str, Roadmap]]:
    """What differs, and the roadmap; those that the scenario does not allow are left out."""
    for name, start in centre.starts:
        for change, other in (("earlier", start - QUARTER), ("later", start + QUARTER), ("dropped", None)):
            starts = {**centre.as_dict, name: other}
            try:
                yield f"{name} {change}", roadmap(scenario, {i: m for i, m in starts.items() if m is not None})
            except ProblemsFound:
                continue


def ratios(outcomes: Sequence[Outcome]) -> tuple[float, ...]:
    """Of the first outcome against each of the others, on the same draws; 0 where both are constant."""
    centre = outcomes[0].npv
    found = []
    for other in outcomes[1:]:
        apart = float(np.var(centre) + np.var(other.npv))
        found.append(float(np.var(centre - other.npv)) / apart if apart > 0.0 else 0.0)
    return tuple(found)


def measure(scenario: Scenario, draws: int, replications: int) -> list[Cancelled]:
    """The ratios of the kernel and of the company around the recommended roadmap.."""
    found = plan(scenario, SEED, PLAN)
    centre = roadmap(scenario, found.roadmap)
    names, others = zip(*neighbours(scenario, centre), strict=True)
    of_kernel = evaluate(scenario, [centre, *others], draws, SEED).outcomes
    of_company = simulate(scenario, [centre, *others], replications, SEED, workers=2).outcomes
    return [
        Cancelled(scenario.name, engine, n, names, ratios(outcomes))
        for engine, n, outcomes in (("kernel", draws, of_kernel), ("company", replications, of_company))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.common_numbers", description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="*", default=library(), help="scenarios; the library unless named")
    parser.add_argument("--smoke", action="store_true", help="few draws, one scenario")
    asked = parser.parse_args()
    draws, replications = (256, 4) if asked.smoke else (8_192, 60)
    for name in asked.scenarios[:1] if asked.smoke else asked.scenarios:
        print(*measure(load(name), draws, replications), sep="\n", flush=True)


if __name__ == "__main__":
    main()
