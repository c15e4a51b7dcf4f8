"""Planned hires that freed hours make superfluous. World layer: follows from the parameters of the months alone."""

from __future__ import annotations

import math

from sim.compiled import inline

SLACK = 1e-9  # of a step: rounding must not cost one


@inline
def hire(first, seats, step, share, notice, freed, month_hours, spared, added):  # type: ignore[no-untyped-def]
    """Seats of a planned hire that are added, by month.

    first: month of the hire. step: smallest part of a seat that can be left out. share: realisable part of the hours.
    notice: months. freed (months,): hours a month that the role needs less than in the baseline. month_hours: of a
    seat. spared (months,): seats that earlier hires of the role left out, whose hours are used; this one adds its own.
    Writes added (months,). In a month, whole steps are left out that the realisable hours of `notice` months before
    cover; what was once added stays.
    """
    most = 0.0
    for m in range(added.shape[0]):
        added[m] = 0.0
        if m < first:
            continue
        able = share * freed[max(m - notice, 0)] / month_hours - spared[m]
        steps = math.floor(max(able, 0.0) / step + SLACK)
        most = max(most, seats - min(steps, math.floor(seats / step + SLACK)) * step)
        added[m] = most
        spared[m] += seats - most
