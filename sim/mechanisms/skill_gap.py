"""Work that asks for more than a skill has. Both formulas are assumptions of the planner, not published figures."""

import math

from sim.mechanisms.elementwise import NON_NEGATIVE, SHARE, Range, elementwise


@elementwise(probability=SHARE, gap=NON_NEGATIVE, per_level=Range(0.0, 1.0, open_high=True))
def failure_with_gap(probability: float, gap: float, per_level: float) -> float:
    """Probability that the work fails when a skill lacks `gap` levels: 1 - (1 - probability)(1 - per_level)^gap.

    Each missing level is one more way to fail, independent of the others. For several skills apply it to each in turn.

    >>> failure_with_gap(0.5, 1.0, 0.5), failure_with_gap(0.3, 0.0, 0.5)
    (0.75, 0.3)
    """
    if gap <= 0.0:
        return probability
    return 1.0 - (1.0 - probability) * math.pow(1.0 - per_level, gap)


@elementwise(gap=NON_NEGATIVE, per_level=NON_NEGATIVE)
def extra_work(gap: float, per_level: float) -> float:
    """Work that missing levels add, as a share of the planned work: per_level times gap. Shares of several skills add.

    >>> extra_work(2.0, 0.1)
    0.2
    """
    return per_level * gap
