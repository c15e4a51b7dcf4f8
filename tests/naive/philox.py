"""Philox 4x32-10 in plain integers, and the named streams on top of it: the twin of the compiled generator.

Salmon, Moraes, Dror, Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC '11, section 3.3. Slow and plain:
every step is an operation on unbounded Python integers.
"""

import hashlib
from dataclasses import dataclass

WORD = 2**32
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)

Words = tuple[int, int, int, int]


def philox_4x32(counter: Words, key: tuple[int, int], rounds: int = 10) -> Words:
    """Encrypt a counter of four 32-bit words with a key of two."""
    x0, x1, x2, x3 = counter
    k0, k1 = key
    for _ in range(rounds):
        high0, low0 = divmod(MULTIPLIERS[0] * x0, WORD)
        high1, low1 = divmod(MULTIPLIERS[1] * x2, WORD)
        x0, x1, x2, x3 = high1 ^ x1 ^ k0, low1, high0 ^ x3 ^ k1, low0
        k0, k1 = (k0 + WEYL[0]) % WORD, (k1 + WEYL[1]) % WORD
    return x0, x1, x2, x3


def stream_key(seed: int, name: str) -> tuple[int, int]:
    """Low and high word of the first eight bytes of BLAKE2b of `seed/name`."""
    digest = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")


@dataclass(frozen=True)
class Streams:
    """All named streams of one draw."""

    seed: int
    draw: int

    def uniform(self, name: str, *identity: int) -> float:
        """The number of an entity. identity: nothing (the only one), its number, or seat and occupant."""
        index = 0
        for part in identity:
            index = index * WORD + part
        block, half = divmod(index, 2)
        counter = (block % WORD, block // WORD, self.draw % WORD, self.draw // WORD)
        words = philox_4x32(counter, stream_key(self.seed, name))
        word = words[2 * half] + WORD * words[2 * half + 1]
        return (word // 2**12 + 0.5) / 2**52
