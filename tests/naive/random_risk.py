"""What a small random problem may say of risk: worlds, aims, chances, futures."""

from __future__ import annotations

import random
from typing import Any

Document = dict[str, Any]


def with_risk(document: Document, seed: int) -> Document:
    """The document with parts that speak of risk, or none of them; whole numbers, so that ties stay likely."""
    rng = random.Random(seed * 7919 + 3)
    risky: Document = {}
    names = [one["id"] for one in document["initiatives"]]
    periods = document["periods"]
    kind = rng.choice(["none", "none", "worlds", "worlds", "futures", "chance", "cash", "early"])
    if kind == "worlds":
        risky["worlds"], risky["risk"] = _worlds(document, rng)
        risky["risk"]["weight"] = rng.choice([0, 0.3, 1])
        if rng.random() < 0.4:
            risky["risk"]["floor"] = rng.randint(-20, 10) + document["constant"]
        if rng.random() < 0.2:
            risky |= {"objective": "cvar", "at_least": [{"what": "mean", "least": 5}]}
            risky["risk"]["weight"] = 0
    elif kind == "futures":
        risky["objective"] = rng.choice(["worst_future", "regret"])
        risky["futures"] = [
            {
                "name": f"future-{k}",
                "value": {name: [rng.randint(-6, 20) for _ in range(periods)] for name in names if rng.random() < 0.8},
                "constant": rng.choice([None, rng.randint(-5, 5)]),
                "best": rng.randint(0, 40),
            }
            for k in range(rng.randint(1, 3))
        ]
    elif kind == "chance" and document["budgets"]:
        risky["chance_budgets"] = [
            {
                "budget": document["budgets"][0]["name"],
                "probability": rng.choice([0, 0.25, 0.5]),
                "weight": [0.25, 0.25, 0.5],
                "cost": {
                    name: [[rng.randint(0, 9) for _ in range(3)] for _ in range(rng.randint(0, 2))] for name in names
                },
            }
        ]
    elif kind == "cash":
        risky["chance_cash"] = {
            "floor": rng.randint(0, 5),
            "probability": rng.choice([0, 0.2, 0.5]),
            "weight": [0.2, 0.2, 0.3],
            "base": [[rng.randint(3, 15) for _ in range(2)] for _ in range(3)],
            "delta": {
                name: [[[rng.randint(-9, 3) for _ in range(2)] for _ in range(3)] for _ in range(periods)]
                for name in names
            },
        }
    elif kind == "early":
        risky["objective"] = rng.choice(["few", "early"])
        risky["at_least"] = [{"what": "worth", "least": document["constant"] + rng.randint(0, 12)}]
    return document | risky


def _worlds(document: Document, rng: random.Random) -> tuple[Document, Document]:
    """Three or four worlds whose mean is the value of the problem, and a level."""
    even = rng.random() < 0.5
    probability = [0.25] * 4 if even else [0.5, 0.25, 0.25]

    def around(mean: float) -> list[float]:
        a, b = rng.randint(-9, 9), rng.randint(-9, 9)
        moves = [a, -a, b, -b] if even else [a, b, -2 * a - b]
        if even:
            rng.shuffle(moves)
        return [mean + move for move in moves]

    value = {
        one["id"]: [around(mean) for mean in one["value"]] for one in document["initiatives"] if rng.random() < 0.8
    }
    pairs = [pair | {"value": around(pair["value"])} for pair in document["interactions"] if rng.random() < 0.6]
    constant = rng.choice([[], [rng.randint(-5, 5) for _ in probability]])
    worlds = {"probability": probability, "value": value, "interactions": pairs, "constant": constant}
    return worlds, {"level": rng.choice([0.25, 0.3, 0.6, 1.0])}
