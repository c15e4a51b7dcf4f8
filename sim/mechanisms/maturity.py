"""How technology ages: a young one fails more often, an old one costs more to keep."""

import math

from sim.mechanisms.elementwise import FINITE, NON_NEGATIVE_FINITE, POSITIVE_FINITE, Range, elementwise


@elementwise(factor=Range(1.0, open_high=True), half_life=POSITIVE_FINITE, month=NON_NEGATIVE_FINITE)
def immaturity(factor: float, half_life: float, month: float) -> float:
    """Factor on the probabilities to fail of work that starts in `month`: 1 + (factor - 1) 2^(-month / half_life).

    factor: in month 0. half_life: months in which what is above 1 halves. The shape is the planner's assumption.

    >>> immaturity(3.0, 12.0, 0.0), immaturity(3.0, 12.0, 12.0), immaturity(1.0, 12.0, 5.0)
    (3.0, 2.0, 1.0)
    """
    return 1.0 + (factor - 1.0) * math.pow(2.0, -(month / half_life))


@elementwise(growth=Range(-1.0, open_low=True, open_high=True), years=FINITE)
def support_cost(growth: float, years: float) -> float:
    """Factor on the running cost of a system that is `years` older than at the start: (1 + growth)^years; below 1
    where it is younger.

    growth: share/year. Without branches, so that it serves numbers and lanes of paths alike.

    >>> round(support_cost(0.1, 2.0), 12), support_cost(0.0, -3.0), round(support_cost(0.25, -1.0), 12)
    (1.21, 1.0, 0.8)
    """
    return math.exp(years * math.log1p(growth))
