"""What a planner should look at before trusting a file that has no errors: sizes, origins, loads, threats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.evidence import evidence
from sim.world.base import PLANNER
from sim.world.paths import Number, numbers

if TYPE_CHECKING:
    from pydantic import BaseModel

    from sim.world import Scenario


@dataclass(frozen=True)
class Load:
    """Work offered to a role, as a share of what its seats can do; in an average month and in the busiest one."""

    role: str
    seats: int
    average: float
    busiest: float


@dataclass(frozen=True)
class ThreatReview:
    """Size of a threat before any initiative, at the means of its numbers.

    The families say which events the published figures behind attempts and severity count; None: no such figure.
    """

    threat: str
    incidents_per_year: float
    counts: str
    median_loss: float
    p95_loss: float
    median_outage_hours: float
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
    warnings: tuple[str, ...]


def review(scenario: Scenario) -> Review:
    """Look through a valid scenario."""
    stated = [number for number in numbers(scenario) if _is_stated(scenario, number.path)]
    known = evidence()
    cited = [number for number in stated if number.origin in known]
    loads = tuple(_loads(scenario))
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
        warnings=(*_load_warnings(loads), *_family_warnings(threats)),
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


def _arrivals(scenario: Scenario, name: str) -> tuple[float, float]:
    """Items a working day of a process, those that others make included: without a season, and with it."""
    process = scenario.processes[name]
    seasonal = process.driven_by == "customers"
    plain, with_season = (0.0, process.arrivals_per_day.mean) if seasonal else (process.arrivals_per_day.mean, 0.0)
    for source, feed in process.fed_by.items():
        other = scenario.processes[source]
        share = feed.share.mean * (1 - other.lost_share.mean) * (1 - other.no_show.mean)
        own, of_season = _arrivals(scenario, source)
        plain, with_season = plain + share * own, with_season + share * of_season
    return plain, with_season


def _loads(scenario: Scenario) -> Iterator[Load]:
    """Hours of work that arrive for each role over the hours of its seats, at the means of the uncertain numbers.

    An item passes a step 1 / (1 - error probability) times, because work with errors is done again.
    """
    profile = scenario.profile
    peak = max(profile.seasonality)
    for name, role in scenario.people.items():
        average = busiest = 0.0
        for label, process in scenario.processes.items():
            own, seasonal = _arrivals(scenario, label)
            taken = 1 - process.no_show.mean * (1 - process.no_show_time.mean)
            for step in process.steps.values():
                if step.role == name:
                    kept = step.automated.mean * (1 - step.exceptions.mean)
                    passes = step.share.mean * (1 - kept) / (1 - step.error_probability.mean)
                    hours = (1 - process.lost_share.mean) * passes * taken * step.minutes.mean / 60
                    average += hours * (own + seasonal)
                    busiest += hours * (own + seasonal * peak)
        available = role.seats * profile.hours_per_day
        if available:
            yield Load(name, role.seats, average / available, busiest / available)
        else:
            yield Load(name, 0, float("inf") if average else 0.0, float("inf") if busiest else 0.0)


def _threats(scenario: Scenario, stated: dict[str, Number]) -> Iterator[ThreatReview]:
    for name, threat in scenario.threats.items():
        median = threat.severity.mean
        yield ThreatReview(
            threat=name,
            incidents_per_year=threat.attempts_per_year.mean * threat.success_probability.mean,
            counts="Poisson" if threat.dispersion is None else f"negative binomial, size {threat.dispersion:g}",
            median_loss=median,
            p95_loss=median * threat.severity_p95_ratio,
            median_outage_hours=threat.outage_hours.mean,
            frequency_family=_family(stated.get(f"threats.{name}.attempts_per_year")),
            severity_family=_family(stated.get(f"threats.{name}.severity")),
        )


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


def _family_warnings(threats: tuple[ThreatReview, ...]) -> Iterator[str]:
    for threat in threats:
        families = threat.frequency_family, threat.severity_family
        if None not in families and families[0] != families[1]:
            yield (
                f"{threat.threat}: the attempts count events of the family {families[0]}, the losses those of "
                f"{families[1]}: take both from one family"
            )
