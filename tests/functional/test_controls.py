"""Security controls: what they take away, how they overlap, wear off and are audited; both engines."""

import itertools
from typing import Any

import numpy as np
import pytest

from sim.company import replicate
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES, KPI_NAMES, RUNNING
from sim.outcomes import Outcome
from sim.parameters import parameters
from sim.roadmap import EMPTY
from tests.naive.shops import PLANNER, SEED, Edit, adding_initiative, corner_shop, setting, without

CERTAIN: list[Edit] = [
    setting("systems.till.unsupported_attacks", 1.0),
    setting("threats.ransomware.attempts_per_year", 30),
    setting("threats.ransomware.success_probability", 0.4),
    setting("threats.ransomware.severity", 9000),
    without("threats.ransomware.dispersion"),
    setting("money.discount_rate", 0),
]
BUYING = adding_initiative("buying", {"duration_months": 3, "life_months": 14})


def control(**fields: Any) -> dict[str, Any]:
    return {"function": "prevent", "coverage": 0.8, "strength": 0.5, **fields, **PLANNER}


def shop(controls: dict[str, Any], *edits: Edit) -> Any:
    return corner_shop(*CERTAIN, BUYING, *edits, setting("controls", controls))


def value(scenario: Any, roadmap: dict[str, int] | None = None, draws: int = 48) -> Outcome:
    return evaluate(scenario, roadmap or {}, draws, SEED)[0]


def kpi(outcome: Outcome, name: str) -> Any:
    """(draws, years)"""
    return outcome.kpis[:, KPI_NAMES.index(name)]


BARE = corner_shop(*CERTAIN, BUYING)


@pytest.mark.parametrize("function", ["prevent", "detect", "respond", "recover"])
def test_a_control_never_adds(function: str) -> None:
    """Draw by draw and year by year: no more incidents, no larger loss, no longer outage; and it is felt."""
    before, after = value(BARE), value(shop({"c": control(function=function)}))
    assert np.all(kpi(after, "incidents") <= kpi(before, "incidents"))
    assert np.all(kpi(after, "cyber_loss") <= kpi(before, "cyber_loss") + 1e-9)
    assert np.all(kpi(after, "availability") >= kpi(before, "availability") - 1e-12)
    assert np.all(kpi(after, "ale") <= kpi(before, "ale"))
    felt = {
        "incidents": function == "prevent",
        "cyber_loss": function != "recover",
        "availability": True,
        "ale": function != "recover",
    }
    for name, changes in felt.items():
        assert (kpi(after, name).sum() != kpi(before, name).sum()) == changes, name


def test_detection_and_response_scale_the_loss_and_take_no_incident() -> None:
    before, after = value(BARE), value(shop({"c": control(function="detect")}))
    np.testing.assert_array_equal(kpi(after, "incidents"), kpi(before, "incidents"))
    np.testing.assert_allclose(kpi(after, "cyber_loss"), 0.6 * kpi(before, "cyber_loss"), rtol=1e-12)


def test_a_control_that_does_nothing_changes_no_bit() -> None:
    """Strength or coverage of 0, or an initiative that is not in the roadmap."""
    before = value(BARE, {"pos": 1})
    for idle in (control(strength=0), control(coverage=0), control(brought_by=["buying"])):
        after = value(shop({"c": idle}), {"pos": 1})
        np.testing.assert_array_equal(after.npv, before.npv)
        np.testing.assert_array_equal(after.kpis, before.kpis)


def test_state_decays_and_audits_reset_it() -> None:
    """Expected loss by year in closed form; audits are paid in their months."""
    audited = shop({"c": control(decay_per_year=0.36, audit_every_months=6, audit_cost=700)})
    found, bare = value(audited, draws=3), value(BARE, draws=3)
    age = np.arange(36) % 6
    left = (1 - 0.4 * 0.64 ** (age / 12)).reshape(3, 12).mean(axis=1)
    np.testing.assert_allclose(kpi(found, "ale"), kpi(bare, "ale") * left, rtol=1e-12)
    plain = [replicate(parameters(one), EMPTY, 0, SEED).flows[RUNNING] for one in (audited, BARE)]
    np.testing.assert_allclose((plain[1] - plain[0])[[0, 5, 6, 12, 13, 30]], [0, 0, 700, 700, 0, 700], atol=1e-9)
    never = value(shop({"c": control(decay_per_year=0.36)}), draws=3)
    np.testing.assert_allclose(
        kpi(never, "ale")[:, 2],
        kpi(bare, "ale")[:, 2] * np.mean(1 - 0.4 * 0.64 ** (np.arange(24, 36) / 12)),
        rtol=1e-12,
    )


def test_more_audits_never_add_incidents() -> None:
    rows = [
        kpi(value(shop({"c": control(decay_per_year=0.8, audit_every_months=every)})), "incidents")
        for every in (600, 18, 6, 2)
    ]
    for seldom, often in itertools.pairwise(rows):
        assert np.all(often <= seldom)
        assert often.sum() < seldom.sum()


@pytest.mark.parametrize(("dependence", "joint"), [(0, 1 - 0.6 * 0.7), (0.5, 0.49), (1, 0.4)])
def test_overlap(dependence: float, joint: float) -> None:
    """Two controls of effectiveness 0.4 and 0.3: from independent failures to the best of them."""
    two = {"a": control(), "b": control(coverage=0.6)}
    edit = setting("threats.ransomware.control_dependence", dependence)
    found, bare = value(shop(two, edit), draws=3), value(BARE, draws=3)
    np.testing.assert_allclose(kpi(found, "ale"), kpi(bare, "ale") * (1 - joint), rtol=1e-12)


def test_a_control_that_an_initiative_brings() -> None:
    """In force from go-live to the end of its life: months 3 to 16."""
    found = value(shop({"c": control(brought_by=["buying"])}), {"buying": 0}, draws=3)
    months = np.where((np.arange(36) >= 3) & (np.arange(36) < 17), 0.6, 1.0).reshape(3, 12).mean(axis=1)
    np.testing.assert_allclose(kpi(found, "ale"), kpi(value(BARE, draws=3), "ale") * months, rtol=1e-12)


def test_a_control_works_only_against_the_threats_it_names() -> None:
    other = setting(
        "threats.fraud",
        {"attempts_per_year": 5, "success_probability": 0.2, "severity": 100, "severity_p95_ratio": 2, **PLANNER},
    )
    named = value(shop({"c": control(threats=["fraud"], strength=1, coverage=1)}, other))
    np.testing.assert_allclose(kpi(named, "ale"), kpi(value(BARE), "ale"), rtol=1e-12)


def test_effects_change_controls() -> None:
    """An initiative that raises coverage lowers the loss to be expected."""
    edit = setting("initiatives.edr.effects", {"controls.c.coverage": {"add": 0.2}})
    found = value(shop({"c": control()}, edit), {"edr": 0}, draws=3)
    np.testing.assert_allclose(kpi(found, "ale")[:, 1], kpi(value(BARE, draws=3), "ale")[:, 1] * 0.5, rtol=1e-12)


def test_audits_cost_money_of_the_running_category() -> None:
    once = shop({"c": control(brought_by=["buying"], audit_every_months=5, audit_cost=900)})
    running = value(once, {"buying": 0}).categories[:, CATEGORIES.index("running")]
    np.testing.assert_allclose(running, -2 * 900.0, atol=1e-6)  # months 8 and 13; its life ends in month 17


def test_a_scenario_is_read_back_from_its_own_dump() -> None:
    """A control without audits has no cost of audits; one that is stated is still refused."""
    scenario = shop({"c": control()})
    assert type(scenario).model_validate(scenario.model_dump()) == scenario
    with pytest.raises(ValueError, match="`audit_cost` has no effect without"):
        shop({"c": control(audit_cost=100)})
