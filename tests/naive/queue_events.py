"""A first-come-first-served queue with exponential service, event by event: what the waiting line is tested against.

Items of several kinds, each with its own fixed patience. An item gives up iff the wait that it would have is longer
than its patience; it then takes no service, so it may be turned away when it comes.
"""

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit
def simulate_queue(
    servers: int, service: float, rates: NDArray[np.float64], patience: NDArray[np.float64], items: int, seed: int
) -> Any:
    """(kinds, 3) arrivals, lost and summed waits of those who stayed; and the share of all items that found the
    servers busy."""
    np.random.seed(seed)  # noqa: NPY002 (the generator that compiled code knows; serial, so reproducible)
    total = np.sum(rates)
    cumulative = np.cumsum(rates) / total
    free = np.zeros(servers)
    counts = np.zeros((len(rates), 3))
    busy = 0
    now = 0.0
    for _ in range(items):
        now += np.random.exponential(1.0 / total)  # noqa: NPY002
        kind = int(np.searchsorted(cumulative, np.random.random(), side="right"))  # noqa: NPY002
        next_free = int(np.argmin(free))
        wait = max(0.0, free[next_free] - now)
        busy += wait > 0.0
        counts[kind, 0] += 1
        if wait > patience[kind]:
            counts[kind, 1] += 1
        else:
            counts[kind, 2] += wait
            free[next_free] = now + wait + np.random.exponential(service)  # noqa: NPY002
    return counts, busy / items
