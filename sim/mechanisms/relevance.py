"""How a competitive advantage fades as others imitate it."""

import math

from sim.mechanisms.elementwise import FINITE, POSITIVE, elementwise


@elementwise(t=FINITE, half_life=POSITIVE)
def relevance(t: float, half_life: float) -> float:
    """Share of an advantage that is left `t` after imitation began: 2^(-t / half_life); 1 for t <= 0.

    t, half_life: same unit; half_life > 0, infinite for an advantage that never fades.
    Source: exponential decay; the half-life is the parameter that planners can state.

    >>> relevance(6.0, 3.0), relevance(-2.0, 3.0), relevance(100.0, float("inf"))
    (0.25, 1.0, 1.0)
    """
    if t <= 0.0:
        return 1.0
    return math.pow(2.0, -(t / half_life))
