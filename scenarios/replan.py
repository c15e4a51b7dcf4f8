"""A plan under way, replanned: what was observed weights the draws, the past stays, the rest is searched anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from optimize import Plan, PlanLimits
    from optimize.archive import Estimate
    from scenarios.monitoring.actuals import Actual
    from scenarios.monitoring.past import Past
    from scenarios.monitoring.posterior import Posterior
    from scenarios.monitoring.report import Decision, Replanned
    from scenarios.monitoring.run import Run
    from sim.world import Scenario

Stage = Callable[[str, int, int], None]
"""Called with a stage, the work done in it and the work that is known of."""

DRAWS = 2048  # of each part: search, selection, report, sampling gap
NOTHING = 1e-3  # nats below which nothing was learned
RECORDED = 8192  # draws of the record at most: every month of every figure of each is in memory
FEWEST, MOST = 256, 200_000
FEW = (
    "So few draws agree with what was observed that nothing can be told yet: no other roadmap was searched for, and "
    "the figures of the plan are those without the observations."
)
TOLD = 1.645  # standard errors of the paired gain from which another roadmap replaces the issued one


def replan(
    run: Run | str | Path,
    actuals: str,
    at: int,
    *,
    draws: int = DRAWS,
    limits: PlanLimits | None = None,
    file: str = "actuals",
    progress: Stage | None = None,
) -> Replanned:
    """Replan a run at the start of month `at` with what was observed before it.

    run: its folder, or what `scenarios.monitoring.run.read_run` found there. actuals: a table, see
    `scenarios.monitoring.actuals`; empty: nothing new. draws: of each part, 256 or more. limits: of the search. file:
    name of the table in messages. The same seed gives the same result, whatever the threads. Raises ProblemsFound, and
    NoRoadmap where no roadmap keeps every limit with this past.
    """
    from dataclasses import replace

    from optimize import PlanLimits
    from optimize.risk.attitude import attitude_of, tail_limits
    from scenarios.monitoring.actuals import merged, parse_actuals
    from scenarios.monitoring.costs import costs_of
    from scenarios.monitoring.past import fixed_past
    from scenarios.monitoring.posterior import FEWEST as FEWEST_EFFECTIVE
    from scenarios.monitoring.posterior import posterior
    from scenarios.monitoring.run import read_run

    known = read_run(Path(run)) if isinstance(run, str | Path) else run
    scenario = known.scenario
    _check(known, at, draws)
    ever = {name: month for one in known.records for name, month in one["roadmap"].items()} | dict(known.roadmap)
    first = parse_actuals(known.actuals, scenario, ever, at, "actuals of the run") if known.actuals else ()
    new = parse_actuals(actuals, scenario, ever, at, file) if actuals.strip() else ()
    whole = merged(first, new, file)
    seen = tuple(one for one in whole if one.initiative is None or one.initiative in known.roadmap)
    asked = tail_limits(limits or PlanLimits(), attitude_of(scenario))
    found = posterior(
        scenario, known.roadmap, seen, draws, known.seed, _firsts(), threads=asked.threads, stage=progress
    )
    if not found.possible:
        raise ProblemsFound([_impossible(seen, found)])
    learned = found.information > NOTHING
    told = learned and found.report.effective >= FEWEST_EFFECTIVE
    costs = costs_of(scenario, found.parts["search"], known.seed, asked) if told else None
    observed = replace(_limits(found, asked, known.seed), costs=costs.profiles) if costs else asked
    past = fixed_past(scenario, known.roadmap, at, known.seed, observed, costs)
    notes = [] if new or not actuals.strip() else ["the table of actuals holds no row: nothing new was observed"]
    if left := len(whole) - len(seen):
        notes.append(f"rows about initiatives that were dropped before they began say nothing: {left} left out")
    return _replanned(known, seen, at, found, past, observed, learned, notes, progress)


def _firsts() -> dict[str, int]:
    from optimize.plan_limits import GAP_FROM, REPORT_FROM, SEARCH_FROM, SELECTION_FROM

    return {"search": SEARCH_FROM, "selection": SELECTION_FROM, "report": REPORT_FROM, "gap": GAP_FROM}


def _check(run: Run, at: int, draws: int) -> None:
    problems = []
    last = run.scenario.planning_months - 1
    if not max(1, run.at) <= at <= last:
        message = "the month is not one in which this plan can be replanned"
        problems.append(Problem("--at", message, at, f"{max(1, run.at)} to {last}: months are counted from 0"))
    if not FEWEST <= draws <= MOST:
        problems.append(Problem("--draws", "outside its range", draws, f"{FEWEST} to {MOST:,}"))
    if problems:
        raise ProblemsFound(problems)


def _impossible(seen: tuple[Actual, ...], found: Posterior) -> Problem:
    """No draw agrees: which observations no draw has."""
    import numpy as np

    from scenarios.monitoring.draws import observed
    from scenarios.monitoring.weights import log_likelihood

    values, errors = observed(seen)
    alone = [
        f"{one.what} of month {one.month}{_says(found.prior.said[:, j], one)}"
        for j, one in enumerate(seen)
        if not np.isfinite(log_likelihood(found.prior.said[:, [j]], values[[j]], errors[[j]])).any()
    ]
    what = f"no draw has {', '.join(alone)}" if alone else "no draw has all of them together"
    hint = "give the exact ones an error, such as 1 for the month of a go-live, and check the figures and the scenario"
    return Problem("actuals", f"the scenario rules out what was observed: {what}", len(seen), hint)


def _says(said: Any, one: Actual) -> str:
    """What the draws have in place of a figure that none of them has."""
    import numpy as np

    known = said[np.isfinite(said)]
    if one.is_absent:
        return ": in all of them it is live by then"
    if not len(known):
        return f": {one.value:,.6g} was observed, and they have no such figure"
    return f": {one.value:,.6g} was observed, and they have {np.min(known):,.6g} to {np.max(known):,.6g}"


def _limits(found: Posterior, asked: PlanLimits, seed: int) -> PlanLimits:
    """Limits with the observed draws, and no more draws of each kind than these are worth."""
    from dataclasses import replace

    def most(part: str, wanted: int) -> int:
        return found.count(part, wanted)

    search = most("search", asked.search_draws)
    chosen = most("selection", asked.selection_draws)
    gap = max(4, most("gap", asked.gap_sets * asked.gap_draws))
    counts = {
        "search": max(search, cost := most("search", asked.cost_draws)),
        "selection": chosen,
        "report": most("report", asked.report_draws),
        "gap": gap,
    }
    return replace(
        asked,
        search_draws=search,
        pair_draws=min(asked.pair_draws, search),
        linear_draws=min(asked.linear_draws, search),
        cost_draws=cost,
        first_selection_draws=min(asked.first_selection_draws, chosen),
        selection_draws=chosen,
        report_draws=counts["report"],
        gap_sets=min(asked.gap_sets, max(2, gap // 2)),
        gap_draws=max(2, min(asked.gap_draws, gap // asked.gap_sets)),
        picked=found.picked(counts, seed),
    )


def _replanned(
    run: Run,
    seen: tuple[Actual, ...],
    at: int,
    found: Posterior,
    past: Past,
    limits: PlanLimits,
    learned: bool,
    notes: list[str],
    progress: Stage | None,
) -> Replanned:

    from scenarios.monitoring.findings import drivers_of, scores_of, surprises_of
    from scenarios.monitoring.going_on import broken_limits, going_on, search_anew
    from scenarios.monitoring.posterior import FEWEST as FEWEST_EFFECTIVE
    from scenarios.monitoring.record import issued
    from scenarios.monitoring.report import Replanned, Sample, changes_of

    scenario, old = run.scenario, dict(run.roadmap)
    searched: Plan | None = None
    obstacles, broken = tuple[str, ...](), tuple[str, ...]()
    few = learned and found.report.effective < FEWEST_EFFECTIVE
    if learned and not few:
        past, searched, broken = search_anew(past, run.seed, limits, progress)
        obstacles = broken_limits(past.scenario, old, found, run.seed, limits)
    proposed = dict(searched.roadmap) if searched is not None else old
    began, worth_old, worth_new, gain = _worths(past.scenario, old, proposed, found, run.seed, limits)
    delta = 0.0 if searched is None else searched.indifference
    decision = "kept" if few else _decision(learned, old, proposed, not obstacles, gain, delta)
    shown = searched
    if searched is None or decision == "kept":
        shown, unkept = going_on(past, old, run.seed, limits, progress, searched is None)
        if searched is not None and (shown is None or unkept):  # the old plan keeps a limit no longer, the new one does
            decision, shown, obstacles = "forced", searched, unkept
        else:
            broken = (*broken, *unkept)
    assert shown is not None
    part = found.report
    recorded = (found.prior.draws, found.prior.before) if few else part.thinned(RECORDED, run.seed)
    record = issued(
        past.scenario, shown.roadmap, *recorded, run.seed, at=at, base_hash=scenario.hash(),
        previous=run.records, threads=limits.threads,
    )  # fmt: skip
    return Replanned(
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        title=scenario.title,
        currency=scenario.profile.currency,
        start=scenario.start,
        seed=run.seed,
        at=at,
        old=old,
        proposed=proposed,
        plan=shown,
        plan_document=_plan_document(shown, past.scenario),
        changes=changes_of(old, shown.roadmap, at),
        decision=decision,
        why=FEW if few else _why(decision, gain, delta, scenario.profile.currency, obstacles),
        sample=Sample(
            file=len(found.prior.draws),
            prior=found.prior.effective,
            draws=len(part.draws),
            effective=part.effective,
            remade=found.remade,
            steps=found.steps,
            information=None if found.information == float("inf") else found.information,
            enough=found.enough,
        ),
        began=began,
        old_npv=worth_old,
        proposed_npv=worth_new,
        gain=gain,
        actuals=seen,
        drivers=drivers_of(scenario, found),
        surprises=surprises_of(seen, found),
        scores=scores_of(run.records, seen),
        records=(*run.records, record),
        raised=past.raised,
        notes=(*broken, *notes, *_notes(run, seen, found, past)),
    )


def _worths(
    scenario: Scenario, old: Mapping[str, int], new: Mapping[str, int], found: Posterior, seed: int, limits: PlanLimits
) -> tuple[Estimate, Estimate, Estimate, Estimate]:
    """The old plan before the observations; old, new and their difference on the observed draws of the report."""
    from optimize.archive import Estimate
    from scenarios.monitoring.weights import weighted_mean
    from sim.montecarlo import evaluate

    part, prior = found.report, found.prior
    one, other = evaluate(
        scenario, [old, new], len(part.draws), seed, detail=False, given=part.draws.given(), threads=limits.threads
    )
    before = one.npv
    if part is not prior:
        given = prior.draws.given()
        before = evaluate(scenario, old, len(prior.draws), seed, detail=False, given=given, threads=limits.threads)[
            0
        ].npv
    equal = 0.0 * prior.weight + 1.0 / len(prior.weight)
    difference = Estimate(*weighted_mean(other.npv - one.npv, part.weight))
    return (
        Estimate(*weighted_mean(before, equal)),
        Estimate(*weighted_mean(one.npv, part.weight)),
        Estimate(*weighted_mean(other.npv, part.weight)),
        _by_the_aim(scenario, old, new, seed, limits) or difference,
    )


def _by_the_aim(
    scenario: Scenario, old: Mapping[str, int], new: Mapping[str, int], seed: int, limits: PlanLimits
) -> Estimate | None:
    """The gain by the aim of the scenario where that is not the mean NPV, on the observed draws of the report."""
    from optimize.archive import Archive
    from optimize.plan_limits import REPORT_FROM
    from optimize.risk.attitude import attitude_of

    attitude = attitude_of(scenario)
    if not (attitude.sees_worlds or attitude.sees_futures):
        return None
    starts = [{name: month // scenario.period_months for name, month in one.items()} for one in (new, old)]
    archive = Archive(scenario, seed, REPORT_FROM, limits.report_draws, limits)
    archive.simulate(starts, "the issued plan and the new one")
    return archive.gain(starts[0], starts[1])


def _decision(
    learned: bool, old: Mapping[str, int], new: Mapping[str, int], allowed: bool, gain: Estimate, delta: float
) -> Decision:
    if not learned:
        return "nothing learned"
    if dict(old) == dict(new):
        return "confirmed"
    if not allowed:
        return "forced"
    return "changed" if gain.mean > max(delta, TOLD * gain.se) else "kept"


def _why(decision: Decision, gain: Estimate, delta: float, currency: str, obstacles: tuple[str, ...]) -> str:
    reasons = "; ".join(one.rstrip(".") for one in obstacles)
    by = f"{gain} {currency}"
    return {
        "nothing learned": "The observations say nothing that the plan did not know: it stays as it is.",
        "confirmed": "With what was observed, the search ends in the same roadmap.",
        "kept": f"It cannot be told that another roadmap is better: the best one found gains {by}, and a change "
        f"counts from 1.645 standard errors above 0 and above the indifference of {delta:,.0f} {currency}.",
        "changed": f"Another roadmap is better with what was observed: it gains {by} over going on as planned.",
        "forced": f"The old roadmap does not keep every limit any more, with what was observed: {reasons}. "
        f"Against it, the new one gains {by}.",
    }[decision]


def _plan_document(shown: Plan, scenario: Scenario) -> dict[str, Any]:
    """The document of the plan; its pins are those of the planner and of the past."""
    pins = [
        {"initiative": name, "start_month": pin.start_month, "reason": pin.reason}
        for name, pin in scenario.pins.items()
    ]
    return {**shown.document(), "pins": pins}


def _notes(run: Run, seen: tuple[Actual, ...], found: Posterior, past: Past) -> list[str]:
    from scenarios.monitoring.findings import tightest

    notes = []
    if not found.enough:
        closest = ", ".join(f"{one.what} of month {one.month} ({left:,.0f})" for one, left in tightest(seen, found))
        notes.append(
            f"{found.report.effective:,.0f} effective draws agree with what was observed, also after more were made: "
            "figures are rough, and the decision is to be taken with care. The observations that leave fewest, each "
            f"alone: {closest} of {len(found.prior.draws):,}. An error is also what the model leaves out: larger ones, "
            "fewer figures that say the same thing, or more --draws help"
        )
    for name, period, more in past.raised:
        label = run.scenario.period_label(period)
        notes.append(
            f"what is under way or due costs {more:,.0f} {run.scenario.profile.currency} more than the budget {name} "
            f"holds in {label}; it is counted as committed"
        )
    for name, period, more in past.rounded:
        notes.append(
            f"the issued plan costs {more:,.0f} {run.scenario.profile.currency} more than the budget {name} holds in "
            f"{run.scenario.period_label(period)}, by no more than these draws leave to chance: it counts as kept"
        )
    if not run.records:
        notes.append("the run has no record of its forecast, so no forecast could be scored")
    return notes
