"""The limit of the sampling gap holds what it promises, where the program's true optimum is known.

A small selection: eight candidates of equal cost, a budget for three, so the best three by value are the optimum. A
candidate's value is seen as a mean of n normal draws.
"""

from __future__ import annotations

import numpy as np
import pytest

from optimize.limits import Limits
from optimize.problem import Budget, Cost, Initiative, RoadmapProblem
from optimize.sampling_gap import gap_of, upper_limit

TRUE = np.array([10.0, 9.5, 9.0, 8.8, 8.5, 4.0, 2.0, -1.0])
SPREAD = 6.0
CHOSEN = 3
SETS, DRAWS, REPLICATIONS = 8, 16, 400


def gaps(rng: np.random.Generator, candidate: list[int], draws: int) -> np.ndarray:
    """(sets,) gaps of the candidate: the best three as seen, minus the candidate, on the same draws."""
    seen = TRUE + SPREAD / np.sqrt(draws) * rng.standard_normal((SETS, len(TRUE)))
    best = np.maximum(np.sort(seen, axis=1)[:, ::-1][:, :CHOSEN], 0.0).sum(axis=1)
    return np.asarray(best - seen[:, candidate].sum(axis=1))


def share_covered(candidate: list[int], draws: int, seed: int) -> float:
    truth = np.sort(TRUE)[::-1][:CHOSEN].sum() - TRUE[candidate].sum()
    rng = np.random.default_rng(seed)
    return float(np.mean([upper_limit(list(gaps(rng, candidate, draws)))[2] >= truth for _ in range(REPLICATIONS)]))


@pytest.mark.parametrize("candidate", [[0, 1, 2], [0, 3, 4], [2, 3, 5]])
def test_limit_covers_the_true_gap(candidate: list[int]) -> None:
    """In at least 95 % of 400 replications, for the optimum, a near miss and a poor choice.

    The mean of maxima lies above the true gap here, so the limit covers in 99 % or more; a method that covered in
    exactly 95 % would fail each of the three with a probability of one half, one that covers in 98 % with less than
    0.1 %. The seed is fixed.
    """
    assert share_covered(candidate, DRAWS, seed=5) >= 0.95


def test_limit_is_not_wider_than_its_promise_where_the_maximum_is_certain() -> None:
    """With so many draws that the best three are always the same, the gap has no bias and the limit covers in 95 %:
    here between 91 % and 98.5 % of 400 (three standard errors: false alarm below 0.3 %)."""
    assert 0.91 <= share_covered([2, 5, 6], draws=4000, seed=6) <= 0.985


def problem(values: np.ndarray) -> RoadmapProblem:
    cost = Cost(capital=(1.0,))
    known = tuple(Initiative(id=f"i{k}", value=(float(v),), cost=cost) for k, v in enumerate(values))
    return RoadmapProblem(periods=1, initiatives=known, budgets=(Budget(name="b", amount=(float(CHOSEN),)),))


def test_program_gives_the_same_gap_as_the_sorted_values() -> None:
    """The path through the solver: the gaps are those of the formula above, and the limit is that of them."""
    rng = np.random.default_rng(7)
    candidate = [0, 3, 4]
    seen = TRUE + SPREAD / np.sqrt(DRAWS) * rng.standard_normal((SETS, len(TRUE)))
    found = gap_of([problem(row) for row in seen], {f"i{k}": 0 for k in candidate}, Limits(), DRAWS)
    expected = gaps(np.random.default_rng(7), candidate, DRAWS)
    assert found is not None
    assert (found.mean, found.se, found.upper) == pytest.approx(upper_limit(list(expected)))
    assert (found.sets, found.draws, found.proved, found.changes) == (SETS, DRAWS, SETS, None)


def test_candidate_that_breaks_a_limit_has_no_gap() -> None:
    """It is refused, not measured."""
    with pytest.raises(ValueError, match="budget"):
        gap_of([problem(TRUE)] * 2, {f"i{k}": 0 for k in range(4)}, Limits(), DRAWS)
    with pytest.raises(ValueError, match="2 sets"):
        upper_limit([1.0])


def test_bound_stands_in_where_nothing_is_proved() -> None:
    """A solver that may stop at a wide gap gives its bound: the gap is never smaller than the proved one."""
    rng = np.random.default_rng(8)
    rows = [problem(TRUE + rng.standard_normal(len(TRUE))) for _ in range(4)]
    candidate = {"i0": 0, "i1": 0, "i2": 0}
    proved, loose = (gap_of(rows, candidate, limits, DRAWS) for limits in (Limits(), Limits(gap=0.5)))
    assert proved is not None
    assert loose is not None
    assert proved.proved == 4
    assert loose.mean >= proved.mean - 1e-9
