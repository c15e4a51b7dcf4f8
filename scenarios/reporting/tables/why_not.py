"""Why not something else: what was left out, and the smallest change at which it would come in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from scenarios.reporting.gather import Gathered
from scenarios.reporting.part import Part, table
from scenarios.reporting.words import change, list_of
from sim.display.text import plain

HEADS = ("left out", "change of NPV", "why", "it would come in", "in how many near-best roadmaps")
CLEAR = 2.0


def why_not(run: Gathered) -> Part:
    """A row for each initiative that was left out; flip points are those that the plan looked for."""
    rejected = run.plan["rejected"]
    title = "Why not something else"
    if not rejected:
        return Part("whynot", title, missing="The roadmap starts every initiative of the scenario.")
    reasons = run.plan["reasons"]
    near = {} if reasons is None else {one["id"]: one["near"] for one in reasons["core"]["initiatives"]}
    rows = []
    for one in rejected:
        gain = one["gain"]
        rows.append(
            (
                run.name(one["id"]),
                "" if gain is None else change(gain["mean"], gain["se"]),
                _short(run, one),
                flips(run, one["id"], "in") or "not looked for",
                f"{100.0 * near[one['id']]:.0f} %" if one["id"] in near else "",
            )
        )
    clear = [one for one in rejected if one["gain"] and one["gain"]["mean"] < -CLEAR * one["gain"]["se"]]
    close = [one for one in rejected if one["gain"] and one not in clear]
    sentence = f"{len(rejected)} initiatives are left out; {len(clear)} of them would clearly lower the NPV"
    if close:
        sentence += f", {len(close)} make no clear difference ({list_of((run.name(one['id']) for one in close), 3)})"
    notes = []
    if reasons is None:
        notes.append("Flip points were not asked for.")
    elif not reasons["complete"]:
        notes.append("Flip points of the most telling initiatives only; `roadfolio plan --why` asks for all of them.")
    found = table(f"Best start that fits of each, {plain(run.currency, 12)}", HEADS, rows, (1, 4))
    return Part("whynot", title, f"{sentence}.", None, (found,), open=True, notes=tuple(notes))


def _short(run: Gathered, one: Mapping[str, Any]) -> str:
    """The reason without the change of NPV, which has its own column."""
    from optimize.archive import Estimate
    from optimize.planning import LeftOut
    from scenarios.cli.render.plan import short_reason

    gain = None if one["gain"] is None else Estimate(one["gain"]["mean"], one["gain"]["se"])
    return plain(short_reason(LeftOut(one["id"], one["reason"], gain), dict(run.names)), 1000)


def flips(run: Gathered, initiative: str, goal: str) -> str:
    """The smallest verified changes that bring an initiative in (or out), in words; empty where none was looked for."""
    reasons = run.plan["reasons"]
    known = [] if reasons is None else reasons["changes"]
    own = [one for one in known if one["id"] == initiative and one["goal"] == goal]
    return "; ".join(titled(run, one["sentence"]) for one in sorted(own, key=_size))


def titled(run: Gathered, sentence: str) -> str:
    """A sentence of the plan with titles in place of ids."""
    names = run.names
    if not names:
        return plain(sentence)
    known = re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + r")(?![\w-])")
    return plain(known.sub(lambda found: names[found[0]], sentence), 1000)


def _size(one: Mapping[str, Any]) -> float:
    relative = one["relative"]
    return float("inf") if one["amount"] is None or relative is None else float(relative)
