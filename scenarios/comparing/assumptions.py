"""What two scenarios assume differently: paths whose values differ, and mixtures of the two."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.world import Scenario

Path = tuple[str | int, ...]

NAMES_ONLY = frozenset({"name", "title", "story", "origin", "note"})
"""Keys that change no figure."""
NUMBER = frozenset({"low", "mode", "high", "p5", "p10", "p50", "p90", "p95", "median", "value", "choices"})
"""Keys of an uncertain number, which changes as a whole."""
MOST_GROUPS = 6


@dataclass(frozen=True)
class Group:
    """Assumptions that change together: the label under which they are printed, and their paths."""

    label: str
    paths: tuple[Path, ...]


def differing(one: Scenario, other: Scenario) -> tuple[Path, ...]:
    """Paths at which the scenarios differ, in the order of the first; what only one of them has is one path."""
    return tuple(_differing(one.model_dump(mode="json"), other.model_dump(mode="json"), ()))


def _differing(one: Any, other: Any, at: Path) -> Iterator[Path]:
    if one == other or (at and at[-1] in NAMES_ONLY):
        return
    if isinstance(one, Mapping) and isinstance(other, Mapping) and not _is_number(one) and not _is_number(other):
        for key in [*one, *(key for key in other if key not in one)]:
            if key in one and key in other:
                yield from _differing(one[key], other[key], (*at, key))
            elif key not in NAMES_ONLY:
                yield (*at, key)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differing(left, right, (*at, index))
    elif not _same_number(one, other):
        yield at


def _is_number(value: Mapping[str, Any]) -> bool:
    return bool(NUMBER & value.keys()) or set(value) == {"origin"}


def _same_number(one: Any, other: Any) -> bool:
    """Whether two values differ in nothing but where they come from.

    >>> _same_number({"value": 1, "origin": "a"}, {"value": 1, "origin": "b"}), _same_number(1, 2)
    (True, False)
    """
    plain = [
        {key: part for key, part in value.items() if key not in NAMES_ONLY} if isinstance(value, Mapping) else value
        for value in (one, other)
    ]
    return bool(plain[0] == plain[1])


def groups(paths: Sequence[Path], most: int = MOST_GROUPS) -> tuple[Group, ...]:
    """The paths one by one, or by ever larger blocks where there are more than `most`.

    >>> [group.label for group in groups([("money", "discount_rate"), ("profile", "tax_rate")])]
    ['money.discount_rate', 'profile.tax_rate']
    >>> [group.label for group in groups([("people", role, "headcount") for role in "abcdefg"])]
    ['people']
    """
    deepest = max((len(path) for path in paths), default=1)
    found: dict[str, list[Path]] = {}
    for depth in range(deepest, 0, -1):
        found = {}
        for path in paths:
            found.setdefault(".".join(str(part) for part in path[:depth]), []).append(path)
        if len(found) <= most:
            break
    return tuple(Group(label, tuple(members)) for label, members in found.items())


def mixed(one: Mapping[str, Any], other: Mapping[str, Any], paths: Sequence[Path]) -> Scenario:
    """The first scenario with what the second says at these paths; both as plain data.

    Raises ProblemsFound where the two do not go together so.
    """
    from scenarios.load import validated
    from sim.errors import ProblemsFound

    data = copy.deepcopy(dict(one))
    for path in paths:
        into, source = data, other
        for key in path[:-1]:
            into, source = into[key], source[key]  # type: ignore[index]
        last = path[-1]
        if isinstance(source, list) or last in source:
            into[last] = copy.deepcopy(source[last])  # type: ignore[index]
        else:
            del into[last]  # type: ignore[arg-type]
    found, problems = validated(data)
    if found is None or problems:
        raise ProblemsFound(problems)
    return found
