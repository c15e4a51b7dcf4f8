"""Lines of items, first come first served: linked both ways through the items' places."""

from __future__ import annotations

from sim.company.items.state import NOBODY
from sim.compiled import dissolved


@dissolved
def join(s, e, line):  # type: ignore[no-untyped-def]
    """Place e goes to the end of a line."""
    last = s.tail[line]
    s.line[e], s.before[e], s.behind[e] = line, last, NOBODY
    s.tail[line] = e
    if last == NOBODY:
        s.head[line] = e
    else:
        s.behind[last] = e


@dissolved
def leave(s, e):  # type: ignore[no-untyped-def]
    """Place e leaves its line, wherever it stands."""
    line, before, behind = s.line[e], s.before[e], s.behind[e]
    if before == NOBODY:
        s.head[line] = behind
    else:
        s.behind[before] = behind
    if behind == NOBODY:
        s.tail[line] = before
    else:
        s.before[behind] = before
