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
    terms = [*document["interactions"], *document["triples"]]
    numbers = [abs(chance(document, members(term)) * term["value"]) for term in terms]
    for initiative in document["initiatives"]:
        numbers += [abs(of_start(document, initiative, t)) for t in window(document, initiative)]
    for offer in document["outside"]:
        numbers += [weight(document, t) * offer["price"][t] for t in range(document["periods"])]
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
            total += of_start(document, initiative, roadmap[initiative["id"]])
    for term in [*document["interactions"], *document["triples"]]:
        if all(name in roadmap for name in members(term)):
            total += chance(document, members(term)) * term["value"]
    for offer in document["outside"]:
        for t, days in enumerate(lacking_days(document, offer["skill"], roadmap)):
            total -= weight(document, t) * offer["price"][t] * min(days, offer["at_most"][t])  # more cannot be bought
    return float(total)


def members(term: Document) -> list[str]:
    """Ids of a pair or a triple."""
    return [term[place] for place in ("first", "second", "third") if place in term]


def of_start(document: Document, initiative: Document, start: int) -> float:
    """Value and grants of one start, if the gates before it are passed."""
    granted = sum(
        grant["worth"]
        for grant in document["grants"]
        if grant["initiative"] == initiative["id"] and in_time(document, grant, start)
    )
    return chance(document, [initiative["id"]]) * (initiative["value"][start] + granted)


def in_time(document: Document, grant: Document, start: int) -> bool:
    last = document["periods"] - 1 if grant["last"] is None else grant["last"]
    return bool(grant["first"] <= start <= last)


def chance(document: Document, names: list[str]) -> float:
    """Probability that all gates before these are passed: every combination of passed and failed gates looked at."""
    gates = [(one["id"], one["passes"]) for one in document["initiatives"] if one["passes"] < 1.0]
    total = 0.0
    for marks in itertools.product([True, False], repeat=len(gates)):
        weight_of_marks = 1.0
        failed = set()
        for (name, passes), mark in zip(gates, marks, strict=True):
            weight_of_marks *= passes if mark else 1.0 - passes
            if not mark:
                failed.add(name)
        cancelled: set[str] = set()
        for _ in document["initiatives"]:  # as often as a chain of requirements can be long
            for rule in document["requires"]:
                if rule["if_fails"] == "cancel" and rule["requires"] in failed | cancelled:
                    cancelled.add(rule["initiative"])
        if not cancelled.intersection(names):
            total += weight_of_marks
    return total


def weight(document: Document, t: int) -> float:
    """Present value of one unit of money in a period."""
    return float(document["discount"][t]) if document["discount"] else 1.0


def lacking_days(document: Document, skill: str, roadmap: Roadmap) -> list[float]:
    """Days that the own people do not have, by period."""
    by_id = {initiative["id"]: initiative for initiative in document["initiatives"]}
    lacking = []
    for t in range(document["periods"]):
        need = 0.0
        for name, start in roadmap.items():
            profile = by_id[name]["skill_days"].get(skill, [])
            if 0 <= t - start < len(profile):
                need += profile[t - start]
        lacking.append(max(0.0, need - document["skills"][skill][t]))
    return lacking


def allowed(document: Document, roadmap: Roadmap) -> bool:
    """Whether the roadmap keeps every limit."""
    by_id = {initiative["id"]: initiative for initiative in document["initiatives"]}
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
    for skill in document["skills"]:
        offered = [offer["at_most"] for offer in document["outside"] if offer["skill"] == skill]
        for t, days in enumerate(lacking_days(document, skill, roadmap)):
            if days > (offered[0][t] if offered else 0.0) + 1e-9:
                return False
    if not all(pays(document, budget, by_id, roadmap) for budget in document["budgets"]):
        return False
    if not choices_kept(document, roadmap) or not calendar_kept(document, by_id, roadmap):
        return False
    region = document["trust_region"]
    if region is not None:
        changed = [name for name in by_id if roadmap.get(name) != region["incumbent"].get(name)]
        if len(changed) > region["at_most"]:
            return False
    if not risk.allowed(document, roadmap, mean(document, roadmap)):
        return False
    return roadmap not in document["forbidden"]


def pays(document: Document, budget: Document, by_id: dict[str, Document], roadmap: Roadmap) -> bool:
    """Whether the purse lasts: a purse below 0 is a debt that grows by its interest."""
    purse = 0.0
    credit = budget["credit"]
    for t in range(document["periods"]):
        purse *= budget["carry_share"] if purse > 0.0 else 1.0 + (credit["rate"] if credit else 0.0)
        purse += budget["amount"][t]
        for name, start in roadmap.items():
            for kind in budget["kinds"]:
                paid = budget["members"] is None or name in budget["members"]
                profile = by_id[name]["cost"][kind] if kind != "bought" and paid else []
                if 0 <= t - start < len(profile):
                    purse -= risk.price(document, name, start) * profile[t - start]
        buys = "bought" in budget["kinds"] and budget["members"] is None
        for offer in document["outside"] if buys else []:
            days = lacking_days(document, offer["skill"], roadmap)[t]
            purse -= offer["price"][t] * min(days, offer["at_most"][t])
        for grant in document["grants"]:
            start_of = roadmap.get(grant["initiative"])
            if grant["budget"] == budget["name"] and start_of is not None and in_time(document, grant, start_of):
                purse += grant["amount"] if start_of + grant["lag"] == t else 0.0
        may_owe = credit["limit"] if credit and t < document["periods"] - 1 else 0.0
        if purse < -may_owe - 1e-9:
            return False
        if budget["carry_cap"] is not None:
            purse = min(purse, budget["carry_cap"])
    return True


def choices_kept(document: Document, roadmap: Roadmap) -> bool:
    """Groups and pins."""
    for group in document["groups"]:
        number = len({name for name in group["members"] if name in roadmap})
        right = {
            "at_most_one": number <= 1,
            "exactly_one": number == 1,
            "at_least_one": number >= 1,
            "all_or_none": number in (0, len(group["members"])),
        }
        if not right[group["rule"]]:
            return False
    return all(roadmap.get(pin["initiative"]) == pin["start"] for pin in document["pins"])


def calendar_kept(document: Document, by_id: dict[str, Document], roadmap: Roadmap) -> bool:
    """Blackouts, loads, quick wins and goal floors."""
    for blackout in document["blackouts"]:
        if any(roadmap.get(name) in closed for name, closed in blackout["closed"].items()):
            return False
    for limit in document["simultaneous"]:
        for t in range(document["periods"]):
            loads = 0
            for name in limit["members"]:
                if name in roadmap:
                    lasts = limit["load"].get(name, by_id[name]["duration"])
                    loads += t in range(roadmap[name], roadmap[name] + lasts)
            if loads > limit["at_most"][t]:
                return False
    for win in document["quick_wins"]:
        last = {n: win["by"] + 1 - by_id[n]["duration"] for n in win["members"]} | win.get("last", {})
        done = [n for n in win["members"] if n in roadmap and roadmap[n] <= last[n]]
        if len(done) < win["least"]:
            return False
    for goal in document["goals"]:
        for t in range(document["periods"]):
            reached = 0.0
            for name, series in goal["contributions"].items():
                if name in roadmap and roadmap[name] <= t:
                    reached += (series + [series[-1]] * document["periods"])[t - roadmap[name]]
            if goal["level"][t] is not None and reached < goal["level"][t] - 1e-9:
                return False
    return True
