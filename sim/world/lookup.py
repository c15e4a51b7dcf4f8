"""Looking up names in the plain mappings of a file, which may hold anything."""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import Problem, nearest


def block(data: Any, *keys: str) -> Mapping[str, Any]:
    """The mapping at `keys`, or an empty one where the file has something else (the schema reports that)."""
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def items(data: Any, *keys: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and content of every block below a place of a raw file; what is no block is left out."""
    for name, value in block(data, *keys).items():
        if isinstance(value, Mapping):
            yield str(name), value


def names(value: Any) -> list[str]:
    """The texts of a raw list, none where it is no list (the schema reports that)."""
    return [v for v in value if isinstance(v, str)] if isinstance(value, (list, tuple)) else []


def unknown(kind: str, name: Any, known: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """The problem of a name at `path` that is none of the known ones of its kind, with the nearest that is."""
    if isinstance(name, str) and name not in known:
        close = nearest(name, list(known))
        hint = f"did you mean {close}?" if close else f"known: {', '.join(known) or 'none'}"
        yield Problem(path=path, value=name, message=f"there is no {kind} named {name}", hint=hint)
