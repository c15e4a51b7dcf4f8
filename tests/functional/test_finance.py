"""Loans, leases, the credit line: what they pay, what they are worth, that every cent is in the ledger."""

from typing import Any

import numpy as np
import pytest

from sim.company import simulate
from sim.company.company import replicate
from sim.mechanisms.finance import loan_payment
from sim.montecarlo import cost_profiles, evaluate
from sim.montecarlo.kpis import CATEGORIES, FINANCE, KPI_NAMES
from sim.outcomes import Outcome
from sim.parameters import parameters
from sim.roadmap import roadmap
from sim.world import Scenario
from tests.naive.shops import Edit, corner_shop, setting

SEED = 5
LOAN = {"kind": "loan", "rate": 0.08, "months": 18}
LEASE = {"kind": "lease", "monthly_price": 700, "months": 18}
LINE = {"limit": 50_000, "rate": 0.08}


def shop(*edits: Edit, **terms: Any) -> Scenario:
    return corner_shop(*([setting("initiatives.pos.financing", terms)] if terms else []), *edits)


def value(scenario: Scenario, draws: int = 40) -> Outcome:
    return evaluate(scenario, {"pos": 1}, draws, SEED)[0]


def test_npv_roi_and_payback_are_before_finance() -> None:
    bare = value(shop())
    for edits in ([setting("money.credit_line", LINE), setting("profile.cash_at_start", 0)], []):
        financed = value(shop(*edits, **LOAN))
        for name in ("npv", "cost", "payback"):
            np.testing.assert_array_equal(getattr(financed, name), getattr(bare, name))
        assert financed.categories[:, FINANCE].any()
    np.testing.assert_allclose(np.delete(bare.categories, FINANCE, axis=1).sum(axis=1), bare.npv)


def test_a_loan_at_the_rate_of_the_credit_line_is_worth_nothing_and_a_cheaper_one_something() -> None:
    line = setting("money.credit_line", {**LINE, "limit": 0})
    assert np.abs(value(shop(line, **LOAN)).financing).max() < 1e-6
    assert np.abs(value(shop(line, **{**LOAN, "grace_months": 9})).financing).max() < 1e-6
    assert value(shop(line, **{**LOAN, "rate": 0.03})).financing.min() > 0.0
    dear = value(shop(line, **{**LOAN, "fee": 0.02}))
    spent = evaluate(shop(), {"pos": 1}, 40, SEED)[0].categories[:, CATEGORIES.index("capital")]
    at_discount = value(shop(**{**LOAN, "rate": 0.0})).financing  # without a line: at the discount rate
    assert dear.financing.max() < 0.0 < at_discount.min()
    np.testing.assert_allclose(dear.financing / spent, 0.02, rtol=0.05)


def test_cash_sees_the_loan_and_the_lease() -> None:
    """Capital is fronted by others, so less money is needed at first; the payments come later."""
    bare = value(shop())
    for terms in (LOAN, LEASE):
        financed = value(shop(**terms))
        assert financed.need.mean() < bare.need.mean()
        assert np.all(financed.categories[:, FINANCE] != 0.0)


def test_loan_payments_repay_the_loan() -> None:
    for rate, months, grace in ((0.0, 12, 0), (0.09, 60, 12), (0.2, 3, 2)):
        paid = [loan_payment(t, rate, months, grace) for t in range(1, months + 1)]
        assert sum(p * (1 + rate) ** (-t / 12) for t, p in enumerate(paid, start=1)) == pytest.approx(1.0)
        assert loan_payment(months + 1, rate, months, grace) == 0.0


def test_debts_of_the_company_burden_both_arms() -> None:
    owed = {"bank": {"balance": 24_000, "rate": 0.0, "months": 12}}
    bare, burdened = value(shop()), value(shop(setting("money.loans", owed)))
    np.testing.assert_array_equal(burdened.npv, bare.npv)
    np.testing.assert_allclose(burdened.need, bare.need, atol=1e-6)
    cash = KPI_NAMES.index("cash")
    np.testing.assert_allclose(bare.kpis[:, cash, 0] - burdened.kpis[:, cash, 0], 24_000 * 6.5 / 12)


def test_the_credit_line_holds_cash_at_the_floor_until_its_limit() -> None:
    poor = setting("profile.cash_at_start", 1_000)
    floor = setting("money.cash_floor", {"amount": 2_000, "probability": 0.05})
    dry = value(shop(poor, floor))
    wide = value(shop(poor, floor, setting("money.credit_line", {"limit": "1M", "rate": 0.1})))
    narrow = value(shop(poor, floor, setting("money.credit_line", {"limit": 2_500, "rate": 0.1})))
    assert np.all(wide.trough >= 2_000 - 1e-6)
    low = dry.trough < 2_000
    assert low.any()
    np.testing.assert_allclose(wide.trough[low], 2_000)
    assert np.all(narrow.trough <= wide.trough + 1e-6)
    assert np.all(narrow.trough >= dry.trough - 1e-6)
    free = value(shop(poor, floor, setting("money.credit_line", {"limit": "1M", "rate": 0})))
    last = KPI_NAMES.index("cash")
    assert np.all(free.kpis[:, last] >= wide.kpis[:, last] - 1e-6)


def test_every_cent_of_both_engines_is_in_the_ledger() -> None:
    scenario = shop(
        setting("money.credit_line", LINE),
        setting("profile.cash_at_start", 3_000),
        setting("money.loans", {"bank": {"balance": 9_000, "rate": 0.05, "months": 9}}),
        **LOAN,
    )
    plan = roadmap(scenario, {"pos": 1})
    cash = KPI_NAMES.index("cash")
    for draw in range(3):
        one = replicate(parameters(scenario), plan, draw, SEED)
        np.testing.assert_allclose(one.flows.sum(axis=0), one.cash, atol=1e-6)
        assert one.flows[FINANCE].any()
        balance = 3_000 + np.cumsum(one.flows.sum(axis=0))
        yearly = [balance[y : y + 12].mean() for y in range(0, len(balance), 12)]
        np.testing.assert_allclose(one.kpis[cash], yearly)


def test_the_engines_agree_on_what_operations_do_not_touch() -> None:
    """Loans and leases follow from the world layer alone; the credit line also from what is sold."""
    for terms in (LOAN, {**LEASE, "share": 0.5}, {**LOAN, "grace_months": 4, "fee": 0.01}):
        scenario = shop(**terms)
        plan = roadmap(scenario, {"pos": 1})
        kernel, company = evaluate(scenario, plan, 6, SEED)[0], simulate(scenario, plan, 6, SEED)[0]
        np.testing.assert_allclose(company.financing, kernel.financing, rtol=1e-9)
        np.testing.assert_allclose(company.categories[:, FINANCE], kernel.categories[:, FINANCE], rtol=1e-9)


def test_a_lease_leaves_the_budget_for_capital_and_burdens_that_for_running_cost() -> None:
    bought, leased = (cost_profiles(one, 64, SEED)["pos"] for one in (shop(), shop(**LEASE)))
    loaned = cost_profiles(shop(**LOAN), 64, SEED)["pos"]
    assert bought.capital.sum() > 0.0 == leased.capital.sum()
    assert leased.running.sum() > bought.running.sum()
    np.testing.assert_array_equal(loaned.capital, bought.capital)  # money of a loan is fronted like the firm's own


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"kind": "loan", "months": 6}, "a loan needs `rate`"),
        ({"kind": "lease", "months": 6}, "a lease needs `monthly_price`"),
        ({**LOAN, "monthly_price": 3}, "`monthly_price` has no effect on a loan"),
        ({**LEASE, "grace_months": 3}, "have no effect on a lease"),
        ({**LOAN, "grace_months": 18}, "leaves no month to repay"),
    ],
)
def test_contradicting_terms_are_refused(terms: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        shop(**terms)


def test_financing_without_capital_is_refused() -> None:
    with pytest.raises(ValueError, match="no effect without `capital`"):
        shop(setting("initiatives.pos.capital", 0), **LOAN)
