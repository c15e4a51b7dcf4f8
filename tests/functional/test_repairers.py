"""Repairers whom systems share: both engines, the twin, what initiatives change, what is refused."""

from typing import Any

import numpy as np
import pytest

from optimize.plan_limits import PlanLimits
from optimize.structure import Structure, relations
from optimize.valuation import rules
from sim.company import simulate
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES, KPI_NAMES
from sim.outcomes import Outcome
from tests.functional.test_company_engines import played, same
from tests.naive.shops import PLANNER, SEED, Edit, adding_initiative, corner_shop, setting
from tests.truths.test_kernel_twin import check

AVAILABILITY = KPI_NAMES.index("availability")
SCANNER = {
    "age_years": 1, "life_shape": 1.4, "life_scale_years": "0.2 to 0.5", "repair_hours": "20 to 60", "repair_cost": 90,
    "unsupported_failures": 2, "support_ends_month": 6, "repairer": "helpers", **PLANNER,
}  # fmt: skip
OLD = [
    setting("horizon_months", 24),
    setting("planning_months", 12),
    setting("systems.scanner", SCANNER),
    setting("processes.counter.steps.wrap.system", ["scanner", "office"]),
    setting("systems.till.life_scale_years", "0.3 to 0.6"),
    setting("systems.till.repair_hours", 40),
    setting("systems.office.life_scale_years", 0.25),
]
HELPERS = {"number": 1, "response_hours": "4 to 12", "busy_share": "20 % to 50 %", **PLANNER}
SHARED = [
    *OLD,
    setting("repairers.helpers", HELPERS),
    setting("systems.till.repairer", "helpers"),
    setting("systems.office.repairer", "helpers"),
]
CONTRACT = {
    "duration_months": 1,
    "effects": {
        "repairers.helpers.response_hours": {"multiply": 0.1},
        "repairers.helpers.busy_share": {"add": -0.2},
    },
}
SERVED = [*SHARED, adding_initiative("msp", CONTRACT)]
SURGE = {
    "title": "storm",
    "probability": 0.5,
    "start_month": 4,
    "changes": {"repairers.helpers.response_hours": {"add": 30}},
    **PLANNER,
}
REFRESHED = [
    setting("systems.scanner.refresh", {"at_age_years": "1.1 to 1.4", "cost": 50}),
    setting("systems.office.refresh", {"at_age_years": 0.4, "cost": "20 to 30"}),
]


def own(edits: list[Edit]) -> list[Edit]:
    """The same systems, each with its own repairer."""
    return [*edits, *(setting(f"systems.{name}.repairer", None) for name in ("till", "office", "scanner")), no_helpers]


def no_helpers(written: dict[str, Any]) -> None:
    written["repairers"] = {}


def up(outcome: Outcome) -> float:
    return float(outcome.kpis[:, AVAILABILITY].mean())


@pytest.mark.parametrize(
    ("edits", "roadmaps"),
    [
        pytest.param(SERVED, [{}, {"msp": 2}, {"pos": 1, "msp": 7}, {"edr": 3}], id="one"),
        pytest.param([*SERVED, setting("repairers.helpers.number", 2)], [{}, {"pos": 4, "msp": 1}], id="two"),
        pytest.param([*SERVED, *REFRESHED], [{}, {"pos": 4, "msp": 1}], id="refresh"),
        pytest.param(
            [*SERVED, setting("futures.surge", SURGE), setting("money.run_off_months", 9)],
            [{}, {"msp": 3}],
            id="future",
        ),
        pytest.param(
            [
                *SERVED,
                setting("repairers.others", {"number": 1, **PLANNER}),
                setting("systems.office.repairer", "others"),
            ],
            [{}, {"pos": 2}],
            id="two groups",
        ),
        pytest.param([*SERVED, setting("systems.office.repairer", None)], [{}, {"pos": 2, "msp": 3}], id="part"),
    ],
)
def test_twin(edits: list[Edit], roadmaps: list[Any]) -> None:
    check(corner_shop(*edits), roadmaps, range(4))


def test_enough_repairers_at_once_change_nothing() -> None:
    """Three of them for three systems, without response and other work, as if each had its own. The kernel rounds
    otherwise, since it solves failures of shared repairers path by path and others in lanes; the company does not."""
    idle = setting("repairers.helpers", {"number": 3, **PLANNER})
    plans = [{}, {"pos": 1}, {"edr": 2, "pos": 6}]
    shared = evaluate(corner_shop(*SHARED, idle), plans, 64, SEED)
    alone = evaluate(corner_shop(*own(SHARED)), plans, 64, SEED)
    for one, other in zip(shared, alone, strict=True):
        for field in ("npv", "trough", "categories", "kpis"):
            np.testing.assert_allclose(getattr(one, field), getattr(other, field), rtol=1e-10, atol=1e-6)
    one, other = (simulate(corner_shop(*edits), {"pos": 1}, 2, SEED)[0] for edits in ([*SHARED, idle], own(SHARED)))
    np.testing.assert_array_equal(one.categories, other.categories)
    np.testing.assert_array_equal(one.kpis, other.kpis)


def test_both_engines_have_the_same_failures() -> None:
    scenario = corner_shop(*SERVED, *REFRESHED)
    plan = {"pos": 1, "msp": 5}
    kernel, company = evaluate(scenario, plan, 8, SEED)[0], simulate(scenario, plan, 8, SEED)[0]
    for name in ("renewal", "repair"):
        k = CATEGORIES.index(name)
        np.testing.assert_allclose(company.categories[:, k], kernel.categories[:, k], rtol=1e-9, atol=1e-6)
    for name in ("estate_age", "recovery_hours"):
        k = KPI_NAMES.index(name)
        np.testing.assert_allclose(company.kpis[:, k], kernel.kpis[:, k], rtol=1e-9)
    assert np.abs(company.kpis[:, AVAILABILITY] - kernel.kpis[:, AVAILABILITY]).mean() < 5e-3


def test_both_item_engines_play_the_same() -> None:
    from dataclasses import fields

    from sim.company.replication import Replication
    from sim.roadmap import roadmap

    scenario = corner_shop(*SERVED)
    one, other = (played(scenario, roadmap(scenario, {"msp": 2}), 1, items)[0] for items in ("reference", "compiled"))
    for field in fields(Replication):
        assert same(getattr(one, field.name), getattr(other, field.name)), field.name


def test_search_values_are_those_of_the_whole() -> None:
    """An initiative that touches one system changes those that share its repairers: nothing is kept too long."""
    plans = [{}, {"pos": 1}, {"msp": 2}, {"edr": 4}, {"msp": 2, "pos": 8}]
    shop = corner_shop(*SERVED)
    whole, brief = (evaluate(shop, plans, 32, SEED, detail=detail) for detail in (True, False))
    single = [evaluate(shop, plan, 32, SEED)[0] for plan in plans]
    for one, other, by_itself in zip(whole, brief, single, strict=True):
        np.testing.assert_array_equal(one.npv, other.npv)
        np.testing.assert_array_equal(one.npv, by_itself.npv)
        np.testing.assert_array_equal(one.kpis, by_itself.kpis)


def test_fewer_repairers_and_longer_response_lower_the_availability() -> None:
    """Beyond the noise of 200 common draws."""

    def mean(*edits: Edit) -> float:
        return up(evaluate(corner_shop(*SHARED, *edits), {}, 200, SEED)[0])

    one, two, three = (mean(setting("repairers.helpers.number", n)) for n in (1, 2, 3))
    assert one < two < three
    assert mean(setting("repairers.helpers.response_hours", 40)) < one - 0.01
    assert mean(setting("repairers.helpers.busy_share", 0.7)) < one - 0.01
    assert mean(setting("repairers.helpers.busy_share", 0)) > one + 0.01


def test_a_contract_that_answers_sooner_raises_the_availability() -> None:
    found = evaluate(corner_shop(*SERVED), {"msp": 1}, 200, SEED)[0]
    gain = (found.kpis - found.baseline_kpis)[:, AVAILABILITY].mean(axis=1)
    assert gain.mean() > 5 * gain.std() / np.sqrt(len(gain))


def test_recovery_takes_the_stated_hours_and_a_contract_shortens_it() -> None:
    """Constant repairs of 40 hours behind an answer within 8, at once without other work, and twice as long with half;
    who waits for a repairer is down for longer."""
    sure = [setting(f"systems.{name}.{field}", value) for name in ("till", "office", "scanner")
            for field, value in (("repair_hours", 40), ("repair_p95_ratio", 1))]  # fmt: skip
    terms = {**HELPERS, "response_hours": 8, "response_p95_ratio": 1}

    def hours(**more: Any) -> np.ndarray:
        shop = corner_shop(*SERVED, *sure, setting("repairers.helpers", {**terms, **more}))
        return evaluate(shop, {"msp": 0}, 64, SEED)[0].baseline_kpis[:, KPI_NAMES.index("recovery_hours")]

    np.testing.assert_allclose(hours(number=3, busy_share=0), 48)
    np.testing.assert_allclose(hours(number=3, busy_share=0.5), 88)
    assert np.all(hours(busy_share=0) >= 48 - 1e-9)
    assert hours(busy_share=0).mean() > 49
    found = evaluate(corner_shop(*SERVED), {"msp": 0}, 64, SEED)[0]
    gain = (found.baseline_kpis - found.kpis)[:, KPI_NAMES.index("recovery_hours"), 1]
    assert gain.mean() > 5 * gain.std() / np.sqrt(len(gain))


def test_refreshing_one_system_helps_those_that_share_its_repairers() -> None:
    """The till no longer fails: the others wait less. Not so where each has its own repairer."""
    reliable = adding_initiative(
        "solid", {"duration_months": 1, "effects": {"systems.till.life_scale_years": {"add": 90}}}
    )
    others = [setting("systems.scanner.repair_hours", 80), setting("processes.counter.steps.serve.system", None)]
    lost = KPI_NAMES.index("lost_share")
    gains = []
    for edits in (SHARED, own(SHARED)):
        found = evaluate(corner_shop(*edits, *others, reliable), {"solid": 0}, 200, SEED)[0]
        gains.append((found.baseline_kpis - found.kpis)[:, lost].mean())
    assert gains[0] > 1e-3
    assert gains[1] == 0.0


def test_pairs_that_meet_at_the_repairers_are_simulated() -> None:
    """One renews the till, one lengthens the life of the office, one is the contract: all meet at the repairers."""
    lasting = {"duration_months": 1, "effects": {"systems.office.life_scale_years": {"multiply": 2}}}
    harmless = setting("threats.ransomware.hits", ["scanner"])
    for edits, expected in ((SERVED, True), ([*SERVED, setting("systems.office.repairer", None)], False)):
        shop = corner_shop(*edits, harmless, adding_initiative("lasting", lasting))
        related = relations(shop, Structure(rules(shop, SEED, PlanLimits()).problem))
        assert related["msp", "lasting"] is expected
        assert related["pos", "msp"]


def test_names_that_fit_nothing_are_refused() -> None:
    with pytest.raises(ProblemsFound) as error:
        corner_shop(*SHARED, setting("systems.till.repairer", "helper"))
    assert "systems.till.repairer" in str(error.value)
    assert "helpers" in str(error.value)
    with pytest.raises(ProblemsFound, match="no system names them"):
        corner_shop(*SHARED, setting("repairers.idle", {"number": 1, **PLANNER}))
    with pytest.raises(ValueError, match=r"0\.95"):
        corner_shop(*SHARED, setting("repairers.helpers.busy_share", 1.0))
    with pytest.raises(ValueError, match="number"):
        corner_shop(*SHARED, setting("repairers.helpers.number", 0))
