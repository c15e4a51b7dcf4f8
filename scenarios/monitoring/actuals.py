"""Figures as they were observed: a table of month, what, value and measurement error, read strictly.

    month,what,value,error
    2027-03,revenue,610k,3 %
    3,cash,41200,500
    3,golive.pos,2027-04,0
    5,golive.web,none,0

A line that begins with # says nothing.

`golive.NAME` is the month in which the initiative went live, or `none`: not live at the end of the month of the row.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.errors import Problem, ProblemsFound, nearest, suggest

if TYPE_CHECKING:
    from sim.world import Scenario

COLUMNS = ("month", "what", "value", "error")
OF_INITIATIVES = ("cost", "golive", "adoption")
NONE = "none"
LARGEST = 1_000_000  # bytes of a table
CALENDAR = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True)
class Actual:
    """An observed figure. month: at whose end it holds, from 0. value: in `unit`; infinite: not live so far. error:
    standard deviation of the measurement, 0: exact. line: of the table."""

    month: int
    what: str
    value: float
    error: float
    unit: str
    line: int

    @property
    def initiative(self) -> str | None:
        """The initiative that the figure is of; None for a KPI."""
        kind, _, name = self.what.partition(".")
        return name if kind in OF_INITIATIVES else None

    @property
    def is_absent(self) -> bool:
        """Whether it says that an initiative was not live so far."""
        return math.isinf(self.value)


def measured(scenario: Scenario, roadmap: Mapping[str, int]) -> dict[str, str]:
    """What can be observed under a roadmap -> its unit. KPIs are as the outcomes of a month: rates are those of a
    year."""
    from sim.montecarlo.kpis import KPIS

    money = scenario.profile.currency
    found = {kpi.name: kpi.unit.replace("money", money) for kpi in KPIS}
    for name in (name for name in scenario.initiatives if name in roadmap):
        found[f"cost.{name}"] = money
        found[f"golive.{name}"] = "month"
        if scenario.initiatives[name].adoption is not None:
            found[f"adoption.{name}"] = "share"
    return found


def parse_actuals(text: str, scenario: Scenario, roadmap: Mapping[str, int], at: int, file: str) -> tuple[Actual, ...]:
    """The rows of a table, in its order, every go-live once. at: first month that is not over. Raises ProblemsFound,
    every problem with its line and column; a table needs its first line also where it has no rows."""
    if len(text) > LARGEST:
        raise ProblemsFound([Problem("", f"the table has more than {LARGEST:,} letters", file=file)])
    try:
        lines = text.removeprefix("\ufeff").splitlines(keepends=True)
        said = ("\n" if line.lstrip().startswith("#") else line for line in lines)
        rows = list(csv.reader(said, strict=True))
    except csv.Error as error:
        raise ProblemsFound([Problem("", f"this is no table: {error}", file=file)]) from None
    if not any(word.strip() for row in rows for word in row):
        message, hint = "the table is empty, without its first line", f"the first line is {','.join(COLUMNS)}"
        raise ProblemsFound([Problem("", message, None, hint, file, 1)])
    top = next(k for k, row in enumerate(rows) if any(word.strip() for word in row))
    head = [word.strip() for word in rows[top]]
    if sorted(head) != sorted(COLUMNS):
        raise ProblemsFound(list(_wrong_head(head, file, top + 1)))
    known, problems, found = measured(scenario, roadmap), list[Problem](), list[Actual]()
    for number, row in enumerate(rows[top + 1 :], start=top + 2):
        if not any(word.strip() for word in row):
            continue
        if len(row) != len(head):
            message = f"the row has {len(row)} cells, and the table {len(head)} columns"
            problems.append(Problem("", message, ",".join(row)[:80], ",".join(head), file, number, 1))
            continue
        cells = _Row({name: word.strip() for name, word in zip(head, row, strict=True)}, head, number, file)
        one = cells.actual(scenario, roadmap, known, at)
        problems += cells.problems
        if one is not None:
            found.append(one)
    problems += _repeated(found, file)
    problems += _contradicted((), found, file) if not problems else ()
    if problems:
        raise ProblemsFound(problems)
    return _once(found)


def merged(earlier: Sequence[Actual], new: Sequence[Actual], file: str) -> tuple[Actual, ...]:
    """What was observed for earlier plans, and what is new, every go-live once. A figure that is stated again must be
    the same; so must a go-live, whatever the month of its row, and nothing is live before it. Raises ProblemsFound."""
    before = {(one.month, one.what): one for one in earlier}
    problems = []
    for one in new:
        old = before.get((one.month, one.what))
        if old is not None and (old.value, old.error) != (one.value, one.error):
            message = f"{one.what} of month {one.month} was {old.value:g} +- {old.error:g} when the plan was issued"
            hint = "the past does not change: give the same figure, or leave the row out"
            problems.append(Problem("value", message, one.value, hint, file, one.line))
    fresh = [one for one in new if (one.month, one.what) not in before]
    problems += _contradicted(earlier, fresh, file)
    if problems:
        raise ProblemsFound(problems)
    return _once((*earlier, *fresh))


def as_table(actuals: Sequence[Actual]) -> str:
    """The table of these figures."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for one in actuals:
        value = NONE if one.is_absent else f"{one.value:.0f}" if one.what.startswith("golive.") else repr(one.value)
        table.writerow([one.month, one.what, value, repr(one.error)])
    return out.getvalue()


def month_number(text: str, start: str) -> int | None:
    """Month from 0 of a number or of a calendar month; None for what is neither.

    >>> month_number("3", "2027-01"), month_number("2027-04", "2027-01"), month_number("April", "2027-01")
    (3, 3, None)
    """
    if text.isascii() and text.isdigit() and len(text) <= 4:
        return int(text)
    found = CALENDAR.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= 12:
        return None
    year, month = (int(part) for part in start.split("-"))
    return (int(found[1]) - year) * 12 + int(found[2]) - month


@dataclass
class _Row:
    """A row while it is read; problems: those found so far."""

    cells: Mapping[str, str]
    head: Sequence[str]
    line: int
    file: str

    def __post_init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, column: str, message: str, hint: str) -> None:
        place = self.head.index(column) + 1
        self.problems.append(Problem(column, message, self.cells[column], hint, self.file, self.line, place))

    def actual(
        self, scenario: Scenario, roadmap: Mapping[str, int], known: Mapping[str, str], at: int
    ) -> Actual | None:
        month = month_number(self.cells["month"], scenario.start)
        if month is None:
            self.wrong("month", f"{self.cells['month']!r} is no month", "a number from 0, or such as 2027-04")
        elif not 0 <= month < at:
            self.wrong("month", "the month is not over, or before the start", f"0 to {at - 1}: before --at {at}")
        what = self.cells["what"]
        if what not in known:
            self.wrong("what", *_unknown(what, known, scenario, roadmap))
            return None
        value = self._value(what, known[what], month, scenario)
        error = None if value is None else self._error(what, value)
        if self.problems or month is None or value is None or error is None:
            return None
        return Actual(month, what, value, error, known[what], self.line)

    def _value(self, what: str, unit: str, month: int | None, scenario: Scenario) -> float | None:
        text = self.cells["value"]
        if what.startswith("golive."):
            if text.lower() == NONE:
                return math.inf
            live = month_number(text, scenario.start)
            if live is None or live < 1:
                self.wrong("value", f"{text!r} is no month of a go-live", "a month, such as 2027-04, or none")
            elif month is not None and live > month:
                self.wrong("value", "a go-live after the month of the row was not observed", "none: not live so far")
            else:
                return float(live)
            return None
        number = _number(text)
        if number is None:
            self.wrong("value", f"{text!r} is no number" if text else "the value is missing", f"a number [{unit}]")
        elif unit == "share" and not 0.0 <= number <= 1.0:
            self.wrong("value", f"{text} is no share", "0 to 1, or 0 % to 100 %")
            return None
        return number

    def _error(self, what: str, value: float) -> float | None:
        text = self.cells["error"]
        relative = text.endswith("%")
        number = _number(text)
        if number is None or number < 0.0:
            message = f"{text!r} is no measurement error" if text else "the measurement error is missing"
            self.wrong("error", message, "a standard deviation, such as 500, or a share of the value, such as 2 %")
            return None
        error = number if not relative else number * (0.0 if math.isinf(value) else abs(value))
        if error == 0.0 and not what.startswith("golive."):
            self.wrong(
                "error",
                f"{text} leaves no error: no simulated month would agree with such a figure",
                "a standard deviation above 0; the model is no better than some per cent either",
            )
            return None
        return 0.0 if math.isinf(value) else error


def _number(text: str) -> float | None:
    from sim.quantities import parse_number

    try:
        found = float(parse_number(text))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _unknown(what: str, known: Mapping[str, str], scenario: Scenario, roadmap: Mapping[str, int]) -> tuple[str, str]:
    kind, dot, name = what.partition(".")
    if dot and kind in OF_INITIATIVES:
        if name not in scenario.initiatives:
            return f"there is no initiative named {name}", suggest(name, scenario.initiatives)
        if name not in roadmap:
            return f"{name} is not in the roadmap of the plan", f"in it: {', '.join(roadmap) or 'nothing'}"
        return f"nobody has to adopt {name}: the scenario states no adoption", "leave the row out"
    near = nearest(what, known)
    hint = f"did you mean {near!r}?" if near else f"known: {', '.join(known)}"
    return f"{what!r} is nothing that can be observed", hint


def _wrong_head(head: Sequence[str], file: str, line: int) -> Iterator[Problem]:
    wanted = ",".join(COLUMNS)
    if not set(head) & set(COLUMNS):
        hint = f"its first line is {wanted}; `roadfolio replan RUN --at MONTH --template` prints one"
        yield Problem("", "this is no table of actuals", None, hint, file, line)
        return
    for word in head:
        if word not in COLUMNS or head.count(word) > 1:
            message = f"unknown column {word!r}" if word not in COLUMNS else f"the column {word} comes twice"
            yield Problem("", message, word, suggest(word, COLUMNS), file, line, head.index(word) + 1)
    for word in COLUMNS:
        if word not in head:
            yield Problem("", f"the column {word} is missing", None, f"the first line is {wanted}", file, line)


def _repeated(found: Sequence[Actual], file: str) -> Iterator[Problem]:
    seen: dict[tuple[int, str], int] = {}
    for one in found:
        before = seen.setdefault((one.month, one.what), one.line)
        if before != one.line:
            hint = f"it stands in line {before} as well; keep one of them"
            yield Problem("what", f"{one.what} of month {one.month} is stated twice", one.what, hint, file, one.line)


def _contradicted(earlier: Sequence[Actual], new: Sequence[Actual], file: str) -> Iterator[Problem]:
    """Go-lives of which two rows say different things; rows of `new` are at fault, which stand in the file."""
    live: dict[str, tuple[Actual, str]] = {}
    absent: dict[str, tuple[Actual, str]] = {}
    for one, is_new in [*((one, False) for one in earlier), *((one, True) for one in new)]:
        if not one.what.startswith("golive."):
            continue
        where = f"line {one.line}" if is_new else "what the plan was issued with"
        told, missing = live.get(one.what), absent.get(one.what)
        if one.is_absent:
            if told is not None and told[0].value <= one.month:
                yield _against(one, f"not live at the end of month {one.month}", told, file)
            if missing is None or missing[0].month < one.month:
                absent[one.what] = (one, where)
            continue
        if told is not None and (told[0].value, told[0].error) != (one.value, one.error):
            yield _against(one, f"live in month {_golive(one)}", told, file)
        elif missing is not None and one.value <= missing[0].month:
            yield _against(one, f"live in month {_golive(one)}", missing, file)
        live.setdefault(one.what, (one, where))


def _against(one: Actual, says: str, other: tuple[Actual, str], file: str) -> Problem:
    before, where = other
    said = f"not live at the end of month {before.month}" if before.is_absent else f"live in month {_golive(before)}"
    hint = "an initiative goes live once: give the same month and error, or leave a row out"
    value = NONE if one.is_absent else f"{one.value:.0f}"
    return Problem("value", f"{one.what} is {says} here, and {said} in {where}", value, hint, file, one.line)


def _golive(one: Actual) -> str:
    return f"{one.value:.0f} +- {one.error:g}"


def _once(found: Sequence[Actual]) -> tuple[Actual, ...]:
    """Every go-live once: each further row would weigh the draws by the same observation again."""
    kept, live = [], set[str]()
    for one in found:
        if one.what.startswith("golive.") and not one.is_absent:
            if one.what in live:
                continue
            live.add(one.what)
        kept.append(one)
    return tuple(kept)
