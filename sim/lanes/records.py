"""Records: structures of numbers, arrays, tables of lanes and other records that compiled code gets as one pointer.

A NamedTuple of a hundred arrays is passed to every function by value, as a thousand machine words (measured: 14 times
slower to run and 3 times slower to compile), and Numba's own structures by reference count every use of a field. A
record is borrowed: `pack` lays the fields out as 64-bit words, keeps them alive, and compiled code reads them through
`record_at`. Fields never change once packed, which the compiler is told; what arrays hold may change.
"""

from __future__ import annotations

import typing
from dataclasses import dataclass
from typing import Annotated, Any

import numba
import numpy as np
from llvmlite import ir
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import lower_getattr_generic, models, register_model
from numba.np import arrayobj
from numpy.typing import NDArray

from sim.lanes.tables import TableType, make_table
from sim.lanes.values import WIDTH, intrinsic

types: Any = numba.types  # untyped upstream


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


class RecordType(types.Type):  # type: ignore[misc]
    """A pointer to the words of a record of one NamedTuple class."""

    def __init__(self, fields: type) -> None:
        self.fields: dict[str, tuple[int, Any]] = {}
        place = 0
        for name, hint in typing.get_type_hints(fields, include_extras=True).items():
            kind = _kind(hint)
            self.fields[name] = (place, kind)
            place += _words(kind)
        self.size = place
        super().__init__(name=f"Record({fields.__module__}.{fields.__qualname__})")


def _kind(hint: Any) -> Any:
    """Numba type of a field from its annotation."""
    if hint is int:
        return types.int64
    if hint is float:
        return types.float64
    if typing.get_origin(hint) is Annotated:
        array, axes = typing.get_args(hint)
        if axes.lanes:
            return TableType(axes.count)
        scalar = typing.get_args(typing.get_args(array)[1])[0]
        return types.Array(numba.from_dtype(np.dtype(scalar)), axes.count, "C")
    return RecordType(hint)


def _words(kind: Any) -> int:
    if isinstance(kind, TableType):
        return 1 + kind.axes
    return 1 + int(kind.ndim) if isinstance(kind, types.Array) else 1


@register_model(RecordType)
class RecordModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, ir.IntType(64).as_pointer())


@infer_getattr
class RecordAttributes(AttributeTemplate):
    key = RecordType

    def generic_resolve(self, record: Any, name: str) -> Any:
        return record.fields[name][1] if name in record.fields else None


@lower_getattr_generic(RecordType)
def _get_field(context: Any, builder: Any, record: Any, value: Any, name: str) -> Any:
    place, kind = record.fields[name]
    unchanging = builder.module.add_metadata([])

    def load(k: int, pointer: Any = None) -> Any:
        at = builder.gep(value, [ir.Constant(ir.IntType(64), place + k)], inbounds=True)
        if pointer is not None:
            at = builder.bitcast(at, pointer.as_pointer())
        loaded = builder.load(at)
        loaded.set_metadata("invariant.load", unchanging)
        return loaded

    if kind == types.int64:
        return load(0)
    if kind == types.float64:
        return load(0, ir.DoubleType())
    if isinstance(kind, RecordType):
        return load(0, ir.IntType(64).as_pointer())
    if isinstance(kind, TableType):
        data = load(0, ir.DoubleType().as_pointer())
        return make_table(context, builder, kind, data, [load(1 + axis) for axis in range(kind.axes)])
    shape = [load(1 + axis) for axis in range(kind.ndim)]
    itemsize = ir.Constant(ir.IntType(64), 8)
    strides = [itemsize]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    array = context.make_array(kind)(context, builder)
    data = load(0, context.get_data_type(kind.dtype).as_pointer())
    arrayobj.populate_array(array, data=data, shape=shape, strides=strides, itemsize=itemsize, meminfo=None)
    return array._getvalue()


def record_at(fields: type) -> Any:
    """Compiled function from the address of a packed record to the record."""
    kind = RecordType(fields)

    @intrinsic
    def at(context, address):  # type: ignore[no-untyped-def]
        def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], ir.IntType(64).as_pointer())

        return kind(types.int64), lowered

    return at


@dataclass(frozen=True)
class Packed:
    """A record in memory. address: for compiled code. kept: what must live as long as it."""

    address: int
    kept: tuple[Any, ...]


def pack(record: Any) -> Packed:
    """Lay out a NamedTuple for compiled code; array fields must be contiguous and of the annotated type."""
    kind = RecordType(type(record))
    words = np.zeros(kind.size, dtype=np.int64)
    kept: list[Any] = [words]
    for name, (place, field) in kind.fields.items():
        value = getattr(record, name)
        if isinstance(field, RecordType):
            inner = pack(value)
            kept.append(inner)
            words[place] = inner.address
        elif field == types.float64:
            words[place : place + 1].view(np.float64)[0] = value
        elif field == types.int64:
            words[place] = value
        else:
            _check(f"{type(record).__name__}.{name}", value, field)
            kept.append(value)
            words[place] = value.ctypes.data
            words[place + 1 : place + _words(field)] = value.shape[: _words(field) - 1]
    return Packed(int(words.ctypes.data), tuple(kept))


def _check(name: str, value: Any, field: Any) -> None:
    if isinstance(field, TableType):
        right = value.dtype == np.float64 and value.ndim == field.axes + 1 and value.shape[-1] == WIDTH
    else:
        right = numba.from_dtype(value.dtype) == field.dtype and value.ndim == field.ndim
    if not right or not value.flags.c_contiguous:
        raise TypeError(f"{name}: an array of type {field} is wanted, got {value.dtype} of shape {value.shape}")
