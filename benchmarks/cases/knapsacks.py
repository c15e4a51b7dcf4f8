"""Multidimensional knapsack of the OR-Library: one period, each knapsack a skill of it.

Petersen (1967), Weingartner and Ness (1967) and others with optima; Chu and Beasley (1998) with the best that they
found and the bound of the relaxation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.cases.capital_budgeting import knapsack
from benchmarks.cases.case import Case, Truth, folder, one, quickened, rows
from optimize import RoadmapProblem

QUICK = ("mknap1-1", "mknap1-3", "mknap1-5", "mknap2-WEING1", "mknap2-WEISH01", "mknap2-PB5")


@dataclass(frozen=True)
class Instance:
    """values[i]; uses[r][i] of capacity[r]; the value that the file states, 0 if none."""

    values: tuple[float, ...]
    uses: tuple[tuple[float, ...], ...]
    capacity: tuple[float, ...]
    stated: float


def cases() -> list[Case]:
    """Every row of the table."""
    found = []
    for row in rows("opt_mkp.csv"):
        truth: Truth = "best known" if row["status"].startswith("best known") else "optimum"
        path, index = folder() / row["file"], int(row["index"])
        if path.is_file():
            build = one(numbered, path, index)
            found.append(Case("mkp", row["id"], truth, float(row["best_known"]), build))
    return quickened(found, QUICK)


def numbered(path: Path, index: int) -> RoadmapProblem:
    """Instance of this number, from 1, of a file."""
    return to_problem(read(path)[index - 1])


def to_problem(instance: Instance) -> RoadmapProblem:
    """The instance in our words."""
    return knapsack(instance.values, instance.uses, instance.capacity)


@cache
def read(path: Path) -> tuple[Instance, ...]:
    """The instances of one file, in its order."""
    text = path.read_text(encoding="latin-1")
    return tuple(_named(text) if path.name == "mknap2.txt" else _counted(text))


def _counted(text: str) -> Iterator[Instance]:
    """Number of instances; of each: items, knapsacks, stated value, values, uses row by row, capacities."""
    numbers = map(float, text.split())
    for _ in range(int(next(numbers))):
        items, knapsacks, stated = int(next(numbers)), int(next(numbers)), next(numbers)
        values = _take(numbers, items)
        uses = tuple(_take(numbers, items) for _ in range(knapsacks))
        yield Instance(values, uses, _take(numbers, knapsacks), stated)


def _named(text: str) -> Iterator[Instance]:
    """After words, of each problem: knapsacks, items, values, capacities, uses row by row, stated value."""
    blocks = text.split("problem ")[1:]
    for block in blocks:
        words = block.split()
        # A name in capitals with the ending .DAT, a rule of plus signs, and then numbers.
        if not words or not words[0].upper().endswith(".DAT"):
            continue
        start = next(place for place, word in enumerate(words[1:], start=1) if word[0].isdigit())
        numbers = iter([float(word) for word in words[start:] if word[0].isdigit()])
        knapsacks, items = int(next(numbers)), int(next(numbers))
        values, capacity = _take(numbers, items), _take(numbers, knapsacks)
        uses = tuple(_take(numbers, items) for _ in range(knapsacks))
        yield Instance(values, uses, capacity, next(numbers))


def _take(numbers: Iterator[float], count: int) -> tuple[float, ...]:
    return tuple(next(numbers) for _ in range(count))
