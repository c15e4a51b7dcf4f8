"""Rates of a mean flow with their errors, and counting rates without finding them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.measures import irr, irr_count
from sim.measures.internal_rate import NoRate
from sim.montecarlo.block import Block
from sim.rate_of_return import COUNTED, LOWEST, NO_SIGN, SEVERAL, TOO_LOW, RateCollector, rates_of_return

Floats = NDArray[np.float64]


def block(flows: Floats, first: int = 0) -> Block:
    """A block whose first roadmap has these incremental flows (draws, months) and whose baseline has some others."""
    base = np.arange(flows.shape[1], dtype=float)[:, np.newaxis]
    trajectories = np.zeros((2, 4, flows.shape[1], len(flows)))
    trajectories[0, 0], trajectories[1, 0] = base, base + flows.T
    return Block(first, np.zeros((len(flows), 2)), trajectories)


def collected(flows: Floats, rate: float = 0.06) -> RateCollector:
    collector = RateCollector(flows.shape[1], rate)
    for start in range(0, len(flows), 4096):
        collector.add(block(flows[start : start + 4096], start))
    return collector


def hard_flows() -> list[Floats]:
    """Noise on an investment, small whole numbers with double roots and roots at 1, lone and zero flows."""
    generator = np.random.default_rng(0)
    noisy = generator.normal(500.0, 1500.0, (1500, 60))
    noisy[:, :6] -= 8000.0
    tangent = np.array([[1.0, -2.0, 1.0], [1.0, -4.0, 4.0], [4.0, -4.0, 1.0], [0.0, 1.0, -2.0], [0.0, 0.0, 0.0]])
    small = [generator.integers(-k, k + 1, (1500, n)).astype(float) for k, n in ((3, 8), (2, 5), (1, 30))]
    return [noisy, tangent, *small, np.ones((3, 4)), np.ones((2, 1))]


@pytest.mark.parametrize("above", [-1.0, -0.9, -0.1746, 0.0, 0.5])
def test_counts_are_the_numbers_of_rates(above: float) -> None:
    """Descartes' rule and the isolation of every root give the same number."""
    for flows in hard_flows():
        counts = irr_count(flows, above)
        few = flows[:: max(1, len(flows) // 60)]
        expected = [int(np.sum(irr(flow) > above)) for flow in few]
        assert counts[:: max(1, len(flows) // 60)].tolist() == expected


def test_counting_wants_a_rate_to_count_from() -> None:
    with pytest.raises(ValueError, match="above"):
        irr_count([[1.0, -1.0]], -1.5)


def test_rate_of_a_known_flow() -> None:
    """100 lent for a year at 12 %, monthly interest: the yearly rate is 1.01^12 - 1; both rates agree on a loan of one
    payment."""
    flow = np.full(13, 1.0)
    flow[0], flow[12] = -100.0, 101.0
    found = rates_of_return(flow, np.zeros((13, 13)), 0.05, (0, 1, 0))
    assert found.irr.value == pytest.approx(1.01**12 - 1.0, rel=1e-9)
    assert (found.irr.se, found.irr.reason) == (0.0, None)
    assert found.irr.low == pytest.approx(found.irr.value, rel=1e-12)
    assert found.share("one")[0] == 1.0


def test_what_does_not_exist_has_a_reason() -> None:
    for flow, reason in (
        (np.zeros(6), NoRate.ALL_ZERO.value),
        (np.ones(6), NoRate.ONE_SIGN.value),
        (np.array([1.0, -2.0, 2.0]), NoRate.NO_CROSSING.value),
        (np.array([-1600.0, *[0.0] * 11, 10000.0, *[0.0] * 11, -10000.0]), SEVERAL),
        (np.array([10.0, *[0.0] * 12, -0.1]), TOO_LOW),
    ):
        found = rates_of_return(flow, None, 0.05, (1, 0, 0))
        assert found.irr.value is None
        assert found.irr.reason == reason
    assert rates_of_return(np.ones(6), None, 0.05, (1, 0, 0)).mirr.reason == NO_SIGN
    alone = rates_of_return(np.array([-1.0, 2.0]), None, 0.05, (0, 1, 0))
    assert alone.irr.se is None
    assert "more than one draw" in str(alone.irr.reason)


def test_a_rate_that_the_last_month_makes_is_listed_and_not_counted() -> None:
    """Income, then a tax on it at the end: besides the return there is a rate near -100 %."""
    flow = np.array([-1000.0, *[30.0] * 47, *[0.0] * 3, -20.0])
    found = rates_of_return(flow, np.eye(52), 0.05, (0, 1, 0))
    assert len(found.all_rates) == 2
    assert found.all_rates[0] < LOWEST
    assert found.irr.value == found.all_rates[1]


def test_intervals_of_both_rates_cover() -> None:
    """Noisy investments of 200 draws, 1,000 cases: at least 93 % hold the rate of the true mean flow, at most 97.5 %;
    and the standard error is that of the estimates. False alarm below 4e-3 at a coverage of 95 %."""
    truth = np.full(36, 40.0)
    truth[:3] = -300.0
    exact = rates_of_return(truth, None, 0.08, (0, 1, 0))
    generator = np.random.default_rng(3)
    inside, estimates, errors = np.zeros(2), [], []
    for _ in range(1000):
        shared = generator.lognormal(0.0, 0.8, 200) / np.exp(0.32)
        flows = truth * (1.0 + 0.6 * generator.standard_normal((200, 36))) + np.outer(shared - 1.0, np.full(36, 15.0))
        covariance = np.cov(flows.T) / 200
        found = rates_of_return(flows.mean(axis=0), covariance, 0.08, (0, 1, 0))
        for k, (one, known) in enumerate(((found.irr, exact.irr), (found.mirr, exact.mirr))):
            assert one.low is not None
            assert one.high is not None
            assert known.value is not None
            inside[k] += one.low <= known.value <= one.high
        estimates.append((found.irr.value, found.mirr.value))
        errors.append((found.irr.se, found.mirr.se))
    assert inside.min() >= 930, inside
    assert inside.max() <= 975, inside
    np.testing.assert_allclose(np.std(estimates, axis=0), np.mean(errors, axis=0), rtol=0.1)


def test_an_unbounded_rate_has_no_interval() -> None:
    """A return that the draws can hardly tell from anything."""
    flow = np.array([-100.0, *[0.0] * 11, 105.0])
    found = rates_of_return(flow, 1e6 * np.eye(13), 0.05, (0, 1, 0))
    assert found.irr.value is not None
    assert found.irr.low is None
    assert "do not bound" in str(found.irr.reason)


def test_collector_is_the_whole_sample() -> None:
    """Blocks give the mean flow, its covariance and the first COUNTED draws' rates; the document says all of it."""
    generator = np.random.default_rng(7)
    flows = generator.normal(20.0, 60.0, (COUNTED + 1000, 24))
    flows[:, 0] -= 300.0
    found = collected(flows).result()
    whole = rates_of_return(flows.mean(axis=0), np.cov(flows.T) / len(flows), 0.06, (0, 1, 0))
    assert found.irr.value == pytest.approx(whole.irr.value, rel=1e-9)
    assert found.irr.se == pytest.approx(whole.irr.se, rel=1e-6)
    counts = np.minimum(irr_count(flows[:COUNTED], 0.1 ** (1 / 12) - 1.0), 2)
    assert (found.none, found.one, found.several) == tuple(np.bincount(counts, minlength=3))
    document = found.document()
    assert document["irr"]["draws_counted"] == COUNTED
    assert document["irr"]["share_one"]["share"] == found.one / COUNTED
    with pytest.raises(ValueError, match="no draws"):
        RateCollector(3, 0.1).result()


def test_errors_of_points_come_from_the_mean_flows_of_their_randomisations() -> None:
    """Each randomisation has a luck of its own, so single draws would tell an error that is far too small."""
    generator = np.random.default_rng(8)
    flows = generator.normal(20.0, 1.0, (512, 24)) + np.tile(generator.normal(0.0, 5.0, (16, 24)), (32, 1))
    flows[:, 0] -= 300.0
    collector = RateCollector(24, 0.06, randomisations=16)
    for start in range(0, 512, 100):  # blocks need not begin with a randomisation
        collector.add(block(flows[start : start + 100], start))
    found = collector.result()
    means = flows.reshape(32, 16, 24).mean(axis=0)
    own = rates_of_return(means.mean(axis=0), np.cov(means.T) / 16, 0.06, (0, 1, 0), 2.131449546)
    for rate, expected in ((found.irr, own.irr), (found.mirr, own.mirr)):
        assert rate.value == pytest.approx(expected.value, rel=1e-9)
        assert (rate.se, rate.low, rate.high) == pytest.approx((expected.se, expected.low, expected.high), rel=1e-6)
    assert found.irr.se > 2.0 * collected(flows).result().irr.se


def test_one_draw_has_no_error() -> None:
    found = collected(np.array([[-10.0, 4.0, 9.0]])).result()
    assert found.irr.value is not None
    assert found.irr.se is None
