"""Loss exceedance of security incidents: before and after the roadmap, before and after insurance."""

from __future__ import annotations

from scenarios.reporting.gather import Gathered
from scenarios.reporting.part import Part, table
from scenarios.reporting.words import about, amount, change, share
from sim.display.style import BLUE, VERMILLION, figure, titled
from sim.display.text import plain

TICKS = (*(digit * 10.0**power for power in (-2, -1, 0, 1) for digit in (1, 2, 5)), 100.0)  # per cent
TITLE = "Losses by incidents: how often a year is worse"
LINES = {
    "baseline": ("without the roadmap, gross", VERMILLION, "solid", "circle"),
    "baseline_net": ("without the roadmap, after insurance", VERMILLION, "dash", "circle-open"),
    "roadmap": ("with the roadmap, gross", BLUE, "solid", "square"),
    "roadmap_net": ("with the roadmap, after insurance", BLUE, "dash", "square-open"),
}


def losses(run: Gathered) -> Part:
    """Probability that the loss of a random year is above x, both axes logarithmic."""
    course, missing = run.part("course")
    found = None if course is None else course["losses"]
    if course is not None and (found is None or not run.scenario.threats):
        missing = "The scenario states no threats, so there are no losses by incidents."
        missing = missing if not run.scenario.threats else "The horizon has no whole year."
    if found is None or not run.scenario.threats:
        return Part("losses", TITLE, missing=missing)
    currency = run.currency
    data, rows = [], []
    for key, (name, color, dash, sign) in LINES.items():
        shown = [one for one in found[key]["above"] if one["loss"] > 0.0 and one["share"] > 0.0]
        data.append(
            {
                "type": "scatter", "mode": "lines+markers", "name": name,
                "x": [one["loss"] for one in shown], "y": [100.0 * one["share"] for one in shown],
                "line": {"color": color, "dash": dash, "width": 2}, "marker": {"symbol": sign, "size": 7},
                "hovertemplate": f"above %{{x:,.3s}} in %{{y:.2g}} % of years<extra>{name}</extra>",
            }
        )  # fmt: skip
    grid = [one["loss"] for one in found["baseline"]["above"]]
    for k, loss in enumerate(grid):
        cells = [found[key]["above"][k] for key in LINES]
        rows.append((amount(loss), *(share(one["share"], one["low"], one["high"]) for one in cells)))
    before, after = found["baseline"], found["roadmap"]
    any_before, any_after = before["above"][0], after["above"][0]
    sentence = (
        f"An average year loses {about(before['mean'], before['mean'], currency)} by incidents without the roadmap and "
        f"{about(after['mean'], before['mean'], currency)} with it; a year with any such loss becomes "
        f"{_word(any_after['share'], any_before['share'])}: {share(any_before['share'])} before, "
        f"{share(any_after['share'])} after."
    )
    level = next((one for one in before["levels"] if one["years"] == 20.0), None)
    other = next((one for one in after["levels"] if one["years"] == 20.0), None)
    if level and other and level["loss"] is not None and other["loss"] is not None:
        sentence += (
            f" One year in twenty loses more than {about(level['loss'], level['loss'], currency)} before and "
            f"{about(other['loss'], level['loss'], currency)} after."
        )
    ticks = [digit * 10.0**power for power in range(2, 10) for digit in (1, 2, 5)]
    chart = figure(
        data, 400, {"type": "log", "title": titled(f"loss of a year, {plain(currency, 12)}"), "zeroline": False,
                    "tickvals": list(ticks),
                    "ticktext": [_short(tick) for tick in ticks]},
        {"type": "log", "title": titled("share of years above it, %"), "zeroline": False, "tickvals": list(TICKS),
         "ticktext": [f"{tick:g}" for tick in TICKS]},
        showlegend=True,
    )  # fmt: skip
    heads = ("loss above", *(name for name, *_ in LINES.values()))
    means = table(
        f"Mean loss of a year, {plain(currency, 12)}", ("", "mean"),
        [(name, change(found[key]["mean"], found[key]["se"]).lstrip("+")) for key, (name, *_) in LINES.items()], (1,),
    )  # fmt: skip
    years = table(f"Share of years whose loss is above, loss in {plain(currency, 12)}", heads, rows, range(5))
    notes = []
    if all(abs(found[k]["mean"] - found[f"{k}_net"]["mean"]) < 1e-9 for k in ("baseline", "roadmap")):
        notes.append("No insurance pays in either case, so gross and net lie on each other.")
    return Part("losses", TITLE, sentence, chart, (means, years), notes=tuple(notes))


def _short(value: float) -> str:
    """A round loss on an axis.

    >>> _short(200.0), _short(5000.0), _short(2e6)
    ('200', '5k', '2M')
    """
    return f"{value / 1e6:g}M" if value >= 1e6 else f"{value / 1e3:g}k" if value >= 1e3 else f"{value:g}"


def _word(after: float, before: float) -> str:
    return "rarer" if after < before else "more frequent" if after > before else "neither rarer nor more frequent"
