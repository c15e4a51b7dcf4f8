"""Numba's side of records: a pointer to their words, and how compiled code reads a field."""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import lower_getattr_generic, models, register_model
from numba.np import arrayobj

from sim.lanes.records import Place, places
from sim.lanes.tables import TableType, make_table
from sim.lanes.values import intrinsic

types: Any = numba.types  # untyped upstream


class RecordType(types.Type):  # type: ignore[misc]
    """A pointer to the words of a record of one NamedTuple class."""

    def __init__(self, fields: type) -> None:
        self.fields: dict[str, tuple[int, Any]] = {n: (p.word, _kind(p)) for n, p in places(fields).items()}
        super().__init__(name=f"Record({fields.__module__}.{fields.__qualname__})")


def _kind(place: Place) -> Any:
    """Numba type of a field."""
    if place.kind == "int":
        return types.int64
    if place.kind == "float":
        return types.float64
    if place.kind == "table":
        return TableType(place.axes)
    if place.kind == "array":
        return types.Array(numba.from_dtype(place.dtype), place.axes, "C")
    return RecordType(place.record)


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


def reader(fields: type) -> Any:
    """Compiled function from the address of a packed record to the record."""
    kind = RecordType(fields)

    @intrinsic
    def at(context, address):  # type: ignore[no-untyped-def]
        def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], ir.IntType(64).as_pointer())

        return kind(types.int64), lowered

    return at
