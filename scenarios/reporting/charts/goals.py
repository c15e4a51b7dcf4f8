"""Goals before and after the roadmap, and how probably each is reached."""

from __future__ import annotations

from typing import Any

from scenarios.reporting.gather import Gathered
from scenarios.reporting.part import Part, table
from scenarios.reporting.words import level, list_of, share
from sim.display.style import BLUE, INK, ORANGE, QUIET, bars_height, figure, rows, titled
from sim.display.text import label, plain

TITLE = "Goals before and after"


def goals(run: Gathered) -> Part:
    """A line a goal, from the share of draws that reach it without the roadmap to that with it."""
    found, missing = run.part("goals")
    if not run.scenario.goals:
        missing = "The scenario states no goals."
    if found is None:
        return Part("goals", TITLE, missing=missing)
    all_ = found["rows"]
    names = [plain(one["title"]) or plain(one["id"]) for one in all_]
    before = [100.0 * one["before"]["reached"]["share"] for one in all_]
    after = [100.0 * one["after"]["reached"]["share"] for one in all_]
    better = [names[k] for k in range(len(all_)) if after[k] - before[k] > 1.0]
    likely = [names[k] for k in range(len(all_)) if after[k] > 50.0]
    sentence = (
        f"With the roadmap {len(likely)} of {len(all_)} goals are more likely reached than not"
        + (f" ({list_of(likely, 4)})" if likely else "")
        + f"; {len(better)} become clearly likelier"
        + (f", most of all {names[max(range(len(all_)), key=lambda k: after[k] - before[k])]}." if better else ".")
    )
    y = list(range(len(all_)))
    data: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines", "x": [before[k], after[k]], "y": [k, k], "showlegend": False,
            "hoverinfo": "skip", "line": {"color": QUIET, "width": 2},
        }
        for k in y
    ]  # fmt: skip
    for name, xs, color, sign, key in (
        ("without the roadmap", before, ORANGE, "circle-open", "before"),
        ("with the roadmap", after, BLUE, "diamond", "after"),
    ):
        ends = [one[key]["reached"] for one in all_]
        data.append(
            {
                "type": "scatter", "mode": "markers", "name": name, "x": xs, "y": y,
                "marker": {"symbol": sign, "size": 12, "color": color, "line": {"width": 2, "color": color}},
                "error_x": {"type": "data", "symmetric": False, "color": INK, "thickness": 1, "width": 3,
                            "array": [100.0 * one["high"] - x for one, x in zip(ends, xs, strict=True)],
                            "arrayminus": [x - 100.0 * one["low"] for one, x in zip(ends, xs, strict=True)]},
                "hovertemplate": f"%{{x:.1f}} %<extra>{name}</extra>",
            }
        )  # fmt: skip
    chart = figure(
        data, bars_height(len(all_)), {"title": titled("draws that reach it, %"),
                                       "range": [-3, 103], "zeroline": False},
        rows([label(name) for name in names]), showlegend=True,
    )  # fmt: skip
    lines = [
        (
            names[k], f"{'at least' if one['better'] == 'higher' else 'at most'} {level(one['target'], one['unit'])}",
            f"{one['first_month']} to {one['last_month']}",
            *(_mean(one[key], one["unit"]) for key in ("before", "after")),
            *(share(one[key]["reached"]["share"], one[key]["reached"]["low"], one[key]["reached"]["high"])
              for key in ("before", "after")),
        )
        for k, one in enumerate(all_)
    ]  # fmt: skip
    heads = ("goal", "target", "months", "mean before", "mean after", "reached before", "reached after")
    caption = f"Goals on {found['draws']:,} draws; reached with 95 % interval"
    return Part("goals", TITLE, sentence, chart, (table(caption, heads, lines, (2, 3, 4, 5, 6)),))


def _mean(one: dict[str, Any], unit: str) -> str:
    return "no value" if one["mean"] is None else level(one["mean"]["mean"], unit)
