"""Roadmap problems solved by looking at every roadmap: no solver, and nothing shared with the package but its data.

It reads the problem as the plain dictionaries of its JSON document.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from tests.naive import risk

Roadmap = dict[str, int]
Document = dict[str, Any]


def best(document: Document) -> tuple[float, Roadmap] | None:
    """Largest worth and the canonical roadmap, or None if no roadmap is feasible.

    Canonical: among those within 1e-9 of the largest number of the objective, the fewest initiatives, then the
    smallest sum of starts, then the first in the order of names (the earlier start first, absence last).
    """
    feasible = [(worth(document, roadmap), roadmap) for roadmap in every(document) if allowed(document, roadmap)]
    if not feasible:
        return None
    numbers = [abs(pair["value"]) for pair in document["interactions"]]
    numbers += [abs(triple["value"]) for triple in document["triples"]]
    for initiative in document["initiatives"]:
        numbers += [abs(initiative["value"][t]) for t in window(document, initiative)]
    numbers += risk.numbers(document)
    top = max(value for value, _ in feasible)
    tied = [roadmap for value, roadmap in feasible if value >= top - 1e-9 * max(numbers, default=0.0)]
    names = sorted(initiative["id"] for initiative in document["initiatives"])
    chosen = min(
        tied, key=lambda roadmap: (len(roadmap), sum(roadmap.values()), [roadmap.get(n, 10**6) for n in names])
    )
    return worth(document, chosen), chosen


def every(document: Document) -> Iterator[Roadmap]:
    """All roadmaps that keep the windows."""
    names = [initiative["id"] for initiative in document["initiatives"]]
    choices = [[None, *window(document, initiative)] for initiative in document["initiatives"]]
    for starts in itertools.product(*choices):
        yield {name: start for name, start in zip(names, starts, strict=True) if start is not None}


def window(document: Document, initiative: Document) -> list[int]:
    last = initiative["latest"]
    return list(range(initiative["earliest"], (document["periods"] - 1 if last is None else last) + 1))


def worth(document: Document, roadmap: Roadmap) -> float:
    """Value by the aim of the problem."""
    return risk.aim(document, roadmap, mean(document, roadmap))


def mean(document: Document, roadmap: Roadmap) -> float:
    total = document["constant"]
    for initiative in document["initiatives"]:
        if initiative["id"] in roadmap:
            total += initiative["value"][roadmap[initiative["id"]]]
    for pair in document["interactions"]:
        if pair["first"] in roadmap and pair["second"] in roadmap:
            total += pair["value"]
    for triple in document["triples"]:
        if {triple["first"], triple["second"], triple["third"]} <= set(roadmap):
            total += triple["value"]
    return float(total)


def allowed(document: Document, roadmap: Roadmap) -> bool:
    """Whether the roadmap keeps every limit."""
    by_id = {initiative["id"]: initiative for initiative in document["initiatives"]}
    periods = document["periods"]
    for name, initiative in by_id.items():
        if initiative["mandatory"] and name not in roadmap:
            return False
    for rule in document["requires"]:
        if rule["initiative"] in roadmap:
            if rule["requires"] not in roadmap:
                return False
            duration = by_id[rule["requires"]]["duration"] if rule["from"] == "finish" else 0
            if roadmap[rule["initiative"]] - roadmap[rule["requires"]] < duration + rule["lag"]:
                return False
    for group in document["exclusive"]:
        if sum(name in roadmap for name in group["members"]) > 1:
            return False
    for skill, capacity in document["skills"].items():
        for t in range(periods):
            need = 0.0
            for name, start in roadmap.items():
                profile = by_id[name]["skill_days"].get(skill, [])
                if 0 <= t - start < len(profile):
                    need += profile[t - start]
            if need > capacity[t] + 1e-9:
                return False
    for budget in document["budgets"]:
        purse = 0.0
        for t in range(periods):
            purse = purse * budget["carry_share"] + budget["amount"][t]
            for name, start in roadmap.items():
                for kind in budget["kinds"]:
                    profile = by_id[name]["cost"][kind]
                    if 0 <= t - start < len(profile):
                        purse -= profile[t - start]
            if purse < -1e-9:
                return False
            if budget["carry_cap"] is not None:
                purse = min(purse, budget["carry_cap"])
    region = document["trust_region"]
    if region is not None:
        changed = [name for name in by_id if roadmap.get(name) != region["incumbent"].get(name)]
        if len(changed) > region["at_most"]:
            return False
    if not risk.allowed(document, roadmap, mean(document, roadmap)):
        return False
    return roadmap not in document["forbidden"]
