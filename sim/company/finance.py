"""Prices that change with time, debts that exist, what others pay for initiatives, the credit line."""

from __future__ import annotations

from collections.abc import Sequence

from sim.company.ledger import Ledger
from sim.company.world_layer import Draw
from sim.mechanisms.finance import loan_payment, monthly_rate, price_index
from sim.montecarlo.kpis import FINANCE
from sim.world.initiatives import Financing


class Prices:
    """Prices of a month over those of the file."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw

    def of(self, kind: str, m: int) -> float:
        """Of one kind of inflation (`wages`, `prices`, `fixed`, `technology`, `premiums`)."""
        return price_index.scalar(self.draw.value(f"money.inflation.{kind}"), float(m))

    def of_initiative(self, name: str, m: int) -> float:
        """Of what an initiative needs in month m; 1 for work that never started."""
        own = self.draw.table.scenario.initiatives[name].price_change is not None
        path = f"initiatives.{name}.price_change" if own else "money.inflation.technology"
        return price_index.scalar(self.draw.value(path), float(max(0, m)))


def book_debts(draw: Draw, ledger: Ledger) -> None:
    """Payments on the loans that exist in month 0."""
    for name, loan in draw.table.scenario.money.loans.items():
        rate = draw.value(f"money.loans.{name}.rate")
        for m in range(min(loan.months, ledger.months)):
            ledger.serve(m, float(loan.balance) * loan_payment.scalar(m + 1.0, rate, float(loan.months), 0.0))


def finance_capital(
    draw: Draw, ledger: Ledger, name: str, terms: Financing, capital: float, scale: float, spent: Sequence[float]
) -> None:
    """What others pay of the capital of an initiative, part by part as it is spent, and what they get for each part.

    capital: realised, money; scale: over that of the file; spent (months,): part of it that is spent in a month.
    """
    line = draw.table.scenario.money.credit_line
    borrowing = float(draw.table.scenario.money.discount_rate)
    if line is not None:
        borrowing = draw.value("money.credit_line.rate")
    fade = (1.0 + borrowing) ** (-1.0 / 12.0)
    lent = capital * float(terms.share)
    due = [_payment(draw, name, terms, lent, scale, t) for t in range(1, terms.months + 1)]
    received = lent * (1.0 - float(terms.fee))
    worth = received - sum(amount * fade**t for t, amount in enumerate(due, start=1))
    for m, part in enumerate(spent):
        if part > 0.0:
            ledger.financing += part * worth * fade**m
            ledger.receive(FINANCE, m, part * received)
            for later, amount in enumerate(due[: ledger.months - 1 - m], start=m + 1):
                ledger.serve(later, part * amount)


def _payment(draw: Draw, name: str, terms: Financing, lent: float, scale: float, t: int) -> float:
    """Payment t of the whole contract."""
    block = f"initiatives.{name}.financing"
    if terms.kind == "lease":
        return draw.value(f"{block}.monthly_price") * scale
    return lent * loan_payment.scalar(float(t), draw.value(f"{block}.rate"), float(terms.months), terms.grace_months)


def book_credit(draw: Draw, ledger: Ledger) -> None:
    """The credit line, when all else is booked: interest on what is owed, then as much is drawn as cash is below the
    floor, up to the limit, or repaid as it is above."""
    world = draw.table.scenario
    line, floor = world.money.credit_line, world.money.cash_floor
    if line is None:
        return
    lowest = 0.0 if floor is None else float(floor.amount)
    rate = monthly_rate.scalar(draw.value("money.credit_line.rate"))
    cash, owed = float(world.profile.cash_at_start), 0.0
    for m in range(ledger.months):
        cash += ledger.cash[m] - owed * rate
        ledger.serve(m, owed * rate)
        drawn = max(min(lowest - cash, float(line.limit) - owed), -owed)
        ledger.receive(FINANCE, m, drawn)
        owed += drawn
        cash += drawn
