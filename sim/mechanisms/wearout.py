"""Failures of a system on one operational clock that runs through repairs and refreshes.

The clock A(t) = integral of h(age) * factor; the k-th failure is at A = E_1 + ... + E_k with unit exponential
thresholds (random time change). It stands still while the system is down for its own repair. Over months in which
neither scale nor factor changes and nothing is refreshed each time is solved in closed form. Without changes: mean
number of failures H(age0 + t) - H(age0) for repair; the renewal function for replace.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import inline
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.normal import normal_quantile
from sim.mechanisms.wear import weibull_cumulative_hazard, weibull_inverse_cumulative_hazard
from sim.streams import uniform

hazard = compile_scalar(weibull_cumulative_hazard, inline)
inverse_hazard = compile_scalar(weibull_inverse_cumulative_hazard, inline)
quantile = compile_scalar(normal_quantile, inline)
Z95 = 1.6448536269514722
SAME = 1e-6  # months: what is due so near to the begin of a month is due then, or rounding would choose the month


@inline
def lognormal_hours(u, median, p95_ratio):  # type: ignore[no-untyped-def]
    """Duration through its median and 95th percentile."""
    if median <= 0.0 or p95_ratio <= 1.0:
        return median
    return median * np.exp(np.log(p95_ratio) / Z95 * quantile(u))


@inline
def beginning(t):  # type: ignore[no-untyped-def]
    """A moment, or the begin of the month that lies next to it."""
    whole = np.rint(t)
    return whole if abs(t - whole) <= SAME else t


@inline
def next_failure(t, age, left, m, last, renewed, shape, scale, factor, refreshed, limit, renewals):  # type: ignore[no-untyped-def]
    """Run the clock of a system that is up from moment t (months) at `age` (years) until `left` more has passed on it.

    m, last: months between which the hazard stays the same, 0 and 0 at the start; renewed: planned replacements so
    far. The rest as in `failures`. Returns the moment of the failure (infinite: none before the end) and the age then,
    m, last and renewed.
    """
    months = scale.shape[0]
    while m < months:
        if last <= m:
            last = m + 1  # the hazard changes when this month begins
            while last < months and scale[last] == scale[m] and factor[last] == factor[m] and not refreshed[last]:
                if limit[last] != limit[m]:
                    break
                last += 1
            if refreshed[m]:
                age = 0.0
            t = max(float(m), t)
        while t < last:
            ahead = (last - t) / 12.0
            due = max(limit[m] - age, 0.0)
            renews = t + due * 12.0 < last - SAME
            if renews:
                ahead = due
            start = hazard(age, shape, scale[m])
            gain = factor[m] * (hazard(age + ahead, shape, scale[m]) - start)
            if gain < left:
                left -= gain
                age += ahead
                if renews:
                    t = beginning(t + ahead * 12.0)
                    if renewed < renewals.shape[0]:
                        renewals[renewed] = t
                    renewed += 1
                    age = 0.0
                    last = int(t)  # go on from this month, with its new factor
                    for later in range(last, months):
                        factor[later] = 1.0
                break
            failed_age = min(inverse_hazard(start + left / factor[m], shape, scale[m]), age + ahead)
            t = min(t + (failed_age - age) * 12.0, last - 1e-9)  # rounding must not reach the next month
            return t, failed_age, m, last, renewed
        m = last
    return np.inf, age, m, last, renewed


@inline
def failures(  # type: ignore[no-untyped-def]
    threshold_key, repair_key, draw, age, shape, scale, factor, refreshed, replace, median_hours, p95_ratio,
    month_hours, limit, times, hours, renewals,
):  # fmt: skip
    """Failures and planned replacements of one system, which has its own repairer, over the months of `scale`.

    age: years at month 0. scale (years), factor, median_hours: by month. refreshed: by month, 1 where the age starts
    again at 0 when the month begins. replace: a failure sets the age to 0. month_hours: working hours of a month.
    limit: years, by month, the age at which the system is replaced as planned (infinite: never); from then on its
    factor is 1. Writes times (months) and hours (of repair) of failures, renewals (months), and returns how many
    failures and how many planned replacements there were.
    """
    count, renewed, m, last, t = 0, 0, 0, 0, 0.0
    while True:
        left = -np.log(uniform(threshold_key, draw, count))
        t, age, m, last, renewed = next_failure(
            t, age, left, m, last, renewed, shape, scale, factor, refreshed, limit, renewals
        )
        if t == np.inf:
            return count, renewed
        repair = lognormal_hours(uniform(repair_key, draw, count), median_hours[int(t)], p95_ratio)
        if count < times.shape[0]:
            times[count], hours[count] = t, repair
        count += 1
        age = 0.0 if replace else age + repair / month_hours / 12.0
        t += repair / month_hours
