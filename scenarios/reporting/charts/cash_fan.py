"""Cumulative cash of the roadmap against doing nothing, month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scenarios.reporting.gather import Gathered
from scenarios.reporting.part import Part, table
from scenarios.reporting.words import about
from sim.display.fan import fan as fan_chart
from sim.display.text import plain

HEADS = ("5 % below", "25 % below", "middle", "75 % below", "95 % below", "mean")
KEYS = ("p5", "p25", "p50", "p75", "p95", "mean")


def cash_fan(run: Gathered) -> Part:
    """The fan of the draws: half of them in the inner band, 9 in 10 in the outer one."""
    course, missing = run.part("course")
    if course is None:
        balance = _balance(run)
        return balance or Part("cash", "Cumulative cash against doing nothing", missing=missing)
    fan = course["fans"]["cumulative"]
    months = [*range(1, int(course["months"]) + 1)]
    middle, currency = fan["p50"], run.currency
    size = max(abs(value) for key in KEYS for value in fan[key])
    deep = min(range(len(middle)), key=lambda m: middle[m])
    back = next((m for m in range(deep, len(middle)) if middle[m] >= 0.0), None)
    end = len(middle) - 1
    sentence = (
        f"In the middle draw the roadmap is deepest in month {deep + 1}, {about(middle[deep], size, currency)} against "
        f"doing nothing, and "
        + (f"has paid back in month {back + 1}" if back is not None else "has not paid back within the horizon")
        + f"; after {end + 1} months 9 in 10 draws are between {about(fan['p5'][end], size)} and "
        f"{about(fan['p95'][end], size, currency)}."
    )
    chart = fan_chart(months, fan, currency, "month from the start", zero=True)
    rows = _rows(months, fan, size)
    found = table(f"Cumulative cash less that of doing nothing, {plain(currency, 12)}", ("month", *HEADS), rows,
                  range(7))  # fmt: skip
    return Part("cash", "Cumulative cash against doing nothing", sentence, chart, (found,))


def _balance(run: Gathered) -> Part | None:
    """The company's own balance as the newest record forecasts it, for a run without figures of the report."""
    record = run.run.records[-1] if run.run.records else None
    figure_ = None if record is None else record["figures"].get("cash")
    if record is None or figure_ is None or any(one is None for one in figure_["months"]):
        return None
    months = [record["issued_at"] + k + 1 for k in range(len(figure_["months"]))]
    fan: dict[str, list[float]] = {key: [] for key in KEYS}
    for one in figure_["months"]:
        at = dict(zip(record["levels"], one["quantiles"], strict=True))
        for key, value in zip(KEYS, (at[0.05], at[0.25], at[0.5], at[0.75], at[0.95], one["mean"]), strict=True):
            fan[key].append(value)
    size = max(abs(value) for key in KEYS for value in fan[key])
    low = min(range(len(months)), key=lambda m: fan["p5"][m])
    sentence = (
        f"The company's own cash, as the record of this plan forecasts it: one draw in twenty is below "
        f"{about(fan['p5'][low], size, run.currency)} in month {months[low]}, the lowest point of that line. The "
        "comparison with doing nothing was not computed for this run."
    )
    rows = _rows(months, fan, size)
    found = table(f"Cash at the end of the month, {plain(run.currency, 12)}", ("month", *HEADS), rows, range(7))
    return Part("cash", "Cash of the company", sentence,
                fan_chart(months, fan, run.currency, "month from the start", zero=False), (found,))  # fmt: skip


def _rows(months: Sequence[int], fan: Mapping[str, Sequence[float]], size: float) -> list[tuple[str, ...]]:
    """Every third month, and the last one."""
    shown = [k for k in range(len(months)) if months[k] % 3 == 0 or k == len(months) - 1]
    return [(f"{months[k]}", *(about(fan[key][k], size) for key in KEYS)) for k in shown]
