"""Kernel part: numbers of a stream for all paths of a block at once."""

from __future__ import annotations

from sim.compiled import inline
from sim.lanes import WIDTH
from sim.lanes.random import uniform_of_lanes
from sim.sobol import is_point
from sim.streams import uniform


@inline
def name_paths(w, draws, first, last):  # type: ignore[no-untyped-def]
    """Numbers of the draws of a block, of which either all or none are points."""
    w.points[0] = 1 if is_point(draws[first]) else 0
    for k in range(WIDTH):
        row = min(first + k, last - 1)
        w.draw[k] = draws[row]
        w.path[0, k] = float(draws[row])


@inline
def uniforms_of_paths(w, key, index):  # type: ignore[no-untyped-def]
    """`sim.streams.uniform` in every path; index: lanes of identities. Coordinates of points are made one by one."""
    if w.points[0] == 0:
        return uniform_of_lanes(key, w.path[0], index)
    w.one_number[0] = index
    for k in range(WIDTH):
        w.one_number[0, k] = uniform(key, w.draw[k], int(w.one_number[0, k]))
    return w.one_number[0]
