"""Momentum of change: what went live or failed before makes the next change easier or harder to begin."""

from __future__ import annotations

import math

from sim.compiled import inline


@inline
def momentum(settled, success, month, log_success, log_failure, half_life, log_most):  # type: ignore[no-untyped-def]
    """Factor on p of what goes live in `month`.

    settled: month of go-live or failure by initiative, -1 for neither; success: 1 for a go-live. log_success (>= 0) and
    log_failure (<= 0): logarithms of the factor right after one. Each adds its logarithm times 2^(-age / half_life),
    age in months, strictly later than it; the sum is kept within +-log_most. Deterministic once go-lives are known.
    """
    total = 0.0
    for j in range(settled.shape[0]):
        if 0 <= settled[j] < month:
            gain = log_success if success[j] == 1 else log_failure
            total += gain * 2.0 ** (-(month - settled[j]) / half_life)
    return math.exp(min(max(total, -log_most), log_most))


@inline
def last_month_of_work(work, i):  # type: ignore[no-untyped-def]
    """Last month in which initiative i was worked on, -1 for none. work: (initiatives, months)."""
    for m in range(work.shape[1] - 1, -1, -1):
        if work[i, m] > 0.0:
            return m
    return -1
