"""One waiting line, several kinds of items, each with its own patience: stationary waits and losses, in lanes.

Virtual wait of an M/M/c queue whose items leave when they would wait longer than their patience d (Baccelli and
Hebuterne 1981, "On queues with impatient customers", Performance '81): below the smallest patience its density falls at
rate c mu - lambda, beyond each d at c mu minus the rate of those still willing to wait. Exact for exponential service
common to all kinds; other variability stretches waiting by kappa = (ca2 + cs2) / 2, which without patience is the
Allen-Cunneen wait. Fractional servers interpolate 1 / B(c - 1) between floor and ceiling.
"""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.lanes import mathematics  # noqa: F401  gives math.exp and its like to lanes
from sim.lanes.values import lanes, largest, select, some

PATIENT = 1e6  # hours: never gives up
FEWEST_SERVERS = 0.02
MOST_GROWTH = 60.0  # of the density, as an exponent


@inline
def waiting_line(servers, service, kappa, hours, backlog, n, rate, patience, lost, wait):  # type: ignore[no-untyped-def]
    """Stationary line of a month, with the backlog that overload leaves.

    servers: people present (fractional). service: mean, hours. kappa: (ca2 + cs2) / 2. hours: working hours of the
    month. backlog: items waiting at its start. rate: of n kinds, visits an hour; patience: hours, at least PATIENT for
    items that never give up; both tables of one axis. Lanes all but hours and n.
    Writes lost, the share of each kind that gives up, and wait, mean hours in line of those who do not. Returns
    (P(wait > 0), Erlang served, backlog at the end, served share of those who never give up).
    """
    total, willing = lanes(0.0), lanes(0.0)
    for i in range(n):
        total += rate[i]
        willing += select(patience[i] >= PATIENT, rate[i], 0.0)
    working = (total > 0.0) & (service > 0.0)  # the other lanes go along with harmless numbers
    total, service = select(working, total, 1.0), select(working, service, 1.0)
    c = max(servers, FEWEST_SERVERS)
    pace = c / service

    left = max(backlog + (willing - pace) * hours, 0.0)
    served_share = select(willing > 0.0, (willing * hours + backlog - left) / (willing * hours), 1.0)
    queued = 0.5 * (backlog + left) / pace
    idle, mass, first, density, at, rest = _up_to_last_patience(
        _idle_mass(c, total * service), total, pace, kappa, queued, n, rate, patience, lost, wait
    )
    decay = pace - rest
    patient_decay = pace * math.sqrt(4.0 * kappa * service / (c * hours))
    decay = select(willing > 0.0, max(decay, patient_decay), decay)
    mass += density / decay
    first += at * density / decay + density / (decay * decay)

    everything = idle + mass
    busy = lanes(0.0)
    for i in range(n):
        gives_up = patience[i] < PATIENT
        gone = select(gives_up, max(1.0 - lost[i] / everything, 0.0), 0.0)
        gone = select(working & (queued > patience[i]), 1.0, gone)
        lost[i] = select(working, gone, 0.0)
        wait[i] = select(working, select(gives_up, wait[i], kappa * first / everything + queued), 0.0)
        busy += rate[i] * (1.0 - gone) * service
    return (
        select(working, mass / everything, 0.0),
        select(working, min(busy, c), 0.0),
        select(working, left, 0.0),
        select(working, served_share, 1.0),
    )


@inline
def _idle_mass(c, load):  # type: ignore[no-untyped-def]
    """1 / B(c - 1), the weight of an idle server against a density that begins at the arrival rate."""
    whole = math.floor(c)
    per_server = 1.0 / load
    below, inverse = lanes(0.0), lanes(1.0)  # 1 / B(whole - 1) and 1 / B(whole)
    for server in range(1, int(largest(whole)) + 1):
        going = whole >= server
        below = select(going, inverse, below)
        inverse = select(going, 1.0 + inverse * (server * per_server), inverse)
    return below + (c - whole) * (inverse - below)


@inline
def _up_to_last_patience(idle, total, pace, kappa, queued, n, rate, patience, lost, wait):  # type: ignore[no-untyped-def]
    """Density of the virtual wait from 0 over every patience; lanes that have none left stand still.

    Writes lost (the mass below the patience of a kind) and wait. Returns (idle mass, mass and first moment so far,
    density and place reached, rate of those who never give up). In units that shrink when the density of an overloaded
    line would outgrow the numbers: only ratios count.
    """
    mass, first, density, at, rest = lanes(0.0), lanes(0.0), total, lanes(0.0), total
    last = lanes(-1.0)
    for i in range(n):
        lost[i] = 0.0
        wait[i] = 0.0
    while True:
        edge = lanes(PATIENT)
        for i in range(n):
            edge = select((patience[i] > last) & (patience[i] < edge), patience[i], edge)
        going = edge < PATIENT
        if not some(going):
            return idle, mass, first, density, at, rest
        decay = pace - rest
        length = select(kappa > 0.0, max((edge - queued) / kappa - at, 0.0), 60.0)
        length = select(going, length, 0.0)
        outgrown = -decay * length > MOST_GROWTH
        if some(outgrown):
            skip = select(outgrown, length + MOST_GROWTH / decay, 0.0)
            shrink = math.exp(decay * skip)
            for i in range(n):
                lost[i] *= shrink
            idle, mass, first = idle * shrink, mass * shrink, first * shrink
            at += skip
            length -= skip
            gained = select(outgrown, density * (1.0 - shrink) / -decay, 0.0)
            moment = at * gained - density * (1.0 - shrink * (1.0 - decay * skip)) / (decay * decay)
            mass += gained
            first += select(outgrown, moment, 0.0)
        z = decay * length
        faded = math.exp(-z)
        short = abs(z) < 0.01
        series = 1.0 - z / 2.0 * (1.0 - z / 3.0 * (1.0 - z / 4.0 * (1.0 - z / 5.0)))
        part = density * select(short, length * series, (1.0 - faded) / decay)
        series = 1.0 / 2.0 - z * (1.0 / 3.0 - z * (1.0 / 8.0 - z * (1.0 / 30.0 - z / 144.0)))
        ahead = select(short, length * length * series, (1.0 - faded * (1.0 + z)) / (decay * decay))
        first += at * part + density * ahead
        mass += part
        density *= faded
        at += length
        below = idle + mass
        waited = select(below > 0.0, kappa * first / below, 0.0)
        for i in range(n):
            here = going & (patience[i] == edge)
            rest -= select(here, rate[i], 0.0)
            lost[i] = select(here, below, lost[i])
            wait[i] = select(here, waited, wait[i])
        last = select(going, edge, last)
