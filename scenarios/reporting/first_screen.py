"""The first screen of the report: the recommendation in one sentence, five figures, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scenarios.cli.render.words import counted, starts_sentence
from scenarios.reporting.charts.budget import limit
from scenarios.reporting.charts.tornado import driver_name
from scenarios.reporting.gather import Gathered
from scenarios.reporting.tables.why_not import titled
from scenarios.reporting.words import about, amount, level, money, share
from sim.display.text import plain

MOST = 5


@dataclass(frozen=True)
class Tile:
    """A figure of the first screen: what it is, the figure, what it means."""

    name: str
    figure: str
    meaning: str


@dataclass(frozen=True)
class FirstScreen:
    """recommendation: one sentence. quarters: period, starts, cost, budget left over. changes: sentences."""

    title: str
    recommendation: str
    tiles: tuple[Tile, ...]
    quarters: tuple[tuple[str, str, str, str], ...]
    changes: tuple[str, ...]
    goal: str


def first_screen(run: Gathered) -> FirstScreen:
    """All of it, from the plan; what would change the answer from figures where the run has them."""
    label = {one["start"]: plain(one["label"], 30) for one in run.plan["periods"]}
    starts = starts_sentence(run.plan["roadmap"], run.names, label)
    left = len(run.scenario.initiatives) - len(run.plan["roadmap"])
    text = f"Start {starts}." if starts else f"Start none of the {counted(left, 'initiative')}."
    if starts and left:
        text += f" Leave out the other {left}."
    aim = plain(run.plan["risk"]["aim"])
    return FirstScreen(
        plain(run.scenario.title) or plain(run.scenario.name), text, tuple(_tiles(run)), tuple(_quarters(run)),
        tuple(_changes(run))[:MOST], "" if aim == "mean NPV" else f"Chosen for: {aim}.",
    )  # fmt: skip


def _tiles(run: Gathered) -> Iterator[Tile]:
    found, currency = run.plan["outcomes"], run.currency
    npv, lost = found["npv"], found["prob_npv_negative_error"]
    size = max(abs(npv["p5"]), abs(npv["p95"]))
    meaning = f"9 in 10 draws between {about(npv['p5'], size)} and {about(npv['p95'], size, currency)}"
    if npv["intervals"]["mean"]["refused"]:
        meaning += "; a few draws with large losses decide the mean, so its error is a rough one"
    yield Tile("expected gain (NPV)", money(npv["mean"], npv["se"], currency), meaning)
    worst = about(npv["cvar5"], size, currency)
    yield Tile("chance of a loss", share(found["prob_npv_negative"]),
               f"{share(lost['low'])} to {share(lost['high'])} with 95 % confidence; the worst twentieth of the draws "
               f"averages {worst}")  # fmt: skip
    trough = found["cash_trough"]
    if trough["p50"] is not None:
        extent = max(abs(trough["p5"]), abs(trough["p95"]))
        text = f"of the company's own cash, middle draw; one draw in twenty falls below {about(trough['p5'], extent)}"
        floor = found["cash_floor"]
        if floor is not None:
            text += f"; the floor of {amount(floor['floor'], currency)} is {_kept(floor)}"
        yield Tile("deepest cash point", about(trough["p50"], extent, currency), text)
    back = found["payback_months"]
    if back["p50"] is not None:
        never = f"; not within the horizon in {share(back['prob_none'])} of the draws" if back["prob_none"] else ""
        yield Tile("paid back after", f"{back['p50']:.0f} months", f"middle draw{never}")
    cost = sum(one["capital"] + one["delivery"] + one["running"] for one in run.plan["periods"])
    yield Tile("cost in the budgets", amount(cost, currency), f"mean, over {len(run.plan['periods'])} planning periods")


def _kept(floor: Mapping[str, Any]) -> str:
    words = "kept" if floor["kept"] else "NOT kept"
    return f"{words}, against doing nothing" if floor["relative_to_baseline"] else words


def _quarters(run: Gathered) -> Iterator[tuple[str, str, str, str]]:
    """Periods in which something starts: cost, and what the budgets have left after it."""
    for t, one in enumerate(run.plan["periods"]):
        names = [run.name(name) for name, month in run.plan["roadmap"].items() if run.when(month) == one["label"]]
        if not names:
            continue
        cost = amount(one["capital"] + one["delivery"] + one["running"])
        purses = one["budgets"].values()
        left = amount(sum(purse["carried"] for purse in purses)) if purses else "no budget"
        budget = amount(limit(run.plan["periods"], t)) if purses else "no budget"
        yield plain(one["label"], 30), ", ".join(names), f"{cost} of {budget}" if purses else cost, left


def _changes(run: Gathered) -> Iterator[str]:
    """What would change the answer, most telling first."""
    reasons, currency = run.plan["reasons"], run.currency
    known = [] if reasons is None else [one for one in reasons["changes"] if one["relative"] is not None]
    seen: set[str] = set()
    for one in sorted(known, key=lambda one: abs(one["relative"])):
        if one["id"] in seen or one["amount"] is None or len(seen) >= 3:
            continue
        seen.add(one["id"])
        word = "would come in" if one["goal"] == "in" else "would go out"
        yield f"{run.name(one['id'])} {word} {titled(run, one['sentence'])}."
    base = next((one for one in run.plan["futures"] if one["future"] == "base"), None)
    worst = min(run.plan["futures"], key=lambda one: one["npv"]["mean"], default=None)
    if base is not None and worst is not None and worst is not base:
        npv = worst["npv"]
        yield (
            f"In the future “{plain(worst['title'])}” the roadmap is worth "
            f"{money(npv['mean'], npv['se'], currency)} and loses money in "
            f"{share(worst['prob_npv_negative'])} of the draws."
        )
    tornado, _ = run.part("tornado")
    own = run.plan["outcomes"]["npv"]["mean"]
    for one in [] if tornado is None else tornado["bars"][:1]:
        worse = min(one["low"]["estimate"], one["high"]["estimate"])
        end = one["at_low"] if one["low"]["estimate"] == worse else one["at_high"]
        yield (
            f"If “{driver_name(run, one['path'])}” were {level(end, one['unit'])}, the mean gain would "
            + (f"turn into a loss (it changes by {about(worse, own, currency)})." if own + worse < 0.0 < own
               else f"change by {about(worse, own, currency)}.")
        )  # fmt: skip
    rivals = [one for one in run.plan["finalists"] if one["roadmap"] != run.plan["roadmap"]]
    second = max(rivals, key=lambda one: one["prob_best"], default=None)
    if second is not None and second["prob_best"] >= 0.05:
        yield f"With probability {share(second['prob_best'])} another finalist is the best: see rivals."
