"""Readiness for change, maturity of technology, the age of systems in cost and choice, and running cost of what nobody
uses: closed forms, directions draw by draw, null cases, refusals, both engines."""

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from optimize.plan_limits import PlanLimits
from optimize.structure import Structure, relations
from optimize.valuation import rules
from scenarios.review import review
from sim.company import simulate
from sim.mechanisms import immaturity, joint_readiness
from sim.mechanisms.delivery import FAILED
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES, KPI_NAMES
from sim.outcomes import Outcome
from sim.world import Scenario
from sim.world.market_references import market_problems
from tests.naive.markets import quiet
from tests.naive.shops import EVERYTHING, PLANNER, SEED, Edit, adding_initiative, changing, corner_shop, setting
from tests.unit.bad_files import edited, problems_of

Floats = NDArray[np.float64]
DRAWS = 64
READY = {"goals": 0.8, "resources": 0.6, "process": 0.5, "substitution": 0.2, **PLANNER}
SAVING = {
    "duration_months": 1,
    "needs_readiness": True,
    "effects": {"profile.fixed_costs_per_month": {"add": -1000}},
}
COACHING = {"duration_months": 1, "effects": {"readiness.process": {"add": 0.3}}}
CAPITAL, OVERHEAD, RUNNING = (CATEGORIES.index(name) for name in ("capital", "overhead", "running"))
MARKET = {"size": 9000, "moves_per_month": 0.1, "utility": 0, "rivals": {"chain": {"utility": 1}}, **PLANNER}


def shop(*edits: Edit) -> Scenario:
    return corner_shop(setting("money.discount_rate", 0), *edits)


def ready(*edits: Edit, **block: Any) -> Scenario:
    """A saving that needs readiness, and a coaching of those who lead change."""
    saving, coaching = (adding_initiative(*pair) for pair in (("saving", deepcopy(SAVING)), ("coaching", COACHING)))
    return shop(setting("readiness", {**READY, **block}), saving, coaching, *edits)


def saved(scenario: Scenario, starts: dict[str, int], engine: Any = evaluate) -> Floats:
    """(draws,) fixed cost saved within the horizon."""
    return np.asarray(engine(scenario, starts, 3, SEED)[0].categories[:, OVERHEAD])


def kpi(outcome: Outcome, name: str) -> Floats:
    """(draws, years)"""
    return np.asarray(outcome.kpis[:, KPI_NAMES.index(name)])


def assert_same_figures(one: Outcome, other: Outcome) -> None:
    for name in ("npv", "cost", "payback", "trough", "need", "categories", "kpis", "baseline_kpis", "states"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


# --- readiness -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", [evaluate, simulate])
def test_benefit_is_that_of_the_readiness_of_each_month(engine: Any) -> None:
    """35 months of 1,000 at 0.8, 0.6, 0.5; from month 12 on at a process of 0.8, while coaching works."""
    before, after = (joint_readiness(0.8, 0.6, process, 0.2) for process in (0.5, 0.8))
    np.testing.assert_allclose(saved(ready(), {"saving": 0}, engine), 35_000 * before, rtol=1e-9)
    coached = saved(ready(), {"saving": 0, "coaching": 11}, engine)
    np.testing.assert_allclose(coached, 11_000 * before + 24_000 * after, rtol=1e-9)


def test_scores_of_one_change_no_bit() -> None:
    plain = corner_shop()
    full = corner_shop(
        setting("readiness", {"goals": 1, "resources": 1, "process": 1, **PLANNER}),
        *(setting(f"initiatives.{name}.needs_readiness", True) for name in ("pos", "web", "cloud_backup")),
    )
    assert_same_figures(*(evaluate(one, EVERYTHING, DRAWS, SEED)[0] for one in (plain, full)))
    assert_same_figures(*(simulate(one, EVERYTHING, 2, SEED)[0] for one in (plain, full)))


def test_who_does_not_need_it_keeps_its_benefit() -> None:
    free = ready(setting("initiatives.saving.needs_readiness", False), setting("initiatives.pos.needs_readiness", True))
    np.testing.assert_allclose(saved(free, {"saving": 0}), 35_000, rtol=1e-9)


@pytest.mark.parametrize("score", ["goals", "resources", "process"])
def test_a_higher_score_never_saves_less(score: str) -> None:
    rungs = [saved(ready(**{score: level}), {"saving": 0})[0] for level in (0.1, 0.3, 0.6, 1.0)]
    assert np.all(np.diff(rungs) >= 0.0)
    assert rungs[-1] > rungs[0]


def test_easier_substitution_never_saves_less() -> None:
    rungs = [saved(ready(substitution=s), {"saving": 0})[0] for s in (0, 0.05, 0.5, 1, 4, 100)]
    assert rungs[0] == pytest.approx(35_000 * 0.5, rel=1e-9)
    assert np.all(np.diff(rungs) > 0.0)
    assert rungs[-1] < 35_000 * 1.9 / 3


@pytest.mark.parametrize("engine", [evaluate, simulate])
def test_effects_on_scores_count_in_full_whoever_needs_readiness(engine: Any) -> None:
    """No circle: the saving lifts the process from 0.5 to 0.9 by itself, in full."""
    both = ready(changing("saving", "readiness.process", {"add": 0.4}))
    np.testing.assert_allclose(
        saved(both, {"saving": 0}, engine), 35_000 * joint_readiness(0.8, 0.6, 0.9, 0.2), rtol=1e-9
    )


@pytest.mark.parametrize("engine", [evaluate, simulate])
def test_what_it_changes_of_another_is_scaled_by_the_readiness_of_that_start(engine: Any) -> None:
    """The saving makes later work dearer by 10,000 in full: by the readiness of the month in which the work starts."""
    work = adding_initiative("work", {"capital": 5000, "duration_months": 1})
    dearer = ready(work, changing("saving", "initiatives.work.capital", {"add": 10_000}))
    for process, starts in ((0.5, {"coaching": 20}), (0.8, {"coaching": 2})):
        found = engine(dearer, {"saving": 0, "work": 12, **starts}, 2, SEED)[0].categories[:, CAPITAL]
        np.testing.assert_allclose(found, -5000 - 10_000 * joint_readiness(0.8, 0.6, process, 0.2), rtol=1e-9)


def test_readiness_joins_those_who_raise_and_those_who_need_it() -> None:
    scenario = ready()
    pairs = relations(scenario, Structure(rules(scenario, SEED, PlanLimits(cost_draws=2)).problem))
    assert pairs["saving", "coaching"]
    assert not pairs["cloud_backup", "coaching"]


def test_review_names_the_weakest_score() -> None:
    (said,) = (text for text in review(ready()).warnings if text.startswith("readiness"))
    assert "process" in said
    assert "saving" in said
    assert f"{joint_readiness(0.8, 0.6, 0.5, 0.2):.0%}" in said


# --- maturity --------------------------------------------------------------------------------------------------------


def young(**block: Any) -> Scenario:
    work = {"duration_months": 1, "failure_probability": 0.2, "maturity": {"failure": 3, "half_life_months": 6}}
    return shop(adding_initiative("work", {**work, **block}))


def failed(scenario: Scenario, start: int, engine: Any = evaluate, draws: int = 4000) -> NDArray[np.bool_]:
    return np.asarray(engine(scenario, {"work": start}, draws, SEED)[0].states[:, -1] == FAILED)


def test_waiting_lowers_the_risk_as_the_formula_says() -> None:
    """4,000 draws; false alarm 7e-6 a start (4.5 standard errors). What fails late fails early too."""
    before = None
    for start in (0, 3, 6, 18):
        lost, expected = failed(young(), start), 0.2 * immaturity(3.0, 6.0, float(start))
        assert abs(lost.mean() - expected) < 4.5 * np.sqrt(expected * (1 - expected) / 4000)
        assert before is None or not (lost & ~before).any()
        before = lost


def test_probabilities_stay_probabilities_and_engines_agree() -> None:
    certain = young(failure_probability=0.6)
    assert failed(certain, 0).all()
    assert not failed(certain, 12).all()
    for start in (0, 5):
        np.testing.assert_array_equal(failed(young(), start, draws=12), failed(young(), start, simulate, 12))


def test_every_gate_matures_and_the_start_counts_that_is_kept() -> None:
    """Two phases; the vendor takes orders from month 9 on, so a start planned for month 0 is as risky as one in 9."""
    phases = {name: {"share": 0.5, "failure_probability": 0.2} for name in ("try", "build")}
    staged = {"failure_probability": 0, "phases": phases}
    chance = 0.2 * immaturity(3.0, 6.0, 9.0)
    expected = 1 - (1 - chance) ** 2
    late = failed(young(**staged), 9)
    assert abs(late.mean() - expected) < 4.5 * np.sqrt(expected * (1 - expected) / 4000)
    np.testing.assert_array_equal(failed(young(**staged, available_month=9), 0), late)


def test_a_factor_of_one_changes_no_bit() -> None:
    mature = young(maturity={"failure": 1, "half_life_months": 6})
    plain = young(maturity=None)
    assert_same_figures(*(evaluate(one, {"work": 2}, DRAWS, SEED)[0] for one in (mature, plain)))


def test_engines_deliver_alike_where_readiness_moves_levels_and_risks() -> None:
    """Gaps of skills, maturity and what others change of it, all scaled by a readiness that a coaching raises: the same
    projects fail in both engines, draw by draw, and each of them costs the same."""
    scenario = ready(
        setting("skills.it_days.level", "1 to 3"),
        setting("skills.it_days.gap_failure", 0.3),
        setting("skills.it_days.gap_work", 0.5),
        setting("initiatives.pos.difficulty", {"it_days": 4}),
        setting("initiatives.pos.maturity", {"failure": 4, "half_life_months": 5}),
        setting("initiatives.pos.failure_probability", "0.05 to 0.15"),
        changing("saving", "skills.it_days.level", {"add": 2}),
        changing("saving", "initiatives.pos.maturity.failure", {"multiply": 0.5}),
    )
    plans = [{"pos": 6, "saving": 0, "coaching": 3}, {"pos": 1}, {"pos": 6, "saving": 2}]
    states = []
    for one, other in zip(evaluate(scenario, plans, 10, SEED), simulate(scenario, plans, 10, SEED), strict=True):
        np.testing.assert_array_equal(one.states, other.states)
        np.testing.assert_allclose(one.categories[:, CAPITAL], other.categories[:, CAPITAL], rtol=1e-9)
        states += [one.states[:, 0]]
    assert (states[1] == FAILED).sum() > (states[0] == FAILED).sum()


# --- age of technology -----------------------------------------------------------------------------------------------

COSTLY = [setting("systems.till.monthly_cost", 100), setting("systems.office.monthly_cost", 0)]
LEVER = adding_initiative("renew", {"duration_months": 1, "refreshes": ["till", "office"]})


@pytest.mark.parametrize("engine", [evaluate, simulate])
def test_running_cost_grows_with_the_age_and_a_refresh_brings_it_back(engine: Any) -> None:
    """100 (1.2)^(m / 12) without it; from month 13 on a till that was five years old is new."""
    scenario = shop(*COSTLY, LEVER, setting("systems.till.cost_growth_per_year", 0.2))
    months = np.arange(36)
    old = 100 * 1.2 ** (months / 12)
    new = np.where(months < 13, old, 100 * 1.2 ** ((months - 13) / 12 - 5))
    found = engine(scenario, {"renew": 12}, 2, SEED)[0]
    np.testing.assert_allclose(found.categories[:, RUNNING], old.sum() - new.sum(), rtol=1e-9)


def aged(*edits: Edit) -> Scenario:
    return shop(*quiet(), *COSTLY, LEVER, setting("market", {**MARKET, "age_sensitivity": 0.4}), *edits)


def test_older_systems_lose_customers_and_younger_ones_win_them() -> None:
    one = evaluate(aged(), {"renew": 5}, DRAWS, SEED)[0]
    still = evaluate(shop(*quiet(), *COSTLY, LEVER, setting("market", MARKET)), {"renew": 5}, DRAWS, SEED)[0]
    customers = KPI_NAMES.index("customers")
    assert np.all(one.baseline_kpis[:, customers, 2] < still.baseline_kpis[:, customers, 2])
    assert np.all(one.kpis[:, customers, 1:] > still.kpis[:, customers, 1:])
    ladder = [
        evaluate(aged(setting("market.age_sensitivity", s)), {}, DRAWS, SEED)[0].kpis[:, customers, 2]
        for s in (0.1, 0.4, 1.0)
    ]
    assert np.all(np.diff(ladder, axis=0) < 0.0)


def test_ages_count_where_nobody_looks_at_kpis() -> None:
    """Runs without detail, as the search makes them, are worth the same to the last bit."""
    growing = aged(setting("systems.office.monthly_cost", 80), setting("systems.office.cost_growth_per_year", 0.15))
    plans = [{"renew": 5}, {"renew": 20, "pos": 3}, {"edr": 1}]
    full, brief = (evaluate(growing, plans, DRAWS, SEED, detail=detail) for detail in (True, False))
    for one, other in zip(full, brief, strict=True):
        np.testing.assert_array_equal(one.npv, other.npv)
        np.testing.assert_array_equal(one.trough, other.trough)


def test_no_growth_and_no_sensitivity_change_no_bit() -> None:
    plain = corner_shop(setting("market", MARKET))
    null = corner_shop(
        setting("market", {**MARKET, "age_sensitivity": 0}), setting("systems.till.cost_growth_per_year", 0)
    )
    assert_same_figures(*(evaluate(one, EVERYTHING, DRAWS, SEED)[0] for one in (plain, null)))


def test_both_engines_lose_the_same_customers_to_age() -> None:
    """The change of customers in the third year, kernel and company on the same draws, within 2 %."""
    customers, changes = KPI_NAMES.index("customers"), []
    for engine in (evaluate, simulate):
        one = engine(aged(), {"renew": 5}, 4, SEED)[0]
        changes.append((one.kpis - one.baseline_kpis)[:, customers, 2].mean())
    assert changes[0] > 50
    assert changes[1] == pytest.approx(changes[0], rel=0.02)


# --- running cost of what nobody uses --------------------------------------------------------------------------------

NOBODY = {"roles": ["clerk"], "p": 0, "q": 0, "joiner_share": 0}
LICENCES = {"duration_months": 1, "running_per_month": 100, "adoption": NOBODY}


def idle(*edits: Edit, starts: dict[str, int] | None = None, engine: Any = evaluate) -> Floats:
    scenario = shop(adding_initiative("suite", deepcopy(LICENCES)), *edits)
    return kpi(engine(scenario, {"suite": 11} if starts is None else starts, 4, SEED)[0], "shelfware")


def test_shelfware_is_the_running_cost_of_seats_that_do_not_adopt() -> None:
    """Live from month 12 on: 1,200 a year where nobody adopts, nothing where there is nothing to adopt, and with half
    of the benefit after a failure half of it."""
    np.testing.assert_allclose(idle(), [[0.0, 1200.0, 1200.0]] * 4)
    np.testing.assert_array_equal(idle(starts={}), 0.0)
    np.testing.assert_array_equal(idle(starts={"edr": 0, "cloud_backup": 1}), 0.0)
    half = [
        setting("initiatives.suite.failure_probability", 1), setting("initiatives.suite.benefit_if_failed", 0.5)
    ]  # fmt: skip
    np.testing.assert_allclose(idle(*half), [[0.0, 600.0, 600.0]] * 4)
    dearer = setting("initiatives.suite.price_change", 0.5)
    assert np.all(idle(dearer)[:, 1] > 1200 * 1.5)


def test_more_adoption_leaves_less_on_the_shelf() -> None:
    rungs = [idle(setting("initiatives.suite.adoption.p", p))[:, 1:].mean() for p in (0, 0.3, 1, 5)]
    assert np.all(np.diff(rungs) < 0.0)


def test_shelfware_is_the_same_in_both_engines() -> None:
    one, other = (idle(starts=EVERYTHING, engine=engine) for engine in (evaluate, simulate))
    np.testing.assert_allclose(one, other, rtol=1e-9)
    assert one.max() > 1000.0


# --- refusals --------------------------------------------------------------------------------------------------------

BLOCK = "readiness: {goals: 0.8, resources: 0.6, process: 0.5, origin: planner assumption}"
EDR, BACKUP = "    title: Endpoint detection\n", "    title: Backup at the office\n"


@pytest.mark.parametrize(
    ("edits", "path", "said"),
    [
        ([("exclusive: {}", BLOCK)], "readiness", "no initiative needs it"),
        ([(EDR, EDR + "    needs_readiness: true\n")], "initiatives.edr.needs_readiness", "no readiness that it"),
        (
            [
                ("exclusive: {}", BLOCK),
                (EDR, EDR + "    needs_readiness: true\n"),
                ("threats.ransomware.success_probability: {multiply: 0.3 to 0.6}", "readiness.goals: {add: 0.1}"),
            ],
            "initiatives.edr.needs_readiness",
            "no effect that readiness could scale",
        ),
        (
            [("exclusive: {}", BLOCK.replace("0.6", "1.2")), (EDR, EDR + "    needs_readiness: true\n")],
            "readiness.resources",
            "outside the allowed range",
        ),
        (
            [("exclusive: {}", BLOCK.replace("0.5,", "0.5, substitution: -1,")),
             (EDR, EDR + "    needs_readiness: true\n")],
            "readiness.substitution",
            "outside the allowed range",
        ),
        (
            [(EDR, EDR + "    maturity: {failure: 2, half_life_months: 9}\n")],
            "initiatives.edr.maturity",
            "the work cannot fail",
        ),
        (
            [("title: Web shop", "title: Web shop\n    maturity: {failure: 0.5, half_life_months: 9}")],
            "initiatives.web.maturity.failure",
            "outside the allowed range",
        ),
        (
            [("age_years: 5,", "age_years: 5, cost_growth_per_year: 1.5,")],
            "systems.till.cost_growth_per_year",
            "outside the allowed range",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(edits: list[tuple[str, str]], path: str, said: str) -> None:
    (problem,) = problems_of(edited(*edits))
    assert problem.path == path
    assert said in problem.message
    assert problem.hint


def test_age_without_systems_is_refused() -> None:
    (problem,) = market_problems({"market": {"age_sensitivity": "0.1 to 0.2"}, "systems": {}})
    assert problem.path == "market.age_sensitivity"
    assert "no systems that could age" in problem.message
    assert not list(market_problems({"market": {"age_sensitivity": 0}, "systems": {}}))
