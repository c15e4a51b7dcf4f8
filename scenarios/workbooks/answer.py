"""The first sheet of a result: what the command says first on the screen, in words and rounded by the cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.workbooks.result_table import ResultTable
from sim.display.forest import Z

HEADS = ("figure", "value", "low", "high", "unit", "what it is")
ANSWER = "Answer"
Row = tuple[str, Any, Any, Any, str, str]


def answer(document: Mapping[str, Any]) -> ResultTable:
    """NPV, chance of a loss, return, payback and cash of a roadmap; its starts; arms and differences of a comparison.
    Without rows where the document has none of them. low, high: ends of the interval of 95 %."""
    return ResultTable(ANSWER, HEADS, ("",) * len(HEADS), tuple(_rows(document)))


def _rows(document: Mapping[str, Any]) -> Iterator[Row]:
    currency = str(document.get("currency", ""))
    of = document.get("outcomes") if isinstance(document.get("outcomes"), Mapping) else document
    assert isinstance(of, Mapping)
    if isinstance(of.get("npv"), Mapping) and "prob_npv_negative" in of:
        yield from _outcome(of, currency)
        yield from _starts(document)
    yield from _arms(document, currency)


def _outcome(of: Mapping[str, Any], currency: str) -> Iterator[Row]:
    yield _distribution("NPV", of["npv"], "mean", currency, "mean over the draws")
    yield _distribution("NPV, 1 in 20 below", of["npv"], "p5", currency, "5 % quantile")
    chance = of.get("prob_npv_negative_error") or {}
    yield (
        "chance to lose money",
        of["prob_npv_negative"],
        chance.get("low"),
        chance.get("high"),
        "share",
        "NPV below 0",
    )
    for key, name, part, unit, what in (
        ("roi", "ROI", "mean", "ratio", "mean of NPV over cost"),
        ("payback_months", "payback", "p50", "months", "middle draw; draws that never pay back count as the longest"),
        ("cash_trough", "deepest cash trough", "p50", currency, "middle draw"),
    ):
        one = of.get(key)
        if isinstance(one, Mapping) and one.get(part) is not None:
            yield _distribution(name, one, part, unit, what)


def _distribution(name: str, one: Mapping[str, Any], part: str, unit: str, what: str) -> Row:
    ends = (one.get("intervals") or {}).get(part) or {}
    return name, one.get(part), ends.get("low"), ends.get("high"), unit, what


def _starts(document: Mapping[str, Any]) -> Iterator[Row]:
    """When each initiative starts, by the periods of a plan, or as months."""
    roadmap = document.get("roadmap")
    if not isinstance(roadmap, Mapping):
        return
    labels = {one.get("start"): one.get("label") for one in document.get("periods") or () if isinstance(one, Mapping)}
    for name, month in sorted(roadmap.items(), key=lambda one: one[1]):
        yield (
            f"start of {name.replace('_', ' ')}",
            labels.get(month, month),
            None,
            None,
            "" if month in labels else "month",
            "",
        )


def _arms(document: Mapping[str, Any], currency: str) -> Iterator[Row]:
    for arm in document.get("arms") or ():
        if isinstance(arm, Mapping) and isinstance(arm.get("npv"), Mapping):
            mean, se = arm["npv"].get("mean"), arm["npv"].get("se")
            low, high = (None, None) if mean is None or se is None else (mean - Z * se, mean + Z * se)
            yield f"NPV of {arm['name']}", mean, low, high, currency, "mean over the draws"
    for pair in document.get("pairs") or ():
        if isinstance(pair, Mapping) and isinstance(pair.get("npv"), Mapping) and "second" in pair:
            one = pair["npv"]
            name = f"NPV of {pair['first']} minus {pair['second']}"
            yield name, one.get("mean"), one.get("low"), one.get("high"), currency, str(one.get("verdict", ""))
