"""The kernel's market against the plain twin: referral, rivals, price, reputation, channels, valuation, random lags of
imitation, and small bases that are counted customer by customer. Every figure to 1e-9."""

import pytest

from tests.naive.markets import MARKET, REFERRAL, REPUTATION, VALUATION, WHOLE, small
from tests.naive.shops import EVERYTHING, Edit, corner_shop, setting
from tests.truths.test_kernel_twin import check

MANY_INCIDENTS = [
    setting("threats.ransomware.attempts_per_year", "20 to 60"),
    setting("threats.ransomware.success_probability", "0.1 to 0.4"),
]
RAID = setting("threats.ransomware.churn_shock", 0.1)
BUSY_SMALL = small(acquisition=9, churn=0.06, start=80, referral=0.02, service_churn=0.05)
CROWDED = [small(acquisition=40, start=300), setting("market", {**MARKET, "size": 420, "moves_per_month": 0.3})]
INTERRUPTED = [
    *WHOLE,
    *MANY_INCIDENTS,
    setting("insurance.waiting_hours", 4),
    setting("insurance.annual_limit", "1M"),
]
CONTAINED = [*WHOLE, *MANY_INCIDENTS, setting("threats.ransomware.severity_covers", ["response", "interruption"])]
RUN_OFF = setting("money.run_off_months", 20)


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param(WHOLE, id="everything at once"),
        pytest.param([*WHOLE, *MANY_INCIDENTS, RAID], id="many incidents"),
        pytest.param(INTERRUPTED, id="insured interruption"),
        pytest.param(CONTAINED, id="interruption inside the severity"),
        pytest.param([*WHOLE, BUSY_SMALL, setting("market", {**MARKET, "size": 500}), RAID], id="a small base"),
        pytest.param([BUSY_SMALL, *MANY_INCIDENTS, RAID], id="a small base without a market"),
        pytest.param([*WHOLE, BUSY_SMALL, setting("market", {**MARKET, "size": 500}), RUN_OFF], id="a run-off"),
        pytest.param(CROWDED, id="a small market that is full"),
        pytest.param([small(churn=0.5, start=2, acquisition=0)], id="nobody left"),
        pytest.param([REFERRAL, setting("reputation", {**REPUTATION, "utility": 0})], id="reputation alone"),
        pytest.param([setting("valuation", VALUATION)], id="valuation alone"),
    ],
)
def test_kernel_is_its_twin(edits: list[Edit]) -> None:
    check(corner_shop(*edits), [EVERYTHING, {"pos": 2, "edr": 4, "web": 3}], range(4))
