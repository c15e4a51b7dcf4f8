"""When items arrive: item k of a process when its cumulated demand passes the k-th point of a renewal sequence.

The demand of a month runs in pieces of constant rate. The arrivals of a process are found one by one, each as soon as
the one before has come, in the same arithmetic as `sim.company.operations.Demand`.
"""

from __future__ import annotations

from sim.company.items.heap import ARRIVAL, push
from sim.company.items.numbers import gap
from sim.company.items.state import (
    AFTER,
    CUMULATED,
    EDGE,
    FACTOR,
    LATEST,
    MONTH_END,
    PASSED,
    PIECE,
    RATE,
    START,
)
from sim.compiled import dissolved


@dissolved
def pass_gap(s, p):  # type: ignore[no-untyped-def]
    """Go to the point of the next item."""
    s.demand[p, PASSED] += gap(s, p)


@dissolved
def open_piece(s, p, start):  # type: ignore[no-untyped-def]
    """The piece of constant rate that begins at a moment of the month."""
    d, piece = s.demand[p], s.coming[p, PIECE]
    end = s.clock[MONTH_END]
    edge = min(end, s.moments[piece + 1]) if piece + 1 < s.first_piece[p + 1] else end
    d[START], d[EDGE] = start, edge
    d[RATE] = s.values[piece] * d[FACTOR]
    d[AFTER] = d[CUMULATED] + d[RATE] * (edge - start)


@dissolved
def open_demand(s, p, start):  # type: ignore[no-untyped-def]
    """The month begins: find the piece that holds its first moment."""
    piece = s.first_piece[p]
    while piece + 1 < s.first_piece[p + 1] and s.moments[piece + 1] <= start:
        piece += 1
    s.coming[p, PIECE] = piece
    open_piece(s, p, start)


@dissolved
def await_arrival(s, p):  # type: ignore[no-untyped-def]
    """Put the next arrival of process p into the event list, if the month has one."""
    d = s.demand[p]
    while True:
        if d[RATE] > 0.0 and d[PASSED] < d[AFTER]:
            due = min(d[START] + (d[PASSED] - d[CUMULATED]) / d[RATE], d[EDGE])
            delay = due - d[LATEST]
            d[LATEST] += delay if delay > 0.0 else 0.0
            push(s, d[LATEST], ARRIVAL, p)
            return
        d[CUMULATED] = d[AFTER]
        if not d[EDGE] < s.clock[MONTH_END]:
            return
        s.coming[p, PIECE] += 1
        open_piece(s, p, d[EDGE])
