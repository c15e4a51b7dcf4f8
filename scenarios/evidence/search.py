"""Searching the library of published figures, with those that measure the same side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scenarios.evidence import MEANING, Evidence, evidence, known_ids
from scenarios.evidence.quantities import QUANTITIES
from sim.errors import Problem, ProblemsFound, nearest


@dataclass(frozen=True)
class Disagreement:
    """Entries that measure the same quantity. different: their values lie more than a tenth apart in one unit, or
    cannot be set against each other because their units differ."""

    quantity: str
    entries: tuple[Evidence, ...]

    @property
    def different(self) -> bool:
        values = [one.value for one in self.entries if one.value is not None]
        if len({one.unit for one in self.entries}) > 1 or len(values) < len(self.entries):
            return True
        return max(values) - min(values) > 0.1 * max(abs(value) for value in values)


@dataclass(frozen=True)
class Found:
    """What a search found: the entries, best first, and the quantities that several of the library measure."""

    word: str
    entries: tuple[Evidence, ...]
    side_by_side: tuple[Disagreement, ...]

    def document(self) -> dict[str, Any]:
        """The JSON document that `roadfolio evidence` prints."""
        return {
            "schema_version": 1,
            "word": self.word,
            "entries": [_row(one) for one in self.entries],
            "side_by_side": [
                {"quantity": one.quantity, "different": one.different, "ids": [entry.id for entry in one.entries]}
                for one in self.side_by_side
            ],
        }


def search(word: str = "") -> Found:
    """Entries that hold every word; all of them where none is given. What stands in an id counts most.

    Raises ProblemsFound where nothing is found, with the nearest word that is.

    >>> [one.id for one in search("phish rct").entries]
    ['control.training.phish.rct']
    """
    wanted = word.casefold().split()
    ranked = [(score, one) for one in evidence().values() if (score := _score(one, wanted)) is not None]
    if not ranked:
        alone = [one for one in wanted if all(_score(entry, [one]) is None for entry in evidence().values())]
        if alone and len(wanted) > 1:
            word = ", ".join(alone)
        together = "" if alone else "all of these in one place: "
        close = nearest(word.casefold(), sorted({part for name in known_ids() for part in (name, *name.split("."))}))
        areas = ", ".join(sorted({name.partition(".")[0] for name in known_ids()}))
        hint = f"did you mean {close}?" if close else f"areas: {areas}"
        hint = "look for fewer words at once" if together else hint
        raise ProblemsFound(
            [Problem("WORD", f"no published figure of the library mentions {together}{word[:80]}", word[:80], hint)]
        )
    entries = tuple(one for _, one in sorted(ranked, key=lambda pair: -pair[0]))
    return Found(word, entries, tuple(_beside(entries)))


def _score(one: Evidence, wanted: list[str]) -> int | None:
    """How well an entry fits, None where a word is missing."""
    source = one.source
    fields = ((4, one.id), (2, one.statement), (1, f"{one.unit} {one.population} {one.year} {one.note} {one.verified} "
              f"{one.family or ''} {source.authors} {source.title} {source.publisher}"))  # fmt: skip
    score = 0
    for word in wanted:
        best = max((weight for weight, text in fields if word in text.casefold()), default=0)
        if best == 0:
            return None
        score += best
    return score


def _beside(entries: tuple[Evidence, ...]) -> Iterator[Disagreement]:
    names, whole = {one.id for one in entries}, evidence()
    for quantity, ids in QUANTITIES.items():
        if names.intersection(ids):
            yield Disagreement(quantity, tuple(whole[name] for name in ids))


def _row(one: Evidence) -> dict[str, Any]:
    source = one.source
    fitted = None if one.distribution is None else one.distribution.model_dump()
    return {
        "id": one.id,
        "statement": " ".join(one.statement.split()),
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "distribution": fitted,
        "unit": one.unit,
        "population": one.population,
        "year": one.year,
        "source": source.model_dump(),
        "verified": one.verified,
        "verified_means": MEANING[one.verified],
        "note": one.note,
        "family": one.family,
        "measures": one.measures,
    }
