"""Kernel part: importance sampling of the cyber tail, path by path, and controls of known mean, in lanes.

A tilted draw is a mixture (Owen and Zhou 2000, "Safe and effective importance sampling"): with the probability
`edge[0]` nothing is changed; otherwise one threat has `factor` times its incidents, and one of these, chosen evenly,
has a severity number whose distance from 1 is a power of a uniform, since the sum of heavy losses is large when one of
them is (Asmussen and Kroese 2006). The weight, density of the draw over that of the mixture, is at most 1 / edge[0].
"""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.lanes.values import lanes
from sim.montecarlo.cyber import expected_loss
from sim.montecarlo.kpis import CYBER
from sim.streams import uniform


@inline
def tilt_mark(lay, draw):  # type: ignore[no-untyped-def]
    """The mark that chooses the part of the mixture, and the density of the unchanged part."""
    if lay.tilt.edge.shape[0] == 0:
        return 2.0, 1.0
    return uniform(lay.tilt.key[0], draw, 0), lay.tilt.edge[0]


@inline
def raised(lay, h, mark):  # type: ignore[no-untyped-def]
    """Whether the mark chooses threat h."""
    return lay.tilt.edge.shape[0] > 0 and lay.tilt.edge[h] <= mark and mark < lay.tilt.edge[h + 1]


@inline
def tilt_intensity(lay, h, mark, intensity):  # type: ignore[no-untyped-def]
    """Incidents of a threat that are to be expected untilted, within the horizon; intensity of the months is changed in
    place, behind the horizon to nothing. 0 and no change without a tilt."""
    if lay.tilt.edge.shape[0] == 0:
        return 0.0
    expected, factor = 0.0, lay.tilt.factor[h] if raised(lay, h, mark) else 1.0
    for m in range(intensity.shape[0]):
        if m < lay.calendar.horizon:
            expected += intensity[m] / 12.0
            intensity[m] *= factor
        else:
            intensity[m] = 0.0
    return expected


@inline
def worst_of(lay, draw, h, mark, n):  # type: ignore[no-untyped-def]
    """Which of n incidents is made worse; -1: none."""
    return int(uniform(lay.tilt.key[0], draw, 1) * n) if n > 0 and raised(lay, h, mark) else -1


@inline
def made_worse(u, power):  # type: ignore[no-untyped-def]
    """A severity number nearer to 1."""
    return min(1.0 - (1.0 - u) ** power, 1.0 - 2.0**-53)


@inline
def density(u, power):  # type: ignore[no-untyped-def]
    """Density of what `made_worse` makes of a uniform number."""
    return (1.0 - u) ** (1.0 / power - 1.0) / power


@inline
def mixture_part(lay, h, n, densities, expected):  # type: ignore[no-untyped-def]
    """Share of threat h in the mixture times the density of its n incidents over their untilted one. densities: sum of
    `density` over the incidents."""
    if lay.tilt.edge.shape[0] == 0:
        return 0.0
    factor = lay.tilt.factor[h]
    likelihood = math.exp(n * math.log(factor) - (factor - 1.0) * expected)
    if n > 0:
        likelihood *= densities / n
    return (lay.tilt.edge[h + 1] - lay.tilt.edge[h]) * likelihood


@inline
def write_controls(lay, w, at):  # type: ignore[no-untyped-def]
    """Into w.result from row `at` on: PV of the direct losses of the horizon, what was to be expected of it month by
    month, the discounted surplus of incidents over their expected number, and the weight of the draw."""
    cal = lay.calendar
    loss, expected, surplus = lanes(0.0), lanes(0.0), lanes(0.0)
    if lay.tilt.controls == 1:
        for m in range(cal.horizon):
            loss -= w.flow[CYBER, m] * cal.discount[m]
            expected += expected_loss(lay, w, m) * (cal.discount[m] / 12.0)
            number = lanes(0.0)
            for h in range(lay.estate.layer.shape[0]):
                number += w.intensity[h, m]
            surplus += (w.happened[m] - number / 12.0) * cal.discount[m]
    w.result[at] = loss
    w.result[at + 1] = expected
    w.result[at + 2] = surplus
    w.result[at + 3] = w.weight[0]
