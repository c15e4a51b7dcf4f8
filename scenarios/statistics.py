"""Figures of a roadmap by name: `npv.p5`, `roi`, `kpi.wait`, `P(npv < -10000)` and others that `--statistic` takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sim.errors import Problem, ProblemsFound, nearest
from sim.measures import ChanceBelow, Estimator, Mean, Quantile, Ratio, TailMean
from sim.montecarlo.kpis import KPI_NAMES, KPIS
from sim.quantities import QuantityError, parse_number

Better = Literal["higher", "lower"]
MONEY = "money"  # stands for the currency of the scenario
MEASURES: dict[str, tuple[str, Better]] = {
    # name: unit and direction of improvement
    "npv": (MONEY, "higher"),
    "npv_within_horizon": (MONEY, "higher"),
    "residual": (MONEY, "higher"),
    "financing": (MONEY, "higher"),
    "cost": (MONEY, "lower"),
    "payback_months": ("months", "lower"),
    "cash_trough": (MONEY, "higher"),
    "funding_need": (MONEY, "lower"),
}
EXAMPLES = "npv.mean, npv.p5, npv.cvar5, prob_npv_negative, roi, payback_months.p50, kpi.wait or P(npv < -10000)"
WHOLE = ("roi", "prob_npv_negative")  # figures of all draws together, without an ending
KPI = "kpi."
CHANCE = re.compile(r"[Pp]\(\s*(?P<measure>[\w.]+)\s*(?P<side>[<>])\s*(?P<limit>[^()<>=]+?)\s*\)")
NUMBERED = re.compile(r"(?P<kind>p|cvar)(?P<share>\d{1,2}(?:\.\d{1,3})?)")


@dataclass(frozen=True)
class Figure:
    """One number of a distribution over draws. measure: a name of MEASURES, `roi`, or `kpi.NAME`; above: the chance of
    a value above, not below, the estimator's threshold; unit: money, months, share, ratio or that of the KPI."""

    name: str
    measure: str
    estimator: Estimator
    unit: str
    better: Better
    above: bool = False

    @property
    def kpi(self) -> str | None:
        """The KPI that it is of."""
        return self.measure.removeprefix(KPI) if self.measure.startswith(KPI) else None


def figure(text: str) -> Figure:
    """The figure that a name stands for. Raises ProblemsFound for a name that is none.

    MEASURE.mean, MEASURE.pNN (quantile in per cent), MEASURE.cvarNN (mean of the worst NN per cent), `roi` (mean NPV
    over mean cost), `prob_npv_negative`, P(MEASURE < x) and P(MEASURE > x); MEASURE is one of MEASURES or kpi.NAME,
    the mean of its years; of a share x may be 70 %. Without an ending the mean is meant.

    >>> figure("npv.p2.5").estimator, figure("kpi.wait").unit, figure("P(cash_trough < -1e4)").estimator
    (Quantile(p=0.025), 'minutes', ChanceBelow(threshold=-10000.0))
    """
    name = text.strip()
    if name == "roi":
        return Figure(name, "roi", Ratio(), "ratio", "higher")
    if name == "prob_npv_negative":
        return Figure(name, "npv", ChanceBelow(0.0), "share", "lower")
    chance = CHANCE.fullmatch(name)
    if chance:
        unit, better = _chance_measure(chance["measure"], text)
        above = chance["side"] == ">"
        limit = _threshold(chance["limit"], unit, chance["measure"], text)
        wished: Better = "higher" if above == (better == "higher") else "lower"
        return Figure(name, chance["measure"], ChanceBelow(-limit if above else limit), "share", wished, above)
    measure, ending = _split(name)
    unit, better = _measure(measure, text)
    return Figure(f"{measure}.{ending}", measure, _estimator(ending, better, text), unit, better)


def _threshold(limit: str, unit: str, measure: str, text: str) -> float:
    """A threshold as numbers are written in scenario files: -10k, 2.5M, 1,200, and 70 % of a share.

    A decimal comma is refused, as are per cent of what is no share and a share outside 0 to 1.
    """
    try:
        per_cent = limit.endswith("%")
        value = parse_number(limit.removesuffix("%")) / 100.0 if per_cent else parse_number(limit)
    except QuantityError as error:
        why = str(error).split("; expected")[0]
        raise ProblemsFound([Problem("--statistic", why, text, "such as P(npv < -10k) or P(kpi.wait > 5.5)")]) from None
    if unit == "share" and not 0.0 <= value <= 1.0:
        hint = f"such as P({measure} > 70 %) or P({measure} > 0.7)"
        raise ProblemsFound([Problem("--statistic", f"{measure} is a share, from 0 to 100 %", text, hint)])
    if unit != "share" and per_cent:
        why = f"{measure} is no share: its unit is {unit}"
        raise ProblemsFound([Problem("--statistic", why, text, "give the threshold without %")])
    return value


def _chance_measure(name: str, text: str) -> tuple[str, Better]:
    """Unit and direction of what P() may be of: a measure that every draw has a value of."""
    if name in MEASURES or (name.startswith(KPI) and name.removeprefix(KPI) in KPI_NAMES):
        return _measure(name, text)
    close = nearest(name, [*MEASURES, *(f"{KPI}{known}" for known in KPI_NAMES)])
    hint = (
        f"{f'did you mean {close}? ' if close else ''}P() knows {', '.join(MEASURES)} and {KPI}NAME, such as kpi.wait"
    )
    raise ProblemsFound([Problem("--statistic", f"there is no measure named {name} with a value by draw", text, hint)])


def _split(name: str) -> tuple[str, str]:
    """Measure and ending; a quantile may have decimals, so the ending begins at the dot after the measure."""
    first, _, rest = name.removeprefix(KPI).partition(".")
    return (KPI if name.startswith(KPI) else "") + first, rest or "mean"


def _measure(name: str, text: str) -> tuple[str, Better]:
    if name in WHOLE:
        raise ProblemsFound(
            [Problem("--statistic", f"{name} is one figure and takes no ending", text, f"write {name}")]
        )
    if name in MEASURES:
        return MEASURES[name]
    if name.startswith(KPI) and name.removeprefix(KPI) in KPI_NAMES:
        kpi = KPIS[KPI_NAMES.index(name.removeprefix(KPI))]
        return kpi.unit, kpi.better
    close = nearest(name, [*MEASURES, *WHOLE, *(f"{KPI}{known}" for known in KPI_NAMES)])
    hint = f"did you mean {close}?" if close else f"such as {EXAMPLES}"
    raise ProblemsFound([Problem("--statistic", f"there is no measure named {name}", text, hint)])


def _estimator(ending: str, better: Better, text: str) -> Estimator:
    if ending == "mean":
        return Mean()
    found = NUMBERED.fullmatch(ending)
    if found and 0.0 < float(found["share"]) < 100.0:
        share = float(found["share"]) / 100.0
        return Quantile(share) if found["kind"] == "p" else TailMean(share, "low" if better == "higher" else "high")
    hint = "mean, p5 for the 5 % quantile, cvar5 for the mean of the worst 5 %; above 0 and below 100"
    raise ProblemsFound([Problem("--statistic", f"{ending} is no figure of a distribution", text, hint)])
