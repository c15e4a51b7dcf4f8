"""One waiting line, several kinds of items, each with its own patience: stationary waits and losses.

Virtual wait of an M/M/c queue whose items leave when they would wait longer than their patience d (Baccelli and
Hebuterne 1981, "On queues with impatient customers", Performance '81): below the smallest patience its density falls at
rate c mu - lambda, beyond each d at c mu minus the rate of those still willing to wait. Exact for exponential service
common to all kinds; other variability stretches waiting by kappa = (ca2 + cs2) / 2, which without patience is the
Allen-Cunneen wait. Fractional servers interpolate 1 / B(c - 1) between floor and ceiling.
"""

from __future__ import annotations

import math

from sim.compiled import inline

PATIENT = 1e6  # hours: never gives up
FEWEST_SERVERS = 0.02
MOST_GROWTH = 60.0  # of the density, as an exponent


@inline
def waiting_line(servers, service, kappa, hours, backlog, n, rate, patience, lost, wait):  # type: ignore[no-untyped-def]
    """Stationary line of a month, with the backlog that overload leaves.

    servers: people present (fractional). service: mean, hours. kappa: (ca2 + cs2) / 2. hours: working hours of the
    month. backlog: items waiting at its start. rate (n,): visits an hour; patience (n,): hours, at least PATIENT for
    items that never give up.
    Writes lost (n,): share that gives up, and wait (n,): mean hours in line of those who do not. Returns
    (P(wait > 0), Erlang served, backlog at the end, served share of those who never give up).
    """
    total = 0.0
    willing = 0.0
    for i in range(n):
        total += rate[i]
        if patience[i] >= PATIENT:
            willing += rate[i]
        lost[i] = 0.0
        wait[i] = 0.0
    if total <= 0.0 or service <= 0.0:
        return 0.0, 0.0, 0.0, 1.0
    c = max(servers, FEWEST_SERVERS)
    pace = c / service
    load = total * service

    left = max(0.0, backlog + (willing - pace) * hours)
    served_share = (willing * hours + backlog - left) / (willing * hours) if willing > 0.0 else 1.0
    queued = 0.5 * (backlog + left) / pace

    whole = int(c)
    below, inverse = 0.0, 1.0  # 1 / B(whole - 1) and 1 / B(whole)
    for busy in range(1, whole + 1):
        below = inverse
        inverse = 1.0 + inverse * busy / load
    idle = below + (c - whole) * (inverse - below)

    # In units that shrink when the density of an overloaded line would outgrow the numbers: only ratios count.
    mass, first, density, at, rest, last = 0.0, 0.0, total, 0.0, total, -1.0
    while True:
        edge = PATIENT
        for i in range(n):
            if last < patience[i] < edge:
                edge = patience[i]
        decay = pace - rest
        if edge >= PATIENT:
            if willing > 0.0:
                decay = max(decay, pace * math.sqrt(4.0 * kappa * service / (c * hours)))
            mass += density / decay
            first += at * density / decay + density / (decay * decay)
            break
        length = max(0.0, (edge - queued) / kappa - at) if kappa > 0.0 else 60.0
        growth = -decay * length
        if growth > MOST_GROWTH:
            skip = length - MOST_GROWTH / -decay
            shrink = math.exp(decay * skip)
            idle *= shrink
            mass *= shrink
            first *= shrink
            for i in range(n):
                if patience[i] <= last:
                    lost[i] *= shrink
            at += skip
            length -= skip
            mass += density * (1.0 - shrink) / -decay
            first += density * (at * (1.0 - shrink) / -decay - (1.0 - shrink * (1.0 - decay * skip)) / (decay * decay))
        z = decay * length
        faded = math.exp(-z)
        if abs(z) < 0.01:
            part = density * length * (1.0 - z / 2.0 * (1.0 - z / 3.0 * (1.0 - z / 4.0 * (1.0 - z / 5.0))))
            ahead = 1.0 / 2.0 - z * (1.0 / 3.0 - z * (1.0 / 8.0 - z * (1.0 / 30.0 - z / 144.0)))
            first += at * part + density * length * length * ahead
        else:
            part = density * -math.expm1(-z) / decay
            first += at * part + density * (1.0 - faded * (1.0 + z)) / (decay * decay)
        mass += part
        density *= faded
        at += length
        for i in range(n):
            if patience[i] == edge:
                rest -= rate[i]
                lost[i] = idle + mass
                wait[i] = kappa * first / (idle + mass) if idle + mass > 0.0 else 0.0
        last = edge
    everything = idle + mass
    busy_load = 0.0
    for i in range(n):
        if patience[i] < PATIENT:
            lost[i] = max(0.0, 1.0 - lost[i] / everything)
        else:
            wait[i] = kappa * first / everything + queued
        if queued > patience[i]:
            lost[i] = 1.0
        busy_load += rate[i] * (1.0 - lost[i]) * service
    return mass / everything, min(busy_load, c), left, served_share
