"""Smoke run of the study of common random numbers: differences of neighbours are calmer than their parts."""

from benchmarks import common_numbers
from sim.montecarlo import evaluate
from sim.roadmap import roadmap
from tests.naive.shops import EVERYTHING, corner_shop


def test_neighbours_share_their_luck_in_both_engines() -> None:
    """The bound of the kernel is that of the study; the company's few draws only show that it is below independence."""
    of_kernel, of_company = common_numbers.measure(corner_shop(), draws=512, replications=12)
    assert of_kernel.names == of_company.names
    assert len(of_kernel.ratios) == len(of_kernel.names) >= 2
    assert of_kernel.median < 0.5
    assert of_company.median < 1.0
    assert "median" in str(of_kernel)


def test_independent_draws_have_ratio_one_and_equal_roadmaps_zero() -> None:
    """4,000 draws each: the ratio of independent samples has a standard error of 0.03 or so."""
    shop = corner_shop()
    chosen = roadmap(shop, EVERYTHING)
    one, other = (evaluate(shop, [chosen], 4_000, 5, first_draw=first).outcomes[0] for first in (0, 10_000))
    assert common_numbers.ratios([one, one]) == (0.0,)
    assert abs(common_numbers.ratios([one, other])[0] - 1.0) < 0.2
