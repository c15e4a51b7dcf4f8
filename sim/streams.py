"""Named, counter-based random streams: common random numbers by construction.

A number is a function of (seed, stream name, draw, index) and of nothing else: no state, no order, no thread. The index
is the identity of the entity inside its stream (k-th threshold of a system, attack point, seat and occupant, item),
never a running count. Generator: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as
1, 2, 3", SC '11). Key: the first 64 bits of BLAKE2b of "seed/name". Counter: index / 2 and draw, 64 bits each; the four
output words give two doubles, of which the last bit of the index chooses one. Draws that are points which fill space
evenly come through the same door (`sim.sobol`).
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled, dissolved, inline
from sim.machine_code import Stored
from sim.sobol import coordinate, is_point, place

M0, M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
W0, W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
ONE = np.uint64(1)
DROP = np.uint64(12)  # 52 bits: with 53 the largest number would be rounded to 1
UNIT = 1.0 / (1 << 52)
OCCUPANTS = 32  # bits that an identity of two parts leaves to its second part


FILL = Stored("sim.streams", "_fill")


def stream_key(seed: int, name: str) -> np.uint64:
    """64-bit key of the stream `name` under `seed`.

    >>> bool(stream_key(7, "threats/ransomware") != stream_key(7, "threats/phishing"))
    True
    """
    return np.uint64(int.from_bytes(hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest(), "little"))


@dissolved
def philox(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Ten rounds of Philox 4x32; words as uint64 holding 32 bits each."""
    for _ in range(10):
        p0 = M0 * c0
        p1 = M1 * c2
        c0, c1, c2, c3 = (p1 >> HALF) ^ c1 ^ k0, p1 & LOW, (p0 >> HALF) ^ c3 ^ k1, p0 & LOW
        k0 = (k0 + W0) & LOW
        k1 = (k1 + W1) & LOW
    return c0, c1, c2, c3


@inline
def uniform(key, draw, index):  # type: ignore[no-untyped-def]
    """Uniform double strictly inside (0, 1), on the grid (k + 1/2) / 2^52."""
    key, draw, index = np.uint64(key), np.uint64(draw), np.uint64(index)
    if is_point(draw):
        at = place(key, index)
        if at >= 0:
            return coordinate(key, draw, at)
    block = index >> ONE
    c0, c1, c2, c3 = philox(block & LOW, block >> HALF, draw & LOW, draw >> HALF, key & LOW, key >> HALF)
    word = (c1 << HALF) | c0 if index & ONE == np.uint64(0) else (c3 << HALF) | c2
    return (np.float64(word >> DROP) + 0.5) * UNIT


@inline
def identity(first, second):  # type: ignore[no-untyped-def]
    """Index of an entity that two numbers name, such as seat and occupant; different pairs, different indices."""
    return (np.uint64(first) << HALF) | np.uint64(np.uint32(second))


@compiled
def _fill(key, draws, indices, out):  # type: ignore[no-untyped-def]
    for i in range(draws.shape[0]):
        for j in range(indices.shape[0]):
            out[i, j] = uniform(key, draws[i], indices[j])


@compiled
def _block(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    return philox(np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3), np.uint64(k0), np.uint64(k1))


def philox_block(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """The generator itself, four 32-bit words in and out, to compare with published vectors.

    >>> [hex(word) for word in philox_block((0, 0, 0, 0), (0, 0))]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    a, b, c, d = _block(*counter, *key)
    return int(a), int(b), int(c), int(d)


def uniforms(key: np.uint64, draws: NDArray[np.int64], indices: NDArray[np.int64]) -> NDArray[np.float64]:
    """Uniforms of one stream. draws: (n,), indices: (m,) identities. Returns (n, m), strictly inside (0, 1)."""
    out = np.empty((len(draws), len(indices)))
    FILL(key, np.ascontiguousarray(draws, np.int64), np.ascontiguousarray(indices, np.int64), out)
    return out
