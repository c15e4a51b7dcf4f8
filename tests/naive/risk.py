"""Aims and limits of risk by the words of their definitions; nothing shared with the package but its data."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

Document = dict[str, Any]
Roadmap = dict[str, int]


def aim(document: Document, roadmap: Roadmap, mean: float, what: str | None = None) -> float:
    """Value of an aim, constant included; mean: mean worth of the roadmap, constant included."""
    what = what or document.get("objective", "worth")
    if what == "few":
        return -len(roadmap)
    if what.startswith("goal:"):
        goal, total = next(one for one in document["goals"] if one["name"] == what[5:]), 0
        for name, start in roadmap.items():
            series = goal["contributions"].get(name)
            if series:
                total += series[min(document["periods"] - 1 - start, len(series) - 1)]
        return total
    if what == "early":
        return sum(document["periods"] - start for start in roadmap.values())
    if what == "cvar":
        return cvar(document, roadmap, mean)
    if what in ("worst_future", "regret"):
        worths = []
        for future in document["futures"]:
            worth = mean
            if future["constant"] is not None:
                worth += future["constant"] - document["constant"]
            for one in document["initiatives"]:
                if one["id"] in roadmap and one["id"] in future["value"]:
                    start = roadmap[one["id"]]
                    worth += future["value"][one["id"]][start] - one["value"][start]
            worths.append(worth - future["best"] if what == "regret" else worth)
        return min(worths)
    weight = (document.get("risk") or {"weight": 0})["weight"] if what == "worth" else 0
    return mean if not weight else (1 - weight) * mean + weight * cvar(document, roadmap, mean)


def cvar(document: Document, roadmap: Roadmap, mean: float) -> float:
    """The mean of the worst share of the worlds, by filling it up from the worst world on, in exact fractions."""
    worlds = document["worlds"]
    level = Fraction(document["risk"]["level"])
    probability = [Fraction(p) for p in worlds["probability"]]
    npv = [Fraction(x) for x in worlds["constant"]] or [Fraction(0)] * len(probability)
    for s in range(len(probability)):
        for name, start in roadmap.items():
            if name in worlds["value"]:
                npv[s] += Fraction(worlds["value"][name][start][s])
        for pair in worlds["interactions"]:
            if pair["first"] in roadmap and pair["second"] in roadmap:
                npv[s] += Fraction(pair["value"][s])
    centre = sum(p * x for p, x in zip(probability, npv, strict=True))
    left, total = level, Fraction(0)
    for x, p in sorted(zip(npv, probability, strict=True)):
        taken = min(left, p)
        total += taken * (x - centre)
        left -= taken
    return mean + float(total / (level - left))


def price(document: Document, name: str, start: int) -> float:
    """Factor on the money of an initiative that starts then."""
    path = next(one["price"] for one in document["initiatives"] if one["id"] == name)
    return float(path[start]) if path else 1.0


def allowed(document: Document, roadmap: Roadmap, mean: float) -> bool:
    """Whether the limits of risk are kept."""
    risk = document.get("risk")
    if risk is not None and risk.get("floor") is not None and cvar(document, roadmap, mean) < risk["floor"] - 1e-9:
        return False
    for chance in document.get("chance_budgets", []):
        budget = next(one for one in document["budgets"] if one["name"] == chance["budget"])
        over = 0.0
        for s, weight in enumerate(chance["weight"]):
            purse, broken = 0.0, False
            for t in range(document["periods"]):
                purse = purse * budget["carry_share"] + budget["amount"][t]
                for name, start in roadmap.items():
                    profile = chance["cost"].get(name, [])
                    if 0 <= t - start < len(profile):
                        purse -= price(document, name, start) * profile[t - start][s]
                broken = broken or purse < -1e-9
                purse = max(0.0, purse)
                if budget["carry_cap"] is not None:
                    purse = min(purse, budget["carry_cap"])
            over += weight if broken else 0.0
        if over > chance["probability"] + 1e-9:
            return False
    cash = document.get("chance_cash")
    if cash is not None:
        below = 0.0
        for s, weight in enumerate(cash["weight"]):
            balances = list(cash["base"][s])
            for name, start in roadmap.items():
                if name in cash["delta"]:
                    balances = [x + change for x, change in zip(balances, cash["delta"][name][start][s], strict=True)]
            below += weight if min(balances) < cash["floor"] - 1e-9 else 0.0
        if below > cash["probability"] + 1e-9:
            return False
    for other in document.get("at_least", []):
        if aim(document, roadmap, mean, other["what"]) < other["least"] - 1e-9:
            return False
    return True


def numbers(document: Document) -> list[float]:
    """Sizes of the numbers by which ties are judged."""
    worlds, found = document.get("worlds"), []
    if worlds is not None:
        found += [abs(x) for values in worlds["value"].values() for of_start in values for x in of_start]
    for future in document.get("futures", []):
        found += [abs(x) for values in future["value"].values() for x in values]
    return found
