"""How much work of people an item makes at a step; for lanes and, through `.py_func`, for numbers and arrays."""

from __future__ import annotations

from sim.compiled import inline


@inline
def by_people(share, automated, exceptions):  # type: ignore[no-untyped-def]
    """Share of the items of a process that people serve at a step: of those that pass it (share), all but those that a
    machine took (automated) and kept (1 - exceptions).

    >>> by_people.py_func(0.5, 0.5, 0.5)
    0.375
    """
    return share * (1.0 - automated * (1.0 - exceptions))


@inline
def attendance(no_show, time):  # type: ignore[no-untyped-def]
    """First and second moment of the part of a service that an item takes: 1 of those that come, `time` of the others.

    >>> attendance.py_func(0.5, 0.5)
    (0.75, 0.625)
    """
    return 1.0 - no_show * (1.0 - time), 1.0 - no_show * (1.0 - time * time)
