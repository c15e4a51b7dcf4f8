"""A month of operations: waiting lines, losses, lateness. Plain twin.

Virtual wait V of M/M/c whose items of kind i give up when they would wait beyond d_i (Baccelli and Hebuterne 1981): its
density is g(x) = lambda exp(-int_0^x (c mu - lambda(y)) dy) against an idle mass of 1 / B(c - 1), lambda(y) the rate of
those who still wait at y. Other variability scales waits by kappa = (ca2 + cs2) / 2.
"""

import math
from dataclasses import dataclass

from tests.naive.path_world import NORMAL

PATIENT_HOURS = 1e6  # from here on, and only here, an item counts as never giving up
FEWEST_SERVERS = 0.02
MOST_GROWTH = 60.0  # of a density, as an exponent


@dataclass(frozen=True)
class Kind:
    """Items of one step at a role: visits an hour, patience in hours."""

    rate: float
    patience: float

    @property
    def stays(self) -> bool:
        return self.patience >= PATIENT_HOURS


@dataclass(frozen=True)
class Line:
    """A role's line in a month. lost, wait: by kind, in the order given; wait: hours of those who do not give up."""

    waiting: float
    busy: float
    backlog: float
    served: float
    lost: list[float]
    wait: list[float]


def inverse_erlang_b(servers: float, load: float) -> float:
    """1 / B(servers), linear between whole numbers; 0 below none: 1 / B(c - 1) is wanted for c below 1 as well."""
    if servers < 0:
        return 1.0 + servers
    whole = math.floor(servers)
    values = [1.0]
    for c in range(1, whole + 2):
        values.append(1.0 + c / load * values[-1])
    return values[whole] + (servers - whole) * (values[whole + 1] - values[whole])


def exponential_parts(rate: float, length: float) -> tuple[float, float]:
    """int_0^length e^{-rate x} dx and int_0^length x e^{-rate x} dx, also for rates at and around 0."""
    z = rate * length
    if abs(z) < 1e-2:
        zeroth = sum((-z) ** k / math.factorial(k + 1) for k in range(8))
        first = sum((-z) ** k / (math.factorial(k) * (k + 2)) for k in range(8))
        return length * zeroth, length**2 * first
    return -math.expm1(-z) / rate, (1 - math.exp(-z) * (1 + z)) / rate**2


def line(servers: float, service: float, kappa: float, hours: float, backlog: float, kinds: list[Kind]) -> Line:
    """Stationary line of the month, with the queue that overload of patient items builds up."""
    servers = max(servers, FEWEST_SERVERS)
    pace = servers / service
    arriving = sum(kind.rate for kind in kinds)
    patient = sum(kind.rate for kind in kinds if kind.stays)

    left = max(0.0, backlog + (patient - pace) * hours)
    served = 1 + (backlog - left) / (patient * hours) if patient > 0 else 1.0
    queued = (backlog + left) / 2 / pace

    idle = inverse_erlang_b(servers - 1, arriving * service)
    mass, moment, density, x = 0.0, 0.0, arriving, 0.0  # all in units that may shrink: only ratios count
    below: dict[float, tuple[float, float]] = {}  # patience -> P(V below it) in those units, mean V of those below
    for edge in sorted({kind.patience for kind in kinds if not kind.stays}):
        fall = pace - sum(kind.rate for kind in kinds if kind.patience >= edge)
        length = max(0.0, (edge - queued) / kappa - x) if kappa > 0 else 60.0
        if -fall * length > MOST_GROWTH:  # overload: let what is already there shrink instead of the density grow
            skip = length - MOST_GROWTH / -fall
            shrink = math.exp(fall * skip)
            zeroth, first = exponential_parts(-fall, skip)  # backwards from the end of the skipped part
            idle, mass, moment, x, length = idle * shrink, mass * shrink, moment * shrink, x + skip, length - skip
            below = {d: (reached * shrink, mean) for d, (reached, mean) in below.items()}
            mass += density * zeroth
            moment += density * (x * zeroth - first)
        zeroth, first = exponential_parts(fall, length)
        mass += density * zeroth
        moment += density * (x * zeroth + first)
        density *= math.exp(-fall * length)
        x += length
        below[edge] = idle + mass, moment / (idle + mass)
    fall = pace - patient
    if patient > 0:
        fall = max(fall, pace * 2 * math.sqrt(kappa * service / (servers * hours)))
    mass += density / fall
    moment += density * (x / fall + 1 / fall**2)

    lost, wait = [], []
    for kind in kinds:
        if kind.stays:
            lost.append(0.0)
            wait.append(kappa * moment / (idle + mass) + queued)
        else:
            reached, mean = below[kind.patience]
            lost.append(1.0 if queued > kind.patience else max(0.0, 1 - reached / (idle + mass)))
            wait.append(kappa * mean)
    busy = sum(kind.rate * (1 - gone) * service for kind, gone in zip(kinds, lost, strict=True))
    return Line(mass / (idle + mass), min(busy, servers), left, served, lost, wait)


def departure_cv2(servers: float, busy: float, ca2: float, cs2: float) -> float:
    """Squared CV of departures (Whitt 1983, eq. 38 and 39: the service part counts at least 0.2)."""
    servers = max(servers, 1e-9)
    rho = min(1.0, busy / servers)
    cd2 = 1 + (1 - rho**2) * (ca2 - 1) + rho**2 / math.sqrt(max(1.0, servers)) * (max(cs2, 0.2) - 1)
    return max(0.0, cd2)


def on_time(mean: float, variance: float, target: float) -> float:
    """P(time <= target) of a lognormal with this mean and variance; all or nothing without variance."""
    if variance <= 1e-18 or mean <= 0:
        return 1.0 if mean <= target else 0.0
    spread = math.log(1 + variance / mean**2)
    return NORMAL.cdf((math.log(target) - math.log(mean) + spread / 2) / math.sqrt(spread))


def visits_moments(share: float, error: float) -> tuple[float, float]:
    """Mean and variance of the number of passes: none with 1 - share, else geometric with rework `error`."""
    mean = share / (1 - error)
    second = share * (1 + error) / (1 - error) ** 2
    return mean, second - mean**2


def kept_through(share: float, error: float, lost: float) -> float:
    """Share of items that a step does not lose: each pass may be given up, each error asks for another pass."""
    stays = 1 - lost
    return 1 - share + share * stays * (1 - error) / (1 - stays * error)
