"""The company run as a plain queue, against queueing theory; with the compiled items unless a test names the reference.

Each case is 24 independent draws of a year. The mean over draws must lie within 4 standard errors of the theory
(Student, 23 degrees of freedom): false-alarm rate 0.06 % a comparison, under 1 % for the whole file. The seed is fixed.
"""

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.stats import ks_2samp

from sim.company import replicate
from sim.company.business import Business
from sim.company.items.engines import NAMES, item_engines
from sim.company.items.interface import Items, Journal
from sim.company.world_layer import Draw
from sim.mechanisms import allen_cunneen_wait, erlang_b, erlang_c
from sim.montecarlo.kpis import KPI_NAMES
from sim.parameters import parameters
from sim.roadmap import EMPTY
from sim.world import Scenario
from tests.naive.shops import PLANNER

SEED = 11
DRAWS = 24
HOURS = 2000.0  # a year: 12 months of 20 days of 8 hours 20 minutes
ERRORS = 4.0


def queue(arrivals_per_hour: float, minutes: float, cv: float, servers: int, **more: Any) -> Scenario:
    """One process of one step, nothing else: no turnover, systems, threats, season or growth."""
    profile = {
        "sector": "retail", "currency": "EUR", "working_days_per_month": 20, "hours_per_day": HOURS / 240,
        "customers": {"start": 1000, "monthly_churn": 0, "monthly_acquisition": 0}, "gross_margin": 0.5, **PLANNER,
    }  # fmt: skip
    step = {"role": "clerk", "minutes": minutes, "cv": cv, **more.pop("step", {})}
    process = {
        "arrivals_per_day": arrivals_per_hour * HOURS / 240, "driven_by": "fixed", "target_minutes": 60,
        "steps": {"serve": step}, **more, **PLANNER,
    }  # fmt: skip
    return Scenario.model_validate(
        {
            "version": 1, "name": "queue", "title": "Queue", "start": "2027-01", "planning_months": 12,
            "horizon_months": 12, "profile": profile, "processes": {"items": process},
            "people": {"clerk": {"headcount": servers, "monthly_cost": 1000, **PLANNER}},
            "money": {"budgets": {"change": {"amount": 1}}, "discount_rate": 0.05, **PLANNER},
        }
    )  # fmt: skip


Case = tuple[float, float, float, int]


@cache
def measured(
    case: Case, arrival_cv: float = 1.0, patience: float | None = None, items: Items = "compiled"
) -> dict[str, np.ndarray]:
    """By draw: mean wait in minutes, share that waits, utilisation, share that gives up."""
    more = {"arrival_cv": arrival_cv, "patience_minutes": patience}
    table = parameters(queue(*case, **more))
    rows = [replicate(table, EMPTY, draw, SEED, items) for draw in range(DRAWS)]
    return {
        "wait": np.array([r.kpis[KPI_NAMES.index("wait"), 0] for r in rows]),
        "delayed": np.array([r.events.waits / r.events.requests for r in rows]),
        "utilisation": np.array([r.kpis[KPI_NAMES.index("utilisation"), 0] for r in rows]),
        "gave_up": np.array([r.items["items"].gave_up / r.items["items"].arrived for r in rows]),
    }


def agrees(values: np.ndarray, truth: float) -> None:
    """The mean of independent values is within its interval of the truth, which is narrow enough to mean something."""
    error = values.std(ddof=1) / math.sqrt(len(values))
    assert abs(values.mean() - truth) < ERRORS * error, (values.mean(), truth, error)
    assert error < 0.04 * truth


MARKOV: list[Case] = [(5.0, 9.6, 1.0, 1), (5.0, 28.8, 1.0, 3), (9.0, 48.0, 1.0, 9)]


@pytest.mark.parametrize("items", NAMES)
@pytest.mark.parametrize("case", MARKOV, ids=["M/M/1", "M/M/3", "M/M/9"])
def test_markov_queue_has_erlangs_waits(case: Case, items: Items) -> None:
    """P(wait > 0) is Erlang C; the mean wait in queue C / (c mu - lambda); the busy share lambda / (c mu)."""
    rate, minutes, _, servers = case
    load = rate * minutes / 60.0
    seen = measured(case, items=items)
    agrees(seen["delayed"], erlang_c(servers, load))
    agrees(seen["wait"], 60.0 * erlang_c(servers, load) / (servers / (minutes / 60.0) - rate))
    agrees(seen["utilisation"], load / servers)


@pytest.mark.parametrize("cv", [0.0, 0.6, 1.5], ids=["M/D/1", "M/G/1 steady", "M/G/1 erratic"])
def test_one_server_has_the_wait_of_pollaczek_and_khinchine(cv: float) -> None:
    """lambda E[S^2] / (2 (1 - rho)), exact for every distribution of service times."""
    rate, minutes = 4.0, 10.0
    service = minutes / 60.0
    second = service * service * (1.0 + cv * cv)
    truth = rate * second / (2.0 * (1.0 - rate * service))
    assert truth == pytest.approx(allen_cunneen_wait(1, rate, service, 1.0, cv * cv))
    agrees(measured((rate, minutes, cv, 1))["wait"], 60.0 * truth)


def test_regular_arrivals_to_one_exponential_server() -> None:
    """D/M/1: P(wait > 0) = sigma, the root of sigma = exp(-(1 - sigma) / rho); wait sigma / (mu (1 - sigma))."""
    rate, minutes = 5.0, 9.6
    rho = rate * minutes / 60.0
    sigma = 0.5
    for _ in range(200):
        sigma = math.exp(-(1.0 - sigma) / rho)
    seen = measured((rate, minutes, 1.0, 1), arrival_cv=0.0)
    agrees(seen["delayed"], sigma)
    agrees(seen["wait"], minutes * sigma / (1.0 - sigma))


def test_without_patience_the_line_is_a_loss_system() -> None:
    """Six seconds of patience against 29 minutes of service: nearly M/M/3/3, whose loss is Erlang B. Waiting those six
    seconds serves a few more: at most the share 3 * 6 s / 29 min of those who find all busy."""
    lost = measured((5.0, 28.8, 1.0, 3), patience=0.1)["gave_up"]
    error = lost.std(ddof=1) / math.sqrt(DRAWS)
    truth = erlang_b(3, 2.4)
    assert truth * (1.0 - 3 * 0.1 / 28.8) - ERRORS * error < lost.mean() < truth + ERRORS * error


def test_impatient_items_leave_as_baccelli_and_hebuterne_say() -> None:
    """M/M/1 with constant patience d: with the density of the virtual wait lambda P0 e^{(lambda - mu) w} below d and
    e^{-mu (w - d)} beyond, the share that gives up is the mass beyond d."""
    rate, minutes, patience = 5.0, 9.6, 10.0
    mu, d = 60.0 / minutes, patience / 60.0
    grown = math.exp((rate - mu) * d)
    within, beyond = rate * (1.0 - grown) / (mu - rate), rate * grown / mu
    agrees(measured((rate, minutes, 1.0, 1), patience=patience)["gave_up"], beyond / (1.0 + within + beyond))


def test_rework_and_optional_steps_add_up() -> None:
    """A step that 60 % of the items pass and that fails with probability 0.2 sees 0.75 visits an item: for an M/M/1
    server with instant feedback the utilisation is lambda * 0.75 * E[S], and Burke's theorem gives the mean wait
    of an item, 0.75 rho E[S] / (1 - rho), rework at the end of the line included (Jackson 1957)."""
    table = parameters(queue(6.0, 10.0, 1.0, 1, step={"share": 0.6, "error_probability": 0.2}))
    rows = [replicate(table, EMPTY, draw, SEED) for draw in range(DRAWS)]
    rho = 6.0 * 0.75 * 10.0 / 60.0
    agrees(np.array([r.kpis[KPI_NAMES.index("utilisation"), 0] for r in rows]), rho)
    agrees(np.array([r.kpis[KPI_NAMES.index("wait"), 0] for r in rows]), 0.75 * rho * 10.0 / (1.0 - rho))


def cycle_times(scenario: Scenario, items: Items, first: int) -> np.ndarray:
    """Hours from birth to completion of every 50th item, so that they are nearly independent, of 24 draws."""
    table, times = parameters(scenario), []
    for number in range(first, first + DRAWS):
        draw, journal = Draw(table, number, SEED), Journal()
        Business(draw, item_engines(draw, items), EMPTY, journal).run()
        times += [left - born for _, k, born, left, _ in journal.rows if k % 50 == 0]
    return np.array(times)


def test_cycle_times_have_the_law_of_the_reference() -> None:
    """Kolmogorov-Smirnov on draws that the two engines do not share, patience, errors and optional steps included;
    refused at 0.1 %, which is the false-alarm rate. Other services (cv 0.9 in place of 0.6) are told apart."""
    step = {"share": 0.8, "error_probability": 0.1}
    scenario, other = (queue(12.0, 12.0, cv, 3, patience_minutes=40, step=step) for cv in (0.6, 0.9))
    reference = cycle_times(scenario, "reference", 0)
    assert ks_2samp(cycle_times(scenario, "compiled", 1000), reference).pvalue > 1e-3
    assert ks_2samp(cycle_times(other, "compiled", 1000), reference).pvalue < 1e-3
