"""Numba types for the numbers and the truth values of `WIDTH` paths, with Python's operators on them.

Arithmetic is that of IEEE 754, lane by lane: what one lane holds changes no bit of another, and a path has the same
bits in every lane. Nothing is contracted or reassociated.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numba
from llvmlite import ir
from numba import extending
from numba.core import cgutils
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import lower_builtin, models, register_model

from sim.lanes import WIDTH as WIDTH

types: Any = numba.types  # untyped upstream
intrinsic: Any = extending.intrinsic
VECTOR = ir.VectorType(ir.DoubleType(), WIDTH)
WORDS = ir.VectorType(ir.IntType(64), WIDTH)
TRUTHS = ir.VectorType(ir.IntType(1), WIDTH)


class LanesType(types.Type):  # type: ignore[misc]
    """One double for each path of a block."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes({WIDTH})")


class MaskType(types.Type):  # type: ignore[misc]
    """One truth value for each path of a block."""

    def __init__(self) -> None:
        super().__init__(name=f"Mask({WIDTH})")


LANES, MASK = LanesType(), MaskType()
NUMBER = (types.float64, types.int64)


@register_model(LanesType)
class LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, VECTOR)


@register_model(MaskType)
class MaskModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, TRUTHS)


def constant(value: float) -> Any:
    """A number in every lane."""
    return ir.Constant(VECTOR, [ir.Constant(ir.DoubleType(), value)] * WIDTH)


def word(value: int) -> Any:
    """A 64-bit word in every lane."""
    return ir.Constant(WORDS, [ir.Constant(ir.IntType(64), value)] * WIDTH)


def spread(builder: Any, value: Any, kind: Any) -> Any:
    """Any argument as a vector: lanes as they are, a number in every lane."""
    if kind == LANES:
        return value
    if kind in types.integer_domain:
        value = builder.sitofp(value, ir.DoubleType())
    elif kind == types.float32:
        value = builder.fpext(value, ir.DoubleType())
    one = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    order = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [ir.Constant(ir.IntType(32), 0)] * WIDTH)
    return builder.shuffle_vector(one, ir.Constant(VECTOR, ir.Undefined), order)


Emit = Callable[[Any, Any, Any], Any]


def _binary(functions: tuple[Any, ...], result: Any, emit: Emit) -> None:
    """Define functions of two numbers, at least one of which is of lanes."""
    pairs = [(LANES, LANES), *((LANES, n) for n in NUMBER), *((n, LANES) for n in NUMBER)]

    def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        a, b = (spread(builder, arg, kind) for arg, kind in zip(args, sig.args, strict=True))
        return emit(builder, a, b)

    for function in functions:

        class Template(ConcreteTemplate):
            cases = [signature(result, *pair) for pair in pairs]

        infer_global(function)(Template)
        for pair in pairs:
            lower_builtin(function, *pair)(lowered)


def _logic(functions: tuple[Any, ...], emit: Emit) -> None:
    for function in functions:

        class Template(ConcreteTemplate):
            cases = [signature(MASK, MASK, MASK)]

        infer_global(function)(Template)
        lower_builtin(function, MASK, MASK)(lambda context, builder, sig, args: emit(builder, *args))


def _unary(function: Any, kind: Any, emit: Callable[[Any, Any], Any]) -> None:
    class Template(ConcreteTemplate):
        cases = [signature(kind, kind)]

    infer_global(function)(Template)
    lower_builtin(function, kind)(lambda context, builder, sig, args: emit(builder, args[0]))


def _call(builder: Any, name: str, value: Any) -> Any:
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(VECTOR, [VECTOR]), name)
    return builder.call(function, [value])


def _compare(sign: str) -> Emit:
    if sign == "!=":
        return lambda builder, a, b: builder.fcmp_unordered(sign, a, b)
    return lambda builder, a, b: builder.fcmp_ordered(sign, a, b)


_binary((operator.add, operator.iadd), LANES, lambda builder, a, b: builder.fadd(a, b))
_binary((operator.sub, operator.isub), LANES, lambda builder, a, b: builder.fsub(a, b))
_binary((operator.mul, operator.imul), LANES, lambda builder, a, b: builder.fmul(a, b))
_binary((operator.truediv, operator.itruediv), LANES, lambda builder, a, b: builder.fdiv(a, b))
_binary((max,), LANES, lambda builder, a, b: builder.select(builder.fcmp_ordered(">", b, a), b, a))
_binary((min,), LANES, lambda builder, a, b: builder.select(builder.fcmp_ordered("<", b, a), b, a))
for _function, _sign in (
    (operator.lt, "<"), (operator.le, "<="), (operator.gt, ">"),
    (operator.ge, ">="), (operator.eq, "=="), (operator.ne, "!="),
):  # fmt: skip
    _binary((_function,), MASK, _compare(_sign))
_logic((operator.and_, operator.iand), lambda builder, a, b: builder.and_(a, b))
_logic((operator.or_, operator.ior), lambda builder, a, b: builder.or_(a, b))
_unary(operator.neg, LANES, lambda builder, a: builder.fneg(a))
_unary(operator.invert, MASK, lambda builder, a: builder.not_(a))
_unary(abs, LANES, lambda builder, a: _call(builder, f"llvm.fabs.v{WIDTH}f64", a))
_unary(math.sqrt, LANES, lambda builder, a: _call(builder, f"llvm.sqrt.v{WIDTH}f64", a))
_unary(math.floor, LANES, lambda builder, a: _call(builder, f"llvm.floor.v{WIDTH}f64", a))


@intrinsic
def lanes(context, value):  # type: ignore[no-untyped-def]
    """The same number in every lane."""
    return LANES(value), lambda context, builder, sig, args: spread(builder, args[0], sig.args[0])


@intrinsic
def select(context, mask, yes, no):  # type: ignore[no-untyped-def]
    """yes where the mask holds, else no; both are computed."""

    def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        a, b = (spread(builder, arg, kind) for arg, kind in zip(args[1:], sig.args[1:], strict=True))
        return builder.select(args[0], a, b)

    return LANES(mask, yes, no), lowered


@intrinsic
def some(context, mask):  # type: ignore[no-untyped-def]
    """True when the mask holds in any lane: a branch worth skipping is skipped when no path needs it."""

    def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = builder.bitcast(args[0], ir.IntType(WIDTH))
        return builder.icmp_unsigned("!=", bits, ir.Constant(ir.IntType(WIDTH), 0))

    return types.boolean(mask), lowered


@intrinsic
def largest(context, values):  # type: ignore[no-untyped-def]
    """The largest number of all lanes; lanes must not hold NaN."""

    def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        best = builder.extract_element(args[0], ir.Constant(ir.IntType(32), 0))
        for k in range(1, WIDTH):
            other = builder.extract_element(args[0], ir.Constant(ir.IntType(32), k))
            best = builder.select(builder.fcmp_ordered(">", other, best), other, best)
        return best

    return types.float64(values), lowered


@intrinsic
def lane(context, values, k):  # type: ignore[no-untyped-def]
    """The number of one lane."""

    def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.extract_element(args[0], context.cast(builder, args[1], sig.args[1], types.int64))

    return types.float64(values, k), lowered
