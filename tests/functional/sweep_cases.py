"""What the tests of sweeps share: a design, a driver to kill, and work that is no engine."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scenarios import sweep
from scenarios.sweeps.points import Point
from sim.world import Scenario

ROOT = Path(__file__).resolve().parents[2]
SHOP = str(ROOT / "tests" / "data" / "corner_shop.yaml")
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}


def design(points: int = 40, draws: int = 64) -> dict[str, Any]:
    """Two roadmaps at each point of a Latin hypercube; in some of them the first is not allowed."""
    return {
        "version": 1,
        "name": "rates",
        "scenario": SHOP,
        "work": {"draws": draws, "roadmaps": {"till": {"pos": 0}, "nothing": {}}},
        "design": {
            "kind": "latin_hypercube",
            "points": points,
            "factors": {
                "money.discount_rate": {"low": 0.03, "high": 0.2},
                "initiatives.pos.earliest_month": {"levels": [0, 0, 0, 3]},
                "initiatives.pos.capital": {"multiply": "0.8 to 1.5"},
            },
        },
    }


def seeds(points: int) -> dict[str, Any]:
    """One point for each seed, for work that is no engine."""
    return {
        "version": 1,
        "name": "seeds",
        "scenario": SHOP,
        "work": {"roadmaps": {"nothing": {}}, "measures": ["first", "second"]},
        "design": {"kind": "grid", "factors": {"seed": list(range(points))}},
    }


def cheap(scenario: Scenario, points: Sequence[Point]) -> list[tuple[float, float]]:
    """Work that takes no time."""
    return [(float(point.seed), scenario.horizon_months + point.seed % 7) for point in points]


def slow(scenario: Scenario, points: Sequence[Point]) -> list[tuple[float, float]]:
    """Work that takes 20 ms."""
    time.sleep(0.02 * len(points))
    return cheap(scenario, points)


def deadly(scenario: Scenario, points: Sequence[Point]) -> list[tuple[float, float]]:
    """The point with seed 5 kills its process."""
    if any(point.seed == 5 for point in points):
        os._exit(9)
    return cheap(scenario, points)


if __name__ == "__main__":  # a driver to kill: folder, number of points, workers
    sweep(design(int(sys.argv[2])), sys.argv[1], workers=int(sys.argv[3]), resume=True)
