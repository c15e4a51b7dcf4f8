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

    mass, first, density, at, rest, last = 0.0, 0.0, total, 0.0, total, -1.0
    while True:
        edge = PATIENT
        for i in range(n):
            if last < patience[i] < edge and rate[i] > 0.0:
                edge = patience[i]
        decay = pace - rest
        if edge >= PATIENT:
            if willing > 0.0:
                decay = max(decay, pace * math.sqrt(4.0 * kappa * service / (c * hours)))
            mass += density / decay
            first += at * density / decay + density / (decay * decay)
            break
        length = max(0.0, (edge - queued) / kappa - at) if kappa > 0.0 else 60.0
        if decay < 0.0:
            length = min(length, 60.0 / -decay)
        faded = math.exp(-decay * length)
        if abs(decay * length) < 1e-5:
            part = density * length * (1.0 - 0.5 * decay * length)
            first += at * part + 0.5 * density * length * length
        else:
            part = density * (1.0 - faded) / decay
            first += at * part + density * (1.0 - faded * (1.0 + decay * length)) / (decay * decay)
        mass += part
        density *= faded
        at += length
        for i in range(n):
            if patience[i] == edge:
                rest -= rate[i]
                lost[i] = mass
                wait[i] = first
        last = edge
    everything = idle + mass
    busy_load = 0.0
    for i in range(n):
        if patience[i] < PATIENT:
            reached = idle + lost[i]
            wait[i] = kappa * wait[i] / reached if reached > 0.0 else 0.0
            lost[i] = max(0.0, 1.0 - reached / everything)
        else:
            wait[i] = kappa * first / everything + queued
        if queued > patience[i]:
            lost[i] = 1.0
        busy_load += rate[i] * (1.0 - lost[i]) * service
    return mass / everything, min(busy_load, c), left, served_share
