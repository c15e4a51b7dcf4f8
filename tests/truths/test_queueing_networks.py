"""Networks of queues and priorities of the company, against queueing theory.

Each case is 24 independent draws of a year. The mean over draws must lie within 4 standard errors of the theory
(Student, 23 degrees of freedom): false-alarm rate 0.06 % a comparison, about 1 % for the whole file. The seed is fixed.
"""

from collections.abc import Generator
from typing import Any

import numpy as np
import pytest
import simpy

from sim.company.business import Business
from sim.company.items.engines import NAMES, item_engines
from sim.company.items.interface import Items, Journal
from sim.company.pool import CLAIM, People
from sim.company.world_layer import Draw
from sim.mechanisms import erlang_c
from sim.montecarlo import evaluate
from sim.montecarlo.kpis import KPI_NAMES
from sim.parameters import parameters
from sim.roadmap import EMPTY
from sim.world import Scenario
from tests.naive.shops import PLANNER
from tests.truths.test_company_queue import DRAWS, HOURS, SEED, agrees, queue

RATE = 5.0  # items an hour
STATIONS = {"till": (2, 12.0, 0.2), "bench": (3, 20.0, 0.1), "desk": (1, 7.0, 0.0)}  # people, minutes, errors


def network(**changes: Any) -> Scenario:
    """Items that pass three stations of exponential services, each with feedback to its own line."""
    data = queue(RATE, 1.0, 1.0, 1).model_dump()
    data["people"] = {name: {"headcount": n, "monthly_cost": 1, **PLANNER} for name, (n, _, _) in STATIONS.items()}
    data["processes"]["items"]["steps"] = {
        name: {"role": name, "minutes": minutes, "cv": 1.0, "error_probability": error, **changes.get(name, {})}
        for name, (_, minutes, error) in STATIONS.items()
    }
    return Scenario.model_validate(data)


def line(people: int, minutes: float, rate: float) -> float:
    """Mean number in line of M/M/c."""
    load = rate * minutes / 60.0
    return erlang_c(people, load) * load / (people - load)


def product_form(share: float = 1.0) -> tuple[float, float]:
    """Mean wait and mean time in the network of an item, minutes (Jackson 1957): each station is M/M/c of its own with
    the rate that the traffic equations give; Little's law turns numbers into times. share: of the items that come to
    the middle station."""
    waiting = present = 0.0
    for name, (people, minutes, error) in STATIONS.items():
        rate = RATE * (share if name == "bench" else 1.0) / (1.0 - error)
        waiting += line(people, minutes, rate)
        present += line(people, minutes, rate) + rate * minutes / 60.0
    return 60.0 * waiting / RATE, 60.0 * present / RATE


def play(scenario: Scenario, number: int, items: Items) -> tuple[float, float]:
    """Mean wait (KPI) and mean time in the network, minutes, of a draw."""
    draw, journal = Draw(parameters(scenario), number, SEED), Journal()
    result = Business(draw, item_engines(draw, items), EMPTY, journal).run()
    times = [60.0 * (left - born) for _, _, born, left, _ in journal.rows]
    return float(result.kpis[KPI_NAMES.index("wait"), 0]), float(np.mean(times))


def test_a_tandem_with_feedback_has_the_product_form() -> None:
    seen = np.array([play(network(), number, "compiled") for number in range(DRAWS)])
    waits, times = product_form()
    agrees(seen[:, 0], waits)
    agrees(seen[:, 1], times)
    kernel = evaluate(network(), {}, 2, SEED)[0].baseline_kpis[:, KPI_NAMES.index("wait"), 0]
    assert kernel == pytest.approx(waits, rel=1e-6)


def test_a_machine_at_a_station_splits_the_stream() -> None:
    """Whom the machine of the middle station takes passes it at once: a split by chance, which keeps the product form
    with the rest of the rate there; a quarter of the 0.6 come back, so 0.55 of the items go to its people."""
    scenario = network(bench={"automated": 0.6, "exceptions": 0.25})
    seen = np.array([play(scenario, number, "compiled") for number in range(DRAWS)])
    waits, times = product_form(0.55)
    agrees(seen[:, 0], waits)
    agrees(seen[:, 1], times)
    kernel = evaluate(scenario, {}, 2, SEED)[0].baseline_kpis[:, KPI_NAMES.index("wait"), 0]
    assert kernel == pytest.approx(waits, rel=0.02)


def claims(
    env: simpy.Environment, pool: People, rate: float, hours: float, number: int, waits: list[float]
) -> Generator[simpy.Event, object, None]:
    """A Poisson stream of claims of exponential length."""
    rng = np.random.default_rng([SEED, number])

    def claim(length: float) -> Generator[simpy.Event, object, None]:
        asked = env.now
        with pool.request(kind=CLAIM) as turn:
            if not turn.granted:
                yield turn
            waits.append(env.now - asked)
            yield env.timeout(length)

    while env.now < HOURS:
        yield env.timeout(rng.exponential(1.0 / rate))
        env.process(claim(rng.exponential(hours)))


@pytest.mark.parametrize("items", NAMES)
def test_claims_go_first_as_cobham_says(items: Items) -> None:
    """Non-preemptive priority at one server (Cobham 1954): R = sum of lambda E[S^2] / 2 over both classes; claims wait
    R / (1 - rho1), items R / ((1 - rho1)(1 - rho1 - rho2)). Claims 0.6 an hour of 30 minutes, items 3 of 9 minutes."""
    rate1, hours1, rate2, hours2 = 0.6, 0.5, 3.0, 0.15
    rho1, rho2 = rate1 * hours1, rate2 * hours2
    rest = rate1 * hours1**2 + rate2 * hours2**2  # E[S^2] = 2 E[S]^2
    table = parameters(queue(rate2, 60.0 * hours2, 1.0, 1))
    of_items, of_claims = [], []
    for number in range(DRAWS):
        draw, waits = Draw(table, number, SEED), list[float]()
        company = Business(draw, item_engines(draw, items), EMPTY)
        company.env.process(claims(company.env, company.pools[0], rate1, hours1, number, waits))
        of_items.append(float(company.run().kpis[KPI_NAMES.index("wait"), 0]))
        of_claims.append(60.0 * float(np.mean(waits)))
    agrees(np.array(of_claims), 60.0 * rest / (1.0 - rho1))
    agrees(np.array(of_items), 60.0 * rest / ((1.0 - rho1) * (1.0 - rho1 - rho2)))


def test_made_items_wait_like_arrivals_of_their_own() -> None:
    """Half of the completed items of an M/M/1 line make one at another M/M/1 line, a day later: departures of M/M/1 are
    Poisson (Burke 1956), thinned and shifted too, so the second line waits rho E[S] / (1 - rho)."""
    data = queue(RATE, 9.0, 1.0, 1).model_dump()
    data["people"]["second"] = {"headcount": 1, "monthly_cost": 1, **PLANNER}
    data["processes"]["made"] = {
        "arrivals_per_day": 0, "driven_by": "fixed", "fed_by": {"items": {"share": 0.5, "delay_days": 1}},
        "target_minutes": 60, "steps": {"do": {"role": "second", "minutes": 16, "cv": 1.0}}, **PLANNER,
    }  # fmt: skip
    scenario, seen = Scenario.model_validate(data), []
    for number in range(DRAWS):
        draw, journal = Draw(parameters(scenario), number, SEED), Journal()
        Business(draw, item_engines(draw, "compiled"), EMPTY, journal).run()
        seen.append(float(np.mean([60.0 * waited for p, *_, waited in journal.rows if p == 1])))
    rho = 0.5 * RATE * 16 / 60
    agrees(np.array(seen), 16 * rho / (1 - rho))
