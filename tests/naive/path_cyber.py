"""Controls of one path, what follows its incidents, what insurance counts of them: plain twin.

`at(path, month)` gives a number of the scenario after effects; `works(initiative, month)` says whether one is live.
"""

import math
from collections.abc import Callable

from sim.world import Scenario
from sim.world.threats import Threat
from tests.naive.path_events import At, lognormal
from tests.naive.path_market import channel_factor, price_level
from tests.naive.path_world import NORMAL, Z95, overlap
from tests.naive.philox import Streams

Works = Callable[[str, int], bool]
GROUPS = {"success": {"prevent"}, "loss": {"detect", "respond"}, "outage": {"detect", "respond", "recover"}}


class Controls:
    """state: control -> by month; audits: money by month."""

    def __init__(self, scenario: Scenario, at: At, works: Works) -> None:
        self.scenario, self.at = scenario, at
        self.audits = [0.0] * scenario.horizon_months
        self.state = {name: self._states(name, works) for name in scenario.controls}

    def _states(self, name: str, works: Works) -> list[float]:
        control, root = self.scenario.controls[name], f"controls.{name}"
        states: list[float] = []
        reset: int | None = None  # month of the last audit, or in which it came into force
        for month in range(self.scenario.horizon_months):
            if control.brought_by and not any(works(initiative, month) for initiative in control.brought_by):
                reset = None
                states.append(0.0)
                continue
            if reset is None:
                reset = month
            elif control.audit_every_months is not None and month - reset >= self.at(
                f"{root}.audit_every_months", month
            ):
                self.audits[month] += self.at(f"{root}.audit_cost", month)
                reset = month
            kept = (1 - self.at(f"{root}.decay_per_year", month)) ** ((month - reset) / 12)
            states.append(self.at(f"{root}.coverage", month) * kept)
        return states

    def left(self, what: str, threat: str, month: int) -> float:
        """Factor that controls leave of `what` of a threat."""
        effects = [
            self.state[name][month] * self.at(f"controls.{name}.strength", month)
            for name, control in self.scenario.controls.items()
            if control.function in GROUPS[what] and (threat in control.threats or not control.threats)
        ]
        independent = 1 - math.prod(1 - effect for effect in effects)
        share = self.scenario.threats[threat].control_dependence
        return 1 - (1 - share) * independent - share * max(effects, default=0.0)

    def lapsed(self, month: int) -> bool:
        demands = self.scenario.insurance.demands
        return any(self.state[name][month] < level - 1e-9 for name, level in demands.items())

    def premium(self, month: int) -> float:
        saved = self.scenario.insurance.credits
        factor = math.prod(1 - share * self.state[name][month] for name, share in saved.items())
        return self.at("insurance.annual_premium", month) / 12 * factor


def frailty(threat: str, block: Threat, month: int, values: dict[str, float]) -> float:
    if block.dispersion is None:
        return 1.0
    return values[f"threats.{threat}.frailty" + (f"_{month // 12}" if block.dispersion_per == "year" else "")]


def secondary_loss(
    threat: str, block: Threat, identity: tuple[int, int], at: At, month: int, streams: Streams
) -> float:
    layer, number = identity
    total = 0.0
    for name, loss in block.secondary.items():
        root, stream = f"threats.{threat}.secondary.{name}", f"threats/{threat}/secondary/{name}"
        frequency = at(f"{root}.frequency", month)
        count = math.floor(frequency)
        count += streams.uniform(f"{stream}/mark", layer, number) < frequency - count
        for copy in range(count):
            u = streams.uniform(f"{stream}/size", layer * 128 + copy, number)
            total += lognormal(u, at(f"{root}.loss", month), loss.loss_p95_ratio)
    return total


def breach_losses(
    threat: str, block: Threat, identity: tuple[int, int], at: At, month: int, left: float, streams: Streams
) -> tuple[float, float]:
    """Notification and fine."""
    if block.breach is None:
        return 0.0, 0.0
    root = f"threats.{threat}.breach"
    records = at("profile.records", month) * at(f"{root}.exposed", month) * left
    fined = streams.uniform(f"threats/{threat}/fine", *identity) < at(f"{root}.fine_probability", month)
    fine = min(records * at(f"{root}.fine_per_record", month), at(f"{root}.fine_cap", month))
    return records * at(f"{root}.cost_per_record", month), fine if fined else 0.0


def mean_loss(threat: str, block: Threat, at: At, month: int, left: float) -> float:
    """Mean direct loss of an incident, by its own integration of the severity."""
    root = f"threats.{threat}"
    sigma = math.log(block.severity_p95_ratio) / Z95
    body = math.exp(sigma**2 / 2) * NORMAL.cdf(Z95 - sigma) + 0.05 * block.severity_p95_ratio
    scale = 0.05 * sigma * block.severity_p95_ratio / NORMAL.pdf(Z95)
    mean = at(f"{root}.severity", month) * (body + 0.05 * scale / (1 - block.tail_index))
    for name, loss in block.secondary.items():
        one = at(f"{root}.secondary.{name}.loss", month)
        one *= math.exp((math.log(loss.loss_p95_ratio) / Z95) ** 2 / 2)
        mean += one * at(f"{root}.secondary.{name}.frequency", month)
    mean *= left
    if block.breach is not None:
        records = at("profile.records", month) * at(f"{root}.breach.exposed", month) * left
        fine = min(records * at(f"{root}.breach.fine_per_record", month), at(f"{root}.breach.fine_cap", month))
        mean += records * at(f"{root}.breach.cost_per_record", month)
        mean += fine * at(f"{root}.breach.fine_probability", month)
    return mean


def share_hit(scenario: Scenario, process: str, threat: str, at: At, month: int) -> float:
    hits = scenario.threats[threat].hits
    steps = scenario.processes[process].steps
    shares = [
        at(f"processes.{process}.steps.{s}.share", month) for s, step in steps.items() if set(step.systems) & set(hits)
    ]
    return max(shares, default=0.0)


def planned_margin(scenario: Scenario, threat: str, at: At, month: int, hours: float) -> float:
    """Margin of the sales lost behind the waiting period, at the demand of the month and the customers of the start."""
    if scenario.insurance.waiting_hours is None or "interruption" in scenario.threats[threat].severity_covers:
        return 0.0
    profile = scenario.profile
    calendar_month = (int(scenario.start.split("-")[1]) - 1 + month) % 12
    growth = (1 + at("profile.growth_per_year", month)) ** (month / 12)
    demand = profile.seasonality[calendar_month] * growth * at("profile.demand", month)
    total = 0.0
    for name, process in scenario.processes.items():
        patience = at(f"processes.{name}.patience_minutes", month) / 60
        lost_hours = max(0.0, max(0.0, hours - patience) - at("insurance.waiting_hours", month))
        items = at(f"processes.{name}.arrivals_per_day", month) / profile.hours_per_day * lost_hours
        items *= demand if process.driven_by == "customers" else 1.0
        items *= 1 - at(f"processes.{name}.no_show", month)
        items *= (1 - at(f"processes.{name}.lost_share", month)) * share_hit(scenario, name, threat, at, month)
        items *= channel_factor(scenario, at, name, month)
        total += items * at(f"processes.{name}.item_revenue", month)
    return total * (at("profile.gross_margin", month) + price_level(scenario, at, month) - 1)


def spared_shares(scenario: Scenario, threat: str, at: At, begin: float, hours: float) -> dict[str, list[float]]:
    """Process -> share of the sales of each month that the outage takes."""
    month, months = int(begin), scenario.horizon_months
    length = scenario.profile.working_days_per_month * scenario.profile.hours_per_day
    hours = min(hours, (months - begin) * length)
    found = {}
    for process in scenario.processes:
        gone = max(0.0, hours - at(f"processes.{process}.patience_minutes", month) / 60)
        share = share_hit(scenario, process, threat, at, month)
        found[process] = [share * overlap(begin, begin + gone / length, m) for m in range(months)]
    return found
