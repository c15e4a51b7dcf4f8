"""Overrun that grows with integrations and size, and what all projects of a draw have in common: against closed forms.

Statistical tests use 20,000 draws of a fixed seed and 4.5 standard errors: a false alarm has probability 7e-6.
"""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.mechanisms import overrun_mean, overrun_ratio
from sim.montecarlo import cost_profiles, evaluate
from sim.montecarlo.kpis import CATEGORIES
from sim.world.delivery import RiskClass
from tests.naive.shops import PLANNER, adding_initiative, corner_shop, setting

DRAWS = 20_000
SEED = 5
CAPITAL = CATEGORIES.index("capital")
CLASS: dict[str, Any] = {"median": 0.95, "log_sd": 0.2, "tail_share": 0.12, "tail_exponent": 1.4, "cap": 8, **PLANNER}
GROWING = {
    **CLASS,
    "per_integration": {"median": 1.04, "tail_odds": 1.25},
    "per_doubling": {"reference": "10k", "median": 1.02, "tail_odds": 1.3},
}


def block(capital: float, integrations: int = 0, **more: Any) -> dict[str, Any]:
    """A project of one month: what it spends is its cost ratio, undiscounted when it starts in month 0."""
    return {"capital": capital, "duration_months": 1, "risk_class": "own", "integrations": integrations, **more}


def ratios(risk: dict[str, Any], *blocks: dict[str, Any]) -> Any:
    """(projects, draws) realised over planned cost. Work may last longer than a month: flows are not discounted."""
    names = [f"work{i}" for i in range(len(blocks))]
    adding = [adding_initiative(name, one) for name, one in zip(names, blocks, strict=True)]
    shop = corner_shop(setting("risk_classes.own", risk), setting("money.discount_rate", 0), *adding)
    outcomes = evaluate(shop, [{name: 0} for name in names], DRAWS, SEED)
    return np.array([-one.categories[:, CAPITAL] / b["capital"] for one, b in zip(outcomes, blocks, strict=True)])


@pytest.mark.parametrize(("capital", "integrations"), [(10_000, 0), (40_000, 0), (10_000, 4), (80_000, 3), (2_500, 1)])
def test_quantiles_are_those_of_the_shifted_class(capital: float, integrations: int) -> None:
    (sample,) = ratios(GROWING, block(capital, integrations))
    doublings = math.log2(capital / 10_000)
    median = 0.95 * 1.04**integrations * 1.02**doublings
    odds = 0.12 / 0.88 * 1.25**integrations * 1.3**doublings
    tail = odds / (1 + odds)
    for u in (0.05, 0.25, 0.5, 0.75, 0.9, 0.97):
        quantile = overrun_ratio(u, median, 0.2, tail, 1.4, 8.0)
        error = math.sqrt(u * (1 - u) / DRAWS)
        at_cap = 0.0 if quantile < 8 else 1 - u  # all of the rest lies on the cap
        assert abs(np.mean(sample <= quantile + 1e-12) - u - at_cap) <= 4.5 * error
    mean = overrun_mean(median, 0.2, tail, 1.4, 8.0)
    assert abs(sample.mean() - mean) < 4.5 * sample.std() / math.sqrt(DRAWS)


def test_the_reference_size_without_integrations_is_the_class_itself() -> None:
    np.testing.assert_array_equal(ratios(GROWING, block(10_000)), ratios(CLASS, block(10_000)))


def test_size_may_be_the_duration() -> None:
    risk = RiskClass.model_validate({**CLASS, "per_doubling": {"of": "duration", "reference": 3, "tail_odds": 2}})
    odds = 0.12 / 0.88 * 2**2
    assert risk.shape(0, 5.0, 12.0).tail_share == pytest.approx(odds / (1 + odds))
    assert risk.shape(0, 5.0, 3.0).tail_share == 0.12


def test_more_integrations_and_larger_projects_overrun_more_in_every_draw() -> None:
    few, many, large = ratios(GROWING, block(20_000, 1), block(20_000, 5), block(160_000, 1))
    # marks belong to the name of a project, so compare the distributions, quantile by quantile
    grid = np.linspace(0.02, 0.98, 49)
    assert (np.quantile(many, grid) >= np.quantile(few, grid)).all()
    assert (np.quantile(large, grid) >= np.quantile(few, grid)).all()


@pytest.mark.parametrize("rank", [0.0, 0.3, 0.7])
def test_common_factor_joins_projects_with_the_stated_rank(rank: float) -> None:
    """Spearman correlation of two projects; its standard error under 20,000 draws is at most 1 / sqrt(n)."""
    one, other = ratios({**CLASS, "common_rank": rank}, block(10_000), block(10_000))
    found = stats.spearmanr(one, other).statistic
    assert abs(found - rank) < 4.5 / math.sqrt(DRAWS)
    mean = overrun_mean(0.95, 0.2, 0.12, 1.4, 8.0)  # what is shared changes no single project
    assert abs(one.mean() - mean) < 4.5 * one.std() / math.sqrt(DRAWS)


def test_common_factor_fattens_the_tail_of_the_sum() -> None:
    apart, joined = (
        sum(ratios({**CLASS, "common_rank": rank}, *(block(10_000) for _ in range(4)))) for rank in (0.0, 0.6)
    )
    assert np.quantile(joined, 0.95) > 1.05 * np.quantile(apart, 0.95)


def test_help_narrows_the_spread_and_thins_the_tail() -> None:
    helped, alone = ratios(CLASS, block(10_000, help={"spread": 0.5, "tail": 0.25}), block(10_000))
    for u in (0.1, 0.5, 0.9, 0.96):
        quantile = overrun_ratio(u, 0.95, 0.1, 0.03, 1.4, 8.0)
        assert abs(np.mean(helped <= quantile + 1e-12) - u) < 4.5 * math.sqrt(u * (1 - u) / DRAWS)
    assert helped.std() < 0.7 * alone.std()


def test_profiles_of_the_program_have_the_same_overrun() -> None:
    """What a budget reserves is the mean of what the kernel spends on the same draws."""
    risk = {**GROWING, "common_rank": 0.4}
    work = block(30_000, 2, help={"capital": 2000, "spread": 0.5, "tail": 0.8}, lead_months=2, deposit_share=0.25)
    shop = corner_shop(
        setting("risk_classes.own", risk), setting("money.discount_rate", 0), adding_initiative("work", work)
    )
    profile = cost_profiles(shop, 500, SEED)["work"]
    spent = -evaluate(shop, {"work": 0}, 500, SEED)[0].categories[:, CAPITAL].mean()
    assert profile.capital.sum() == pytest.approx(spent, rel=1e-12)
    assert profile.capital[0] == pytest.approx(0.25 * spent, rel=1e-12)
    assert profile.capital[1] == 0.0
