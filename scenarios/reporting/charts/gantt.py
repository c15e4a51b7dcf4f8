"""The roadmap as bars: work by phase, gates, and when the draws go live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.reporting.gather import Gathered
from scenarios.reporting.part import Part, table
from scenarios.reporting.words import list_of, share
from sim.display.style import BLUE, INK, SKY, VERMILLION, bars_height, figure, filled, rows, titled
from sim.display.text import label, plain
from sim.world.initiatives import Initiative

FILLS = (("work", BLUE, ""), ("its next phase", SKY, "/"))  # in turn
LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95


def gantt(run: Gathered) -> Part:
    """A row an initiative, in order of start; a diamond at each gate, a whisker over the go-live of 9 in 10 draws."""
    starts = sorted(run.plan["roadmap"].items(), key=lambda one: (one[1], one[0]))
    if not starts:
        return Part("gantt", "Roadmap", missing="The recommended roadmap starts nothing.")
    bars: tuple[dict[str, list[Any]], ...] = tuple({"x": [], "base": [], "y": [], "text": []} for _ in FILLS)
    gates: dict[str, list[Any]] = {"x": [], "y": [], "text": []}
    live: dict[str, list[Any]] = {"x": [], "y": [], "plus": [], "minus": [], "text": []}
    lines, last, late = [], 0.0, []
    for row, (name, start) in enumerate(starts):
        one = run.scenario.initiatives[name]
        finish = one.planned_finish(start)
        for k, (phase, begin, end) in enumerate(_phases(one, start, finish)):
            words = f"{label(run.name(name))}<br>{label(phase)}"
            for key, value in (("x", end - begin), ("base", begin), ("y", row), ("text", words)):
                bars[k % len(FILLS)][key].append(value)
            gates["x"].append(end)
            gates["y"].append(row)
            gates["text"].append(f"gate: end of {label(phase)}")
        found = _golive(run, name)
        when = "not forecast"
        never = ""
        if found is not None:
            low, middle, high = found["ends"]
            live["x"].append(middle)
            live["y"].append(row)
            live["minus"].append(middle - low)
            live["plus"].append(high - middle)
            live["text"].append(f"live in the middle draw: {run.when(round(middle))}")
            when = f"{_month(run, middle)} ({_month(run, low)} to {_month(run, high)})"
            never = share(found["never"]) if found["never"] > 0.0 else "0 %"
            last = max(last, high)
            if found["never"] > 0.0:
                late.append((found["never"], name))
        last = max(last, float(finish))
        phases = ", ".join(plain(phase) for phase in one.phases) or "one, with one gate at its end"
        lines.append((run.name(name), run.when(start), f"{finish - start}", phases, when, never))
    part = _sentence(run, starts, late)
    data: list[dict[str, Any]] = [
        *(
            {
                "type": "bar", "orientation": "h", "name": name, "width": 0.5, **bars[k], "textposition": "none",
                "hoverinfo": "text",
                "marker": filled(color, shape),
            }
            for k, (name, color, shape) in enumerate(FILLS)
            if bars[k]["x"]
        ),
        {
            "type": "scatter", "mode": "markers", "name": "gate", "x": gates["x"], "y": gates["y"],
            "text": gates["text"], "hoverinfo": "text",
            "marker": {"symbol": "diamond", "size": 11, "color": "#ffffff", "line": {"color": INK, "width": 1.5}},
        },
    ]  # fmt: skip
    if live["x"]:
        data.append(
            {
                "type": "scatter", "mode": "markers", "name": "goes live: middle draw, 9 in 10 draws",
                "x": live["x"], "y": [y + 0.36 for y in live["y"]], "text": live["text"], "hoverinfo": "text",
                "marker": {"symbol": "circle", "size": 7, "color": VERMILLION},
                "error_x": {"type": "data", "symmetric": False, "array": live["plus"], "arrayminus": live["minus"],
                            "color": VERMILLION, "thickness": 1.5, "width": 4},
            }
        )  # fmt: skip
    step = max(run.scenario.period_months, 12 if last > 24 else 3)
    ticks = list(range(0, int(last) + step + 1, step))
    chart = figure(
        data, bars_height(len(starts)),
        {"title": titled("planning period"), "tickvals": ticks, "ticktext": [label(run.when(m), 30) for m in ticks],
         "range": [-0.5, max(ticks[-1] if len(ticks) < 3 else last + 2, last + 1)]},
        rows([label(run.name(name)) for name, _ in starts]), showlegend=True, barmode="overlay",
    )  # fmt: skip
    heads = ("initiative", "starts", "months as planned", "phases", "goes live (9 in 10 draws)", "never live")
    return Part("gantt", "Roadmap with phases and gates", part, chart, (table("The roadmap", heads, lines, (2, 5)),))


def _sentence(run: Gathered, starts: list[tuple[str, int]], late: list[tuple[float, str]]) -> str:
    first = starts[0][1]
    begins = [run.name(name) for name, month in starts if month == first]
    text = f"{len(starts)} initiatives start from {run.when(first)} ({list_of(begins)}) to {run.when(starts[-1][1])}"
    if len(starts) > 1 and run.when(starts[-1][1]) == run.when(first):
        text = f"{len(starts)} initiatives start in {run.when(first)}: {list_of(begins)}"
    if len(starts) == 1:
        text = f"One initiative starts, {begins[0]}, in {run.when(first)}"
    if late:
        chance, name = max(late)
        text += f"; most often stopped or failed before it goes live: {run.name(name)}, in {share(chance)} of the draws"
    return f"{text}."


def _phases(one: Initiative, start: int, finish: int) -> list[tuple[str, float, float]]:
    """Name, begin and end in months of each phase; lead time is counted into the first."""
    if finish <= start:
        return [("work", float(start), start + 0.5)]
    if not one.phases:
        return [("work", float(start), float(finish))]
    found, begin = [], float(start)
    for (name, _), gate in zip(one.phases.items(), one.gates, strict=True):
        end = start + gate.end * (finish - start)
        found.append((name, begin, end))
        begin = end
    return found


def _golive(run: Gathered, name: str) -> Mapping[str, Any] | None:
    """Low, middle and high of the month of go-live by the newest forecast, and the share of draws without one."""
    record = run.run.records[-1] if run.run.records else None
    figure_ = None if record is None else record["figures"].get(f"golive.{name}")
    if record is None or figure_ is None or figure_["quantiles"] is None:
        return None
    at = dict(zip(record["levels"], figure_["quantiles"], strict=True))
    return {"ends": (at[LOW], at[MIDDLE], at[HIGH]), "never": figure_["never"]}


def _month(run: Gathered, month: float) -> str:
    from scenarios.cli.render.words import month_label

    return month_label(run.scenario, round(month))
