"""Readiness, maturity, ageing technology and unused running cost: the kernel against the plain twin, every figure to
1e-9, and the closed form of the mean with constant elasticity of substitution."""

import math
from typing import Any

import numpy as np
import pytest

from sim.mechanisms import immaturity, joint_readiness, support_cost
from tests.naive.markets import MARKET, REPUTATION
from tests.naive.shops import EVERYTHING, PLANNER, Edit, changing, corner_shop, setting
from tests.truths.test_kernel_twin import JUDGED, PHASED, RUN_OFF, TRAINED, check

READY = {"goals": "0.7 to 0.9", "resources": 0.6, "process": "0.4 to 0.6", **PLANNER}


def ready(substitution: float) -> list[Edit]:
    """Managers are trained by edr; pos and web need readiness, their effects on numbers of others included."""
    return [
        setting("readiness", {**READY, "substitution": substitution}),
        setting("initiatives.pos.needs_readiness", True),
        setting("initiatives.web.needs_readiness", True),
        changing("edr", "readiness.process", {"add": "0.1 to 0.3"}),
        changing("web", "readiness.goals", {"multiply": 1.5}),
        changing("pos", "initiatives.web.failure_probability", {"multiply": 0.4}),
        changing("pos", "initiatives.cloud_backup.capital", {"add": 2000}),
        setting(
            "futures",
            {
                "unrest": {
                    "title": "nobody has time",
                    "probability": 0.5,
                    "start_month": "2 to 6",
                    "months": 9,
                    "changes": {"readiness.resources": {"multiply": 0.4}, "profile.demand": {"multiply": 0.9}},
                    **PLANNER,
                }
            },
        ),
    ]


YOUNG = [
    setting("initiatives.pos.failure_probability", 0.3),
    setting("initiatives.pos.maturity", {"failure": "1.5 to 4", "half_life_months": "2 to 9"}),
    setting("initiatives.web.failure_probability", "0.2 to 0.4"),
    setting("initiatives.web.maturity", {"failure": 3, "half_life_months": 5}),
    setting("initiatives.edr.failure_probability", 0.1),
    changing("edr", "initiatives.web.maturity.failure", {"multiply": 0.5}),
]
OLD = [
    setting("systems.till.cost_growth_per_year", "0.05 to 0.2"),
    setting("systems.till.monthly_cost", 300),
    setting("systems.office.cost_growth_per_year", 0.3),
    setting("systems.office.monthly_cost", 200),
    setting("systems.office.on_failure", "replace"),
    setting("systems.office.refresh", {"at_age_years": 5, "cost": 900}),
    changing("edr", "systems.office.cost_growth_per_year", {"multiply": 0.5}),
    setting("market", {**MARKET, "age_sensitivity": "0.1 to 0.5"}),
    changing("web", "market.age_sensitivity", {"multiply": 0.6}),
]


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param(ready(0.2), id="readiness"),
        pytest.param([*ready(0.0), *JUDGED, changing("pos", "skills.it_days.level", {"add": 1})], id="lowest score"),
        pytest.param([*ready(1.0), *TRAINED], id="geometric mean"),
        pytest.param([*ready(3.0), *RUN_OFF], id="scores that make up for each other"),
        pytest.param(YOUNG, id="maturity"),
        pytest.param([*YOUNG[:2], *JUDGED, *PHASED, *YOUNG[3:]], id="maturity with gaps and phases"),
        pytest.param(OLD, id="ageing technology"),
        pytest.param([*OLD, setting("reputation", REPUTATION), *RUN_OFF], id="ageing technology in the run-off"),
        pytest.param([*ready(0.5), *YOUNG, *OLD], id="everything"),
    ],
)
def test_kernel_is_its_twin(edits: list[Edit]) -> None:
    check(corner_shop(*edits), [EVERYTHING, {"pos": 2, "edr": 4, "web": 3}, {"web": 0, "pos": 5}], range(4))


SCORES = [(0.8, 0.6, 0.5), (0.2, 0.9, 1.0), (0.01, 1.0, 1.0), (0.7, 0.7, 0.7)]


@pytest.mark.parametrize("scores", SCORES)
def test_limits_of_the_mean(scores: tuple[float, float, float]) -> None:
    """Minimum, harmonic, geometric and arithmetic mean; continuous around 1; between them it rises."""
    cases: list[tuple[float, Any]] = [
        (0.0, min(scores)),
        (0.5, 3 / sum(1 / x for x in scores)),
        (1.0, math.prod(scores) ** (1 / 3)),
        (math.inf, sum(scores) / 3),
    ]
    for substitution, expected in cases:
        assert joint_readiness(*scores, substitution) == pytest.approx(expected, rel=1e-12)
    assert joint_readiness(*scores, 1e-3) == pytest.approx(min(scores), rel=2e-3)
    for near in (1 - 1e-9, 1 + 1e-9):
        assert joint_readiness(*scores, near) == pytest.approx(math.prod(scores) ** (1 / 3), rel=1e-7)
    rising = [joint_readiness(*scores, s) for s in (0.0, 0.01, 0.2, 0.5, 0.9, 1.0, 1.1, 3.0, 100.0)]
    assert np.all(np.diff(rising) >= -1e-12)


def test_scores_of_one_are_exactly_one() -> None:
    for substitution in (0.0, 1e-9, 0.2, 1.0, 1 + 1e-12, 5.0, math.inf):
        assert joint_readiness(1.0, 1.0, 1.0, substitution) == 1.0


def test_maturity_and_support_cost_by_hand() -> None:
    assert immaturity(4.0, 6.0, 18.0) == pytest.approx(1 + 3 / 8)
    assert support_cost(0.2, 1.5) * support_cost(0.2, -1.5) == pytest.approx(1.0)
    assert support_cost(0.2, 3.0) == pytest.approx(1.728)
