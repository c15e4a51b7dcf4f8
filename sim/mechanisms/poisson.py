"""Number of events of a Poisson law from one uniform."""

from __future__ import annotations

import math

from sim.compiled import inline


@inline
def poisson_quantile(u, mean):  # type: ignore[no-untyped-def]
    """Smallest n with P(N <= n) >= u by summation of the probabilities, as far as they count. mean: below 700, where
    exp(-mean) is above 0."""
    probability = math.exp(-mean)
    below, n = probability, 0
    while below < u and (n <= mean or probability > 1e-18):
        n += 1
        probability *= mean / n
        below += probability
    return n
