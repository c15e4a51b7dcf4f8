"""p, q and ceiling of an initiative's adoption by month: as stated, with training, involvement and momentum."""

from __future__ import annotations

from sim.compiled import inline

NEVER_AGAIN = 10**6  # months to the next training where there is none


@inline
def adoption_course(go_live, months, stated, factors, half_life, every, course):  # type: ignore[no-untyped-def]
    """Writes course (3, months) from month `go_live` on; returns 1 if it varies, else 0 (and only that month counts).

    stated: p and q (per year) and the ceiling right before training. factors: those of training on p, q and ceiling,
    each at least 1; half_life (months; 0: no training), every: months from one training to the next.
    s months after a training a number is (1 + (factor - 1) 2^(-s / half_life)) times the stated one, a ceiling at most
    1; s counts whole months, so the numbers are constant within a month.
    """
    if half_life <= 0.0:
        for row in range(3):
            course[row, go_live] = stated[row]
        return 0
    for m in range(go_live, months):
        left = 2.0 ** (-((m - go_live) % every) / half_life)
        for row in range(3):
            course[row, m] = stated[row] * (1.0 + (factors[row] - 1.0) * left)
        course[2, m] = min(course[2, m], 1.0)
    return 1
