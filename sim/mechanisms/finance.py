"""Debts and prices: what a loan asks for each month, and what a price is after some months of inflation."""

from __future__ import annotations

import math

from sim.mechanisms.elementwise import COUNT, NON_NEGATIVE_FINITE, Range, elementwise

NOBODY, LOAN, LEASE = 0, 1, 2  # who pays the capital of an initiative


@elementwise(change=Range(-1.0, 10.0, open_low=True), months=NON_NEGATIVE_FINITE)
def price_index(change: float, months: float) -> float:
    """Price after so many months over the price at the start, (1 + change)^(months / 12).

    change: share a year.

    >>> price_index(0.0, 7.0), round(price_index(0.21, 6.0), 12)
    (1.0, 1.1)
    """
    return math.exp(math.log1p(change) * (months / 12.0))


@elementwise(rate=NON_NEGATIVE_FINITE)
def monthly_rate(rate: float) -> float:
    """Interest of a month, (1 + rate)^(1 / 12) - 1, of an effective yearly rate.

    >>> monthly_rate(0.0), round(1.0 + monthly_rate(0.07), 6) ** 12 > 1.0699
    (0.0, True)
    """
    return math.expm1(math.log1p(rate) / 12.0)


_monthly_rate = monthly_rate.scalar


@elementwise(payment=COUNT, rate=NON_NEGATIVE_FINITE, months=COUNT, grace=COUNT)
def loan_payment(payment: float, rate: float, months: float, grace: float) -> float:
    """The payment with this number, from 1 to `months`, on a loan of 1: interest only in the first `grace` months,
    then the annuity i / (1 - (1 + i)^-(months - grace)), i the interest of a month.

    rate: effective, a year.

    >>> loan_payment(1, 0.0, 4, 0), round(loan_payment(3, 0.0, 4, 2), 3), loan_payment(2, 0.0, 4, 2)
    (0.25, 0.5, 0.0)
    >>> round(sum(loan_payment(t, 0.08, 36, 6) * 1.08 ** (-t / 12) for t in range(1, 37)), 12)
    1.0
    """
    if payment < 1.0 or payment > months:
        return 0.0
    interest = _monthly_rate(rate)
    if payment <= grace:
        return interest
    if interest <= 0.0:
        return 1.0 / (months - grace)
    return interest / -math.expm1(-(months - grace) * math.log1p(interest))
