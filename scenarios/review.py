"""What a planner should look at before trusting a file that has no errors: sizes, origins, loads, threats."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.doubts.all import doubts
from scenarios.evidence import evidence
from scenarios.stock_review import StockReview, served_by, stock_reviews, stock_warnings
from sim.delivery_notes import capped_means
from sim.derived import derived_numbers, derived_paths, lost_path, share_path
from sim.mechanisms.market import channel_conversion, logit_share
from sim.mechanisms.readiness import joint_readiness
from sim.mechanisms.skill_gap import extra_work, failure_with_gap
from sim.world.base import PLANNER
from sim.world.paths import Number, numbers
from sim.world.readiness import SCORES

if TYPE_CHECKING:
    from pydantic import BaseModel

    from sim.world import Initiative, Scenario
    from sim.world.processes import Process
    from sim.world.threats import Threat

DRAWN_APART = 0.05  # share of the market
READY_ENOUGH = 0.8  # readiness from which on nothing is said


@dataclass(frozen=True)
class Load:
    """Work offered to a role, as a share of what its seats can do; in an average month and in the busiest one."""

    role: str
    seats: int
    average: float
    busiest: float


@dataclass(frozen=True)
class ThreatReview:
    """Size of a threat before any initiative or control, at the means of its numbers.

    interruption: what holds the margin that an outage costs: `operations`, which lose the sales, or `severity`, whose
    figure contains it; it is never booked twice.
    The families say which events the published figures behind attempts and severity count; None: no such figure.
    """

    threat: str
    incidents_per_year: float
    counts: str
    median_loss: float
    p95_loss: float
    median_outage_hours: float
    expected_loss_per_year: float
    interruption: str
    frequency_family: str | None
    severity_family: str | None


@dataclass(frozen=True)
class Review:
    """A scenario in short. `numbers`: those that the file states; defaults do not count."""

    name: str
    title: str
    sector: str
    story: str
    hash: str
    counts: dict[str, int]
    uncertain: int
    planner_assumptions: int
    from_evidence: int
    doubtful_evidence: tuple[str, ...]
    loads: tuple[Load, ...]
    threats: tuple[ThreatReview, ...]
    stock: tuple[StockReview, ...]
    warnings: tuple[str, ...]


def review(scenario: Scenario) -> Review:
    """Look through a valid scenario."""
    stated = [number for number in numbers(scenario) if _is_stated(scenario, number.path)]
    known = evidence()
    cited = [number for number in stated if number.origin in known]
    mean = means(scenario)
    arrivals = {name: sum(items_a_day(scenario, name)) for name in scenario.processes}
    stock = tuple(stock_reviews(scenario, mean, arrivals))
    loads = tuple(_loads(scenario, mean, served_by(scenario, stock)))
    threats = tuple(_threats(scenario, {number.path: number for number in stated}))
    return Review(
        name=scenario.name,
        title=scenario.title,
        sector=scenario.profile.sector,
        story=scenario.story,
        hash=scenario.hash(),
        counts={
            "roles": len(scenario.people),
            "seats": sum(role.seats for role in scenario.people.values()),
            "processes": len(scenario.processes),
            "systems": len(scenario.systems),
            "threats": len(scenario.threats),
            "initiatives": len(scenario.initiatives),
            "numbers": len(stated),
        },
        uncertain=sum(not number.quantity.is_constant for number in stated),
        planner_assumptions=sum(number.origin == PLANNER for number in stated),
        from_evidence=len(cited),
        doubtful_evidence=tuple(sorted({number.origin for number in cited if known[number.origin].doubtful})),
        loads=loads,
        threats=threats,
        stock=stock,
        warnings=(
            *_load_warnings(loads),
            *capped_means(scenario, scenario.initiatives),
            *_people_warnings(scenario),
            *_readiness_warnings(scenario),
            *_market_warnings(scenario),
            *stock_warnings(scenario, stock),
            *doubts(scenario, stated),
        ),
    )


def _is_stated(scenario: Scenario, path: str) -> bool:
    """Whether the file gives the number at `path`, so that it is no default."""
    block: BaseModel | dict[str, BaseModel] = scenario
    rest = path
    while True:
        if isinstance(block, dict):
            # Names of effects contain dots: the longest name that fits is meant.
            name = max((key for key in block if rest == key or rest.startswith(f"{key}.")), key=len)
            block, rest = block[name], rest[len(name) + 1 :]
            continue
        name, _, below = rest.partition(".")
        if name not in block.model_fields_set:
            return False
        if not below:
            return True
        block, rest = getattr(block, name), below


def items_a_day(scenario: Scenario, name: str) -> tuple[float, float]:
    """Items a working day of a process, those that others make included: without a season, and with it."""
    process = scenario.processes[name]
    seasonal = process.driven_by == "customers"
    come = process.arrivals_per_day.mean * _let_through(process)
    plain, with_season = (0.0, come) if seasonal else (come, 0.0)
    for source, feed in process.fed_by.items():
        other = scenario.processes[source]
        share = feed.share.mean * (1 - means(scenario)[lost_path(scenario, source)]) * (1 - other.no_show.mean)
        own, of_season = items_a_day(scenario, source)
        plain, with_season = plain + share * own, with_season + share * of_season
    return plain, with_season


def _let_through(process: Process) -> float:
    """Part of the demand that its channels let through, at their means."""
    lost = total = 0.0
    for channel in process.channels.values():
        part = channel_conversion.scalar(
            channel.conversion.mean, channel.delay_seconds.mean, channel.lost_per_second.mean
        )
        lost += channel.share.mean * (1.0 - part)
        total += channel.share.mean
    return 1.0 - lost / max(total, 1.0)


def _loads(scenario: Scenario, mean: Mapping[str, float], served: Mapping[str, float]) -> Iterator[Load]:
    """Hours of work that arrive for each role over the hours of its seats, at the means of the uncertain numbers.

    An item passes a step 1 / (1 - error probability) times, because work with errors is done again. served: share of
    the items of a process that finds what it needs in stock.
    """
    profile = scenario.profile
    peak = max(profile.seasonality)
    for name, role in scenario.people.items():
        average = busiest = 0.0
        for label, process in scenario.processes.items():
            own, seasonal = (served[label] * items for items in items_a_day(scenario, label))
            taken = 1 - process.no_show.mean * (1 - process.no_show_time.mean)
            for at, step in process.steps.items():
                if step.role == name:
                    kept = step.automated.mean * (1 - step.exceptions.mean)
                    passes = mean[share_path(label, at, step)] * (1 - kept) / (1 - step.error_probability.mean)
                    hours = (1 - mean[lost_path(scenario, label)]) * passes * taken * step.minutes.mean / 60
                    average += hours * (own + seasonal)
                    busiest += hours * (own + seasonal * peak)
        available = role.seats * profile.hours_per_day
        if available:
            yield Load(name, role.seats, average / available, busiest / available)
        else:
            yield Load(name, 0, float("inf") if average else 0.0, float("inf") if busiest else 0.0)


def means(scenario: Scenario) -> dict[str, float]:
    """Means of all numbers by path, those that follow from others at the means of these."""
    mean = {number.path: number.quantity.mean for number in numbers(scenario)}
    paths = [*mean, *derived_paths(scenario)]
    for row in derived_numbers(scenario, {path: slot for slot, path in enumerate(paths)}):
        mean[row.path] = row.value(lambda slot: mean[paths[slot]])
    return mean


def _threats(scenario: Scenario, stated: dict[str, Number]) -> Iterator[ThreatReview]:
    for name, threat in scenario.threats.items():
        median, rate = threat.severity.mean, threat.attempts_per_year.mean * threat.success_probability.mean
        yield ThreatReview(
            threat=name,
            incidents_per_year=rate,
            counts="Poisson" if threat.dispersion is None else f"negative binomial, size {threat.dispersion:g}",
            median_loss=median,
            p95_loss=median * threat.severity_p95_ratio,
            median_outage_hours=threat.outage_hours.mean,
            expected_loss_per_year=rate * _mean_loss(scenario, threat),
            interruption="severity" if "interruption" in threat.severity_covers else "operations",
            frequency_family=_family(stated.get(f"threats.{name}.attempts_per_year"))
            or _family(stated.get(f"threats.{name}.success_probability")),
            severity_family=_family(stated.get(f"threats.{name}.severity")),
        )


def _mean_loss(scenario: Scenario, threat: Threat) -> float:
    """Mean direct loss of an incident: primary, secondary, records."""
    from sim.mechanisms import mean_over_median, severity_mean

    loss = threat.severity.mean * severity_mean(1.0, float(threat.severity_p95_ratio), float(threat.tail_index))
    for kind in threat.secondary.values():
        loss += kind.frequency.mean * kind.loss.mean * mean_over_median(float(kind.loss_p95_ratio))
    if threat.breach is not None:
        records = scenario.profile.records.mean * threat.breach.exposed.mean
        fine = min(threat.breach.fine_cap.mean, records * threat.breach.fine_per_record.mean)
        loss += records * threat.breach.cost_per_record.mean + threat.breach.fine_probability.mean * fine
    return loss


def _family(number: Number | None) -> str | None:
    entry = evidence().get(number.origin) if number else None
    return entry.family if entry else None


def _load_warnings(loads: tuple[Load, ...]) -> Iterator[str]:
    for load in loads:
        if load.average > 1:
            yield (
                f"{load.role}: {load.average:.2f} times the work that {load.seats} seats can do arrives on average: "
                "the queue grows without end"
            )
        elif load.busiest > 1:
            yield (
                f"{load.role}: {load.busiest:.2f} times the work that {load.seats} seats can do arrives in the busiest "
                "month: waits will be long"
            )


def _people_warnings(scenario: Scenario) -> Iterator[str]:
    """What a planner may overlook about people: training that fades, staff without a say, skills that are missing."""
    for name, initiative in scenario.initiatives.items():
        adoption = initiative.adoption
        if adoption is not None and adoption.training is not None and adoption.training.refresh_months is None:
            half_life = adoption.training.half_life_months.mean
            if half_life < scenario.horizon_months / 2:
                yield (
                    f"{name}: its training is never refreshed, and half of what it adds is gone after "
                    f"{half_life:.3g} months: consider `refresh_months`"
                )
        if adoption is not None and adoption.involvement is not None and adoption.involvement.share.mean < 0.25:
            share = adoption.involvement.share.mean
            lost = adoption.involvement.ceiling_loss.mean * (1 - share)
            yield (
                f"{name}: only {share:.0%} of the staff is involved: {lost:.0%} of the ceiling of adoption is lost, "
                f"and adopters fall away at {adoption.involvement.abandonment.mean * (1 - share):.2g} a year"
            )
        yield from _gap_warnings(scenario, name)


def _gap_warnings(scenario: Scenario, name: str) -> Iterator[str]:
    initiative = scenario.initiatives[name]
    stated = _failure(initiative)
    failure, work, short = stated, 1.0, []
    for skill, asked in initiative.difficulty.items():
        one = scenario.skills[skill]
        gap = max(0.0, asked - (one.level.mean if one.level is not None else 0.0))
        if gap > 0:
            short.append(f"{gap:.2g} of {skill}")
        failure = failure_with_gap.scalar(failure, gap, float(one.gap_failure))
        work += extra_work.scalar(gap, float(one.gap_work))
    if short:
        yield (
            f"{name}: levels are missing ({', '.join(short)}): it takes {work:.2g} times the work and fails with "
            f"probability {failure:.0%} instead of {stated:.0%}"
        )


def _readiness_warnings(scenario: Scenario) -> Iterator[str]:
    """A weak leg on which benefits stand."""
    block = scenario.readiness
    if block is None:
        return
    scores = {score: float(getattr(block, score).mean) for score in SCORES}
    together = joint_readiness.scalar(scores["goals"], scores["resources"], scores["process"], block.substitution)
    if together < READY_ENOUGH:
        weakest = min(scores, key=lambda score: scores[score])
        needing = [name for name, initiative in scenario.initiatives.items() if initiative.needs_readiness]
        yield (
            f"readiness: {weakest} is weakest with {scores[weakest]:.2g}: of the effects of {', '.join(needing)} "
            f"{together:.0%} are realised until an initiative raises it"
        )


def _failure(initiative: Initiative) -> float:
    """Probability to fail at any gate, at the means, as young as it is in month 0, with the help that it buys."""
    helped = 1.0 if initiative.help is None else initiative.help.failure.mean
    young = 1.0 if initiative.maturity is None else initiative.maturity.failure.mean
    gates = [phase.failure_probability.mean for phase in initiative.phases.values()]
    return 1.0 - math.prod(1.0 - helped * min(1.0, young * p) for p in gates or [initiative.failure_probability.mean])


def _market_warnings(scenario: Scenario) -> Iterator[str]:
    """Where the utilities draw the base elsewhere than it is: the baseline then moves there by itself."""
    market = scenario.market
    if market is None or market.moves_per_month.mean == 0:
        return
    ours = market.utility.mean
    if market.price is not None:
        ours -= market.price.sensitivity.mean * math.log(market.price.level.mean)
    weights = [math.exp(rival.utility.mean) for rival in market.rivals.values()]
    drawn = logit_share(ours, math.log(sum(weights)))
    share = scenario.profile.customers.start / market.size.mean
    if abs(drawn - share) > DRAWN_APART:
        yield (
            f"market: {100 * share:.0f} % of it are customers at the start, but at the stated utilities "
            f"{100 * drawn:.0f} % would choose this business: without any initiative the base moves there"
        )
