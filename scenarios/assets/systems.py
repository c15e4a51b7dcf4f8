"""Rows of a register -> systems of a scenario; what a row says that no system takes is kept with the reason."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from scenarios.assets.amounts import SURE as SURE_AMOUNT
from scenarios.assets.amounts import amount_of, decimal_of, is_currency
from scenarios.assets.dates import SURE, is_nothing, order_of, outside, readings
from scenarios.assets.kinds import OTHER, Kind, fields_of, kind_of
from scenarios.assets.register import AssetRow, Register
from sim.errors import Problem, ProblemsFound

OLDEST = 50.0  # years that the age of a system may have
SUPPORT = 600  # months before or after the start that the end of its support may have
LONGEST_NAME = 60
DAYS_A_YEAR = 365.2425


@dataclass(frozen=True)
class ImportedSystem:
    """A system that a row became. asset: what the register calls it. notes: what of the row was not used, and why."""

    name: str
    line: int
    asset: str
    kind: str
    fields: dict[str, Any]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Readings:
    """How the register writes dates and decimals. stated: by the user, else told by the columns themselves."""

    dates: str | None = None
    decimals: str | None = None
    asked: bool = False  # the user has stated the decimals


def conventions(register: Register, stated: Readings) -> Readings:
    """How dates and amounts are read: as stated, else as the heads say, else as all cells of the columns allow."""
    heads = [register.head("purchased"), register.head("warranty")]
    dates = stated.dates or next((head.order for head in heads if head is not None and head.order), None)
    if dates is None:
        dates = order_of(row.cells.get(name, "") for row in register.rows for name in ("purchased", "warranty"))
        if dates in ("dmy", "mdy"):
            first = {"dmy": "day", "mdy": "month"}[dates]
            register.notes.append(
                f"dates such as 3/4 were read with the {first} first, as other dates of the file show"
            )
    decimals = stated.decimals or decimal_of(row.cells.get("cost", "") for row in register.rows)
    return Readings(dates, decimals, stated.decimals is not None)


def systems_of(
    register: Register, start: datetime.date, currency: str, taken: Iterable[str], how: Readings, file: str
) -> list[ImportedSystem]:
    """The systems of a register at the start of a scenario.

    taken: names of the systems that it has. how: the `conventions` of the register. Rows that become none are added to
    `register.unused_rows`. Raises ProblemsFound with every date and amount that can be read in two ways and that
    nothing decides.
    """
    reader = _Reader(register, start, currency, how, file)
    known, names, found = set(taken), set(taken), []
    for row in register.rows:
        asset = row.cells.get("name") or row.cells.get("type") or ""
        name = system_name(asset)
        if not name:
            what = f"its name {asset[:40]} has no letter or digit to make a name of" if asset else "it has no name"
            register.unused_rows.append((row, what))
        elif name in known:
            register.unused_rows.append((row, f"the scenario has a system {name} already, which stays as it is"))
        else:
            try:
                system = reader.system(row, name, asset)
            except _NotUsedError as reason:
                register.unused_rows.append((row, str(reason)))
                continue
            number = 2
            while system.name in names:
                system = replace(system, name=f"{name[: LONGEST_NAME - 5]}_{number}")
                number += 1
            if system.name != name:
                more = f"another one is called {name} as well: this one is {system.name}"
                system = replace(system, notes=(*system.notes, more))
            names.add(system.name)
            found.append(system)
    if reader.problems:
        raise ProblemsFound(reader.problems)
    register.unused_rows.sort(key=lambda pair: pair[0].line)
    return found


def system_name(asset: str) -> str:
    """The name of a system: letters, digits, _ and -.

    >>> system_name("File server (cellar)"), system_name("=cmd|' /C calc'!A0"), system_name("../../x")
    ('file_server_cellar', 'cmd_c_calc_a0', 'x')
    """
    return re.sub(r"[^\w-]+", "_", asset.casefold()).strip("_-")[:LONGEST_NAME].strip("_-")


class _NotUsedError(Exception):
    """Why a row becomes no system."""


class _Reader:
    """Reads the cells of rows; collects what can be read in two ways."""

    def __init__(self, register: Register, start: datetime.date, currency: str, how: Readings, file: str) -> None:
        self.register, self.start, self.currency, self.how, self.file = register, start, currency, how, file
        self.problems: list[Problem] = []

    def system(self, row: AssetRow, name: str, asset: str) -> ImportedSystem:
        """The system of a row. Raises _NotUsedError."""
        pieces = row.cells.get("pieces", "")
        if not is_nothing(pieces) and pieces not in ("1", "1.0", "1,0"):
            reason = f"{pieces[:20]} pieces in one row: a row becomes one system; give each its own row"
            raise _NotUsedError(reason)
        bought = self._date(row, "purchased")
        if isinstance(bought, str):
            raise _NotUsedError(bought)
        if bought is None:
            raise _NotUsedError("it has no date of purchase, and a system needs an age")
        age = (self.start - bought).days / DAYS_A_YEAR
        if age < 0:
            raise _NotUsedError(f"it is bought on {bought}, after the start of the scenario ({self.start:%Y-%m})")
        if age > OLDEST:
            raise _NotUsedError(f"it was bought on {bought}: an age of at most {OLDEST:g} years is possible")
        kind = kind_of(row.cells.get("type", ""), asset)
        notes = []
        if not row.cells.get("name") and self.register.head("name") is not None:
            notes.append("it has no name, and is called by its type")
        if kind is OTHER:
            shown = (row.cells.get("type") or asset)[:60]
            notes.append(f"nothing is known of the type {shown}: life and repairs are those of any device")
        fields = fields_of(kind, round(age, 2))
        origin = fields.pop("origin")
        fields |= self._support(row, notes) | self._replacement(row, kind, age, notes) | {"origin": origin}
        return ImportedSystem(name, row.line, asset, kind.name, fields, tuple(notes))

    def _date(self, row: AssetRow, field: str) -> datetime.date | str | None:
        """The date of a cell, None where there is none, or why it is not one."""
        text = row.cells.get(field, "")
        if is_nothing(text):
            return None
        head = self.register.head(field)
        column = field if head is None else head.text
        found = readings(text)
        if not found:
            era = outside(text)
            return f"{column} is {text[:40]}, which is {era}" if era else f"{column} is {text[:40]}, which is no date"
        if SURE in found:
            return found[SURE]
        if self.how.dates in found:
            return found[self.how.dates]
        if self.how.dates is not None or len(found) == 1:
            if self.how.dates is not None:
                return f"{column} is {text[:40]}, which is no date with the order {self.how.dates}"
            return next(iter(found.values()))
        ways = ", ".join(f"--dates {order}: {date:%d %B %Y}" for order, date in found.items())
        self.problems.append(
            Problem(column, f"{text[:40]} can be read in two ways", text[:40], ways, self.file, line=row.line)
        )
        return next(iter(found.values()))

    def _support(self, row: AssetRow, notes: list[str]) -> dict[str, Any]:
        ends = self._date(row, "warranty")
        if ends is None:
            return {}
        if isinstance(ends, str):
            notes.append(f"{ends}: not used")
            return {}
        month = (ends.year - self.start.year) * 12 + ends.month - self.start.month
        if abs(month) > SUPPORT:
            notes.append(f"the warranty ends on {ends}, which is too far from the start: not used")
            return {}
        return {"support_ends_month": month}

    def _replacement(self, row: AssetRow, kind: Kind, age: float, notes: list[str]) -> dict[str, Any]:
        """The cost of a row as that of a planned replacement."""
        text = row.cells.get("cost", "")
        head = self.register.head("cost")
        column, remark = ("cost", "") if head is None else (head.text, head.remark)
        if is_nothing(text):
            if text.strip(" -"):
                notes.append(f"{column} is {text[:40]}, which is no amount: not used")
            return {}
        amount = amount_of(text)
        shown = amount.currency or (remark.upper() if re.fullmatch(r"[A-Za-z]{3}|[€$£¥]", remark) else "")
        if not amount.values:
            notes.append(f"{column} is {text[:40]}, which is no amount: not used")
            return {}
        if not is_currency(shown, self.currency):
            notes.append(f"{column} is {text[:40]} in {shown[:10]}, the scenario counts in {self.currency}: not used")
            return {}
        value = amount.values.get(SURE_AMOUNT, amount.values.get(self.how.decimals or ""))
        guessed = SURE_AMOUNT not in amount.values and not self.how.asked
        if value is None or (guessed and value == min(amount.values.values(), key=abs)):
            # Prices with three decimals are rare: what other cells say of the sign is not enough to read one.
            ways = ", ".join(f"--decimals {sign}: {one:,.15g}" for sign, one in amount.values.items())
            message = f"{text[:40]} can be read in two ways"
            self.problems.append(Problem(column, message, text[:40], ways, self.file, line=row.line))
            return {}
        if not 0 < value <= 1e9:
            notes.append(f"{column} is {text[:40]}: a price above 0 is needed: not used")
            return {}
        if kind.life_years is None:
            notes.append(f"{column} {text[:40]} is not used: {kind.name} is not replaced at its price when it is old")
            return {}
        due = max(kind.life_years, int(age) + 1)
        if due > kind.life_years:
            notes.append(f"it is older than the usual {kind.life_years} years: its replacement is due at {due}")
        return {"refresh": {"at_age_years": due, "cost": int(value) if value.is_integer() else value}}
