"""A goal without a value is reached nowhere, whichever study asks."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from scenarios.alignment.judge import _level
from scenarios.boxes.criterion import DRAWS, DRIVERS, criterion
from scenarios.comparing.simulation import _sample
from scenarios.load import parse
from scenarios.policies_rolling.valued import _goals
from sim.goal_reached import reached
from sim.montecarlo.kpis import KPI_NAMES
from tests.unit.bad_files import TEXT

SHOP = parse(TEXT.encode(), "shop.yaml")
NAN = np.nan


def outcome(goal: str, values: list[float]) -> Any:
    """The KPI of a goal has these values in the draws, all others 0."""
    one = SHOP.goals[goal]
    kpis = np.zeros((len(values), len(KPI_NAMES), 3))
    kpis[:, KPI_NAMES.index(one.kpi), one.year] = values
    money = np.zeros(len(values))
    return SimpleNamespace(kpis=kpis, npv=money, cost=money, trough=money, categories=np.zeros((len(values), 20)))


def test_a_draw_without_value_fails() -> None:
    """0.035 and 0.001 of tolerance: 0.0355 is reached, 0.05 is not, nothing is not."""
    found = outcome("fewer_lost", [0.0355, 0.05, NAN, 0.03])
    share, unsure = criterion("goal:fewer_lost", SHOP).failing(SHOP, found, 1, DRAWS)
    assert share.tolist() == [0.0, 1.0, 1.0, 0.0]
    assert not unsure.any()


def test_a_point_without_value_fails_of_drivers() -> None:
    """A low lost share is better, and 0 in place of no value would reach the goal; a draw without value counts in no
    mean."""
    found = outcome("fewer_lost", [NAN, NAN, 0.03, NAN, 0.05, 0.05])
    share, unsure = criterion("goal:fewer_lost", SHOP).failing(SHOP, found, 2, DRIVERS)
    assert share.tolist() == [1.0, 0.0, 1.0]
    assert unsure.tolist() == [False, True, False]  # one value has no spread


def test_luck_leaves_a_mean_open_within_twice_its_error() -> None:
    npv = np.array([-1.0, 1.0, 0.5, 0.5, 9.0, 11.0, 10.0, 10.0])
    found = SimpleNamespace(npv=npv, trough=npv, cost=npv)
    share, unsure = criterion("npv<0", SHOP).failing(SHOP, found, 4, DRIVERS)  # type: ignore[arg-type]
    assert (share.tolist(), unsure.tolist()) == ([0.0, 0.0], [True, False])


@pytest.mark.parametrize("goal", ["more_sales", "fewer_lost", "safe"])
def test_all_studies_count_alike(goal: str) -> None:
    target = SHOP.goals[goal].target
    values = [target, 0.5 * target - 1.0, 2.0 * target + 1.0, NAN]
    found = outcome(goal, values)
    told = reached(SHOP.goals[goal], np.array(values))
    assert told.tolist()[0]
    assert not told.tolist()[3]
    share, _ = criterion(f"goal:{goal}", SHOP).failing(SHOP, found, 1, DRAWS)
    np.testing.assert_array_equal(share, 1.0 - told)
    np.testing.assert_array_equal(_sample(SHOP, found, np.zeros(4), np.zeros(4)).reached[goal], told)
    assert _level(SHOP.goals[goal], np.array(values)).reached == told.mean()
    only = SHOP.model_copy(update={"goals": {goal: SHOP.goals[goal]}})
    np.testing.assert_array_equal(_goals(only, found), told)
