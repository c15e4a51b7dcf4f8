"""What changed since the last issue of the plan, and why; only in a run that `replan` wrote."""

from __future__ import annotations

from scenarios.reporting.charts.tornado import value
from scenarios.reporting.gather import Gathered
from scenarios.reporting.part import Part, table
from scenarios.reporting.tables.why_not import titled
from scenarios.reporting.words import change, money, share
from sim.display.text import plain

MOST = 12
DECISIONS = {
    "nothing learned": "The plan stays: nothing was learned.",
    "confirmed": "The plan stays: it is confirmed.",
    "kept": "The plan stays: whether another one is better cannot be told yet.",
    "changed": "The plan changes.",
    "forced": "The plan has to change.",
}


def changes(run: Gathered) -> Part | None:
    """None where the plan is the first one."""
    found = run.replan
    if found is None:
        return None
    currency, at = run.currency, int(found["at"])
    sentence = f"Issued anew in {run.when(at)}. {DECISIONS.get(found['decision'], '')} {titled(run, found['why'])}"
    rows = [
        (run.name(one["initiative"]), plain(one["kind"]),
         *("" if month is None else run.when(month) for month in (one["before"], one["after"])))
        for one in found["changes"]
    ]  # fmt: skip
    worth = [
        (words, money(found["npv"][key]["mean"], found["npv"][key]["se"], ""))
        for key, words in (
            ("old_before", "old plan, before the observations"),
            ("old", "old plan, with what was observed"),
            ("proposed", "best plan that was found, on the same draws"),
        )
    ]
    gain = found["npv"]["gain"]
    worth.append(("its gain over the old plan, draw by draw", change(gain["mean"], gain["se"])))
    tables = [
        table("Each initiative in the old plan and in this one", ("initiative", "", "was", "is"), rows),
        table(f"NPV against no initiative, {plain(currency, 12)}", ("", "mean"), worth, (1,)),
    ]
    moved = [one for one in found["drivers"] if one["moved"]]
    if moved:
        lines = [
            (plain(one["path"]), *(_ends(one[key]) for key in ("before", "after")), plain(one["unit"], 30))
            for one in moved[:MOST]
        ]
        tables.append(table("Uncertain numbers that were learned of: middle (9 in 10)",
                            ("number", "before", "now", "unit"), lines))  # fmt: skip
    seen = [one for one in found["observations"] if one["surprising"]]
    if seen:
        lines = [
            (plain(str(one["what"])), f"{one['month']}", *(
                "" if one[key] is None else value(float(one[key])) for key in ("value", "expected")
            ), share(one["chance"]))
            for one in seen[:MOST]
        ]  # fmt: skip
        tables.append(table("Observations that surprised", ("what", "month", "observed", "expected", "chance"), lines,
                            (1, 2, 3, 4)))  # fmt: skip
    notes = tuple(plain(note) for note in found["notes"])
    return Part("changes", "What changed since the last issue", sentence, None, tuple(tables), open=True, notes=notes)


def _ends(ends: dict[str, float] | list[float]) -> str:
    low, middle, high = ends.values() if isinstance(ends, dict) else ends
    return f"{value(middle)} ({value(low)} to {value(high)})"
