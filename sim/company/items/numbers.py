"""Random numbers of the compiled engine's items: those of sixteen coming items at a time, each in a place of its own.

One number after the other costs the whole wait for the generator; sixteen independent ones share it. A row of `marks`
belongs to a place: the marks of being lost and of not coming, then three columns for each step of the route. What is
not likely to be asked for stays UNKNOWN and is made when it is; so are the numbers of items that other processes made
and of later attempts. The numbers are those of `sim.company.marks`, whoever makes them.
"""

from __future__ import annotations

from sim.company.gamma import gamma_number
from sim.company.items.state import BATCH, ERROR, FREE, LOST_MARK, NEXT, NO_SHOW, SERVICE_TIME, SHARE
from sim.compiled import dissolved, inline
from sim.streams import identity, uniform

UNKNOWN = -1.0
uniform_here = dissolved(uniform.py_func)


@inline
def fill(key, draw, first, attempts, out):  # type: ignore[no-untyped-def]
    """Uniforms of BATCH items from `first` on: by item, or those of its first attempt."""
    for i in range(BATCH):
        k = first + i
        out[i] = uniform_here(key, draw, identity(k, 0) if attempts else k)


@inline
def set_column(s, places, column, known, key, first, attempts):  # type: ignore[no-untyped-def]
    """A column of the rows of a batch."""
    made = s.made
    if known:
        fill(key, s.draw, first, attempts, made)
    else:
        made[:] = UNKNOWN
    for i in range(BATCH):
        s.marks[places[i], column] = made[i]


@inline
def make_batch(s, p, first):  # type: ignore[no-untyped-def]
    """Places and numbers of the items of process p from `first` on."""
    places = s.batch[p]
    for i in range(BATCH):
        s.totals[FREE] -= 1
        e = s.unused[s.totals[FREE]]
        places[i] = e
        s.process[e], s.number[e] = p, first + i
    set_column(s, places, LOST_MARK, s.now[s.lost_slot[p]] > 0.0, s.lost_key[p], first, False)
    set_column(s, places, NO_SHOW, s.now[s.no_show_slot[p]] > 0.0, s.no_show_key[p], first, False)
    for j in range(s.first_step[p], s.first_step[p + 1]):
        column = s.column[j]
        set_column(s, places, column + SHARE, s.now[s.share_slot[j]] < 1.0, s.share_key[j], first, False)
        set_column(s, places, column + ERROR, s.now[s.error_slot[j]] > 0.0, s.error_key[j], first, True)
        fill(s.service_key[j], s.draw, first, True, s.made)
        for i in range(BATCH):
            s.marks[places[i], column + SERVICE_TIME] = gamma_number(s.tables, s.service_table[j], s.made[i])


@dissolved
def know_nothing(s, e):  # type: ignore[no-untyped-def]
    """The numbers of an item that another process made are made one by one."""
    s.marks[e, :] = UNKNOWN


@dissolved
def mark(s, e, column, key):  # type: ignore[no-untyped-def]
    """A mark that an item has only one of."""
    u = s.marks[e, column]
    return u if u >= 0.0 else uniform(key, s.draw, s.number[e])


@dissolved
def error_mark(s, e, j):  # type: ignore[no-untyped-def]
    """Whether the attempt at hand goes wrong, as a mark."""
    u = s.marks[e, s.column[j] + ERROR] if s.attempt[e] == 0 else UNKNOWN
    return u if u >= 0.0 else uniform(s.error_key[j], s.draw, identity(s.number[e], s.attempt[e]))


@dissolved
def service_time(s, e, j):  # type: ignore[no-untyped-def]
    """Time of the service at hand over its mean."""
    x = s.marks[e, s.column[j] + SERVICE_TIME] if s.attempt[e] == 0 else UNKNOWN
    if x >= 0.0:
        return x
    u = uniform(s.service_key[j], s.draw, identity(s.number[e], s.attempt[e]))
    return gamma_number(s.tables, s.service_table[j], u)


@dissolved
def gap(s, p):  # type: ignore[no-untyped-def]
    """Gap before the next item of process p, mean 1."""
    at = s.coming[p, NEXT] & (BATCH - 1)
    if at == 0:
        fill(s.gap_key[p], s.draw, s.coming[p, NEXT], False, s.made)
        for i in range(BATCH):
            s.gaps[p, i] = gamma_number(s.tables, s.gap_table[p], s.made[i])
    return s.gaps[p, at]
