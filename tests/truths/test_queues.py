"""Erlang and two-moment waits against closed forms, other implementations and exact multi-server queues."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import integrate

from sim.mechanisms import allen_cunneen_wait, departure_scv, erlang_b, erlang_c, wait_exceedance

DATA = Path(__file__).parents[1] / "data"
CLOSED = json.loads((DATA / "queues.json").read_text())
MULTI = json.loads((DATA / "multi_server_waits.json").read_text())


def by_prefix(prefix: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CLOSED if case["id"].startswith(prefix)]


def test_every_record_is_used() -> None:
    counts = [len(by_prefix(prefix)) for prefix in ("erlangb-", "erlangc-", "mmc-", "mg1-")]
    assert counts == [8, 9, 4, 8]
    assert sum(counts) == len(CLOSED)
    assert len(MULTI) == 32


@pytest.mark.parametrize("case", by_prefix("erlangb-"))
def test_erlang_b(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    assert erlang_b(inputs["servers"], inputs["offered_load"]) == pytest.approx(case["expected"]["blocking"], abs=1e-10)


@pytest.mark.parametrize("case", [case for case in by_prefix("erlangc-") if case.id != "erlangc-call-centre"])
def test_erlang_c(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    assert erlang_c(inputs["servers"], inputs["offered_load"]) == pytest.approx(case["expected"]["p_wait"], abs=1e-10)


@pytest.mark.parametrize("case", by_prefix("erlangc-call-centre"))
def test_call_centre(case: dict[str, Any]) -> None:
    """The fewest agents that answer 80 % of the calls within the target, as a call-centre package finds them."""
    inputs, expected = case["inputs"], case["expected"]
    rate, handling = inputs["calls"] / inputs["interval_min"], inputs["aht_min"]
    target = inputs["target_wait_min"]
    agents = next(
        c
        for c in range(1, 100)
        if 1 - wait_exceedance(target, c, rate, handling, 1, 1) >= inputs["service_level_target"]
    )
    tolerance = case["tolerance"]["abs"]
    assert agents == expected["raw_positions"]
    assert 1 - wait_exceedance(target, agents, rate, handling, 1, 1) == pytest.approx(
        expected["service_level"], abs=tolerance
    )
    assert erlang_c(agents, rate * handling) == pytest.approx(expected["p_wait"], abs=tolerance)


@pytest.mark.parametrize("case", by_prefix("mmc-"))
def test_mmc(case: dict[str, Any]) -> None:
    inputs, expected = case["inputs"], case["expected"]
    rate, service, servers = inputs["arrival_rate"], 1 / inputs["service_rate"], inputs["servers"]
    rel = case["tolerance"]["rel"]
    wait = allen_cunneen_wait(servers, rate, service, 1, 1)
    assert erlang_c(servers, rate * service) == pytest.approx(expected["p_wait"], rel=rel)
    assert wait == pytest.approx(expected["wait_mean"], rel=rel)
    assert rate * wait == pytest.approx(expected["queue_mean"], rel=rel)
    assert wait + service == pytest.approx(expected["system_time_mean"], rel=rel)
    assert rate * (wait + service) == pytest.approx(expected["system_number_mean"], rel=rel)
    assert wait_exceedance(expected["wait_p95"], servers, rate, service, 1, 1) == pytest.approx(0.05, rel=1e-8)
    second = integrate.quad(
        lambda t: 2 * t * wait_exceedance(t, servers, rate, service, 1, 1), 0, 60 * wait, epsabs=0, epsrel=1e-11
    )[0]
    assert second - wait**2 == pytest.approx(expected["wait_var"], rel=1e-8)


@pytest.mark.parametrize("case", by_prefix("mg1-"))
def test_pollaczek_khinchine(case: dict[str, Any]) -> None:
    """With one server the approximation is exact for every service distribution."""
    inputs = case["inputs"]
    mean = inputs["service_mean"]
    scv = inputs["service_second_moment"] / mean**2 - 1
    wait = allen_cunneen_wait(1, inputs["arrival_rate"], mean, 1, scv)
    assert wait == pytest.approx(case["expected"]["wait_mean"], rel=case["tolerance"]["rel"])


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in MULTI])
def test_lee_longton_and_its_error(case: dict[str, Any]) -> None:
    """The approximation to rounding, and the exact wait within 8 % wherever waits matter (utilisation 0.8 and more)."""
    inputs, expected = case["inputs"], case["expected"]
    wait = allen_cunneen_wait(
        inputs["servers"], inputs["arrival_rate"], inputs["service_mean"], 1, inputs["service_scv"]
    )
    assert wait == pytest.approx(expected["lee_longton_wait"], rel=1e-9)
    if inputs["arrival_rate"] / inputs["servers"] >= 0.79:
        assert wait == pytest.approx(expected["wait_mean"], rel=0.08)


def test_erlang_c_by_the_sum_of_its_definition() -> None:
    """Independent evaluation in exact integers of C = top / (top + sum a^k / k!), top = a^c / c! * c / (c - a)."""
    for servers, load in ((3, 2), (20, 19), (60, 45)):
        top = load**servers / math.factorial(servers) * servers / (servers - load)
        direct = top / (top + math.fsum(load**k / math.factorial(k) for k in range(servers)))
        assert erlang_c(servers, load) == pytest.approx(direct, abs=1e-12)


def test_thousands_of_servers() -> None:
    """Halfin and Whitt: with c = a + beta sqrt(a) servers, C tends to 1 / (1 + beta Phi(beta) / phi(beta))."""
    limit = 1 / (1 + 0.8413447460685429 / 0.24197072451914337)
    gaps = [abs(erlang_c(round(load + math.sqrt(load)), float(load)) - limit) for load in (100, 2500, 10000)]
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 0.003


def test_limits_and_direction() -> None:
    assert erlang_c(5, 0.0) == 0.0
    assert erlang_c(5, 5.0) == 1.0
    assert erlang_c(5, 7.0) == 1.0
    assert allen_cunneen_wait(2, 2.0, 1.0, 1, 1) == math.inf
    assert wait_exceedance(1e9, 2, 2.0, 1.0, 1, 1) == 1.0
    servers = np.arange(5, 60)
    assert (np.diff(erlang_c(servers, 4.9)) < 0).all()
    assert (np.diff(erlang_c(8, np.linspace(0, 8, 50))) > 0).all()


def test_mean_wait_is_the_integral_of_its_tail() -> None:
    arguments = (3, 2.4, 1.0, 0.7, 1.9)
    area = integrate.quad(lambda t: wait_exceedance(t, *arguments), 0, 200, epsabs=0, epsrel=1e-11)[0]
    assert area == pytest.approx(allen_cunneen_wait(*arguments), rel=1e-10)


def test_departures_of_mmc_are_poisson_and_of_a_busy_server_its_services() -> None:
    for servers in (1, 3, 40):
        for utilisation in (0.0, 0.5, 1.0):
            assert departure_scv(servers, utilisation, 1.0, 1.0) == pytest.approx(1.0, abs=1e-15)
    assert departure_scv(1, 1.0, 5.0, 0.2) == pytest.approx(0.2)
    assert departure_scv(7, 0.0, 5.0, 0.2) == pytest.approx(5.0)
