"""Scenarios of the tests: the corner shop as its file states it, or with some of its blocks changed."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sim.world import Scenario

CORNER_SHOP = Path(__file__).parents[1] / "data" / "corner_shop.yaml"
SEED = 7
EVERYTHING = {"pos": 1, "edr": 0, "web": 3, "basic_backup": 0, "cloud_backup": 9}
PLANNER = {"origin": "planner assumption"}

Edit = Callable[[dict[str, Any]], None]


def corner_shop(*edits: Edit) -> Scenario:
    """The corner shop; each edit may change the plain mappings of the file. Goals behind a shorter horizon go."""
    written: dict[str, Any] = YAML(typ="safe", pure=True).load(CORNER_SHOP.read_text(encoding="utf-8"))
    for edit in edits:
        edit(written)
    written["goals"] = {name: g for name, g in written["goals"].items() if g["month"] < written["horizon_months"]}
    return Scenario.model_validate(written)


def setting(path: str, value: Any) -> Edit:
    """Edit that writes one value at a dotted path, such as `people.clerk.annual_turnover`."""

    def edit(written: dict[str, Any]) -> None:
        *blocks, last = path.split(".")
        place = written
        for block in blocks:
            place = place.setdefault(block, {})
        place[last] = deepcopy(value)  # so that a later edit cannot reach into a list of edits that tests share

    return edit


def without(path: str) -> Edit:
    """Edit that drops what stands at a dotted path."""

    def edit(written: dict[str, Any]) -> None:
        *blocks, last = path.split(".")
        place = written
        for block in blocks:
            place = place[block]
        del place[last]

    return edit


def changing(name: str, path: str, effect: dict[str, Any]) -> Edit:
    """Edit that gives an initiative one more effect."""

    def edit(written: dict[str, Any]) -> None:
        written["initiatives"][name].setdefault("effects", {})[path] = effect

    return edit


def adding_initiative(name: str, block: dict[str, Any], position: int | None = None) -> Edit:
    """Edit that adds a candidate at a position in the file (None: at the end)."""

    def edit(written: dict[str, Any]) -> None:
        entries = list(written["initiatives"].items())
        entries.insert(len(entries) if position is None else position, (name, {"title": name, **PLANNER, **block}))
        written["initiatives"] = dict(entries)

    return edit


#: Edits after which every mechanism of cyber and insurance is at work.
CYBER: list[Edit] = [
    setting("threats.ransomware.attempts_per_year", "20 to 60"),
    setting("threats.ransomware.success_probability", "0.2 to 0.6"),
    setting("threats.ransomware.dispersion_per", "year"),
    setting("threats.ransomware.severity_covers", ["response"]),
    setting("threats.ransomware.control_dependence", 0.4),
    setting(
        "threats.ransomware.secondary",
        {
            "claims": {"frequency": "0.5 to 3.1", "loss": "2k to 4k", "loss_p95_ratio": 5},
            "card_fees": {"frequency": 0.4, "loss": 900, "loss_p95_ratio": 1},
        },
    ),
    setting(
        "threats.ransomware.breach",
        {"exposed": "0.1 to 0.4", "fine_probability": 0.3, "fine_per_record": 4, "fine_cap": 4000},
    ),
    setting(
        "threats.skimming",
        {
            "attempts_per_year": 12,
            "success_probability": 0.4,
            "severity": 3000,
            "severity_p95_ratio": 4,
            "severity_covers": ["recovery", "interruption"],
            "breach": {"exposed": 0.2, "cost_per_record": 1.5},
            "outage_hours": 9,
            "hits": ["till"],
            **PLANNER,
        },
    ),
    setting("profile.records", "1000 to 5000"),
    setting(
        "controls",
        {
            "mfa": {
                "function": "prevent",
                "threats": ["ransomware"],
                "coverage": "0.5 to 0.9",
                "strength": "0.3 to 0.7",
                "decay_per_year": 0.4,
                "audit_every_months": "5 to 14",
                "audit_cost": 400,
                **PLANNER,
            },
            "training": {"function": "prevent", "coverage": 0.8, "strength": 0.3, "brought_by": ["edr"], **PLANNER},
            "monitoring": {
                "function": "detect",
                "coverage": 0.6,
                "strength": 0.5,
                "decay_per_year": 0.2,
                "brought_by": ["edr", "web"],
                **PLANNER,
            },
            "retainer": {"function": "respond", "threats": ["skimming"], "coverage": 1, "strength": 0.3, **PLANNER},
            "restore": {"function": "recover", "coverage": 0.7, "strength": 0.6, "decay_per_year": 0.5, **PLANNER},
        },
    ),
    setting("initiatives.basic_backup.effects", {"controls.restore.coverage": {"add": 0.2}}),
    setting("initiatives.cloud_backup.effects", {"controls.mfa.audit_every_months": {"multiply": 0.5}}),
    setting("insurance.waiting_hours", "2 to 8"),
    setting("insurance.sublimits", {"secondary": 3000, "fine": 1000, "interruption": 2000, "incident": "20k to 30k"}),
    setting("insurance.demands", {"mfa": 0.5, "restore": 0.4}),
    setting("insurance.credits", {"mfa": 0.2, "training": 0.1}),
]
