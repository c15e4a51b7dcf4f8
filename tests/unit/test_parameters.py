"""The flat table of numbers: drivers from named streams, correlated where the file says so, inside their ranges.

The rank correlation of 40,000 draws has a standard error below 0.005; the bound of 0.022 is 4.5 of them (false alarm
7e-6 each).
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from scenarios.load import load
from sim.derived import derived_paths, sold_out_path
from sim.errors import ProblemsFound
from sim.parameters import NONE, parameters
from tests.naive.path_world import driver_values
from tests.naive.philox import Streams
from tests.naive.shops import SEED, adding_initiative, corner_shop, setting, without

CASES = {c["id"]: c for c in json.loads((Path(__file__).parents[1] / "data" / "dependence.json").read_text())}
GROWTH, ARRIVALS = "profile.growth_per_year", "processes.counter.arrivals_per_day"
LIFE, CHURN = "systems.till.life_scale_years", "profile.customers.monthly_churn"


def correlation(first: str, second: str, rank: float) -> dict[str, Any]:
    return {"drivers": [first, second], "rank": rank}


@pytest.mark.parametrize("name", ["corner_shop", "retailer"])
def test_every_number_of_a_draw_equals_the_twin(name: str) -> None:
    shop = corner_shop() if name == "corner_shop" else load(name)
    table = parameters(shop)
    takers = {name for group in shop.stock.values() for name in group.takes}
    derived = {*derived_paths(shop), *(sold_out_path(shop, name) for name in takers)}
    drawn = {path: slot for path, slot in table.slot.items() if path not in derived}
    for draw in (0, 5, 2**33):
        expected = driver_values(shop, Streams(SEED, draw))
        values = table.of_draw(draw, SEED)
        assert drawn.keys() == expected.keys()
        np.testing.assert_allclose(values[list(drawn.values())], [expected[path] for path in drawn], rtol=1e-10)


def test_implied_numbers() -> None:
    table = parameters(corner_shop())
    assert table.base[table.slot["processes.tickets.patience_minutes"]] == NONE
    assert "threats.ransomware.frailty" in [driver.path for driver in table.drivers]
    poisson = parameters(corner_shop(without("threats.ransomware.dispersion")))
    assert "threats.ransomware.frailty" not in poisson.slot


def test_a_draw_does_not_depend_on_its_company() -> None:
    table = parameters(corner_shop())
    many, _ = table.theta(np.arange(30), SEED)
    for draw in (0, 17):
        alone, _ = table.theta(np.array([draw]), SEED)
        np.testing.assert_array_equal(alone[0], many[draw])


def test_new_drivers_move_no_other_driver() -> None:
    """A candidate with uncertain numbers, and a driver appended to the correlated ones: the others keep their bits."""
    before = parameters(corner_shop())
    more = [correlation(GROWTH, ARRIVALS, 0.4), correlation(GROWTH, LIFE, -0.3)]
    block = {"capital": "3k to 9k", "duration_months": 2}
    after = parameters(corner_shop(adding_initiative("other", block, 0), setting("correlations", more)))
    draws = np.arange(200)
    values = dict(zip((d.path for d in after.drivers), after.theta(draws, SEED)[0].T, strict=True))
    for path, column in zip((d.path for d in before.drivers), before.theta(draws, SEED)[0].T, strict=True):
        if path == LIFE:
            assert not np.any(values[path] == column)
        else:
            np.testing.assert_array_equal(values[path], column)
    assert len(after.drivers) == len(before.drivers) + 1


@pytest.mark.parametrize("rank", [-0.9, -0.3, 0.0, 0.4, 0.95])
def test_rank_correlation_of_two_drivers(rank: float) -> None:
    table = parameters(corner_shop(setting("correlations", [correlation(GROWTH, ARRIVALS, rank)])))
    paths = [driver.path for driver in table.drivers]
    theta, _ = table.theta(np.arange(40_000), SEED)
    x, y, other = (theta[:, paths.index(path)] for path in (GROWTH, ARRIVALS, CHURN))
    assert stats.spearmanr(x, y).statistic == pytest.approx(rank, abs=0.022)
    assert stats.spearmanr(x, other).statistic == pytest.approx(0, abs=0.022)
    margin = stats.kstest(x, lambda v: stats.norm.cdf(v, 0.01, 0.02 / 1.6448536269514722))
    assert margin.pvalue > 1e-6  # -1 % to 3 %: the copula leaves the distribution of each driver alone


@pytest.mark.parametrize("case", [c for key, c in CASES.items() if key.startswith("copula-")], ids=lambda c: c["id"])
def test_rank_becomes_the_correlation_of_the_normals(case: dict[str, Any]) -> None:
    rank = case["expected"]["spearman"]
    table = parameters(corner_shop(setting("correlations", [correlation(GROWTH, ARRIVALS, rank)])))
    assert table.copula is not None
    factor = table.copula[1]
    tolerance = case["tolerance"]["abs_exact"]
    assert (factor @ factor.T)[1, 0] == pytest.approx(case["inputs"]["pearson"], abs=tolerance)


def test_three_drivers_keep_all_their_ranks() -> None:
    rows = [correlation(GROWTH, ARRIVALS, 0.5), correlation(ARRIVALS, LIFE, -0.4), correlation(GROWTH, LIFE, 0.1)]
    table = parameters(corner_shop(setting("correlations", rows)))
    paths = [driver.path for driver in table.drivers]
    theta, _ = table.theta(np.arange(40_000), SEED)
    for row in rows:
        x, y = (theta[:, paths.index(path)] for path in row["drivers"])
        assert stats.spearmanr(x, y).statistic == pytest.approx(row["rank"], abs=0.022)


def test_contradicting_correlations_are_refused_with_valid_ones() -> None:
    """The published matrix that is no correlation matrix: refused, with the nearest; and that one is accepted."""
    (a, b, c) = CASES["not-psd"]["inputs"]["A"]
    ranks = {(GROWTH, ARRIVALS): a[1], (GROWTH, LIFE): a[2], (ARRIVALS, LIFE): b[2]}
    assert (b[0], c[0], c[1]) == (a[1], a[2], b[2])
    rows = [correlation(*pair, rank) for pair, rank in ranks.items()]
    with pytest.raises(ProblemsFound, match="contradict") as caught:
        parameters(corner_shop(setting("correlations", rows)))
    (problem,) = caught.value.errors
    assert problem.path == "correlations"
    assert float(str(problem.value).split()[-1]) < 0
    assert problem.hint is not None
    pairs = problem.hint.removeprefix("a valid matrix near it has ").split("; ")
    valid = []
    for text in pairs:
        names, rank = text.rsplit(": ", 1)
        first, second = names.split(" and ")
        valid.append(correlation(first, second, float(rank) * 0.99))  # printed with two digits
    assert len(valid) == 3
    assert parameters(corner_shop(setting("correlations", valid))).copula is not None


def test_values_outside_the_range_are_clipped_and_counted() -> None:
    table = parameters(corner_shop(setting("processes.counter.lost_share", "0.2 to 1")))
    column = [driver.path for driver in table.drivers].index("processes.counter.lost_share")
    theta, clipped = table.theta(np.arange(4_000), SEED)
    assert clipped == np.count_nonzero(theta[:, column] == 1.0)
    assert 120 < clipped < 290  # one in twenty: binomial, 5.9 standard deviations either side; false alarm 4e-9
    assert np.all((theta >= table.low[table.driver_slots]) & (theta <= table.high[table.driver_slots]))
