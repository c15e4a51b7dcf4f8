"""Tables of lanes: arrays whose last axis is the lane, read and written a vector at a time.

`table[i, j]` is a `Lanes` value, `table[i, j, lane]` the number of one path, `table[i]` a row. Indices are not checked
and negative ones are not wrapped. In memory a table is a C-contiguous array of doubles of shape (..., WIDTH).
"""

from __future__ import annotations

import operator
from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, make_attribute_wrapper, models, register_model

from sim.lanes import WIDTH
from sim.lanes.values import LANES, VECTOR, spread

types: Any = numba.types  # untyped upstream


class TableType(types.Type):  # type: ignore[misc]
    """A table of lanes with so many axes before the lane."""

    def __init__(self, axes: int) -> None:
        self.axes = axes
        super().__init__(name=f"Table({axes}x{WIDTH})")


@register_model(TableType)
class TableModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        members = [("data", types.CPointer(types.float64)), ("shape", types.UniTuple(types.int64, kind.axes))]
        super().__init__(manager, kind, members)


make_attribute_wrapper(TableType, "shape", "shape")


def make_table(context: Any, builder: Any, kind: Any, data: Any, shape: list[Any]) -> Any:
    """The value of a table from the pointer and the lengths of its axes."""
    made = cgutils.create_struct_proxy(kind)(context, builder)
    made.data = data
    made.shape = cgutils.pack_array(builder, shape)
    return made._getvalue()


def _indices(kind: Any) -> tuple[Any, ...]:
    return tuple(kind) if isinstance(kind, types.BaseTuple) else (kind,)


def _result(table: Any, index: Any) -> Any:
    """Type of table[index], None when that is no index."""
    parts = _indices(index)
    if not all(isinstance(part, types.Integer) for part in parts) or len(parts) > table.axes + 1:
        return None
    if len(parts) == table.axes + 1:
        return types.float64
    return LANES if len(parts) == table.axes else TableType(table.axes - len(parts))


@infer_global(operator.getitem)
class GetItem(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        if len(args) == 2 and isinstance(args[0], TableType):
            result = _result(*args)
            if result is not None:
                return signature(result, *args)
        return None


@infer_global(operator.setitem)
class SetItem(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        if len(args) == 3 and isinstance(args[0], TableType):
            result = _result(args[0], args[1])
            if result in (LANES, types.float64):
                value = args[2] if result == LANES and args[2] == LANES else types.float64
                return signature(types.none, args[0], args[1], value)
        return None


def _address(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Pointer to the first double that an index names."""
    table = cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0])
    parts = cgutils.unpack_tuple(builder, args[1]) if isinstance(sig.args[1], types.BaseTuple) else [args[1]]
    kinds = _indices(sig.args[1])
    parts = [context.cast(builder, part, kind, types.int64) for part, kind in zip(parts, kinds, strict=True)]
    sizes = [*cgutils.unpack_tuple(builder, table.shape), ir.Constant(ir.IntType(64), WIDTH)]
    offset = ir.Constant(ir.IntType(64), 0)
    for axis, size in enumerate(sizes):
        offset = builder.mul(offset, size, flags=["nsw"])
        if axis < len(parts):
            offset = builder.add(offset, parts[axis], flags=["nsw"])
    return builder.gep(table.data, [offset], inbounds=True)


def _get(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    place = _address(context, builder, sig, args)
    if sig.return_type == LANES:
        return builder.load(builder.bitcast(place, VECTOR.as_pointer()), align=8)
    if sig.return_type == types.float64:
        return builder.load(place)
    table = cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0])
    shape = cgutils.unpack_tuple(builder, table.shape)[len(_indices(sig.args[1])) :]
    return make_table(context, builder, sig.return_type, place, shape)


def _set(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    place = _address(context, builder, sig, args)
    if _result(sig.args[0], sig.args[1]) == LANES:
        builder.store(spread(builder, args[2], sig.args[2]), builder.bitcast(place, VECTOR.as_pointer()), align=8)
    else:
        builder.store(args[2], place)
    return context.get_dummy_value()


for _index in (types.Integer, types.BaseTuple):
    lower_builtin(operator.getitem, TableType, _index)(_get)
    for _value in (types.float64, type(LANES)):
        lower_builtin(operator.setitem, TableType, _index, _value)(_set)
