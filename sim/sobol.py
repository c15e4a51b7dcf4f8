"""Points that fill the unit cube evenly, through the door of `sim.streams`: a number is a function of key, draw, index.

A draw whose number has the bit POINT is a point: its words are the randomisation and bits of the seed (high) and the
number of the point (low). A key with the bit PLACED stands for consecutive coordinates, one for each index below a
count; every other number of the draw comes from Philox as always.

Sobol's sequence with the scrambling of Owen (1995) by hashing (Burley 2020, "Practical hash-based Owen scrambling",
Journal of Computer Graphics Techniques 9(4); the constants of Vegdahl 2021), and a digital shift behind it, so that a
coordinate is uniform whatever the hash does. Coordinates beyond the table use its dimensions again with the points in
another order, shuffled inside every aligned block of a power of two (Burley 2020, section 4): each single coordinate
stays stratified. LATIN: each coordinate by itself, a Latin hypercube of every such block. MIRRORED: antithetic pairs.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import dissolved, inline
from sim.directions import DIMENSIONS, directions

DIRECTIONS = directions()
POINT = np.uint64(1 << 62)  # of a draw
PLACED, LATIN, PAIRED, MIRRORED, COUNTED = (np.uint64(1 << bit) for bit in (63, 62, 61, 60, 59))  # of a key
FIRST_BITS, COUNT_BITS, EACH_BITS, OWN_BITS = 11, 10, 2, 36  # of a key: first coordinate, number of them, how many for
# each first part of an identity (less 1), what tells streams apart
FIRST_AT, COUNT_AT, EACH_AT = np.uint64(48), np.uint64(OWN_BITS + EACH_BITS), np.uint64(OWN_BITS)
FIRST_MASK, COUNT_MASK = np.uint64((1 << FIRST_BITS) - 1), np.uint64((1 << COUNT_BITS) - 1)
LOW, HALF, ONE, NONE = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(1), np.uint64(0)
SHUFFLED = np.uint64(16)  # digits of a point's number that are shuffled
GOLD = np.uint64(0x9E3779B97F4A7C15)
MIX_A, MIX_B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
DROP = np.uint64(12)
UNIT = 1.0 / (1 << 52)


@dissolved
def mix(x):  # type: ignore[no-untyped-def]
    """64 bits from 64 bits, each of which changes all others (Stafford 2011, variant 13)."""
    x = (x ^ (x >> np.uint64(30))) * MIX_A
    x = (x ^ (x >> np.uint64(27))) * MIX_B
    return x ^ (x >> np.uint64(31))


@dissolved
def nested(x, seed):  # type: ignore[no-untyped-def]
    """Permute digits, first digit in bit 0: what becomes of a digit depends on those before it alone."""
    x = np.uint64(x)
    x ^= (x * np.uint64(0x3D20ADEA)) & LOW
    x = (x + (seed & LOW)) & LOW
    x = (x * (seed >> HALF | ONE)) & LOW
    x ^= (x * np.uint64(0x05526C56)) & LOW
    return x ^ (x * np.uint64(0x53A22864)) & LOW


@dissolved
def turned(x):  # type: ignore[no-untyped-def]
    """The 32 digits in reverse order."""
    x = np.uint64(x)
    x = (x >> ONE) & np.uint64(0x55555555) | (x & np.uint64(0x55555555)) << ONE
    x = (x >> np.uint64(2)) & np.uint64(0x33333333) | (x & np.uint64(0x33333333)) << np.uint64(2)
    x = (x >> np.uint64(4)) & np.uint64(0x0F0F0F0F) | (x & np.uint64(0x0F0F0F0F)) << np.uint64(4)
    x = (x >> np.uint64(8)) & np.uint64(0x00FF00FF) | (x & np.uint64(0x00FF00FF)) << np.uint64(8)
    return x >> np.uint64(16) | (x & np.uint64(0xFFFF)) << np.uint64(16)


@inline
def place(key, index):  # type: ignore[no-untyped-def]
    """Coordinate of the number `index` of a stream; -1 where it has none."""
    if key & PLACED == NONE:
        return np.int64(-1)
    if key & PAIRED != NONE:
        each = (key >> EACH_AT & np.uint64((1 << EACH_BITS) - 1)) + ONE
        if index & LOW >= each:
            return np.int64(-1)
        index = (index >> HALF) * each + (index & LOW)
    if index < (key >> COUNT_AT) & COUNT_MASK:
        return np.int64(((key >> FIRST_AT) & FIRST_MASK) + index)
    return np.int64(-1)


@inline
def coordinate(key, draw, at):  # type: ignore[no-untyped-def]
    """Coordinate `at` of a point, strictly inside (0, 1), on the grid (k + 1/2) / 2^52."""
    run, number, at = draw >> HALF, draw & LOW, np.uint64(at)
    own = mix((key & np.uint64((1 << OWN_BITS) - 1)) * GOLD + at + mix(run * GOLD))
    if key & MIRRORED != NONE:
        digits = mix(own + (number >> ONE) * GOLD) >> DROP
        u = (np.float64(digits) + 0.5) * UNIT
        return 1.0 - u if number & ONE != NONE else u
    dimension, group = at % np.uint64(DIMENSIONS), at // np.uint64(DIMENSIONS)
    if key & LATIN != NONE:
        dimension, group = NONE, at + ONE
    if group != NONE:
        low = turned(number) >> SHUFFLED & (ONE << SHUFFLED) - ONE
        low = turned(nested(low, mix(run * GOLD + group)) & (ONE << SHUFFLED) - ONE) >> SHUFFLED
        number = number >> SHUFFLED << SHUFFLED | low
    digits = np.uint64(0)
    digit = 0
    while number != NONE:
        if number & ONE != NONE:
            digits ^= np.uint64(DIRECTIONS[dimension, digit])
        number = number >> ONE
        digit += 1
    shift = mix(own + ONE)
    digits = turned(nested(digits, own)) ^ (shift >> HALF)
    rest = mix(shift ^ draw) >> np.uint64(44)
    return (np.float64(digits << np.uint64(20) | rest) + 0.5) * UNIT


@inline
def is_point(draw):  # type: ignore[no-untyped-def]
    """Whether the numbers of a draw may be coordinates."""
    return np.uint32(draw >> np.uint64(62)) & np.uint32(1) != np.uint32(0)


@inline
def counts_first(key, draw):  # type: ignore[no-untyped-def]
    """Whether the first number of a stream of events is their count."""
    key = np.uint64(key)
    return is_point(np.uint64(draw)) and key & PLACED != NONE and key & COUNTED != NONE
