"""The policy: sublimits, waiting period, premium that falls with controls, refusal; and what a layer is to pay."""

import itertools
from typing import Any

import numpy as np
import pytest

from sim.company import replicate
from sim.company.replication import Replication
from sim.mechanisms import insurance_payout, severity_limited_mean, severity_quantile
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import INSURANCE, KPI_NAMES
from sim.parameters import parameters
from sim.roadmap import EMPTY
from sim.world import Scenario
from tests.naive.shops import PLANNER, SEED, Edit, corner_shop, setting, without

BASE: list[Edit] = [
    setting("horizon_months", 24),
    setting("threats.ransomware.attempts_per_year", 10),
    setting("threats.ransomware.success_probability", 0.4),
    setting("threats.ransomware.severity", 0),
    setting("threats.ransomware.severity_covers", ["recovery"]),
    setting("threats.ransomware.secondary", {"claims": {"frequency": 1, "loss": 10_000, "loss_p95_ratio": 1}}),
    setting("threats.ransomware.outage_hours", 0),
    setting("threats.ransomware.churn_shock", 0),
    without("threats.ransomware.dispersion"),
    setting("profile.gross_margin", 0.4),
    setting("profile.growth_per_year", 0.02),
    setting("processes.counter.arrivals_per_day", 50),
    setting("correlations", []),
]


def shop(policy: dict[str, Any], *edits: Edit) -> Scenario:
    terms = {"annual_premium": 0, "retention": 1000, "event_limit": "1M", "annual_limit": "10M", "coinsurance": 0.2}
    return corner_shop(*BASE, *edits, setting("insurance", {**terms, **policy, **PLANNER}))


def play(scenario: Scenario, draw: int = 3) -> Replication:
    return replicate(parameters(scenario), EMPTY, draw, SEED)


def paid(one: Replication) -> float:
    """By an event, where every event is owed the same."""
    return float(one.flows[INSURANCE].sum()) / len(one.incidents["ransomware"])


def kernel(scenario: Scenario, name: str, draws: int = 8) -> Any:
    return evaluate(scenario, {}, draws, SEED)[0].kpis[:, KPI_NAMES.index(name)]


def test_a_sublimit_cuts_its_kind_before_the_layer() -> None:
    assert paid(play(shop({}))) == pytest.approx(0.8 * 9000)
    assert paid(play(shop({"sublimits": {"secondary": 6000}}))) == pytest.approx(0.8 * 5000)
    assert paid(play(shop({"sublimits": {"secondary": 6000}, "event_limit": 3000}))) == pytest.approx(0.8 * 3000)
    assert paid(play(shop({"sublimits": {"incident": 0}}))) == pytest.approx(0.8 * 9000)


def test_each_kind_has_its_own_sublimit() -> None:
    """1,000 records, a tenth exposed: notification 300, fine 500, claims 10,000."""
    breach = {"exposed": 0.1, "cost_per_record": 3, "fine_probability": 1, "fine_per_record": 5}
    edits = setting("profile.records", 1000), setting("threats.ransomware.breach", breach)
    assert paid(play(shop({"retention": 0}, *edits))) == pytest.approx(0.8 * 10_800)
    assert paid(play(shop({"retention": 0, "sublimits": {"notification": 100}}, *edits))) == pytest.approx(0.8 * 10_600)
    assert paid(play(shop({"retention": 0, "sublimits": {"fine": 0}}, *edits))) == pytest.approx(0.8 * 10_300)


def test_interruption_counts_behind_the_waiting_period() -> None:
    """Outages of 30 h, waiting 8 h, patience 12 minutes: 21.8 h of planned sales; nothing without a waiting period, nor
    where the severity contains the margin."""
    outage = setting("threats.ransomware.outage_hours", 30), setting("threats.ransomware.outage_p95_ratio", 1)
    free = without("threats.ransomware.secondary")
    one = play(shop({"waiting_hours": 8, "retention": 0, "coinsurance": 0}, *outage, free))
    season = [0.9, 0.9, 1, 1, 1, 1, 1, 0.9, 1, 1, 1.1, 1.2]
    planned = [
        21.8 * 50 / 8 * season[int(t) % 12] * 1.02 ** (int(t) / 12) * 0.97 * 60 * 0.4
        for t in one.incidents["ransomware"]
    ]
    assert one.flows[INSURANCE].sum() == pytest.approx(sum(planned), rel=1e-9)
    assert play(shop({"retention": 0}, *outage, free)).flows[INSURANCE].sum() == 0.0
    contained = setting("threats.ransomware.severity_covers", ["interruption"])
    assert play(shop({"waiting_hours": 8}, *outage, free, contained)).flows[INSURANCE].sum() == 0.0
    capped = play(shop({"waiting_hours": 8, "sublimits": {"interruption": 900}, "retention": 0}, *outage, free))
    assert paid(capped) == pytest.approx(0.8 * 900)


CONTROL = {"function": "recover", "coverage": 0.8, "strength": 0.5, "decay_per_year": 0.36, **PLANNER}


def test_premium_falls_with_the_state_of_controls() -> None:
    edit = setting("controls", {"backup": CONTROL})
    quiet = setting("threats.ransomware.attempts_per_year", 0)
    flows = play(shop({"annual_premium": 1200, "credits": {"backup": 0.25}}, edit, quiet)).flows[INSURANCE]
    expected = [-100 * (1 - 0.25 * 0.8 * 0.64 ** (m / 12)) for m in range(24)]
    np.testing.assert_allclose(flows, expected, rtol=1e-12)
    other = setting("controls", {"backup": {**CONTROL, "coverage": 0}})
    flows = play(shop({"annual_premium": 1200, "credits": {"backup": 0.25}}, other, quiet)).flows[INSURANCE]
    np.testing.assert_allclose(flows, -100.0, rtol=1e-12)


def test_nothing_is_paid_while_a_demanded_control_lapses() -> None:
    """State 0.8 * 0.64^(m / 12) is below 0.6 from month 8 on: those events are counted as refused."""
    edit = setting("controls", {"backup": CONTROL})
    scenario = shop({"demands": {"backup": 0.6}, "settlement_months": 0}, edit)
    refused, incidents = kernel(scenario, "refused_claims"), kernel(scenario, "incidents")
    np.testing.assert_allclose(refused[:, 1], incidents[:, 1], rtol=1e-12)
    assert 0 < refused[:, 0].sum() < incidents[:, 0].sum()
    one = play(scenario)
    times = [int(t) for t in one.incidents["ransomware"]]
    expected = [0.8 * 9000 * times.count(m) if m < 8 else 0.0 for m in range(24)]
    np.testing.assert_allclose(one.flows[INSURANCE], expected, atol=1e-9)
    kept = setting("controls", {"backup": {**CONTROL, "audit_every_months": 6}})
    assert kernel(shop({"demands": {"backup": 0.6}}, kept), "refused_claims").sum() == 0.0


def test_without_a_policy_nothing_is_refused() -> None:
    """What would not have been paid anyway is no refused claim."""
    edit = setting("controls", {"backup": CONTROL})
    for policy in ({"event_limit": 0}, {"retention": 10_000}):
        assert kernel(shop({"demands": {"backup": 0.9}, **policy}, edit), "refused_claims").sum() == 0.0


LAYERS = list(itertools.product((3e4, 2e5, 1e12), ((0.0, 1e5), (1e4, 1e5), (2.5e4, 4e5))))


@pytest.mark.parametrize(("sublimit", "layer"), LAYERS)
def test_what_a_layer_over_a_sublimit_is_to_pay(sublimit: float, layer: tuple[float, float]) -> None:
    """E min(limit, (min(X, s) - d)+) = LEV(min(s, d + limit)) - LEV(min(s, d)), by the midpoint rule over quantiles."""
    deductible, limit = layer
    arguments = (2e4, 2e5, 0.3)
    u = (np.arange(200_000) + 0.5) / 200_000
    losses = np.minimum(severity_quantile(u, *arguments), sublimit)
    most = severity_limited_mean(min(sublimit, deductible + limit), *arguments)
    expected = most - severity_limited_mean(min(sublimit, deductible), *arguments)
    assert insurance_payout(losses, deductible, limit).mean() == pytest.approx(expected, rel=1e-4)


def test_mean_payout_of_played_events() -> None:
    """About 2,400 events of the company against the closed form; false alarm below 1e-4."""
    edits = setting("threats.ransomware.severity", 20_000), without("threats.ransomware.secondary")
    fast = setting("threats.ransomware.attempts_per_year", 100)
    quiet = setting("processes.counter.arrivals_per_day", 1)
    terms = {"sublimits": {"incident": 60_000}, "retention": 5000, "event_limit": 40_000, "coinsurance": 0}
    table = parameters(shop({**terms, "annual_limit": 1e12}, *edits, fast, quiet))
    totals, counts = [], []
    for draw in range(30):
        one = replicate(table, EMPTY, draw, SEED)
        totals.append(float(one.flows[INSURANCE].sum()))
        counts.append(len(one.incidents["ransomware"]))
    arguments = (20_000.0, 120_000.0, 0.3)
    expected = severity_limited_mean(45_000.0, *arguments) - severity_limited_mean(5_000.0, *arguments)
    events = sum(counts)
    assert events > 2_000
    spread = 40_000 / 2  # a payout lies between 0 and 40,000
    assert abs(sum(totals) / events - expected) < 4 * spread / np.sqrt(events)
