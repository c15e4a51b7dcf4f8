"""Bass diffusion in closed form: the limit of seat-by-seat adoption for a large population."""

import math

from sim.mechanisms.elementwise import NON_NEGATIVE_FINITE, SHARE, elementwise


@elementwise(p=NON_NEGATIVE_FINITE, q=NON_NEGATIVE_FINITE, ceiling=SHARE)
def bass_adoption(t: float, p: float, q: float, ceiling: float) -> float:
    """Share of a population that has adopted `t` years after go-live.

    ceiling * F(t), F(t) = (1 - e^{-(p+q)t}) / (1 + (q/p) e^{-(p+q)t}), the solution of F' = (p + q F)(1 - F), F(0) = 0.

    t: years since go-live, any sign; 0 before go-live. p: innovation per year, >= 0; without innovators (p = 0) nobody
    starts. q: imitation per year, >= 0; q = 0 gives 1 - e^{-pt}. ceiling: share that can ever adopt, in [0, 1].
    Source: Bass (1969), A new product growth model for consumer durables, Management Science 15(5).

    >>> round(bass_adoption(5.0, 0.03, 0.38, 1.0), 12)
    0.331198642491
    >>> bass_adoption(-1.0, 0.03, 0.38, 1.0), bass_adoption(5.0, 0.0, 0.38, 1.0)
    (0.0, 0.0)
    >>> bass_adoption(1e9, 0.03, 0.38, 0.8)
    0.8
    """
    if t <= 0.0 or p <= 0.0:
        return 0.0
    passed = (p + q) * t
    return ceiling * (-math.expm1(-passed) * p / (p + q * math.exp(-passed)))
