"""Adoption with training, doubt and turnover, and the pace of people, against exact or mean-field solutions.

Means over draws must lie within 4 standard errors of the truth: false-alarm rate under 0.01 % a comparison, under 1 %
for the file. The seed is fixed.
"""

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate, linalg

from sim.company.adoption import adopters
from sim.company.world_layer import Draw
from sim.mechanisms import ceiling_of, failure_with_gap
from sim.parameters import Parameters, parameters
from tests.naive.shops import SEED, corner_shop, setting

ERRORS = 4.0
MONTHS = 36


def users(seats: int, turnover: float, **adoption: Any) -> Parameters:
    """The corner shop with so many clerks, who all could use one initiative."""
    return parameters(
        corner_shop(
            setting("people.clerk.headcount", seats),
            setting("people.clerk.annual_turnover", turnover),
            setting("people.clerk.hiring_months", 0),
            setting("people.clerk.learning", {"proficiency": 0.5, "half_life_months": 3}),
            setting("people.clerk.key_person", {"seat": 1, "depth": 0.4, "months": 5}),
            setting("initiatives.pos.adoption", {"roles": ["clerk"], **adoption}),
        )
    )


def close(sample: np.ndarray, truth: np.ndarray, slack: float = 0.0) -> None:
    error = sample.std(axis=0, ddof=1) / math.sqrt(len(sample))
    assert np.all(np.abs(sample.mean(axis=0) - truth) <= ERRORS * error + slack)
    assert error.max() < 0.01


def test_four_seats_with_turnover_and_doubt_follow_the_exact_chain() -> None:
    """4 seats, 0 to 4 adopters: up at (n - k)(p + q k / n + delta h), down at k (delta (1 - h) + eta (1 - involved));
    monthly means by Simpson's rule on the exponential of the generator. The mean field is off by more than 0.02."""
    n, p, q, delta, h, eta, involved = 4, 0.4, 2.5, 0.8, 0.3, 1.5, 0.4
    table = users(n, delta, p=p, q=q, ceiling=1.0, joiner_share=h, involvement={"share": involved, "abandonment": eta})
    shares = np.array([adopters(Draw(table, d, SEED), 0, 0).share for d in range(4000)])
    k = np.arange(n + 1)
    up = (n - k) * (p + q * k / n + delta * h)
    down = k * (delta * (1 - h) + eta * (1 - involved))
    generator = np.diag(up[:-1], 1) + np.diag(down[1:], -1) - np.diag(up + down)
    steps = 10
    move, state, means = linalg.expm(generator / 12 / steps), np.eye(n + 1)[0], [0.0]
    for _ in range(MONTHS * steps):
        state = state @ move
        means.append(float(state @ k) / n)
    exact = [integrate.simpson(means[m * steps : (m + 1) * steps + 1], dx=1 / steps) for m in range(MONTHS)]
    close(shares, np.array(exact))
    field = integrate.solve_ivp(
        lambda t, a: (p + q * a) * (1 - a) + delta * (h - a) - eta * (1 - involved) * a, (0, 3), [0.0], rtol=1e-9
    )
    assert abs(field.y[0, -1] - exact[-1]) > 0.02


def test_many_seats_with_everything_follow_the_mean_field() -> None:
    """Training that decays and is refreshed, involvement, turnover: l(x, t), the share of seats of mark x whose
    occupant has learned it, obeys dl/dt = r (1 - l) + delta (h - l) - eta (1 - involved) l where x < c(t), and
    dl/dt = -(delta + eta (1 - involved)) l elsewhere; r = p(t) + q(t) min(1, a / c0), a = integral of l below c(t).
    400 seats: terms of order 1 / seats, 0.006 allowed."""
    p, q, c0, delta, h, eta, involved, loss = 0.4, 1.5, 0.6, 0.6, 0.5, 1.0, 0.3, 0.25
    factors, half_life, every = (2.0, 1.5, 1.5), 4.0, 9
    training = {"p": 2.0, "q": 1.5, "ceiling": 1.5, "half_life_months": half_life, "refresh_months": every}
    involvement = {"share": involved, "ceiling_loss": loss, "abandonment": eta}
    table = users(400, delta, p=p, q=q, ceiling=c0, joiner_share=h, training=training, involvement=involvement)
    shares = np.array([adopters(Draw(table, d, SEED), 0, 0).share for d in range(80)])
    marks, steps = (np.arange(2000) + 0.5) / 2000, 60
    learned, truth = np.zeros(2000), []
    falling = eta * (1 - involved)
    for m in range(MONTHS):
        left = 2 ** (-(m % every) / half_life)
        now = [x * (1 + (f - 1) * left) for x, f in zip((p, q, c0 * (1 - loss * (1 - involved))), factors, strict=True)]
        able = marks < min(1.0, now[2])
        total = 0.0
        for _ in range(steps):  # the midpoint rule
            half = learned
            for size in (0.5, 1.0):
                adopted = half[able].sum() / 2000
                rate = now[0] + now[1] * min(1.0, adopted / c0)
                slope = np.where(able, rate * (1 - half) + delta * h, 0.0) - (delta + falling) * half
                half = learned + slope * size / 12 / steps
                if size == 0.5:
                    total += half[able].sum() / 2000 / steps
            learned = half
        truth.append(total)
    close(shares, np.array(truth), slack=0.006)
    assert truth[9] > truth[8] + 0.03  # the refresh shows


def test_pace_of_newcomers_and_of_a_lost_key_person() -> None:
    """Occupants change at delta without vacancy: E 2^(-age / half_life) = delta / (delta + l) (1 - e^(-(delta + l) t)),
    l = ln 2 / half_life; after a loss E max(0, 1 - U / R) = 1 - (1 - e^(-delta R)) / (delta R) once t > R."""
    turnover = 0.9
    table = users(6, turnover, p=0.5, q=1.0)
    draws = [Draw(table, d, SEED).occupants[0] for d in range(3000)]
    delta, decay = turnover / 12, math.log(2) / 3
    m = np.arange(MONTHS)
    both = delta + decay
    truth = delta / both * (1 - (np.exp(-both * m) - np.exp(-both * (m + 1))) / both)
    close(np.array([o.unlearned for o in draws]), truth)
    lost = 1 - (1 - math.exp(-delta * 5)) / (delta * 5)
    close(np.array([o.bereft for o in draws])[:, 5:].mean(axis=1, keepdims=True), np.array([lost]))


def test_formulas_at_their_ends() -> None:
    assert failure_with_gap(0.2, 2.0, 0.1) == pytest.approx(1 - 0.8 * 0.81)
    assert failure_with_gap(1.0, 3.0, 0.5) == 1.0
    assert ceiling_of(0.8, 1.0, 0.25) == pytest.approx(0.2)
