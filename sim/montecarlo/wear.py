"""Kernel part: failures of systems that have a repairer of their own, for all paths of a block at once.

The clock is that of `sim.mechanisms.wearout`. It runs from one change of the hazard to the next: a refresh, which sets
the age to 0, or the end of support. Systems whose numbers effects change month by month, that a policy replaces or that
share repairers go path by path; `Estate.plain` tells them apart.
"""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.lanes import WIDTH
from sim.lanes.mathematics import normal_quantile
from sim.lanes.values import lanes, select, some
from sim.mechanisms.delivery import FINISHED
from sim.mechanisms.wearout import Z95
from sim.montecarlo.numbers import uniforms_of_paths

NEVER = 1e9  # month of what does not happen
TOO_MANY = -1
ROUNDING = 1e-9  # months before the end of its stretch at which a failure is booked at the latest


@inline
def fail_in_lanes(lay, w, baseline):  # type: ignore[no-untyped-def]
    """Failures of the plain systems that the roadmap at hand touches in some path, or of all for the baseline.

    w.in_lanes: by system, 1 where lane_times, lane_hours and lane_count hold what comes; a count of TOO_MANY: that path
    has more than there is room for. Exposure to attacks is set.
    """
    e = lay.estate
    set_refreshes(lay, w)
    for y in range(e.age.shape[0]):
        w.in_lanes[y] = 0
        if e.plain[y] and (baseline or _is_touched(lay, w, y)):
            w.in_lanes[y] = 1
            _fail(lay, w, y)


@inline
def set_refreshes(lay, w):  # type: ignore[no-untyped-def]
    """Month in which each initiative refreshes systems, NEVER for none."""
    months = lay.calendar.months
    for i in range(w.refresh.shape[0]):
        for k in range(WIDTH):
            g = w.go_live[k, i]
            finished = w.state[k, i] == FINISHED and 0 <= g < months
            w.refresh[i, k] = float(g) if finished else NEVER


@inline
def _is_touched(lay, w, y):  # type: ignore[no-untyped-def]
    found = lanes(NEVER)
    for i in range(w.refresh.shape[0]):
        if lay.candidates.refreshes[i, y]:
            found = min(found, w.refresh[i])
    return some(found < NEVER)


@inline
def _next_refresh(lay, w, y, t):  # type: ignore[no-untyped-def]
    """First refresh of system y after month t, NEVER for none."""
    first = lanes(NEVER)
    for i in range(w.refresh.shape[0]):
        if lay.candidates.refreshes[i, y]:
            first = select(w.refresh[i] > t, min(first, w.refresh[i]), first)
    return first


@inline
def _hazard(age, shape, scale):  # type: ignore[no-untyped-def]
    """Cumulative Weibull hazard, see `sim.mechanisms.wear`."""
    return select(age > 0.0, math.exp(shape * math.log(age / scale)), 0.0)


@inline
def _set_exposure(lay, w, y, first):  # type: ignore[no-untyped-def]
    """Exposure to attacks by month: raised from the end of support to the first refresh."""
    ends = lay.estate.support_ends[y]
    for m in range(lay.calendar.months):
        exposure = lanes(1.0)
        if m >= ends:
            exposure = select(first > m, w.values[lay.estate.unsupported_attacks_slot[y]], 1.0)
        w.exposure[y, m] = exposure


@inline
def _fail(lay, w, y):  # type: ignore[no-untyped-def]
    """Failures of system y in every path."""
    e, cal = lay.estate, lay.calendar
    months, support_ends = float(cal.months), float(e.support_ends[y])
    shape, scale, median = e.shape[y], w.values[e.scale_slot[y]], w.values[e.repair_slot[y]]
    unsupported = w.values[e.unsupported_failures_slot[y]]
    spread = math.log(e.repair_p95[y]) / Z95 if e.repair_p95[y] > 1.0 else 0.0
    first = _next_refresh(lay, w, y, lanes(-1.0))
    _set_exposure(lay, w, y, first)
    for k in range(WIDTH):
        w.lane_count[k, y] = 0
    count, t, age = lanes(0.0), lanes(0.0), lanes(e.age[y])
    begin = lanes(0.0)  # of the stretch at hand
    left = -math.log(uniforms_of_paths(w, e.failure_key[y], count))
    while True:
        refresh = _next_refresh(lay, w, y, begin)
        end = min(refresh, months)
        end = select((begin < support_ends) & (first > support_ends), min(end, support_ends), end)
        factor = select((begin >= support_ends) & (first > begin), unsupported, 1.0)
        ahead = max(end - t, 0.0) / 12.0
        start = _hazard(age, shape, scale)
        gain = factor * (_hazard(age + ahead, shape, scale) - start)
        running = t < months
        fails = running & (t < end) & (gain >= left)
        passes = running & ~fails
        if some(fails):
            failed_age = scale * math.exp(math.log(start + left / factor) / shape)
            failed_age = min(failed_age, age + ahead)
            moment = min(t + (failed_age - age) * 12.0, end - ROUNDING)
            hours = median
            if spread > 0.0:
                mark = uniforms_of_paths(w, e.repair_key[y], count)
                hours = select(median > 0.0, median * math.exp(spread * normal_quantile(mark)), median)
            _note(w, y, fails, moment, hours)
            count += select(fails, 1.0, 0.0)
            after = lanes(0.0) if e.replace[y] == 1 else failed_age + hours / cal.hours / 12.0
            fresh = -math.log(uniforms_of_paths(w, e.failure_key[y], count))
            left = select(fails, fresh, left)
            age = select(fails, after, age)
            t = select(fails, moment + hours / cal.hours, t)
        if some(passes):
            left = select(passes, left - gain, left)
            age = select(passes, select(end == refresh, 0.0, age + ahead), age)
            t = select(passes, max(t, end), t)
            begin = select(passes, end, begin)
        if not some(t < months):
            return


@inline
def _note(w, y, fails, moment, hours):  # type: ignore[no-untyped-def]
    """Keep a failure of the paths in which one comes."""
    w.moment[0], w.moment[1], w.moment[2] = select(fails, 1.0, 0.0), moment, hours
    for k in range(WIDTH):
        if w.moment[0, k] > 0.0:
            n = w.lane_count[k, y]
            if 0 <= n < w.lane_times.shape[2]:
                w.lane_times[k, y, n], w.lane_hours[k, y, n] = w.moment[1, k], w.moment[2, k]
                w.lane_count[k, y] = n + 1
            else:
                w.lane_count[k, y] = TOO_MANY
