"""How long an advantage lasts that is judged by scores. Both formulas are assumptions of the planner."""

import math

from sim.mechanisms.elementwise import SHARE, elementwise

LONGEST_LAG = 24.0  # months before rivals follow an advantage of full scores
SHORTEST_HALF_LIFE, LONGEST_HALF_LIFE = 6.0, 96.0  # months


@elementwise(valuable=SHARE, rare=SHARE, inimitable=SHARE, embedded=SHARE)
def advantage_strength(valuable: float, rare: float, inimitable: float, embedded: float) -> float:
    """Strength of an advantage, 0 to 1: the geometric mean of its four scores, so that none makes up for one that is 0.

    Source of the criteria: Barney (1991), Firm resources and sustained competitive advantage; embedded: woven into the
    organisation. That they are joined like this is the planner's assumption.

    >>> advantage_strength(1.0, 1.0, 1.0, 1.0), advantage_strength(1.0, 0.0, 1.0, 1.0)
    (1.0, 0.0)
    >>> round(advantage_strength(0.8, 0.2, 0.4, 0.4), 4)
    0.4
    """
    return math.pow(valuable * rare * inimitable * embedded, 0.25)


@elementwise(strength=SHARE)
def imitation_lag(strength: float) -> float:
    """Months from go-live until rivals begin to follow: 24 times the strength.

    >>> imitation_lag(0.0), imitation_lag(0.5), imitation_lag(1.0)
    (0.0, 12.0, 24.0)
    """
    return LONGEST_LAG * strength


@elementwise(strength=SHARE)
def advantage_half_life(strength: float) -> float:
    """Months in which the advantage halves from then on: 6 * 16^strength, from 6 to 96.

    >>> advantage_half_life(0.0), advantage_half_life(0.5), advantage_half_life(1.0)
    (6.0, 24.0, 96.0)
    """
    return SHORTEST_HALF_LIFE * math.pow(LONGEST_HALF_LIFE / SHORTEST_HALF_LIFE, strength)
