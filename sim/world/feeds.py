"""Processes that make items of others: no circles, and not too many ways."""

from collections.abc import Iterator, Mapping

from sim.errors import Problem

MOST_WAYS = 128  # from arrivals to a process: the numbers of its items are kept apart by them


def feed_problems(sources: Mapping[str, list[str]]) -> Iterator[Problem]:
    """Processes that, step by step, feed themselves; and items that could come to one place in too many ways. sources:
    by process, the names of those that feed it."""
    circle = sorted(name for name in sources if name in _upstream(name, sources))
    if circle:
        yield Problem(
            path=f"processes.{circle[0]}.fed_by",
            value=", ".join(circle),
            message="items would make each other without end",
            hint="remove one of these feeds; work that is done again is an `error_probability`",
        )
        return
    ways = dict.fromkeys(sources, 1)
    for _ in sources:  # after the longest chain of feeds nothing changes any more
        ways = {name: 1 + sum(ways.get(s, 0) for s in of) for name, of in sources.items()}
    for name, count in ways.items():
        if count > MOST_WAYS:
            yield Problem(
                path=f"processes.{name}.fed_by",
                value=f"{count} ways",
                message="its items can come from too many processes, counted along every way",
                hint=f"at most {MOST_WAYS} ways",
            )


def _upstream(name: str, sources: Mapping[str, list[str]]) -> set[str]:
    """Every process whose items may end as items of `name`."""
    found: set[str] = set()
    stack = list(sources[name])
    while stack:
        other = stack.pop()
        if other not in found and other in sources:
            found.add(other)
            stack.extend(sources[other])
    return found
