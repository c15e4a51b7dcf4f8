"""Do the engines agree on the businesses of the library? The baseline, the recommended roadmap and two random ones.

For each business a plan is made, then `verify` compares kernel and company on draws that neither the plan nor the
calibration has seen. Demanded: no FAIL, and at most one figure in ten REVIEW; what needs more replications (TOO FEW) is
counted, not hidden. Whether the company sees the roadmaps in another order than the kernel is told as well.

    python -m benchmarks.agreement [SCENARIO ...]     the whole library unless named; exit code 1 if a demand is missed
    python -m benchmarks.agreement --smoke            few replications, the smallest business, without a plan
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass

from optimize import plan
from optimize.random_roadmaps import random_roadmaps
from scenarios.agreement import Agreement, Verdict
from scenarios.load import library, load
from scenarios.verify import verify
from sim.world import Scenario

SEED = 1
RANDOM = 2
MOST_REVIEWS = 0.1
REPLICATIONS = 120


@dataclass(frozen=True)
class Found:
    """The comparison of one business, and the seconds that it took without the plan."""

    agreement: Agreement
    seconds: float

    @property
    def meets(self) -> bool:
        """No FAIL, few REVIEW, and no order reversed for sure."""
        rows = len(self.agreement.rows)
        few = self.agreement.count(Verdict.REVIEW) <= MOST_REVIEWS * rows
        same_order = all(pair.told != "reversed" for pair in self.agreement.order)
        return self.agreement.count(Verdict.FAIL) == 0 and few and same_order

    def __str__(self) -> str:
        told = ", ".join(f"{self.agreement.count(verdict)} {verdict.value}" for verdict in Verdict)
        orders = sum(pair.told == "reversed" for pair in self.agreement.order)
        return (
            f"{self.agreement.scenario}: {told} of {len(self.agreement.rows)}; {orders} of {len(self.agreement.order)} "
            f"orders reversed; {self.agreement.replications} replications of {len(self.agreement.roadmaps) + 1} arms, "
            f"{self.seconds:.0f} s"
        )


def compare(scenario: Scenario, replications: int = REPLICATIONS, planned: bool = True) -> Found:
    """Plan, then verify."""
    roadmaps = [dict(one) for one in random_roadmaps(scenario, RANDOM, SEED)]
    if planned:
        roadmaps.insert(0, dict(plan(scenario, SEED).roadmap))
    start = time.perf_counter()
    found = verify(scenario, roadmaps, SEED, replications=replications, workers=os.cpu_count() or 1)
    return Found(found, time.perf_counter() - start)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.agreement", description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="*", default=library(), help="scenarios; the library unless named")
    parser.add_argument("--smoke", action="store_true", help="few replications, one business, no plan")
    asked = parser.parse_args()
    if asked.smoke:
        print(compare(load("agency"), 4, planned=False))
        return 0
    every = []
    for name in asked.scenarios:
        every.append(compare(load(name)))
        print(every[-1], flush=True)
    return 0 if all(found.meets for found in every) else 1


if __name__ == "__main__":
    sys.exit(main())
