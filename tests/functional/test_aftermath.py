"""What follows an incident: secondary losses, records, fines, and the margin that the severity contains."""

from typing import Any

import numpy as np
import pytest

from sim.company import simulate
from sim.company.world_layer import point_secondary
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import KPI_NAMES
from sim.outcomes import Outcome
from sim.streams import stream_key
from sim.world import Scenario
from tests.naive.shops import PLANNER, SEED, Edit, corner_shop, setting, without

STORMY: list[Edit] = [
    setting("threats.ransomware.attempts_per_year", 30),
    setting("threats.ransomware.success_probability", 0.4),
    setting("systems.till.unsupported_attacks", 1.0),
    setting("threats.ransomware.severity_covers", ["recovery"]),
    without("threats.ransomware.dispersion"),
]
FREE = setting("threats.ransomware.severity", 0)


def kpi(outcome: Outcome, name: str) -> Any:
    return outcome.kpis[:, KPI_NAMES.index(name)]


def value(scenario: Scenario, draws: int = 32) -> Outcome:
    return evaluate(scenario, {}, draws, SEED)[0]


def of_ten(frequency: float) -> dict[str, Any]:
    return {"frequency": frequency, "loss": 10, "loss_p95_ratio": 1}


def test_two_secondary_losses_of_10_are_20() -> None:
    """Added, never multiplied: at frequency 1 each incident costs 20, at frequency 0 nothing."""
    for frequency, each in ((1, 20.0), (0, 0.0)):
        two = setting("threats.ransomware.secondary", {"a": of_ten(frequency), "b": of_ten(frequency)})
        found = value(corner_shop(*STORMY, FREE, two))
        assert kpi(found, "incidents").sum() > 100
        np.testing.assert_allclose(kpi(found, "cyber_loss"), each * kpi(found, "incidents"), rtol=1e-12)


def test_a_frequency_of_more_than_one() -> None:
    """3.1: three losses always, a fourth with probability 0.1. 20,000 points; false alarm below 1e-4."""
    keys = stream_key(SEED, "mark"), stream_key(SEED, "size")
    counts = np.array([point_secondary(*keys, 0, 0, n, 3.1, 10.0, 1.0) / 10.0 for n in range(20_000)])
    assert set(counts) == {3.0, 4.0}
    assert abs(np.mean(counts == 4.0) - 0.1) < 4 * np.sqrt(0.1 * 0.9 / 20_000)
    sizes = {point_secondary(*keys, 0, 0, 5, 3.0, 10.0, 4.0), *(30.0,)}
    assert len(sizes) == 2  # uncertain sizes differ from three times the median
    found = value(corner_shop(*STORMY, FREE, setting("threats.ransomware.secondary", {"a": of_ten(3.1)})))
    each = kpi(found, "cyber_loss").sum() / kpi(found, "incidents").sum()
    assert 30.0 < each < 33.0


def test_secondary_losses_leave_incidents_and_primary_losses_alone() -> None:
    """Same points, same primary losses: what is added is exactly the secondary part."""
    secondary = setting("threats.ransomware.secondary", {"a": of_ten(2)})
    bare, more = value(corner_shop(*STORMY)), value(corner_shop(*STORMY, secondary))
    np.testing.assert_array_equal(kpi(more, "incidents"), kpi(bare, "incidents"))
    gained = kpi(more, "cyber_loss") - kpi(bare, "cyber_loss")
    np.testing.assert_allclose(gained, 20.0 * kpi(bare, "incidents"), rtol=1e-9, atol=1e-6)


def test_records_notification_and_capped_fine() -> None:
    """1,000 records, a tenth exposed: 2 each for notification; 5 each as fine, at most 300."""
    breach = {"exposed": 0.1, "cost_per_record": 2, "fine_probability": 1, "fine_per_record": 5}
    for cap, each in ((300, 500.0), (10_000, 700.0)):
        edit = setting("threats.ransomware.breach", {**breach, "fine_cap": cap})
        found = value(corner_shop(*STORMY, FREE, setting("profile.records", 1000), edit))
        np.testing.assert_allclose(kpi(found, "cyber_loss"), each * kpi(found, "incidents"), rtol=1e-12)
        np.testing.assert_allclose(kpi(found, "ale"), each * 12.0, rtol=1e-12)


def test_fines_have_their_probability() -> None:
    """About 1,150 incidents; false alarm below 1e-4."""
    breach = {"exposed": 1, "fine_probability": 0.25, "fine_per_record": 1}
    edits = setting("profile.records", 100), setting("threats.ransomware.breach", breach)
    found = value(corner_shop(*STORMY, FREE, *edits))
    incidents = kpi(found, "incidents").sum()
    share = kpi(found, "cyber_loss").sum() / incidents / 100
    assert abs(share - 0.25) < 4 * np.sqrt(0.25 * 0.75 / incidents)


def test_expected_loss_is_the_mean_loss() -> None:
    """ALE against simulated losses of 4,000 draws, all parts at work; false alarm below 1e-4."""
    edits = (
        setting("profile.records", 500),
        setting("threats.ransomware.breach.exposed", 0.2),
        setting("threats.ransomware.breach.cost_per_record", 9),
        setting("threats.ransomware.breach.fine_probability", 0.1),
        setting("threats.ransomware.breach.fine_per_record", 50),
        setting("threats.ransomware.secondary", {"a": {"frequency": 1.4, "loss": 2000, "loss_p95_ratio": 5}}),
        setting("threats.ransomware.dispersion", 0.8),
        setting("threats.ransomware.tail_index", 0.1),
        setting("controls", {"c": {"function": "detect", "coverage": 0.5, "strength": 0.5, **PLANNER}}),
    )  # fmt: skip
    found = value(corner_shop(*STORMY, *edits), 4_000)
    gap = (kpi(found, "cyber_loss") - kpi(found, "ale")).mean(axis=1)
    assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(len(gap))
    assert gap.std() / np.sqrt(len(gap)) < 0.02 * kpi(found, "ale").mean()


def test_frailty_of_a_year_and_of_a_draw() -> None:
    """Both disperse a year's count alike; only that of the draw makes years resemble each other. 3,000 draws; false
    alarm below 1e-4."""
    rows = {}
    for per in ("draw", "year"):
        edits = setting("threats.ransomware.dispersion", 0.8), setting("threats.ransomware.dispersion_per", per)
        rows[per] = kpi(value(corner_shop(*STORMY, *edits), 3_000), "incidents")
    variance = 12 + 12**2 / 0.8
    for counts in rows.values():
        assert counts[:, 0].mean() == pytest.approx(12, rel=0.1)
        assert counts[:, 0].var() == pytest.approx(variance, rel=0.25)
    assert abs(np.corrcoef(rows["year"][:, 0], rows["year"][:, 1])[0, 1]) < 4 / np.sqrt(3_000)
    assert np.corrcoef(rows["draw"][:, 0], rows["draw"][:, 1])[0, 1] > 0.8


LONG_OUTAGES: list[Edit] = [
    setting("horizon_months", 12),
    setting("planning_months", 6),
    setting("threats.ransomware.attempts_per_year", 10),
    setting("threats.ransomware.outage_p95_ratio", 1),
    setting("threats.ransomware.churn_shock", 0),
    setting("profile.customers.service_churn", 0),
    FREE,
]


def test_margin_that_the_severity_contains_is_not_lost_again() -> None:
    """Service suffers as before; the margin is that of a world without outages, within 1 % in both engines."""
    covers = setting("threats.ransomware.severity_covers", ["recovery", "interruption"])
    quiet = setting("threats.ransomware.outage_hours", 0)
    for engine in (lambda one: value(one, 24), lambda one: simulate(one, {}, 24, SEED)[0]):
        lost, contained, none = (
            engine(corner_shop(*STORMY, *LONG_OUTAGES, *edits)) for edits in ((), (covers,), (quiet,))
        )
        for name in ("lost_share", "on_time_share", "availability", "revenue", "incidents"):
            np.testing.assert_array_equal(kpi(contained, name), kpi(lost, name))
        margin = [kpi(one, "gross_margin").mean() for one in (lost, contained, none)]
        assert margin[0] < 0.97 * margin[2]
        assert margin[1] == pytest.approx(margin[2], rel=0.01)
