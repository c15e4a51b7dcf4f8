"""Training, involvement and momentum: directions draw by draw, null cases, money, days, both engines."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.company import simulate
from sim.company.adoption import adopters
from sim.company.world_layer import Draw
from sim.mechanisms.delivery import FAILED
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES, KPIS
from sim.montecarlo.profiles import cost_profiles
from sim.outcomes import Outcome
from sim.parameters import parameters
from sim.world import Scenario
from tests.naive.shops import PLANNER, SEED, Edit, changing, corner_shop, setting, without

BASE = {"roles": ["clerk", "it"], "p": 0.5, "q": 1.5, "ceiling": 0.6, "joiner_share": 0.4}
TRAINING = {"p": 2.0, "q": 1.5, "ceiling": 1.6, "half_life_months": 4, "refresh_months": 8}
INVOLVEMENT = {"share": 0.5, "ceiling_loss": 0.5, "abandonment": 2.0}
MOMENTUM = {"success": 1.5, "failure": 0.6, "half_life_months": 12, **PLANNER}
NEVER_FAILS = [setting(f"initiatives.{name}.failure_probability", 0) for name in ("pos", "web")]
ADOPTION = [kpi.name for kpi in KPIS].index("adoption")


def shop(*edits: Edit, **blocks: Any) -> Scenario:
    return corner_shop(
        setting("people.clerk.annual_turnover", 1.0), setting("initiatives.pos.adoption", {**BASE, **blocks}), *edits
    )


def courses(scenario: Scenario, wind: float = 1.0) -> np.ndarray:
    """(draws, months) share of seats that have adopted the point of sale, live from month 3."""
    table = parameters(scenario)
    return np.array([adopters(Draw(table, d, SEED), 0, 3, wind=wind).share for d in range(60)])


def never_less(ladder: list[np.ndarray]) -> None:
    """Each rung at least as high as the one before in every month of every draw, and higher somewhere."""
    for lower, higher in pairwise(ladder):
        assert np.all(higher >= lower - 1e-12)
        assert higher.sum() > lower.sum()


@pytest.mark.parametrize(
    "rungs",
    [
        [{"p": 1.0}, {"p": 2.0}, {"p": 8.0}],
        [{"q": 1.0}, {"q": 2.0}, {"q": 8.0}],
        [{"ceiling": 1.0}, {"ceiling": 1.3}, {"ceiling": 1.9}],
        [{"half_life_months": 1}, {"half_life_months": 4}, {"half_life_months": 60}],
        [{"refresh_months": None}, {"refresh_months": 12}, {"refresh_months": 6}, {"refresh_months": 2}],
    ],
)
def test_more_training_never_lowers_adoption(rungs: list[dict[str, Any]]) -> None:
    """In no month of no draw, with turnover, doubt and a ceiling that falls again."""
    never_less([courses(shop(training={**TRAINING, **rung}, involvement=INVOLVEMENT)) for rung in rungs])


def test_more_involvement_and_more_wind_never_lower_adoption() -> None:
    scenario = shop(training=TRAINING, involvement=INVOLVEMENT)
    shares = (0.0, 0.3, 0.7, 1.0)
    never_less([courses(shop(training=TRAINING, involvement={**INVOLVEMENT, "share": s})) for s in shares])
    never_less([courses(scenario, wind=wind) for wind in (0.3, 1.0, 2.0)])


def test_without_a_refresh_the_ceiling_falls_again() -> None:
    """No turnover, quick adoption: everybody whom the trained ceiling reaches adopts; later only the stated share."""
    still = [setting(f"people.{role}.annual_turnover", 0) for role in ("clerk", "it")]
    quick = {"p": 50, "ceiling": 0.5, "joiner_share": 0}
    fading = {"ceiling": 2.0, "half_life_months": 3}
    once = courses(shop(*still, **quick, training=fading))
    kept = courses(shop(*still, **quick, training={**fading, "refresh_months": 1}))
    bare = courses(shop(*still, **quick))
    assert np.all(kept[:, -1] == 1.0)
    np.testing.assert_array_equal(once[:, -1], bare[:, -1])
    assert once[:, 4].mean() > bare[:, 4].mean() + 0.2


NULL_TRAINING = {"half_life_months": 3, "refresh_months": 5}


@pytest.mark.parametrize(
    ("edits", "blocks"),
    [
        ([], {"training": NULL_TRAINING}),
        ([], {"involvement": {"share": 0.3}}),
        ([setting("momentum", {**MOMENTUM, "success": 1, "failure": 1})], {}),
    ],
)
def test_blocks_of_zero_strength_change_no_bit(edits: list[Edit], blocks: dict[str, Any]) -> None:
    plan = {"pos": 1, "edr": 0, "web": 3}
    bare, null = evaluate(shop(), plan, 100, SEED)[0], evaluate(shop(*edits, **blocks), plan, 100, SEED)[0]
    for field in ("npv", "cost", "categories", "kpis"):
        np.testing.assert_array_equal(getattr(null, field), getattr(bare, field))


def test_the_first_training_is_delivery_and_the_others_are_running_cost() -> None:
    """Without discounting and overrun: one training at go-live, then one every 8 months until month 35."""
    plain = [without("initiatives.pos.risk_class"), setting("money.discount_rate", 0), *NEVER_FAILS]
    plan = {"pos": 1}
    bare = evaluate(shop(*plain), plan, 20, SEED)[0]
    paid = evaluate(shop(*plain, training={**TRAINING, "cost": 700}), plan, 20, SEED)[0]
    extra = bare.categories - paid.categories
    assert extra[:, CATEGORIES.index("delivery")] == pytest.approx(700)
    assert extra[:, CATEGORIES.index("running")] == pytest.approx(700 * 3)  # live in month 4: months 12, 20, 28
    assert paid.cost - bare.cost == pytest.approx(2800)


def test_budgets_hold_training_and_involvement() -> None:
    """The mean profile is what the simulation pays, from start 0, when nothing fails."""
    scenario = shop(
        setting("money.discount_rate", 0), *NEVER_FAILS, setting("initiatives.pos.renewal_cost", None),
        setting("initiatives.pos.life_months", 20),
        training={**TRAINING, "cost": "500 to 900"}, involvement={**INVOLVEMENT, "share": "0.2 to 0.9", "cost": 3000},
    )  # fmt: skip
    paid = evaluate(scenario, {"pos": 0}, 64, SEED)[0].categories.mean(axis=0)
    profile = cost_profiles(scenario, 64, SEED)["pos"]
    assert profile.delivery.sum() == pytest.approx(-paid[CATEGORIES.index("delivery")], rel=1e-9)
    assert profile.running.sum() == pytest.approx(-paid[CATEGORIES.index("running")], rel=1e-9)


def test_days_of_training_and_involvement_are_missing_in_service() -> None:
    """Utilisation of the first year rises, in both engines about alike; days do not change adoption."""
    plan, draws = {"pos": 0}, 24
    free = shop(*NEVER_FAILS, training=TRAINING, involvement=INVOLVEMENT)
    busy = shop(
        *NEVER_FAILS, training={**TRAINING, "refresh_months": 2, "days": 6}, involvement={**INVOLVEMENT, "days": 12}
    )
    same = shop(*NEVER_FAILS, training={**TRAINING, "refresh_months": 2}, involvement=INVOLVEMENT)
    assert evaluate(busy, plan, 50, SEED)[0].cost == pytest.approx(evaluate(free, plan, 50, SEED)[0].cost)
    use = [kpi.name for kpi in KPIS].index("utilisation")
    rises = []
    for engine in (evaluate, simulate):
        with_days, without_days = engine(busy, plan, draws, SEED)[0], engine(same, plan, draws, SEED)[0]
        np.testing.assert_array_equal(with_days.kpis[:, ADOPTION], without_days.kpis[:, ADOPTION])
        rises.append(float((with_days.kpis - without_days.kpis)[:, use, 0].mean()))
    assert rises[0] > 0.01
    assert rises[1] == pytest.approx(rises[0], abs=0.01)


def web_adoption(outcome: Outcome) -> np.ndarray:
    return outcome.kpis[:, ADOPTION, 2]


def test_successes_help_and_failures_hinder_what_comes_later() -> None:
    """The web shop goes live after the point of sale; momentum moves only its p, up after a success."""
    adopting = setting("initiatives.web.adoption", {"roles": ["clerk", "it"], "p": 0.3, "q": 0})
    parallel = setting("initiatives.web.requires", [])
    lasting = setting("initiatives.web.life_months", None)
    edits = [adopting, parallel, lasting, setting("initiatives.web.failure_probability", 0)]
    plan, draws = {"pos": 0, "web": 12}, 300
    with_momentum = evaluate(shop(*edits, setting("momentum", MOMENTUM)), plan, draws, SEED)[0]
    bare = evaluate(shop(*edits), plan, draws, SEED)[0]
    failed = bare.states[:, 0] == FAILED
    gain = web_adoption(with_momentum) - web_adoption(bare)
    assert 5 < failed.sum() < 60
    assert np.all(gain[~failed] >= 0)
    assert np.all(gain[failed] <= 0)
    assert gain[~failed].mean() > 0.005
    assert gain[failed].mean() < 0
    alone = [evaluate(shop(*edits, *more), {"web": 12}, 50, SEED)[0] for more in ([], [setting("momentum", MOMENTUM)])]
    np.testing.assert_array_equal(alone[0].npv, alone[1].npv)


def test_another_initiative_may_raise_the_share_involved() -> None:
    """Only when it is live before the work starts."""
    council = changing("edr", "initiatives.pos.adoption.involvement.share", {"add": 0.5})
    scenario = shop(council, involvement={"share": 0.1, "ceiling_loss": 0.8, "abandonment": 3.0})
    before, after = (evaluate(scenario, {"pos": 3, "edr": start}, 100, SEED)[0] for start in (0, 20))
    never = evaluate(scenario, {"pos": 3}, 100, SEED)[0]
    np.testing.assert_array_equal(after.kpis[:, ADOPTION], never.kpis[:, ADOPTION])
    assert (before.kpis - never.kpis)[:, ADOPTION, 1:].mean() > 0.05


def test_both_engines_have_the_same_adopters_and_costs() -> None:
    scenario = shop(
        setting("momentum", MOMENTUM), changing("edr", "initiatives.pos.adoption.involvement.share", {"add": 0.4}),
        setting("initiatives.web.adoption", BASE), setting("initiatives.web.requires", []),
        training={**TRAINING, "cost": 500}, involvement={**INVOLVEMENT, "cost": 2000},
    )  # fmt: skip
    plan = {"edr": 0, "pos": 2, "web": 5}
    kernel, company = evaluate(scenario, plan, 12, SEED)[0], simulate(scenario, plan, 12, SEED)[0]
    np.testing.assert_allclose(company.kpis[:, ADOPTION], kernel.kpis[:, ADOPTION], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(company.cost, kernel.cost, rtol=1e-9)
