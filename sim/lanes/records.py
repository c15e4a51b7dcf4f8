"""Records: structures of numbers, arrays, tables of lanes and other records that compiled code gets as one pointer.

A NamedTuple of a hundred arrays is passed to every function by value, as a thousand machine words (measured: 14 times
slower to run and 3 times slower to compile), and Numba's own structures by reference count every use of a field. A
record is borrowed: `pack` lays the fields out as 64-bit words, keeps them alive, and compiled code reads them through
`record_at`. Fields never change once packed, which the compiler is told; what arrays hold may change.
"""

from __future__ import annotations

import typing
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from sim.lanes import WIDTH


@dataclass(frozen=True)
class Axes:
    """How many axes an array field has; `lanes`: the lane comes after them."""

    count: int
    lanes: bool = False


Floats1 = Annotated[NDArray[np.float64], Axes(1)]
Floats2 = Annotated[NDArray[np.float64], Axes(2)]
Floats3 = Annotated[NDArray[np.float64], Axes(3)]
Ints1 = Annotated[NDArray[np.int64], Axes(1)]
Ints2 = Annotated[NDArray[np.int64], Axes(2)]
Keys1 = Annotated[NDArray[np.uint64], Axes(1)]
Keys2 = Annotated[NDArray[np.uint64], Axes(2)]
Keys3 = Annotated[NDArray[np.uint64], Axes(3)]
Lanes1 = Annotated[NDArray[np.float64], Axes(1, lanes=True)]
Lanes2 = Annotated[NDArray[np.float64], Axes(2, lanes=True)]
Lanes3 = Annotated[NDArray[np.float64], Axes(3, lanes=True)]


@dataclass(frozen=True)
class Place:
    """Where a field lies, and what it is: int, float, an array, a table of lanes, or another record.

    word: its first 64-bit word in the record. dtype and axes: of an array or a table. record: class of a record.
    """

    word: int
    kind: str
    dtype: Any = None
    axes: int = 0
    record: Any = None

    @property
    def words(self) -> int:
        """An array is a pointer and the lengths of its axes."""
        return 1 + self.axes


@cache
def places(fields: type) -> dict[str, Place]:
    """The fields of a NamedTuple class, in order."""
    found: dict[str, Place] = {}
    word = 0
    for name, hint in typing.get_type_hints(fields, include_extras=True).items():
        found[name] = _place(word, hint)
        word += found[name].words
    return found


def _place(word: int, hint: Any) -> Place:
    if hint is int or hint is float:
        return Place(word, hint.__name__)
    if typing.get_origin(hint) is Annotated:
        array, axes = typing.get_args(hint)
        scalar = np.dtype(typing.get_args(typing.get_args(array)[1])[0])
        return Place(word, "table" if axes.lanes else "array", scalar, axes.count)
    return Place(word, "record", record=hint)


def record_at(fields: type) -> Any:
    """Compiled function from the address of a packed record to the record."""
    from sim.lanes.record_types import reader  # loads the compiler

    return reader(fields)


@dataclass(frozen=True)
class Packed:
    """A record in memory. address: for compiled code. kept: what must live as long as it."""

    address: int
    kept: tuple[Any, ...]


def pack(record: Any) -> Packed:
    """Lay out a NamedTuple for compiled code; array fields must be contiguous and of the annotated type."""
    kind: Any = type(record)
    fields = places(kind)
    words = np.zeros(sum(place.words for place in fields.values()), dtype=np.int64)
    kept: list[Any] = [words]
    for name, place in fields.items():
        value, word = getattr(record, name), place.word
        if place.kind == "record":
            inner = pack(value)
            kept.append(inner)
            words[word] = inner.address
        elif place.kind == "float":
            words[word : word + 1].view(np.float64)[0] = value
        elif place.kind == "int":
            words[word] = value
        else:
            _check(f"{type(record).__name__}.{name}", value, place)
            kept.append(value)
            words[word] = value.ctypes.data
            words[word + 1 : word + place.words] = value.shape[: place.axes]
    return Packed(int(words.ctypes.data), tuple(kept))


def _check(name: str, value: Any, place: Place) -> None:
    if place.kind == "table":
        right = value.ndim == place.axes + 1 and value.shape[-1] == WIDTH
    else:
        right = value.ndim == place.axes
    if not right or value.dtype != place.dtype or not value.flags.c_contiguous:
        wanted = f"{place.dtype} of {place.axes} axes" + (" and lanes" if place.kind == "table" else "")
        raise TypeError(f"{name}: a contiguous array of {wanted} is wanted, got {value.dtype} of shape {value.shape}")
