"""Learning, key persons, the dip after go-live and gaps of skills: directions, null cases, both engines."""

from itertools import pairwise

import numpy as np
import pytest

from scenarios.review import review
from sim.company import simulate
from sim.errors import ProblemsFound
from sim.mechanisms.delivery import FAILED
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import KPIS
from sim.outcomes import Outcome
from sim.world import Scenario
from tests.naive.shops import SEED, Edit, changing, corner_shop, setting

USE = [kpi.name for kpi in KPIS].index("utilisation")
PLAN = {"pos": 0}
LEARNING = {"proficiency": 0.5, "half_life_months": 4}
KEY = {"seat": 2, "depth": 0.4, "months": 6}
QUITTING = [setting("people.clerk.annual_turnover", 1.0), setting("people.clerk.hiring_months", 0)]


def shop(*edits: Edit) -> Scenario:
    return corner_shop(*QUITTING, setting("initiatives.pos.failure_probability", 0), *edits)


def used(scenario: Scenario, plan: dict[str, int] = PLAN) -> np.ndarray:
    """(draws, years) utilisation"""
    return evaluate(scenario, plan, 60, SEED)[0].kpis[:, USE]


LADDERS = [
    [setting("people.clerk.learning", {**LEARNING, "proficiency": start}) for start in (0.9, 0.6, 0.3)],
    [setting("people.clerk.learning", {**LEARNING, "half_life_months": months}) for months in (1, 4, 12)],
    [setting("people.clerk.key_person", {**KEY, "depth": depth}) for depth in (0.1, 0.3, 0.6)],
    [setting("people.clerk.key_person", {**KEY, "months": months}) for months in (2, 6, 18)],
    [setting("initiatives.pos.dip.depth", depth) for depth in (0.05, 0.2, 0.5)],
    [setting("initiatives.pos.dip.months", months) for months in (1, 3, 9)],
    [setting("initiatives.pos.dip.hold_months", months) for months in (0, 2, 6)],
    [setting("initiatives.pos.dip.length", factor) for factor in (0.4, 1.0, 3.0)],
]


@pytest.mark.parametrize("ladder", LADDERS)
def test_slower_people_are_busier(ladder: list[Edit]) -> None:
    """Patient and loyal customers, so that all work comes and is done: utilisation never falls, and rises in the mean.

    Within 1e-9 a draw in the first two years.
    """
    patient = setting("processes.counter.patience_minutes", None)
    loyal = setting("profile.customers.service_churn", 0)
    light = [setting("processes.counter.arrivals_per_day", 30), setting("correlations", [])]
    rungs = [used(shop(patient, loyal, *light, edit))[:, :2] for edit in ladder]
    for lower, higher in pairwise(rungs):
        assert np.all(higher >= lower - 1e-9)
        assert higher.mean() > lower.mean() + 1e-4


def test_blocks_of_zero_strength_change_no_bit() -> None:
    bare = evaluate(shop(), PLAN, 60, SEED)[0]
    for edit in (
        setting("people.clerk.learning", {**LEARNING, "proficiency": 1}),
        setting("people.clerk.key_person", {**KEY, "depth": 0}),
        setting("initiatives.pos.dip.length", 1),
        setting("skills.it_days.level", 3),
    ):
        null = evaluate(shop(edit), PLAN, 60, SEED)[0]
        np.testing.assert_array_equal(null.npv, bare.npv)
        np.testing.assert_array_equal(null.kpis, bare.kpis)


@pytest.mark.parametrize(
    "cure",
    [
        changing("edr", "people.clerk.key_person.depth", {"multiply": 0.2}),
        changing("edr", "people.clerk.learning.proficiency", {"add": 0.4}),
        changing("edr", "initiatives.pos.dip.length", {"multiply": 0.3}),
        changing("edr", "initiatives.pos.dip.depth", {"multiply": 0.3}),
    ],
)
def test_documentation_induction_and_support_are_levers(cure: Edit) -> None:
    ill = [setting("people.clerk.learning", LEARNING), setting("people.clerk.key_person", KEY)]
    ill += [setting("initiatives.pos.dip", {"roles": ["clerk"], "depth": 0.4, "months": 6})]
    plan = {"pos": 3, "edr": 0}
    assert used(shop(*ill, cure), plan)[:, :2].mean() < used(shop(*ill), plan)[:, :2].mean() - 0.001


def test_both_engines_slow_down_alike() -> None:
    """What newcomers, a lost key person and a long dip add to utilisation: 40 draws, the engines' means within 0.01."""
    slow = shop(
        setting("people.clerk.learning", LEARNING), setting("people.clerk.key_person", KEY),
        setting("initiatives.pos.dip", {"roles": ["clerk"], "depth": 0.3, "hold_months": 3, "months": 6}),
    )  # fmt: skip
    rises = [
        float((engine(slow, PLAN, 40, SEED)[0].kpis - engine(shop(), PLAN, 40, SEED)[0].kpis)[:, USE].mean())
        for engine in (evaluate, simulate)
    ]
    assert rises[0] > 0.03
    assert rises[1] == pytest.approx(rises[0], abs=0.01)


def rated(asked: float, level: float, *edits: Edit) -> Scenario:
    return corner_shop(
        setting("skills.it_days", {"role": "it", "days_per_month": 20, "level": level, "gap_failure": 0.2,
                                   "gap_work": 0.5, "origin": "planner assumption"}),
        setting("initiatives.pos.difficulty", {"it_days": asked}), setting("initiatives.pos.failure_probability", 0.1),
        *edits,
    )  # fmt: skip


def failures(outcome: Outcome) -> np.ndarray:
    return outcome.states[:, 0] == FAILED


def test_a_gap_makes_failure_likelier_as_the_formula_says() -> None:
    """1 - 0.9 * 0.8^gap of 3,000 draws: false alarm 6e-5 a gap (four standard errors); failures are nested."""
    before, as_planned = None, setting("initiatives.pos.risk_class", None)
    for gap in (0.0, 1.0, 2.5):
        failed = failures(evaluate(rated(2 + gap, 2, as_planned), PLAN, 3000, SEED)[0])
        share = 1 - 0.9 * 0.8**gap
        assert abs(failed.mean() - share) < 4 * np.sqrt(share * (1 - share) / 3000)
        assert before is None or not (before & ~failed).any()
        before = failed
    easy = evaluate(rated(1, 2), PLAN, 300, SEED)[0]
    np.testing.assert_array_equal(easy.npv, evaluate(rated(2, 2), PLAN, 300, SEED)[0].npv)


def test_missing_levels_make_work_longer() -> None:
    """Own days: the company and the kernel agree on every month of work; 1 + 0.5 * 2 times the work."""
    from sim.company.company import replicate
    from sim.parameters import parameters
    from sim.roadmap import roadmap

    starts = []
    for level in (4, 2):
        scenario = rated(4, level, setting("initiatives.pos.risk_class", None))
        one = replicate(parameters(scenario), roadmap(scenario, PLAN), 5, SEED)
        starts.append(int(one.go_live[0]))
    assert starts == [3, 6]


def test_a_raised_level_counts_from_the_month_in_which_the_work_starts() -> None:
    """A course that is live before the start closes the gap; one that comes later changes no outcome of the work."""
    course = changing("edr", "skills.it_days.level", {"add": 2})
    scenario = rated(4, 2, course)
    early, late = (failures(evaluate(scenario, {"pos": 2, "edr": s}, 500, SEED)[0]) for s in (0, 10))
    np.testing.assert_array_equal(early, failures(evaluate(rated(2, 2), {"pos": 2, "edr": 0}, 500, SEED)[0]))
    np.testing.assert_array_equal(late, failures(evaluate(rated(4, 2), {"pos": 2}, 500, SEED)[0]))
    kernel, company = (engine(scenario, {"pos": 2, "edr": 0}, 10, SEED)[0] for engine in (evaluate, simulate))
    np.testing.assert_array_equal(kernel.states, company.states)
    np.testing.assert_allclose(kernel.cost, company.cost, rtol=1e-9)


def test_check_shows_what_is_missing() -> None:
    scenario = rated(
        4, 2,
        setting("initiatives.pos.adoption.training", {"ceiling": 1.2, "half_life_months": 3}),
        setting("initiatives.pos.adoption.involvement", {"share": 0.1, "ceiling_loss": 0.5, "abandonment": 1}),
    )  # fmt: skip
    warnings = [line for line in review(scenario).warnings if line.startswith("pos: ")]
    assert len(warnings) == 3
    assert "never refreshed, and half of what it adds is gone after 3 months" in warnings[0]
    assert "45% of the ceiling of adoption is lost" in warnings[1]
    assert "it takes 2 times the work and fails with probability 42% instead of 10%" in warnings[2]


def test_check_counts_gates_and_help_where_levels_are_missing() -> None:
    """Two gates of 10 and 40 %, halved by help: 1 - 0.95 * 0.8 = 24 %; two missing levels of 20 % each: 51 %."""
    gates = {"plan": {"share": 0.5, "failure_probability": 0.1}, "build": {"share": 0.5, "failure_probability": 0.4}}
    scenario = rated(
        4, 2,
        setting("initiatives.pos.failure_probability", 0),
        setting("initiatives.pos.phases", gates),
        setting("initiatives.pos.help", {"failure": 0.5}),
    )  # fmt: skip
    (warning,) = [line for line in review(scenario).warnings if "levels are missing" in line]
    assert "fails with probability 51% instead of 24%" in warning


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            setting("people.clerk.key_person", {**KEY, "seat": 9}),
            "9 is not a seat of this role; 1 to 4",
        ),
        (setting("people.clerk.learning", {**LEARNING, "proficiency": 0}), "outside the allowed range 0.1 to 1"),
        (setting("initiatives.pos.adoption.training", {"p": 0.5, "half_life_months": 3}), "range 1 to 20"),
        (setting("initiatives.pos.difficulty", {"it_days": 2}), "has no level to hold against the difficulty"),
        (setting("initiatives.pos.difficulty", {"it_dayz": 2}), "there is no skill named it_dayz"),
        (setting("initiatives.pos.difficulty", {"it_days": 12}), "12 is no level of a skill"),
        (setting("initiatives.basic_backup.difficulty", {"it_days": 2}), "takes no days of it_days"),
    ],
)
def test_what_means_nothing_is_refused(edit: Edit, message: str) -> None:
    with pytest.raises((ValueError, ProblemsFound), match=message):
        corner_shop(edit)
