"""Write the baselines anew: python -m tests.back.update. Look at the difference before you commit it."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.load import load
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import CATEGORIES, KPI_NAMES
from sim.outcomes import Outcome
from sim.world import Scenario
from tests.naive.shops import EVERYTHING, corner_shop

FOLDER = Path(__file__).parent / "baselines"
DRAWS, SEED = 24, 7
ROADMAPS: dict[str, list[dict[str, int]]] = {
    "corner_shop": [{}, {"pos": 0, "edr": 2}, EVERYTHING],
    "retailer": [
        {},
        {"pos": 0, "edr": 3},
        {
            "pos": 2,
            "inventory": 8,
            "replatform": 14,
            "cloud_server": 5,
            "mfa": 0,
            "card_rules": 1,
            "cyber_insurance": 6,
        },
    ],
    "agency": [{}, {"crm": 0, "psa": 3, "mfa": 6, "client_security": 9}],
    "clinic": [{}, {"reminders": 0, "phone_system": 0, "scrubber": 2, "mfa": 3, "privacy_rules": 6}],
    "workshop": [{}, {"probing": 0, "quick_setup": 3, "mfa": 6, "network": 6, "security_standard": 9}],
}


def scenario(name: str) -> Scenario:
    return corner_shop() if name == "corner_shop" else load(name)


def statistics(name: str) -> list[dict[str, Any]]:
    """Figures of every roadmap of a scenario; missing ones are None."""
    roadmaps = ROADMAPS[name]
    found = evaluate(scenario(name), roadmaps, DRAWS, SEED)
    return [{"roadmap": r, **_figures(one)} for r, one in zip(roadmaps, found, strict=True)]


def _figures(one: Outcome) -> dict[str, Any]:
    finite = one.payback[np.isfinite(one.payback)]
    return {
        "npv": [float(x) for x in one.npv],
        "cost": float(np.mean(one.cost)),
        "trough": float(np.mean(one.trough)),
        "need": float(np.mean(one.need)),
        "payback": {
            "never": int(np.sum(np.isinf(one.payback))),
            "mean": float(np.mean(finite)) if len(finite) else None,
        },
        "categories": {c: float(np.mean(one.categories[:, k])) for k, c in enumerate(CATEGORIES)},
        "kpis": {
            name: [None if np.isnan(x) else float(x) for x in np.mean(one.kpis[:, k], axis=0)]
            for k, name in enumerate(KPI_NAMES)
        },
    }


def text(figures: list[dict[str, Any]]) -> str:
    return json.dumps(figures, indent=1, allow_nan=False) + "\n"


if __name__ == "__main__":
    for each in ROADMAPS:
        (FOLDER / f"{each}.json").write_text(text(statistics(each)), encoding="utf-8")
        print("wrote", FOLDER.name, each)
