"""Small random roadmap problems, with every family of rules active across them."""

from __future__ import annotations

import itertools
import random
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
    return with_risk(document, seed) if risk else document
