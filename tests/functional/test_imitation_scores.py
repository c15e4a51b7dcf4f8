"""Advantages judged by scores: the same as the months that follow from them, direction, refusals."""

import json
from itertools import pairwise

import jsonschema
import numpy as np
import pytest

from scenarios.schema import scenario_schema
from sim.mechanisms import advantage_half_life, advantage_strength, imitation_lag
from sim.montecarlo import evaluate
from sim.world import Scenario
from tests.naive.shops import SEED, corner_shop, setting
from tests.unit.bad_files import edited, problems_of

SCORES = {"valuable": 0.8, "rare": 0.2, "inimitable": 0.4, "embedded": 0.4}  # strength 0.4
BLOCK = "imitation: {lag_months: 6, half_life_months: 24}"
WRITTEN = "scores: {valuable: 80 %, rare: 0.2, inimitable: 0.4, embedded: 0.4}"


def judged(**scores: float) -> Scenario:
    return corner_shop(setting("initiatives.pos.imitation", {"scores": {**SCORES, **scores}}))


def test_scores_are_another_way_to_write_the_months() -> None:
    """Strength 0.4: 9.6 months of lag, a half-life of 6 * 16^0.4. Results and hash are those of the months."""
    strength = advantage_strength(0.8, 0.2, 0.4, 0.4)
    months = {"lag_months": imitation_lag(strength), "half_life_months": advantage_half_life(strength)}
    assert months["lag_months"] == pytest.approx(9.6)
    assert months["half_life_months"] == pytest.approx(18.1886, rel=1e-4)
    plain = corner_shop(setting("initiatives.pos.imitation", months))
    assert plain.hash() == judged().hash()
    one, other = (evaluate(scenario, {"pos": 0}, 32, SEED)[0] for scenario in (plain, judged()))
    np.testing.assert_array_equal(one.npv, other.npv)
    np.testing.assert_array_equal(one.kpis, other.kpis)


def test_a_dumped_scenario_is_read_again() -> None:
    assert Scenario.model_validate(judged().model_dump()).hash() == judged().hash()


@pytest.mark.parametrize("score", SCORES)
def test_a_higher_score_makes_the_advantage_last_longer(score: str) -> None:
    rungs = [judged(**{score: level}).initiatives["pos"].imitation for level in (0.0, 0.3, 0.7, 1.0)]
    for low, high in pairwise(rungs):
        assert low is not None
        assert high is not None
        assert low.lag_months.mean < high.lag_months.mean
        assert low.half_life_months < high.half_life_months
    assert rungs[0] is not None
    assert (rungs[0].lag_months.mean, rungs[0].half_life_months) == (0.0, 6.0)  # what lacks one is followed at once


@pytest.mark.parametrize(
    ("block", "path", "said"),
    [
        (f"{{lag_months: 6, {WRITTEN}}}", "imitation.lag_months", "says the same thing twice"),
        (f"{{lag_months: 6, half_life_months: 24, {WRITTEN}}}", "imitation.lag_months", "says the same thing twice"),
        ("{" + WRITTEN.replace("0.2", "1.2") + "}", "imitation.scores.rare", "outside the allowed range"),
        ("{" + WRITTEN.replace("rare: 0.2, ", "") + "}", "imitation.scores.rare", "is missing"),
        ("{" + WRITTEN.replace("0.2", "0.1 to 0.3") + "}", "imitation.scores.rare", "must be certain"),
        ("{lag_months: 6}", "imitation.half_life_months", "is missing"),
    ],
)
def test_wrong_scores_are_refused(block: str, path: str, said: str) -> None:
    (problem,) = problems_of(edited((BLOCK, f"imitation: {block}")))
    assert problem.path == f"initiatives.pos.{path}"
    assert said in problem.message
    assert problem.hint


def test_editors_take_either() -> None:
    """Of the months both, or the scores."""
    schema = scenario_schema()
    part = {"$ref": "#/$defs/Imitation", "$defs": schema["$defs"]}
    valid = jsonschema.Draft202012Validator(part).is_valid
    assert valid({"lag_months": 6, "half_life_months": 24})
    assert valid({"scores": SCORES})
    assert not valid({"lag_months": 6})
    assert not valid({"lag_months": 6, "half_life_months": 24, "scores": SCORES})
    json.dumps(schema)
