"""Rules of choice, calendar and money that do not fit together: each is refused at its place, with a remedy."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from optimize.problem import RoadmapProblem
from sim.errors import ProblemsFound

Document = dict[str, Any]


def document() -> Document:
    """A sound problem with every one of these rules."""
    return {
        "periods": 3,
        "initiatives": [
            {"id": "pos", "value": [3, 2, 1], "duration": 2, "skill_days": {"it": [2]}, "passes": 0.5},
            {"id": "edr", "value": [1, 1, 1], "earliest": 1, "mandatory": True},
            {"id": "crm", "value": [2, 2, 2]},
        ],
        "budgets": [{"name": "it", "amount": [5, 5, 5], "credit": {"limit": 2, "rate": 0.1}}],
        "skills": {"it": [3, 3, 3]},
        "groups": [{"name": "wish", "members": ["pos", "crm"], "rule": "at_least_one"}],
        "simultaneous": [{"name": "sales", "members": ["pos", "crm"], "at_most": [1, 1, 1], "load": {"pos": 3}}],
        "outside": [{"skill": "it", "price": [1, 1, 1], "at_most": [2, 2, 2]}],
        "discount": [1, 0.9, 0.8],
        "grants": [{"initiative": "pos", "last": 1, "amount": 3, "lag": 1, "budget": "it", "worth": 2}],
        "goals": [{"name": "revenue", "level": [None, None, 1], "contributions": {"pos": [0, 2]}}],
        "quick_wins": [{"name": "early", "by": 1, "members": ["pos", "crm"]}],
        "pins": [{"initiative": "crm", "start": 0, "reason": "contract"}],
        "blackouts": [{"name": "season", "closed": {"crm": [1], "edr": [2]}}],
    }


Change = Callable[[Document], object]
WRONG: dict[str, tuple[Change, str, object, str]] = {
    "group twice": (lambda d: d["groups"].append(d["groups"][0]), "groups.1.name", "wish", "name of its own"),
    "unknown member": (lambda d: d["groups"][0]["members"].append("cmr"), "groups.0.members.2", "cmr", "mean 'crm'?"),
    "member twice": (lambda d: d["groups"][0]["members"].append("pos"), "groups.0.members", "pos", "name it once"),
    "unknown rule": (lambda d: d["groups"][0].update(rule="one"), "groups.0.rule", "one", ""),
    "two of exactly one": (
        lambda d: d["groups"][0].update(members=["edr", "crm"], rule="exactly_one"),
        "groups.0.members", "edr crm", "at most one of them",
    ),
    "pinned against an exclusive group": (
        lambda d: d.update(exclusive=[{"name": "one-of", "members": ["edr", "crm"]}]),
        "exclusive.0.members", "edr crm", "at most one of them",
    ),
    "none left to choose": (
        lambda d: d.update(
            pins=[{"initiative": name, "start": None} for name in ("pos", "crm")], quick_wins=[],
        ),
        "groups.0.members", "pos crm", "unpin one",
    ),
    "a part pinned out": (
        lambda d: (
            d["groups"][0].update(members=["edr", "pos"], rule="all_or_none"),
            d["pins"].append({"initiative": "pos", "start": None}),
        ),
        "groups.0.members", "edr pos", "unpin one",
    ),
    "load of a stranger": (lambda d: d["simultaneous"][0]["load"].update(edr=1), "simultaneous.0.load.edr", "edr",
                           "known: pos, crm"),
    "room too short": (lambda d: d["simultaneous"][0]["at_most"].pop(), "simultaneous.0.at_most", 2, "one a period: 3"),
    "unknown skill": (lambda d: d["outside"][0].update(skill="itt"), "outside.0.skill", "itt", "did you mean 'it'?"),
    "skill bought twice": (lambda d: d["outside"].append(d["outside"][0]), "outside.1.skill", "it", "state it once"),
    "price too long": (lambda d: d["outside"][0]["price"].append(1), "outside.0.price", 4, "one a period: 3"),
    "discount too short": (lambda d: d["discount"].pop(), "discount", 2, "one a period: 3"),
    "discount of nothing": (lambda d: d.pop("outside"), "discount", None, "state `outside`"),
    "grant to nobody": (lambda d: d["grants"][0].update(budget=None, worth=0), "grants.0.amount", 3, "state `budget`"),
    "credit at any price": (lambda d: d["budgets"][0]["credit"].update(rate=1e30), "budgets.0.credit.rate", 1e30, ""),
    "unknown budget": (lambda d: d["grants"][0].update(budget="ti"), "grants.0.budget", "ti", "known: it"),
    "window of no width": (lambda d: d["grants"][0].update(first=2), "grants.0.first", 2, "0 to 1"),
    "window past the end": (lambda d: d["grants"][0].update(last=3), "grants.0.last", 3, "0 to 2"),
    "no floor at all": (lambda d: d["goals"][0].update(level=[None] * 3), "goals.0.level", None, "state one"),
    "level too short": (lambda d: d["goals"][0].update(level=[1]), "goals.0.level", 1, "one a period: 3"),
    "nothing added": (lambda d: d["goals"][0]["contributions"].update(crm=[]), "goals.0.contributions.crm", "crm",
                      "state a number"),
    "too few in time": (lambda d: d["quick_wins"][0].update(by=0, least=2), "quick_wins.0.least", 2, "at most 1"),
    "last start past the end": (lambda d: d["quick_wins"][0].update(last={"pos": 3}), "quick_wins.0.last.pos", 3,
                                "0 to 2"),
    "last start of a stranger": (lambda d: d["quick_wins"][0].update(last={"edr": 1}), "quick_wins.0.last.edr", "edr",
                                 "known: pos, crm"),
    "no start in time": (lambda d: d["quick_wins"][0].update(last={"pos": -1}, least=2), "quick_wins.0.least", 2,
                         "at most 1"),
    "win past the end": (lambda d: d["quick_wins"][0].update(by=3), "quick_wins.0.by", 3, "0 to 2"),
    "pinned twice": (lambda d: d["pins"].append({"initiative": "crm", "start": 2}), "pins.1.initiative", "crm",
                     "state it once"),
    "pinned before its window": (lambda d: d["pins"].append({"initiative": "edr", "start": 0}), "pins.1.start", 0,
                                 "1 to 2"),
    "mandatory and out": (lambda d: d["pins"].append({"initiative": "edr", "start": None}), "pins.1.start", "edr",
                          "drop the pin"),
    "pinned into a blackout": (lambda d: d["pins"][0].update(start=1), "pins.0.start", 1, "open: 0, 2"),
    "closed past the end": (lambda d: d["blackouts"][0]["closed"]["crm"].append(3), "blackouts.0.closed.crm", 3,
                            "0 to 2"),
    "mandatory and closed": (lambda d: d["blackouts"][0]["closed"]["edr"].append(1), "blackouts.0.closed.edr", "edr",
                             "open a period"),
    "credit below nothing": (lambda d: d["budgets"][0]["credit"].update(limit=-1), "budgets.0.credit.limit", -1, ""),
    "gate above one": (lambda d: d["initiatives"][0].update(passes=1.5), "initiatives.0.passes", 1.5, ""),
}  # fmt: skip


def test_the_sound_document_is_sound() -> None:
    problem = RoadmapProblem.from_json(json.dumps(document()))
    assert RoadmapProblem.from_json(problem.to_json()) == problem


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_at_its_place(case: str) -> None:
    change, path, value, hint = WRONG[case]
    changed = document()
    change(changed)
    with pytest.raises(ProblemsFound) as found:
        RoadmapProblem.from_json(json.dumps(changed), file="plan.json")
    (error,) = found.value.errors
    assert (error.path, error.value) == (path, value)
    assert hint in (error.hint or "")


def test_rules_are_checked_beside_parts_that_do_not_parse() -> None:
    changed = document()
    changed["initiatives"][2]["duration"] = 0
    changed["pins"].append({"initiative": "zzz", "start": 1})
    with pytest.raises(ProblemsFound) as found:
        RoadmapProblem.from_json(json.dumps(changed))
    assert [error.path for error in found.value.errors] == ["initiatives.2.duration", "pins.1.initiative"]
