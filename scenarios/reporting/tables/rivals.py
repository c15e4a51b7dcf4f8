"""Rivals of the recommendation: other finalists, and what simple rules earn."""

from __future__ import annotations

from scenarios.cli.render.figures import odds
from scenarios.reporting.gather import Gathered
from scenarios.reporting.part import Part, table
from scenarios.reporting.tables.why_not import titled
from scenarios.reporting.words import about, change, list_of, money, share
from sim.display.text import plain

CLEAR = 2.0


def rivals(run: Gathered) -> Part:
    """Simple rules on the same draws, finalists with their probability to be the best, and what may be claimed."""
    plan, currency = run.plan, run.currency
    own = plan["outcomes"]["npv"]
    rules = [("this plan", f"{len(plan['roadmap'])}", money(own["mean"], own["se"], ""), "",
              share(plan["outcomes"]["prob_npv_negative"]))]  # fmt: skip
    for one in plan["yardsticks"]:
        rules.append((
            plain(one["policy"]), f"{len(one['roadmap'])}", money(one["npv"]["mean"], one["npv"]["se"], ""),
            change(one["gain"]["mean"], one["gain"]["se"]), share(one["prob_npv_negative"]),
        ))  # fmt: skip
    finalists = [
        (_difference(run, one["roadmap"]), money(one["npv"]["mean"], one["npv"]["se"], ""), odds(one["prob_best"]))
        for one in plan["finalists"]
    ]
    beaten = [one for one in plan["yardsticks"] if one["gain"]["mean"] > CLEAR * one["gain"]["se"]]
    best = min(plan["yardsticks"], key=lambda one: one["gain"]["mean"], default=None)
    sentence = f"The plan earns clearly more than {len(beaten)} of {len(plan['yardsticks'])} simple rules"
    if best is not None:
        gain = change(best["gain"]["mean"], best["gain"]["se"]).lstrip("+")
        sentence += f"; the best of them, {plain(best['policy'])}, is behind by {gain} {plain(currency, 12)}" \
            if best["gain"]["mean"] > 0.0 else f"; {plain(best['policy'])} earned as much or more ({gain})"  # fmt: skip
    value = plan["stochastic_value"]
    notes = [titled(run, plan["verdict"]), "How sure: " + titled(run, plan["claim"])]
    if value is not None:
        size = abs(value["value"]["mean"])
        notes.append(
            f"Planning with uncertainty is worth {about(value['value']['mean'], size, currency)}: so much more than "
            "the plan that takes every uncertain number at its mean."
        )
    if plan["stopped_by_time"]:
        notes.append("The clock stopped a part of the search: another run may end in another roadmap.")
    tables = [
        table(f"Simple rules on the same fresh draws, NPV in {plain(currency, 12)}",
              ("policy", "starts", "mean NPV", "plan is better by", "loses money"), rules, (1, 2, 3, 4)),
    ]  # fmt: skip
    if len(finalists) > 1:
        tables.append(
            table(f"Finalists of the search on the draws of the selection, NPV in {plain(currency, 12)}",
                  ("roadmap", "mean NPV", "probability to be the best"), finalists, (1, 2))
        )  # fmt: skip
    tables += _futures(run)
    return Part("rivals", "Rivals and yardsticks", f"{sentence}.", None, tuple(tables), open=True, notes=tuple(notes))


def _futures(run: Gathered):  # type: ignore[no-untyped-def]
    rows = [
        (
            f"{plain(one['future'], 60)}: {plain(one['title'])}",
            "no probability" if one["probability"] is None else share(one["probability"]),
            money(one["npv"]["mean"], one["npv"]["se"], ""),
            share(one["prob_npv_negative"]),
        )
        for one in run.plan["futures"]
    ]
    heads = ("future", "share of draws", "mean NPV", "loses money")
    caption = f"The recommended roadmap in each future, NPV in {plain(run.currency, 12)}"
    return [table(caption, heads, rows, (1, 2, 3))] if rows else []


def _difference(run: Gathered, other: dict[str, int]) -> str:
    own = run.plan["roadmap"]
    words = [f"without {run.name(name)}" for name in own if name not in other]
    words += [f"with {run.name(name)} in {run.when(other[name])}" for name in other if name not in own]
    words += [
        f"{run.name(name)} in {run.when(other[name])}" for name in own if name in other and own[name] != other[name]
    ]
    return list_of(words, 4) or "recommended"
