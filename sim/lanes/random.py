"""The generator of `sim.streams` for all paths of a block at once: the same numbers, a vector at a time.

LLVM does not find these vectors by itself in the scalar generator; written out, a number costs a sixth of the time.
"""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir

from sim.lanes.values import LANES, VECTOR, WIDTH, WORDS, constant, intrinsic, spread, word

types: Any = numba.types  # untyped upstream
M0, M1 = 0xD2511F53, 0xCD9E8D57
W0, W1 = 0x9E3779B9, 0xBB67AE85
LOW = 0xFFFFFFFF
WHOLE = 4503599627370496.0  # 2^52: added to a whole number below, it leaves that number in the low bits
WHOLE_BITS = 0x4330000000000000
FRACTION = 0x000FFFFFFFFFFFFF


def _words(builder: Any, whole: Any) -> Any:
    """Whole numbers from 0 to 2^52 - 1 as 64-bit words."""
    moved = builder.bitcast(builder.fadd(whole, constant(WHOLE)), WORDS)
    return builder.and_(moved, word(FRACTION))


def _everywhere(builder: Any, value: Any) -> Any:
    """A 64-bit word in every lane."""
    one = builder.insert_element(ir.Constant(WORDS, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    order = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [ir.Constant(ir.IntType(32), 0)] * WIDTH)
    return builder.shuffle_vector(one, ir.Constant(WORDS, ir.Undefined), order)


@intrinsic
def uniform_of_lanes(context, key, draws, index):  # type: ignore[no-untyped-def]
    """`sim.streams.uniform` in every lane. draws, index: lanes of whole numbers below 2^52, or one for all."""

    def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        key = context.cast(builder, args[0], sig.args[0], types.uint64)
        draw, at = (
            _words(builder, spread(builder, arg, kind)) for arg, kind in zip(args[1:], sig.args[1:], strict=True)
        )
        low, half = word(LOW), word(32)
        block = builder.lshr(at, word(1))
        c0, c1 = builder.and_(block, low), builder.lshr(block, half)
        c2, c3 = builder.and_(draw, low), builder.lshr(draw, half)
        low_one, half_one = ir.Constant(ir.IntType(64), LOW), ir.Constant(ir.IntType(64), 32)
        k0, k1 = builder.and_(key, low_one), builder.lshr(key, half_one)
        for _ in range(10):
            p0, p1 = builder.mul(word(M0), c0), builder.mul(word(M1), c2)
            c0, c1, c2, c3 = (
                builder.xor(builder.xor(builder.lshr(p1, half), c1), _everywhere(builder, k0)),
                builder.and_(p1, low),
                builder.xor(builder.xor(builder.lshr(p0, half), c3), _everywhere(builder, k1)),
                builder.and_(p0, low),
            )
            k0 = builder.and_(builder.add(k0, ir.Constant(ir.IntType(64), W0)), low_one)
            k1 = builder.and_(builder.add(k1, ir.Constant(ir.IntType(64), W1)), low_one)
        first = builder.or_(builder.shl(c1, half), c0)
        second = builder.or_(builder.shl(c3, half), c2)
        odd = builder.icmp_unsigned("!=", builder.and_(at, word(1)), word(0))
        chosen = builder.lshr(builder.select(odd, second, first), word(12))
        number = builder.bitcast(builder.or_(chosen, word(WHOLE_BITS)), VECTOR)
        number = builder.fsub(number, constant(WHOLE))
        return builder.fmul(builder.fadd(number, constant(0.5)), constant(1.0 / (1 << 52)))

    return LANES(key, draws, index), lowered
