"""Do the two engines agree on this plan? Said only where `roadfolio verify` was run on it."""

from __future__ import annotations

from scenarios.agreement import Verdict
from scenarios.reporting.charts.tornado import value
from scenarios.reporting.gather import VERIFY, Gathered
from scenarios.reporting.part import Part, table
from sim.display.text import plain

TITLE = "Agreement of the two engines"
MOST = 12


def agreement(run: Gathered) -> Part:
    """Verdicts by figure; the rows that did not pass, or else the NPV."""
    found = run.verify
    if found is None:
        how = (
            f"`roadfolio verify RUN/scenario.yaml --plan RUN --json > RUN/{VERIFY}` does, and this part then tells it."
        )
        return Part("engines", TITLE, missing=f"`roadfolio verify` was not run on this plan: {how}")
    counts, rows = found["counts"], found["rows"]
    told = ", ".join(f"{counts[one.value]} {one.value}" for one in Verdict if counts.get(one.value))
    sentence = (
        f"The company, played item by item on {found['replications']} draws, against the monthly model on the same "
        f"draws: {plain(found['verdict'])}. Of {len(rows)} figures {told}; {Verdict(found['verdict']).text}."
    )
    shown = [one for one in rows if one["verdict"] != Verdict.PASS.value] or [r for r in rows if r["figure"] == "npv"]
    lines = [
        (
            plain(f"{one['figure']}, {one['arm']}" + (f", year {one['year']}" if one["year"] else "")),
            plain(one["unit"], 30), value(one["kernel"]), value(one["company"]),
            f"{value(one['low'])} to {value(one['high'])}", value(one["tolerance"]), plain(one["verdict"], 20),
        )
        for one in shown[:MOST]
    ]  # fmt: skip
    heads = ("figure", "unit", "monthly model", "company", "difference (95 %)", "tolerance", "verdict")
    notes = [] if len(shown) <= MOST else [f"{len(shown) - MOST} more rows are in {VERIFY}."]
    caption = "Figures that did not pass" if counts.get("PASS", 0) < len(rows) else "Net present value"
    found_table = (table(caption, heads, lines, (2, 3, 4, 5)),) if lines else ()
    return Part("engines", TITLE, sentence, None, found_table, open=True, notes=tuple(notes))
