"""Prices and debts of a scenario as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.mechanisms.finance import LEASE, LOAN, NOBODY
from sim.montecarlo.structures import Finance, Floats, Ints
from sim.parameters import Parameters


def _ints(values: Any) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _floats(values: Any) -> Floats:
    return np.array(list(values), dtype=np.float64)


def debts(table: Parameters) -> Finance:
    """Inflation, loans and the credit line."""
    world, slot = table.scenario, table.slot
    money = world.money
    changes = [slot[f"money.inflation.{name}"] for name in ("wages", "prices", "fixed", "technology", "premiums")]
    own = [slot[f"initiatives.{name}.price_change"] for name, i in world.initiatives.items() if i.price_change]
    moving = (table.numbers[k].quantity for k in (*changes, *own))
    return Finance(
        inflates=int(any(not q.is_constant or q.params[0] != 0.0 for q in moving)),
        change_slots=_ints(changes),
        balance=_floats(loan.balance for loan in money.loans.values()),
        balance_slot=_ints(slot[f"money.loans.{name}.rate"] for name in money.loans),
        balance_months=_ints(loan.months for loan in money.loans.values()),
        line_slot=slot.get("money.credit_line.rate", -1),
        line_limit=0.0 if money.credit_line is None else float(money.credit_line.limit),
        floor=0.0 if money.cash_floor is None else float(money.cash_floor.amount),
        judged_from=world.horizon_months if money.covenant is None else 12 * (money.covenant.from_year - 1),
    )


def financing(table: Parameters) -> dict[str, Any]:
    """Who pays for capital, on which terms, and how prices move: `lender`, `lent_*` and `price_slot` of candidates."""
    names = list(table.scenario.initiatives)
    blocks = [initiative.financing for initiative in table.scenario.initiatives.values()]
    number = {LOAN: "rate", LEASE: "monthly_price"}
    lender = [NOBODY if f is None else LEASE if f.kind == "lease" else LOAN for f in blocks]
    technology = table.slot["money.inflation.technology"]
    return {
        "price_slot": _ints(table.slot.get(f"initiatives.{name}.price_change", technology) for name in names),
        "lender": _ints(lender),
        "lent_share": _floats(0.0 if f is None else f.share for f in blocks),
        "lent_slot": _ints(
            table.slot.get(f"initiatives.{name}.financing.{number.get(kind, '')}", -1)
            for name, kind in zip(names, lender, strict=True)
        ),
        "lent_months": _ints(0 if f is None else f.months for f in blocks),
        "lent_grace": _ints(0 if f is None else f.grace_months for f in blocks),
        "lent_fee": _floats(0.0 if f is None else f.fee for f in blocks),
    }
