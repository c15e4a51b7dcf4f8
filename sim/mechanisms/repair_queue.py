"""Failures of systems that share repairers: who fails first is repaired first, the others stand still and wait.

The closed queueing network of machine repair (Palm 1947; Feller, An Introduction to Probability Theory, vol. 1, XVII.7)
on the clocks of `sim.mechanisms.wearout`: those of the members run side by side, and each stands still from its failure
to the end of its repair, the wait included. With as many repairers as systems, who begin at once, each member fails as
if it had its own repairer, bit by bit.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import inline
from sim.mechanisms.elementwise import Range, compile_scalar, elementwise
from sim.mechanisms.wearout import lognormal_hours, next_failure
from sim.streams import uniform


@elementwise(hours=Range(0.0), busy_share=Range(0.0, 1.0, open_high=True))
def stretched(hours: float, busy_share: float) -> float:
    """Hours that a repair of so many hours takes a repairer who works for others in turn: hours / (1 - busy_share).

    The mean time of a job in a line whose server divides himself among all jobs at hand, the others of which load him
    with busy_share; exact whatever the lengths of jobs. Source: Kleinrock (1967), Time-shared systems, J. ACM 14.

    >>> stretched(3.0, 0.25)
    4.0
    """
    return hours / (1.0 - busy_share)


stretch = compile_scalar(stretched, inline)


@inline
def shared_failures(  # type: ignore[no-untyped-def]
    members, repairers, threshold_key, repair_key, response_key, draw, age, shape, scale, factor, refreshed, replace,
    median_hours, p95_ratio, response, response_p95, busy, month_hours, limit, free, due, due_age, piece, piece_end,
    times, hours, renewals, count, renewed,
):  # fmt: skip
    """Failures and planned replacements of the `members` (numbers of systems) of one group of repairers.

    repairers: how many. response (median hours until work begins, once a repairer is free), busy (share of a
    repairer's time that others take): by month; a failure meets those of its month. The other arrays hold for each
    system what `failures` takes for one. hours: from failure to the end of the repair. free (months, when a repairer
    is free), due, due_age, piece, piece_end: workspace by system. count, renewed: how many, by system.
    """
    for y in members:
        count[y] = 0
        left = -np.log(uniform(threshold_key[y], draw, 0))
        due[y], due_age[y], piece[y], piece_end[y], renewed[y] = next_failure(
            0.0, age[y], left, 0, 0, 0, shape[y], scale[y], factor[y], refreshed[y], limit[y], renewals[y]
        )
    at_work = min(repairers, members.shape[0])
    for j in range(at_work):
        free[j] = 0.0
    while True:
        y = members[0]
        for other in members:
            if due[other] < due[y]:
                y = other
        t = due[y]
        if t == np.inf:
            return
        who = 0
        for j in range(1, at_work):
            if free[j] < free[who]:
                who = j
        n, m = count[y], int(t)
        work = lognormal_hours(uniform(response_key[y], draw, n), response[m], response_p95)
        work += stretch(lognormal_hours(uniform(repair_key[y], draw, n), median_hours[y, m], p95_ratio[y]), busy[m])
        down = (max(free[who], t) - t) * month_hours + work
        if n < times.shape[1]:
            times[y, n], hours[y, n] = t, down
        count[y] = n + 1
        free[who] = t + down / month_hours
        older = 0.0 if replace[y] == 1 else due_age[y] + down / month_hours / 12.0
        left = -np.log(uniform(threshold_key[y], draw, n + 1))
        due[y], due_age[y], piece[y], piece_end[y], renewed[y] = next_failure(
            free[who], older, left, piece[y], piece_end[y], renewed[y], shape[y], scale[y], factor[y], refreshed[y],
            limit[y], renewals[y],
        )  # fmt: skip
