"""The screen of `plan`: the recommendation, what it costs when, what it is worth, and why not something else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from optimize.explain import rounded
from scenarios.cli.render.budget import roadmap_table, spending_sentence
from scenarios.cli.render.decisions import decision_sentences
from scenarios.cli.render.figures import chance, odds, sensible, signed
from scenarios.cli.render.gap_lines import gap_lines
from scenarios.cli.render.hours import hours_sentence
from scenarios.cli.render.outcome import headline, provenance_line
from scenarios.cli.render.outlook import outlook_table
from scenarios.cli.render.risk import overrun_sentences, regret_table, risk_sentences, tails_table
from scenarios.cli.render.why import show_reasons
from scenarios.cli.render.words import cell, counted, grid, listed, plain_table, sentence, starts_sentence, titles
from sim.display.text import clean
from sim.outcomes import statistic

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from optimize import Plan
    from optimize.planning import LeftOut
    from scenarios.outlook import Prospect
    from sim.world import Scenario

CLEAR = 2.0  # standard errors from which on a difference is called one
SHORT_REASON = 200
SHOWN = 0.05  # probability from which on another finalist is named
# The change of NPV has its own column, so what says it again is left out of the sentence.
REPEATED = re.compile(
    r",?(?: it would)?(?:,? and)? (?:lower|raise|change) the NPV by -?[\d.,]+ ± [\d.,]+ \w+"
    r"(?:, no more than the indifference or chance| on the search draws, which chance may explain)?"
)
START = re.compile(
    r"^(?:started in|in place of (?P<rival>[\w-]+), from) (?P<when>[\w -]+)(?:, the best that fits)?,?\s*"
)


def show_plan(plan: Plan, scenario: Scenario, terminal: Console, prospects: Sequence[Prospect] = ()) -> None:
    """Print the screen."""
    names = titles(scenario)
    outcomes = plan.outcomes
    sentence(terminal, recommendation(plan, scenario, names), "bold")
    limits = outcomes.floor, outcomes.covenant
    grid(terminal, headline(outcomes[0], outcomes.draws, outcomes.currency, "draws", *limits))
    terminal.print()
    terminal.print(roadmap_table(plan, scenario, names, terminal.width))
    terminal.print()
    spending = spending_sentence(plan)
    if spending:
        sentence(terminal, spending)
        terminal.print()
    hours = hours_sentence(outcomes)
    if hours:
        sentence(terminal, hours)
        terminal.print()
    for text in (*decision_sentences(plan, names), *overrun_sentences(plan)):
        sentence(terminal, text)
        terminal.print()
    if plan.rejected:
        terminal.print(_left_out(plan, names))
        terminal.print()
    if plan.reasons is not None:
        show_reasons(plan.reasons, names, scenario.period_label, outcomes.currency, terminal)
        terminal.print()
    terminal.print(_yardsticks(plan))
    terminal.print()
    if plan.risk.attitude.sees_worlds:
        terminal.print(tails_table(plan))
        terminal.print()
    if plan.risk.futures:
        terminal.print(regret_table(plan))
        terminal.print()
    for text in risk_sentences(plan):
        sentence(terminal, text)
    if prospects:
        terminal.print(outlook_table(prospects, outcomes.currency))
        terminal.print()
    for warning in beaten(plan):
        sentence(terminal, warning, "bold")
    sentence(terminal, plan.verdict)
    sentence(terminal, f"How sure: {plan.claim} {_selection(plan, names)}")
    for line in gap_lines(plan):
        sentence(terminal, line)
    if plan.stopped_by_time:
        sentence(terminal, "The clock stopped a part of the work: another run may end in another roadmap.", "bold")
    for note in (*outcomes.notes, *outcomes.limit_notes()):
        sentence(terminal, f"note: {note}")
    sentence(terminal, f"{provenance_line(outcomes)}, {plan.seconds:.0f} s", "dim")


def recommendation(plan: Plan, scenario: Scenario, names: Mapping[str, str]) -> str:
    """What to start when, in one sentence."""
    label = {period.start: period.label for period in plan.periods}
    starts = starts_sentence(plan.roadmap, names, label)
    title = clean(scenario.title)
    if not starts:
        return f"{title}: start none of the {counted(len(names), 'initiative')}."
    others = len(names) - len(plan.roadmap)
    return f"{title}: start {starts}." + (f" Leave out the other {others}." if others else "")


def _left_out(plan: Plan, names: Mapping[str, str]) -> Table:
    table = plain_table(
        "left out", f"change of NPV, {plan.outcomes.currency}", "why (best start that fits)", right=(1,)
    )
    for one in plan.rejected:
        gain = "" if one.gain is None else _signed(one.gain.mean, one.gain.se)
        table.add_row(cell(names.get(one.id, one.id)), cell(gain), cell(short_reason(one, names), most=SHORT_REASON))
    return table


def short_reason(one: LeftOut, names: Mapping[str, str]) -> str:
    """Verdict on the change of NPV, then what else the reason says; ids of initiatives become titles."""
    reason = REPEATED.sub("", one.reason)
    start = START.match(reason)
    if start:
        instead = f" instead of {start['rival']}" if start["rival"] else ""
        rest = reason[start.end() :].strip(" ,;").removeprefix("it ")
        reason = f"({start['when']}{instead})" + (f"; {rest}" if rest else "")
    known = re.compile(r"\b(" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + r")\b")
    reason = known.sub(lambda found: names[found[0]], reason) if names else reason
    if one.gain is None:
        return reason
    clear = abs(one.gain.mean) > CLEAR * one.gain.se
    verdict = "no clear change"
    if clear:
        verdict = "lowers the NPV" if one.gain.mean < 0.0 else "better on the search draws, not chosen on fresh ones"
    return f"{verdict} {reason}".strip()


def _yardsticks(plan: Plan) -> Table:
    """What simple rules would have earned on the same draws, and the advantage of the plan."""
    outcomes = plan.outcomes
    heads = ("same fresh draws", "starts", f"NPV, {outcomes.currency}", "plan is better by", "loses money")
    table = plain_table(*heads, right=(1, 2, 3, 4))
    own = outcomes[0]
    value = statistic(own.npv)
    table.add_row(
        cell("this plan", "bold"),
        cell(str(len(plan.roadmap))),
        cell(sensible(value.mean or 0.0, value.se), "bold"),
        cell(""),
        cell(_losing(own.prob_npv_negative, outcomes.draws)),
    )
    for rule in plan.yardsticks:
        table.add_row(
            cell(rule.policy),
            cell(str(len(rule.roadmap))),
            cell(sensible(rule.npv.mean, rule.npv.se)),
            cell(_signed(rule.gain.mean, rule.gain.se)),
            cell(_losing(rule.prob_npv_negative, outcomes.draws)),
        )
    return table


def beaten(plan: Plan) -> Iterator[str]:
    """A sentence for each yardstick that earned clearly more than the plan on the draws of the report; none where more
    than the mean counts, since a rule may earn more and be worse by the aim."""
    attitude = plan.risk.attitude
    if attitude.sees_worlds or attitude.sees_futures:
        return
    for rule in plan.yardsticks:
        ahead, error = rule.gain.mean, rule.gain.se
        if -ahead > max(CLEAR * error, plan.indifference):
            yield (
                f'Beware: the rule "{rule.policy}" earned {sensible(-ahead, error)} {plan.outcomes.currency} '
                "more than the plan on these fresh draws. The search draws misled the search."
            )


def _losing(share: float, draws: int) -> str:
    text = chance(share, draws)
    return "0 %" if share <= 0.0 else "100 %" if share >= 1.0 else text


def _selection(plan: Plan, names: Mapping[str, str]) -> str:
    """How probable it is that the recommended finalist is the best one, or nearly; what the likeliest other is."""
    first = next((one for one in plan.finalists if dict(one.roadmap) == dict(plan.roadmap)), None)
    others = [one for one in plan.finalists if one is not first]
    if first is None or not others:
        return ""
    near = f"{rounded(plan.indifference)} {plan.outcomes.currency}"
    text = (
        f"Probability to be the best finalist or within {near} of it: {odds(plan.prob_good)}; "
        f"to be the best: {odds(first.prob_best)}"
    )
    second = max(others, key=lambda one: one.prob_best)
    if second.prob_best >= SHOWN:
        differs = listed(_differences(plan.roadmap, second.roadmap, names, plan))
        text += f". Next, with {odds(second.prob_best)}: the same but {differs}"
    if second.prob_best > first.prob_best:
        text += f"; of roadmaps within {near} of each other the one with fewer initiatives is taken"
    return f"{text}."


def _differences(
    own: Mapping[str, int], other: Mapping[str, int], names: Mapping[str, str], plan: Plan
) -> Iterator[str]:
    label = {period.start: period.label for period in plan.periods}
    for name in {**own, **other}:
        if name not in other:
            yield f"without {names[name]}"
        elif name not in own:
            yield f"with {names[name]} in {label[other[name]]}"
        elif own[name] != other[name]:
            yield f"with {names[name]} in {label[other[name]]} instead of {label[own[name]]}"


def _signed(mean: float, error: float | None) -> str:
    return signed(mean, sensible(mean, error))
