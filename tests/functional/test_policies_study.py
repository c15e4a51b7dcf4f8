"""The study of policies: its parts on the corner shop, levers, observations, continuations, document and screen."""

import json

import jsonschema
import numpy as np
import pytest

from optimize.check import violations
from optimize.valuation import rules
from scenarios import load, policies
from scenarios.cli.app import run
from scenarios.documents import schema
from scenarios.policies import promising, quick_limits, review_months
from scenarios.policies_rolling.continuations import continuations
from scenarios.policies_rolling.levers import training_off, turned_off, upkeep_off
from scenarios.policies_rolling.observed import Observations
from scenarios.policies_rolling.report import PolicyStudy
from scenarios.variant import variant
from sim.errors import ProblemsFound
from sim.montecarlo import evaluate
from sim.world import Scenario

SHOP = "tests/data/corner_shop.yaml"
DRAWS = 512


@pytest.fixture(scope="module")
def shop() -> Scenario:
    return load(SHOP)


@pytest.fixture(scope="module")
def found(shop: Scenario) -> PolicyStudy:
    return policies(shop, DRAWS, 1, train_draws=DRAWS, threads=1)


def test_every_policy_is_valued_on_the_same_draws(found: PolicyStudy, shop: Scenario) -> None:
    """The figures are those of the kernel on the test draws."""
    for name in ("plan once", "technology first", "do nothing"):
        one = found.policy(name)
        npv = evaluate(shop, one.roadmap, DRAWS, 1, first_draw=found.first_draw, detail=False)[0].npv
        assert one.npv.mean == pytest.approx(float(np.mean(npv)), abs=1e-6)
    assert found.policy("plan once").gain.verdict == "no difference"


def test_reviewing_is_never_clearly_worse(found: PolicyStudy) -> None:
    """Out of sample it may lose by chance, but not clearly; shares of its endings add up."""
    worth = found.worth("reviewing")
    assert worth.npv.verdict != "lower"
    assert sum(one.share for one in found.endings) == pytest.approx(1.0)
    assert worth.npv.mean == pytest.approx(
        found.policy("review").npv.mean - found.policy("plan once").npv.mean, abs=1e-6
    )


def test_reviewing_keeps_the_beginning_of_the_plan(found: PolicyStudy) -> None:
    begun = {name: month for name, month in found.policy("plan once").roadmap.items() if month < found.reviews[0]}
    for one in found.endings:
        assert {name: month for name, month in one.roadmap.items() if month < found.reviews[0]} == begun


def test_review_after_the_planning_months_is_worth_nothing(shop: Scenario) -> None:
    result = policies(shop, 256, 1, review_every=40, train_draws=256, threads=2)
    assert result.reviews == ()
    assert result.worth("reviewing").npv.verdict == "no difference"
    assert "nothing of the plan can be changed" in result.worth("reviewing").note


def test_same_figures_for_any_threads(found: PolicyStudy, shop: Scenario) -> None:
    again = policies(shop, DRAWS, 1, train_draws=DRAWS, threads=2)
    left, right = found.document(), again.document()
    assert left == right


def test_review_months_begin_periods(shop: Scenario) -> None:
    assert review_months(shop, 4) == [12]
    assert review_months(shop, 1) == [3, 6, 9, 12, 15, 18, 21]
    assert review_months(shop, 8) == []


def test_levers_name_what_they_turn_off() -> None:
    retailer = load("retailer")
    off = training_off(retailer, ["pos", "inventory"])
    assert set(off) == {"initiatives.pos.adoption.training"}
    assert turned_off(retailer, off).initiatives["pos"].adoption.training is None  # type: ignore[union-attr]
    kept = upkeep_off(retailer, ["pos", "patching"])
    assert "initiatives.pos.adoption.training.refresh_months" in kept
    assert kept["controls.weekly_patches.audit_every_months"] is None
    assert turned_off(retailer, kept).controls["weekly_patches"].audit_every_months is None
    assert "controls.weekly_patches.audit_every_months" not in upkeep_off(retailer, ["pos"])


def test_training_is_worth_what_the_kernel_says(shop: Scenario) -> None:
    """A scenario with training: the lever changes the plan's own figures and nothing of the baseline."""
    trained = variant(
        shop, {"initiatives.pos.adoption.training": {"p": 2.0, "half_life_months": 12, "cost": 300, "days": 0.5}}
    )
    off = turned_off(trained, training_off(trained, ["pos"]))
    assert off.hash() == variant(trained, {"initiatives.pos.adoption.training": None}).hash()
    one, other = (evaluate(world, {"pos": 0}, 64, 1)[0] for world in (trained, off))
    assert np.array_equal(one.baseline_kpis, other.baseline_kpis, equal_nan=True)
    assert not np.array_equal(one.npv, other.npv)


def test_what_is_observed_does_not_depend_on_what_comes_later(shop: Scenario) -> None:
    """KPIs of the months before a review are the same whether the rest begins or not."""
    early, late = {"pos": 0}, {"pos": 0, "edr": 12, "web": 12}
    one, other = evaluate(shop, [early, late], 64, 1, by_month=True)
    assert np.array_equal(one.kpis[:, :, :12], other.kpis[:, :, :12], equal_nan=True)
    assert not np.array_equal(one.kpis[:, :, 12:], other.kpis[:, :, 12:], equal_nan=True)


def test_measurement_adds_noise_of_the_stated_size(shop: Scenario) -> None:
    ranges = range(600), range(600, 700)
    exact = Observations(shop, ranges, 1, 0.0, 1)((("pos", 0),), 12)[0]
    blurred = Observations(shop, ranges, 1, 0.1, 1)((("pos", 0),), 12)[0]
    assert exact.shape == blurred.shape
    revenue = (blurred[:, 0] - exact[:, 0]) / exact[:, 0].mean()
    assert float(revenue.std()) == pytest.approx(0.1, rel=0.12)
    assert abs(float(revenue.mean())) < 0.02


def test_continuations_keep_every_limit(shop: Scenario) -> None:
    problem = rules(shop, 1, quick_limits(1)).problem
    plan = {"basic_backup": 0, "cloud_backup": 2, "edr": 5}
    whole = continuations(problem, plan, [4])
    assert whole[0] == plan
    assert len(whole) == len({tuple(sorted(one.items())) for one in whole}) > 3
    for one in whole:
        assert not violations(problem, one)
        assert {name: t for name, t in one.items() if t < 4} == {"basic_backup": 0, "cloud_backup": 2}
    assert continuations(problem, plan, []) == [plan]


def test_promising_keeps_the_plan_and_the_best() -> None:
    worth = np.random.default_rng([1]).standard_normal((50, 60))
    kept = promising(worth)
    assert kept[0] == 0
    assert int(np.argmax(worth.mean(axis=0))) in kept
    assert len(kept) == len(set(kept)) == 32


def test_wrong_numbers_are_told_at_once(shop: Scenario) -> None:
    with pytest.raises(ProblemsFound) as caught:
        policies(shop, 10, review_every=0, train_draws=1, measurement_error=-1.0)
    assert {one.path for one in caught.value.errors} == {"draws", "train_draws", "review_every", "measurement_error"}


def test_document_table_and_screen(found: PolicyStudy, capsys: pytest.CaptureFixture[str]) -> None:
    document = found.document()
    jsonschema.validate(document, schema("policies"))
    json.dumps(document, allow_nan=False)
    frame = found.to_frame()
    assert frame["policy"][0] == "plan once"
    assert len(frame) == len(found.policies)
    assert run(["policies", SHOP, "--draws", "256", "--train-draws", "256"]) == 0
    shown = capsys.readouterr().out
    for words in ("worth of", "reviewing", "training", "upkeep", "alignment", "technology first", "Plan once"):
        assert words in shown
