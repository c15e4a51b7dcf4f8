"""A figure that was drawn until it was sure: what it is, how sure, and what is missing."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from scenarios.cli.render.figures import percent, sensible, span
from scenarios.cli.render.outcome import headline, provenance_line
from scenarios.cli.render.words import counted, grid, month_label, sentence, starts_sentence, titles
from scenarios.sure import Verdict
from sim.display.text import clean
from sim.measures import ChanceBelow, Mean
from sim.measures.sequential import BLOCK, LOOKS, next_look

if TYPE_CHECKING:
    from rich.console import Console

    from scenarios.sure import Answer
    from sim.outcomes import Outcomes
    from sim.roadmap import Roadmap
    from sim.world import Scenario


FIXED = (
    "the errors and ranges of the table hold for a number of draws that was stated beforehand, not for one that "
    "depends on what was seen; only the interval of the figure below the table holds for both"
)


def show_sure(outcomes: Outcomes, answer: Answer, scenario: Scenario, terminal: Console) -> None:
    """Print the screen."""
    one, unit = outcomes[0], "draws of the monthly model (kernel)"
    sentence(terminal, f"{clean(scenario.title)}: {_starts(one.roadmap, scenario)}", "bold")
    if answer.against is not None:
        sentence(terminal, f"against: {_starts(outcomes[1].roadmap, scenario)}", "bold")
    months = f"{counted(scenario.horizon_months, 'month')}, money in {outcomes.currency}"
    sentence(terminal, f"{outcomes.draws:,} {unit}, against the same draws without it; {months}", "dim")
    terminal.print()
    if answer.against is None:
        grid(terminal, headline(one, outcomes.draws, outcomes.currency, "draws", outcomes.floor, outcomes.covenant))
        terminal.print()
    for text in sentences(answer):
        sentence(terminal, text, "bold" if text.startswith(answer.figure.name) else "")
    terminal.print()
    if answer.against is None:
        sentence(terminal, f"note: {FIXED}")
    for note in outcomes.notes:
        sentence(terminal, f"note: {note}")
    sentence(terminal, provenance_line(outcomes), "dim")


def sentences(answer: Answer) -> list[str]:
    """What is known of the figure and what is not."""
    found, name = answer.interval, answer.figure.name
    what = f"{name}: difference to the other roadmap on the same draws" if answer.against is not None else name
    if found.estimate is None or found.low is None or found.high is None:
        value = "" if found.estimate is None else f" {_figure(answer, found.estimate, found.se)}; no interval"
        least = ""
        if found.estimate is None and found.low is not None and math.isfinite(found.low):
            least = f"; it is {_figure(answer, found.low, None)} or more (95 %)"
        told = [f"{what}:{value or ' no figure'}: {found.refused}{least}."]
    else:
        value, ends = _without_error(_figure(answer, found.estimate, found.half)), _span(answer, found.low, found.high)
        told = [
            f"{what}: {value} (95 %: {ends}), {answer.draws:,} draws, "
            f"{counted(answer.looks, 'look')}; the interval holds however the draws were stopped."
        ]
    if answer.against is not None:
        told.append(_which(answer))
    if answer.precision:
        missed = "" if answer.reached else "NOT "
        told.append(f"The precision of {_asked(answer)} is {missed}reached.")
    if not answer.reached:
        told.append(_remedy(answer))
        if answer.most is not None and answer.most != answer.draws:
            told.append(
                f"Looks are at {', '.join(f'{BLOCK * blocks:,}' for blocks in LOOKS[:3])}, … draws: with --max-draws "
                f"{answer.most:,} the run stops at the last one within it, {answer.draws:,}."
            )
    return told


def _which(answer: Answer) -> str:
    if answer.verdict is Verdict.CANNOT_TELL and answer.interval.low is None:
        return "Cannot tell which roadmap is better: there is no interval, for the reason above."
    if answer.verdict is Verdict.CANNOT_TELL:
        return "Cannot tell yet which roadmap is better: the interval holds 0."
    return f"The first roadmap is {answer.verdict.value} ({answer.figure.better} is better)."


def _asked(answer: Answer) -> str:
    text = answer.precision.strip()
    if text.endswith("%"):
        return f"{text} of the {'difference' if answer.against else 'figure'}"
    return _singular(text)


def _singular(text: str) -> str:
    """An amount with its unit, in the singular after a 1.

    >>> _singular("1 points"), _singular("1 months"), _singular("0.1 points"), _singular("1 EUR")
    ('1 point', '1 month', '0.1 points', '1 EUR')
    """
    return re.sub(r"^([-+]?1 ?)(point|month|minute|year|hour|customer)s$", r"\1\2", text)


def _remedy(answer: Answer) -> str:
    if answer.precision.strip().endswith("%") and answer.interval.estimate == 0.0:
        return _nothing(answer)
    if answer.needed is None:
        return "How many draws it would take cannot be told from these."
    about = f"About {_round_up(answer.needed):,} draws would be needed (extrapolated from the width)"
    look = next_look(answer.needed, after=answer.draws)
    if look is None:
        return f"{about}, more than the {BLOCK * LOOKS[-1]:,} of the last look."
    return f"{about}: raise --max-draws to {look:,}, the first look that has as many."


def _nothing(answer: Answer) -> str:
    """Why a share of 0 is never reached."""
    if answer.against is not None:
        what = "The two do not differ" if answer.interval.half == 0.0 else "No difference was found"
    else:
        what = "Nothing of it was seen" if isinstance(answer.figure.estimator, Mean | ChanceBelow) else "It is 0"
    example = "0.1 points" if answer.unit in ("share", "ratio") else f"500 {answer.unit}"
    return (
        f"{what} in {answer.draws:,} draws, so no share of it can be reached: give the precision as an amount, such as "
        f"{example}, or raise --max-draws."
    )


def _round_up(draws: int) -> int:
    """Two digits: an extrapolation knows no more.

    >>> _round_up(123456), _round_up(99)
    (130000, 99)
    """
    step = int(10 ** max(0, len(str(draws)) - 2))
    return -(-draws // step) * step


def _scale(answer: Answer) -> float:
    return 100.0 if answer.unit in ("share", "ratio") else 1.0


def _figure(answer: Answer, value: float, error: float | None) -> str:
    """The figure with its unit: shares in per cent, their differences in points."""
    if _scale(answer) != 1.0:
        return _singular(percent(value, error, unit=" %" if answer.against is None else " points", decimals=3))
    return _singular(f"{sensible(value, error)} {answer.unit}")


def _span(answer: Answer, low: float, high: float) -> str:
    """The interval. Without a unit of its own after a difference of shares, whose points stand before it."""
    ends = span(low, high, _scale(answer))
    return ends if answer.against is None else ends.replace(" %", "")


def _without_error(text: str) -> str:
    """A figure rounded to its error, without it: beside an interval, which is no standard error.

    >>> _without_error("26,600 ± 1,300 USD"), _without_error("0 USD")
    ('26,600 USD', '0 USD')
    """
    return re.sub(r" ± [\d.,]+", "", text)


def _starts(roadmap: Roadmap, scenario: Scenario) -> str:
    label = {month: month_label(scenario, month) for month in roadmap.as_dict.values()}
    text = starts_sentence(roadmap.as_dict, titles(scenario), label)
    return text or "no initiative at all (the baseline itself)"
