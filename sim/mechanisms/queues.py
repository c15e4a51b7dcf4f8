"""Stationary queues with several servers: Erlang's formulas and two-moment approximations.

Offered load a = arrival rate * mean service time, in Erlang; utilisation a / servers. Times share one unit. `ca2`,
`cs2` are the squared coefficients of variation of inter-arrival and service times. Servers are whole numbers: a
fractional headcount is interpolated by the caller between floor and ceiling.
"""

import math

from sim.mechanisms.elementwise import COUNT, NON_NEGATIVE, NON_NEGATIVE_FINITE, SHARE, elementwise


@elementwise(servers=COUNT, load=NON_NEGATIVE_FINITE)
def erlang_b(servers: float, load: float) -> float:
    """Probability that an arrival finds all servers busy and is lost (M/G/c/c).

    1 / B(c) = 1 + (c / a) / B(c - 1), B(0) = 1: sums of positive terms only, hence stable for thousands of servers.

    servers: whole number >= 0. load: Erlang, >= 0. Source: Erlang (1917); recursion of Jagerman (1974).

    >>> erlang_b(2, 1.0)
    0.2
    """
    if servers <= 0.0:
        return 1.0
    if load <= 0.0:
        return 0.0
    inverse = 1.0
    for busy in range(1, int(servers) + 1):
        inverse = 1.0 + inverse * busy / load
    return 1.0 / inverse


_erlang_b = erlang_b.scalar


@elementwise(servers=COUNT, load=NON_NEGATIVE_FINITE)
def erlang_c(servers: float, load: float) -> float:
    """Probability that an arrival has to wait (M/M/c).

    C(c, a) = B(c, a) / (1 - (a / c)(1 - B(c, a))); 1 for load >= servers, where the queue has no stationary state.

    servers: whole number >= 0. load: Erlang, >= 0. Source: Erlang (1917); Cooper (1981), Queueing Theory.

    >>> round(erlang_c(2, 1.8), 12)
    0.852631578947
    >>> erlang_c(3, 3.0), erlang_c(3, 0.0)
    (1.0, 0.0)
    """
    if load >= servers:
        return 1.0
    blocked = _erlang_b(servers, load)
    return servers * blocked / (servers - load + load * blocked)


_erlang_c = erlang_c.scalar


@elementwise(
    servers=COUNT,
    arrival_rate=NON_NEGATIVE_FINITE,
    service_mean=NON_NEGATIVE_FINITE,
    ca2=NON_NEGATIVE_FINITE,
    cs2=NON_NEGATIVE_FINITE,
)
def allen_cunneen_wait(servers: float, arrival_rate: float, service_mean: float, ca2: float, cs2: float) -> float:
    """Mean time in queue, service not included, of a GI/G/c queue.

    W_q = C(c, a) / (c mu - lambda) * (ca2 + cs2) / 2; infinite for load >= servers. Exact for M/M/c and M/G/1, the
    Lee-Longton approximation for M/G/c, an approximation otherwise.

    Source: Allen (1990), Probability, Statistics, and Queueing Theory, chapter 5.

    >>> round(allen_cunneen_wait(2, 9.0, 0.2, 1.0, 1.0), 12)
    0.852631578947
    >>> allen_cunneen_wait(1, 0.5, 1.0, 1.0, 0.0), allen_cunneen_wait(1, 2.0, 1.0, 1.0, 1.0)
    (0.5, inf)
    """
    load = arrival_rate * service_mean
    if load >= servers:
        return math.inf
    return _erlang_c(servers, load) * service_mean / (servers - load) * (ca2 + cs2) / 2.0


@elementwise(
    t=NON_NEGATIVE,
    servers=COUNT,
    arrival_rate=NON_NEGATIVE_FINITE,
    service_mean=NON_NEGATIVE_FINITE,
    ca2=NON_NEGATIVE_FINITE,
    cs2=NON_NEGATIVE_FINITE,
)
def wait_exceedance(
    t: float, servers: float, arrival_rate: float, service_mean: float, ca2: float, cs2: float
) -> float:
    """Probability that the time in queue exceeds `t` in a GI/G/c queue.

    P(W_q > t) = C(c, a) exp(-2 (c mu - lambda) t / (ca2 + cs2)); 1 for load >= servers. Exact for M/M/c. Its integral
    over t is `allen_cunneen_wait`.

    t: >= 0. Source: Allen (1990), chapter 5; the exponential tail of Kingman (1962), On queues in heavy traffic.

    >>> round(wait_exceedance(2.8363045366258888, 2, 9.0, 0.2, 1.0, 1.0), 10)
    0.05
    """
    load = arrival_rate * service_mean
    if load >= servers:
        return 1.0
    if service_mean <= 0.0 or ca2 + cs2 <= 0.0:
        return 0.0
    return _erlang_c(servers, load) * math.exp(-2.0 * (servers - load) / service_mean * t / (ca2 + cs2))


@elementwise(servers=COUNT, utilisation=SHARE, ca2=NON_NEGATIVE_FINITE, cs2=NON_NEGATIVE_FINITE)
def departure_scv(servers: float, utilisation: float, ca2: float, cs2: float) -> float:
    """Squared coefficient of variation of the times between departures of a GI/G/c queue.

    cd2 = 1 + (1 - rho^2)(ca2 - 1) + rho^2 (cs2 - 1) / sqrt(c): arrivals pass through an idle station, a busy one
    imposes its own service pattern. 1 for M/M/c (Burke's theorem).

    servers: whole number >= 0 (0: nothing departs, ca2 is returned). utilisation: rho in [0, 1]; callers with an
    overloaded station pass 1. Source: Whitt (1983), The Queueing Network Analyzer, Bell System Technical Journal 62(9).

    >>> departure_scv(3, 0.7, 1.0, 1.0), departure_scv(1, 1.0, 4.0, 0.25), departure_scv(1, 0.0, 4.0, 0.25)
    (1.0, 0.25, 4.0)
    """
    if servers <= 0.0:
        return ca2
    squared = utilisation * utilisation
    return 1.0 + (1.0 - squared) * (ca2 - 1.0) + squared * (cs2 - 1.0) / math.sqrt(servers)
