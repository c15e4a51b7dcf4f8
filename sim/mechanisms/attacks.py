"""Attack points over time and height: controls only add or remove points, no other point moves.

The attacks of a threat are the points (time, height) of a unit-rate Poisson measure, generated in layers of height L;
an incident happens at a point iff its height is below attempts * success of that moment. The k-th point of a layer has
its own gap, height, severity and outage numbers, by identity (layer, k). In points whose counts are stratified (see
`sim.sobol`) the first number of the lowest layer gives how many points it has, and the next ones the order statistics
of as many uniforms: the same law.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import inline
from sim.mechanisms.poisson import poisson_quantile
from sim.sobol import counts_first
from sim.streams import identity, uniform

LOWEST_LAYER = 0.01  # incidents a year: a rarer threat that effects make frequent needs few layers all the same
MOST_COUNTED = 200.0  # points of the lowest layer on average, beyond which their count is not drawn at once


def layer_height(attempts: float, success: float) -> float:
    """Height of the layers of a threat, incidents a year, from the medians before any effect.

    >>> layer_height(10.0, 0.05), layer_height(1.0, 0.0)
    (0.5, 0.01)
    """
    return max(LOWEST_LAYER, attempts * success)


@inline
def incidents(gap_key, height_key, draw, layer_height, intensity, times, layers, numbers):  # type: ignore[no-untyped-def]
    """Incidents of one threat, layer by layer.

    intensity: incidents a year, by month. layer_height: a year^-1, fixed by the threat alone. Writes times (months),
    layers and numbers (the identity of the point) and returns how many; more than fit are counted, not written.
    """
    months = intensity.shape[0]
    highest = 0.0
    for m in range(months):
        highest = max(highest, intensity[m])
    count = 0
    layer = 0
    mean = layer_height * months / 12.0
    while layer * layer_height < highest:
        t = 0.0
        number = 0
        left = -1
        if layer == 0 and mean < MOST_COUNTED and counts_first(gap_key, draw):
            left = poisson_quantile(uniform(gap_key, draw, 0), mean)
        while left != 0:
            if left > 0:
                t = months - (months - t) * uniform(gap_key, draw, identity(0, number + 1)) ** (1.0 / left)
                left -= 1
            else:
                t += -np.log(uniform(gap_key, draw, identity(layer, number))) / layer_height * 12.0
            if t >= months:
                break
            height = (layer + uniform(height_key, draw, identity(layer, number))) * layer_height
            if height < intensity[int(t)]:
                if count < times.shape[0]:
                    times[count], layers[count], numbers[count] = t, layer, number
                count += 1
            number += 1
        layer += 1
    return count
