"""Small random roadmap problems, with every family of rules active across them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

from tests.naive.random_risk import with_risk


def random_problem(
    seed: int, initiatives: int = 4, periods: int = 4, decimals: int | None = None, risk: bool = True
) -> dict[str, Any]:
    """Document of a problem of this size or one less; whole numbers, or with that many decimals.

    Small whole values tie often, so the tie-breaking is exercised as well. risk: with worlds, futures and chances.
    """
    rng = random.Random(seed)
    n, periods = rng.randint(initiatives - 1, initiatives), rng.randint(periods - 1, periods)
    names = rng.sample(["pos", "edr", "crm", "mfa", "backup", "cloud", "training", "erp", "shop", "desk"], n)

    def number(low: float, high: float) -> float:
        return rng.randint(int(low), int(high)) if decimals is None else round(rng.uniform(low, high), decimals)

    def profile(low: float, high: float, longest: int) -> list[float]:
        return [number(low, high) for _ in range(rng.randint(0, longest))]

    def one(name: str) -> dict[str, Any]:
        top, fall = number(-4, 20), rng.choice([0, 1, 3])
        earliest = rng.choice([0, 0, 0, 1])
        return {
            "id": name,
            "value": [top - fall * t for t in range(periods)],
            "cost": {"capital": profile(0, 9, 2), "delivery": profile(0, 3, 2), "running": profile(0, 2, periods)},
            "skill_days": {skill: profile(0, 6, 2) for skill in ("it", "ops") if rng.random() < 0.7},
            "duration": rng.randint(1, 2),
            "earliest": earliest,
            "latest": rng.choice([None, None, rng.randint(earliest, periods - 1)]),
            "mandatory": rng.random() < 0.12,
        }

    candidates = [one(name) for name in names]
    mandatory = {candidate["id"] for candidate in candidates if candidate["mandatory"]}
    pairs = [(a, b) for position, a in enumerate(names) for b in names[position + 1 :]]

    group = rng.sample(names, 2)
    exclusive = [{"name": "one-of", "members": group}] if rng.random() < 0.4 and len(mandatory & set(group)) < 2 else []
    rules = [
        {"initiative": b, "requires": a, "lag": rng.randint(0, 1), "from": rng.choice(["finish", "start"])}
        for a, b in pairs
        if rng.random() < 0.2
    ]
    # from a generator of their own, so that what was drawn before triples existed stays as it was
    also = random.Random(f"{seed} triples")
    threes = [
        {"first": a, "second": b, "third": c, "value": also.randint(-8, 8) if decimals is None else also.uniform(-8, 8)}
        for a, b, c in itertools.combinations(names, 3)
        if also.random() < 0.3
    ]
    roadmap = {name: rng.randint(0, periods - 1) for name in names if rng.random() < 0.5}
    document = {
        "schema_version": 1,
        "periods": periods,
        "constant": rng.choice([0, 0, number(-50, 50)]),
        "initiatives": candidates,
        "interactions": [{"first": a, "second": b, "value": number(-8, 8)} for a, b in pairs if rng.random() < 0.3],
        "triples": threes,
        "budgets": [
            {
                "name": f"budget-{number_of}",
                "amount": [number(1, 12) for _ in range(periods)],
                "kinds": rng.sample(["capital", "delivery", "running"], rng.randint(1, 3)),
                "carry_share": rng.choice([0, 0.5, 1]),
                "carry_cap": rng.choice([None, 0, 2, 5]),
            }
            for number_of in range(rng.randint(0, 2))
        ],
        "skills": {"it": [number(2, 10) for _ in range(periods)], "ops": [number(2, 10) for _ in range(periods)]},
        "requires": rules,
        "exclusive": exclusive,
        "trust_region": {"incumbent": roadmap, "at_most": rng.randint(0, n)} if rng.random() < 0.2 else None,
        "forbidden": [roadmap, {}] if rng.random() < 0.15 else [],
    }
    if seed % 2:
        return document | _more_rules(seed, document, number)
    return with_risk(document, seed) if risk else document


def crossed_problem(seed: int) -> dict[str, Any]:
    """Rules of choice, calendar and money together with risk, prices that fall or rise, and quick wins with a last
    start of their own. What the schema refuses together is left out: credit or bought days beside a chance of overrun.
    """
    document = with_risk(random_problem(2 * seed + 1), seed)
    rng = random.Random(f"{seed} crossed")
    periods = document["periods"]
    for one in document["initiatives"]:
        if rng.random() < 0.5:
            one["price"] = [rng.choice([0.5, 1, 1, 2]) for _ in range(periods)]
    for budget in document["budgets"]:
        if rng.random() < 0.3 and not document.get("chance_budgets"):
            names = [one["id"] for one in document["initiatives"]]
            budget["members"] = rng.sample(names, rng.randint(1, len(names)))
    for win in document.get("quick_wins", []):
        latest = {one["id"]: win["by"] + 1 - one["duration"] for one in document["initiatives"]}
        win["last"] = {name: start - 1 for name, start in latest.items() if start > 0 and rng.random() < 0.3}
    return document


def _more_rules(seed: int, document: dict[str, Any], number: Callable[[float, float], float]) -> dict[str, Any]:
    """The families of choice, calendar and money, three of them in each problem, so that many a roadmap is left."""
    rng = random.Random(f"{seed} rules")
    periods, candidates = document["periods"], document["initiatives"]
    names = [one["id"] for one in candidates]
    forced = {one["id"] for one in candidates if one["mandatory"]}
    some = rng.sample(names, rng.randint(2, len(names)))
    family = rng.sample(
        ["gates", "group", "load", "outside", "grant", "goal", "quick_win", "pin", "blackout", "credit"], 3
    )
    more: dict[str, Any] = {}
    # With the old families as tight as they are alone, most of these problems would have no roadmap.
    for budget in document["budgets"]:
        budget["amount"] = [2 * amount for amount in budget["amount"]]
    document["skills"] = {skill: [2 * days for days in own] for skill, own in document["skills"].items()}
    document["requires"] = document["requires"][: 3 if "gates" in family else 1]
    if "gates" in family:
        for one in candidates:
            one["passes"] = rng.choice([0.5, 0.75, 1])
        for rule in document["requires"]:
            rule["if_fails"] = rng.choice(["cancel", "cancel", "proceed"])
    if "group" in family:
        kind = rng.choice(["at_most_one", "exactly_one", "at_least_one", "all_or_none"])
        if kind in ("at_least_one", "all_or_none") or len(forced & set(some)) < 2:
            more["groups"] = [{"name": "group", "members": some, "rule": kind}]
    if "load" in family:
        load = {name: rng.randint(1, 3) for name in some if rng.random() < 0.5}
        at_most = [rng.randint(0, 2) for _ in range(periods)]
        more["simultaneous"] = [{"name": "sales", "members": some, "at_most": at_most, "load": load}]
    if "outside" in family:
        document["skills"] = {skill: [days // 4 for days in own] for skill, own in document["skills"].items()}
        more["outside"] = [
            {
                "skill": "it",
                "price": [number(0, 3) for _ in range(periods)],
                "at_most": [number(0, 6) for _ in range(periods)],
            }
        ]
        for budget in document["budgets"]:
            budget["kinds"] = [*budget["kinds"], "bought"]
        more["discount"] = rng.choice([[], [1 / 2**t for t in range(periods)]])
    purse = document["budgets"][0]["name"] if document["budgets"] else None
    if "grant" in family:
        more["grants"] = [
            {
                "initiative": name,
                "first": rng.randint(0, 1),
                "last": rng.choice([None, 1]),
                "amount": number(0, 6),
                "lag": rng.randint(0, 2),
                "budget": rng.choice([None, purse]),
                "worth": number(-1, 5),
            }
            for name in rng.sample(names, 2)
        ]
        for grant in more["grants"]:
            if grant["budget"] is None and grant["worth"] == 0:
                grant["amount"] = 0  # an amount without effect is refused
    if "goal" in family:
        series = {name: [number(-1, 4) for _ in range(rng.randint(1, 3))] for name in some}
        level = [rng.choice([None, number(0, 6)]) for _ in range(periods)]
        level[-1] = number(0, 6)
        more["goals"] = [{"name": "revenue", "level": level, "contributions": series}]
    if "blackout" in family:
        closed = {one["id"]: [rng.randint(0, periods - 1)] for one in candidates if not one["mandatory"]}
        more["blackouts"] = [{"name": "season", "closed": closed}]
    if "quick_win" in family:
        closed = more["blackouts"][0]["closed"] if "blackouts" in more else {}
        by = rng.choice([periods - 1, periods - 2])
        able = [
            one
            for one in candidates
            for t in range(one["earliest"], periods if one["latest"] is None else one["latest"] + 1)
            if t + one["duration"] <= by + 1 and t not in closed.get(one["id"], [])
        ]
        if able:
            more["quick_wins"] = [{"name": "early", "by": by, "least": 1, "members": names}]
    if "pin" in family and "blackout" not in family and "group" not in family:
        one = rng.choice(candidates)
        start = rng.randint(one["earliest"], periods - 1 if one["latest"] is None else one["latest"])
        out = not one["mandatory"] and rng.random() < 0.4
        if not any(one["id"] in group["members"] for group in document["exclusive"]):
            pin = {"initiative": one["id"], "start": None if out else start, "reason": "contract"}
            more["pins"] = [pin]
    if "credit" in family:
        for budget in document["budgets"]:
            budget["credit"] = {"limit": number(1, 6), "rate": rng.choice([0, 0.25])}
    return more
