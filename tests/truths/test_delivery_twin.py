"""Delivery with phases, vendors, help, side by side running and numbers that other initiatives change.

The kernel against its plain twin, every figure to 1e-9, and against the company where the world layer fixes it.
"""

from typing import Any

import numpy as np
import pytest

from sim.company import simulate
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES
from sim.roadmap import roadmap
from tests.naive.shops import EVERYTHING, PLANNER, SEED, Edit, adding_initiative, corner_shop, setting
from tests.truths.test_kernel_twin import check

GROWING: list[Edit] = [
    setting("risk_classes.package.per_integration", {"median": 1.05, "tail_odds": 1.4}),
    setting("risk_classes.package.per_doubling", {"reference": "6k", "median": 1.03, "tail_odds": 1.3}),
    setting("risk_classes.package.common_rank", 0.5),
    setting("initiatives.pos.integrations", 3),
    setting("initiatives.web.integrations", 1),
]
PHASED: list[Edit] = [
    setting(
        "initiatives.pos.phases",
        {
            "design": {"share": 0.2, "failure_probability": "0.05 to 0.3", "stop_above_cost": 1.2},
            "build": {"share": 0.5, "failure_probability": 0.1, "stop_above_duration": 1.3, "stop_above_cost": 1.1},
            "rollout": {"share": 0.3, "failure_probability": 0.1},
        },
    ),
    setting("initiatives.pos.failure_probability", 0),
    setting("initiatives.pos.benefit_if_failed", 0.4),
    setting("initiatives.pos.life_months", 7),
    setting("initiatives.pos.grant", {"probability": 1, "share": 0.5, "cap": "1M", "lag_months": 4}),
    setting("initiatives.web.failure_probability", 0.4),
    setting("initiatives.web.benefit_if_failed", 0.3),
    setting("initiatives.web.requires", [{"initiative": "pos", "if_fails": "proceed"}]),
]
SOLD: list[Edit] = [
    setting("initiatives.pos.lead_months", "0.5 to 4"),
    setting("initiatives.pos.deposit_share", 0.3),
    setting("initiatives.pos.available_month", "1 to 5"),
    setting("initiatives.web.lead_months", 2),
    setting("initiatives.web.deposit_share", 1),
    setting("profile.tax_rate", 0.4),
    setting("money.depreciation_months", 10),
    setting("money.inflation", {"technology": 0.1}),
    setting("initiatives.pos.financing", {"kind": "loan", "share": 0.6, "months": 14, "rate": 0.08}),
    setting("initiatives.web.financing", {"kind": "lease", "months": 12, "monthly_price": 400}),
    setting("initiatives.web.grant", {"probability": 0.7, "share": 0.5, "cap": "1M", "paid": "upfront"}),
    setting("initiatives.web.failure_probability", 0.5),
]
HELPED: list[Edit] = [
    setting(
        "initiatives.pos.help",
        {"capital": 500, "delivery": "1k to 3k", "days": {"it_days": 1.5}, "spread": 0.6, "tail": 0.5, "failure": 0.5},
    ),
    setting("initiatives.pos.failure_probability", 0.5),
    setting("initiatives.web.help", {"spread": 0}),
    setting("initiatives.web.grant", {"probability": 1, "share": 0.9, "cap": "1M"}),
]
BESIDE: list[Edit] = [
    setting(
        "initiatives.pos.parallel",
        {"months": 2, "running_per_month": "300 to 600", "skill_days": {"it_days": 5}, "dip": 0.4},
    ),
    setting("initiatives.pos.benefit_if_failed", 0.5),
    setting("initiatives.edr.parallel", {"months": 4, "skill_days": {"it_days": 6}}),
]
PREPARED: dict[str, Any] = {
    "initiatives.pos.capital": {"multiply": 0.8},
    "initiatives.pos.delivery": {"add": -1000, "competitive": True},
    "initiatives.pos.running_per_month": {"add": "-400 to -100"},
    "initiatives.pos.failure_probability": {"multiply": 0.2},
    "initiatives.pos.dip.depth": {"multiply": 0.3},
    "initiatives.pos.adoption.p": {"multiply": 2},
    "initiatives.pos.adoption.q": {"add": 1},
    "initiatives.pos.adoption.ceiling": {"multiply": 0.7},
    "initiatives.pos.help.spread": {"multiply": 0.1},
    "initiatives.pos.help.tail": {"add": -0.9},
    "people.clerk.headcount": {"add": 0.1},
}
OWN: list[Edit] = [
    setting("initiatives.pos.help", {"failure": 0.9}),
    setting("initiatives.pos.failure_probability", 0.6),
    adding_initiative(
        "prepare",
        {
            "delivery": "4k",
            "duration_months": 1,
            "adoption": {"roles": ["clerk"], "p": 6, "q": 2},
            "life_months": 9,
            "effects": PREPARED,
            "imitation": {"lag_months": 1, "half_life_months": 5},
        },
    ),
    adding_initiative(
        "coach",
        {
            "duration_months": 1,
            "effects": {
                "initiatives.prepare.adoption.p": {"multiply": 3},
                "initiatives.web.capital": {"add": "-12k to -2k"},
            },
            "failure_probability": 0.3,
            "benefit_if_failed": 0.5,
        },
    ),
    setting("initiatives.web.effects", {"initiatives.coach.failure_probability": {"multiply": 0}}),
    setting(
        "futures",
        {
            "boom": {
                "title": "suppliers are dear",
                "probability": 0.5,
                "start_month": "1 to 6",
                "months": 6,
                "changes": {"initiatives.pos.capital": {"add": "2k"}, "initiatives.web.running_per_month": {"add": 50}},
                **PLANNER,
            }
        },
    ),
]
EARLY = {"coach": 0, "prepare": 1, "pos": 4, "web": 6, "edr": 2}
LATE = {"prepare": 0, "pos": 1, "web": 0, "coach": 9, "cloud_backup": 3}
WORLDS = {
    "overrun that grows": (GROWING, [EVERYTHING, {"pos": 2, "edr": 4, "web": 3}]),
    "phases": ([*GROWING, *PHASED], [EVERYTHING, {"pos": 2, "edr": 4, "web": 3}]),
    "vendors": (SOLD, [EVERYTHING, {"pos": 6, "edr": 4, "web": 3}]),
    "help": (HELPED, [EVERYTHING, {"pos": 2, "edr": 4, "web": 3}]),
    "side by side": (BESIDE, [EVERYTHING, {"edr": 0, "pos": 2, "web": 4}]),
    "own numbers": (OWN, [EARLY, LATE]),
    "all": ([*GROWING, *OWN, *PHASED, *SOLD, *BESIDE], [EARLY, LATE]),
}


def shop(edits: list[Edit]) -> Any:
    """The corner shop with some blocks; an effect on the gate of an initiative with phases goes to its first phase."""

    def first_phase(written: dict[str, Any]) -> None:
        if "phases" in written["initiatives"]["pos"] and "prepare" in written["initiatives"]:
            effects = written["initiatives"]["prepare"]["effects"]
            moved = {
                path.replace("pos.failure", "pos.phases.design.failure"): effect for path, effect in effects.items()
            }
            written["initiatives"]["prepare"]["effects"] = moved

    return corner_shop(*edits, first_phase)


@pytest.mark.parametrize("name", WORLDS)
def test_kernel_and_twin(name: str) -> None:
    edits, roadmaps = WORLDS[name]
    reached = check(shop(edits), roadmaps, range(8))
    assert {"finished", "failed"} <= reached
    if name == "phases":
        assert "stopped" in reached


@pytest.mark.parametrize("name", ["phases", "all"])
def test_company_pays_as_the_kernel(name: str) -> None:
    """Which projects end how, and what they cost, is settled in the world layer: equal in both engines."""
    edits, roadmaps = WORLDS[name]
    scenario = shop(edits)
    for starts in roadmaps:
        plan = roadmap(scenario, starts)
        kernel, company = evaluate(scenario, plan, 6, SEED)[0], simulate(scenario, plan, 6, SEED)[0]
        np.testing.assert_array_equal(company.states, kernel.states)
        np.testing.assert_allclose(company.cost, kernel.cost, rtol=1e-9)
        for category in ("capital", "delivery", "running", "renewal", "grant"):
            k = CATEGORIES.index(category)
            np.testing.assert_allclose(company.categories[:, k], kernel.categories[:, k], rtol=1e-9, atol=1e-6)


def test_other_roadmaps_of_the_batch_change_nothing() -> None:
    """Numbers that are settled for one roadmap are not left behind for the next."""
    edits, roadmaps = WORLDS["all"]
    scenario = shop(edits)
    together = evaluate(scenario, [*roadmaps, *reversed(roadmaps)], 40, SEED)
    alone = [evaluate(scenario, one, 40, SEED)[0] for one in roadmaps]
    for row, one in zip(together, [*alone, *reversed(alone)], strict=True):
        np.testing.assert_array_equal(row.npv, one.npv)
    short = evaluate(scenario, [*roadmaps, {**EARLY, "web": 9}], 40, SEED, detail=False)
    np.testing.assert_array_equal(short[2].npv, evaluate(scenario, {**EARLY, "web": 9}, 40, SEED, detail=False)[0].npv)
