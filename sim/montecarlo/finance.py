"""Kernel part: prices that change with time, debts that exist, what others pay for initiatives, the credit line."""

from __future__ import annotations

import math

from sim.compiled import inline
from sim.lanes import WIDTH
from sim.lanes.values import lanes
from sim.mechanisms.elementwise import compile_scalar
from sim.mechanisms.finance import LOAN, NOBODY, loan_payment, monthly_rate, price_index
from sim.montecarlo.kpis import FINANCE
from sim.montecarlo.projects import capital_of, spent_part

WAGES, PRICES, FIXED, TECHNOLOGY, PREMIUMS = range(5)  # rows of w.price_index

payment_of = compile_scalar(loan_payment, inline)
interest_of = compile_scalar(monthly_rate, inline)
index_of = compile_scalar(price_index, inline)


@inline
def set_index(lay, w):  # type: ignore[no-untyped-def]
    """Prices of every month over those of the file, by kind; the same under every roadmap."""
    for kind in range(w.price_index.shape[0]):
        for m in range(w.price_index.shape[1]):
            w.price_index[kind, m] = 1.0
        if lay.finance.inflates:
            growth = math.log1p(w.values[lay.finance.change_slots[kind]])
            for m in range(w.price_index.shape[1]):
                w.price_index[kind, m] = math.exp(growth * (m / 12.0))


@inline
def set_price(lay, w, i):  # type: ignore[no-untyped-def]
    """Price of initiative i in the month in which its work starts, path by path."""
    for k in range(WIDTH):
        w.price[i, k] = price_at(lay, w, i, max(w.started[k, i], 0), k)


@inline
def price_at(lay, w, i, m, k):  # type: ignore[no-untyped-def]
    """Price in month m of what initiative i needs then, of one path."""
    if lay.finance.inflates:
        return index_of(w.values[lay.candidates.price_slot[i], k], float(m))
    return 1.0


@inline
def price_of(lay, w, i, m):  # type: ignore[no-untyped-def]
    """The same of all paths."""
    price = lanes(1.0)
    if lay.finance.inflates:
        price = math.exp(math.log1p(w.values[lay.candidates.price_slot[i]]) * (m / 12.0))
    return price


@inline
def book_debts(lay, w):  # type: ignore[no-untyped-def]
    """Payments on the loans that exist in month 0, path by path; w.service, all payments on debts, begins with them."""
    f = lay.finance
    for m in range(lay.calendar.months):
        w.service[m] = 0.0
    for j in range(f.balance.shape[0]):
        for k in range(WIDTH):
            rate = w.values[f.balance_slot[j], k]
            for m in range(min(f.balance_months[j], w.flow.shape[1])):
                due = f.balance[j] * payment_of(m + 1.0, rate, float(f.balance_months[j]), 0.0)
                w.flow[FINANCE, m, k] -= due
                w.service[m, k] += due


@inline
def book_financing(lay, w, n):  # type: ignore[no-untyped-def]
    """What others pay of the capital of the n chosen initiatives and what they get for it, path by path.

    Each part of the capital is a contract of its own from the month in which it is spent. w.financing: PV of all
    payments, those behind the horizon too, at the rate of the credit line (without one at the discount rate).
    """
    c, months = lay.candidates, lay.calendar.months
    w.financing[0] = 0.0
    for j in range(n):
        i = w.chosen[j]
        if c.lender[i] == NOBODY:
            continue
        for k in range(WIDTH):
            if w.started[k, i] < 0:
                continue
            scale = w.cost_ratio[i, k] * w.price[i, k]
            lent = capital_of(lay, w, i, k) * scale * c.lent_share[i]
            borrowing = lay.calendar.discount_rate
            if lay.finance.line_slot >= 0:
                borrowing = w.values[lay.finance.line_slot, k]
            fade = (1.0 + borrowing) ** (-1.0 / 12.0)
            worth = lent * (1.0 - c.lent_fee[i])
            later = 1.0
            for t in range(1, c.lent_months[i] + 1):
                later *= fade
                worth -= later * _due(c, w, i, k, t, lent, scale)
            for m in range(w.started[k, i], months):
                part = spent_part(lay, w, i, m, k)
                if part > 0.0:
                    w.financing[0, k] += part * worth * fade**m
                    w.flow[FINANCE, m, k] += part * lent * (1.0 - c.lent_fee[i])
                    for t in range(1, min(c.lent_months[i], months - 1 - m) + 1):
                        due = part * _due(c, w, i, k, t, lent, scale)
                        w.flow[FINANCE, m + t, k] -= due
                        w.service[m + t, k] += due


@inline
def _due(c, w, i, k, t, lent, scale):  # type: ignore[no-untyped-def]
    """Payment t of the whole contract of initiative i."""
    number = w.values[c.lent_slot[i], k]
    if c.lender[i] == LOAN:
        return lent * payment_of(float(t), number, float(c.lent_months[i]), float(c.lent_grace[i]))
    return number * scale


@inline
def book_credit(lay, w):  # type: ignore[no-untyped-def]
    """The credit line, when all else is booked: interest on what is owed, then as much is drawn as cash is below the
    floor, up to the limit, or repaid as it is above."""
    f = lay.finance
    if f.line_slot < 0:
        return
    cash, owed = lanes(lay.calendar.cash), lanes(0.0)
    rate = math.exp(math.log1p(w.values[f.line_slot]) * (1.0 / 12.0)) - 1.0
    for m in range(lay.calendar.horizon):
        for c in range(w.flow.shape[0]):
            cash += w.flow[c, m]
        interest = owed * rate
        cash -= interest
        drawn = max(min(f.floor - cash, f.line_limit - owed), -owed)
        owed += drawn
        cash += drawn
        w.flow[FINANCE, m] += drawn - interest
        w.service[m] += interest
