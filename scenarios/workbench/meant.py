"""What a planner means by what is typed: shares of a budget, lists with semicolons, and numbers that are unclear."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from sim.world import Scenario

SHARE: Final = re.compile(r"([-+]?)\s*(\d+(?:\.\d+)?|\.\d+)\s*%")
UNCLEAR: Final = re.compile(r"(?<![\w.,/×])([1-9]\d{0,2})\.(\d{3})(?![\w/]|[.,]\d|\s*[kKmM%](?!\w))")
MOST_WRITTEN: Final = 12  # amounts of a list that an example writes in full
LONGEST_EXAMPLE: Final = 60  # letters of a text that is written in three ways; of a longer one its first number is


def is_budget(path: str) -> bool:
    """Whether a path is that of the amounts of a budget.

    >>> is_budget("money.budgets.change.amount"), is_budget("money.budgets.change.carry_over")
    (True, False)
    """
    return path.startswith("money.budgets.") and path.endswith(".amount")


def meant(path: str, text: str) -> Any:
    """A text as a file would hold it: a list where semicolons stand, a factor for a share of a budget.

    Raises ProblemsFound for a number with one dot and three digits behind it, which may be thousands or decimals.

    >>> meant("money.budgets.change.amount", "10 %"), meant("horizon_months", "48"), meant("a", "6000; 12k")
    ('x0.1', '48', ['6000', '12k'])
    """
    stripped = text.strip()
    check_clear(path, stripped)
    if is_budget(path):
        if (share := SHARE.fullmatch(stripped)) is not None:
            return _factor(path, stripped, share)
        if "%" in stripped:
            hint = "a percentage stands alone, such as 80%; a list holds amounts, such as 6000; 12000"
            raise ProblemsFound([Problem(path, f"{text!r} mixes a percentage with something else", text, hint)])
    if ";" in stripped and not stripped.startswith(("[", "{")):
        return [part.strip() for part in stripped.removesuffix(";").split(";")]
    return stripped


def _factor(path: str, text: str, share: re.Match[str]) -> str:
    per_cent = float(share[2])
    if share[1]:
        wanted = 100.0 + per_cent if share[1] == "+" else max(0.0, 100.0 - per_cent)
        message = f"{text!r} has a sign: a percentage is the share of what the file states"
        hint = f"for that much {'more' if share[1] == '+' else 'less'} write {wanted:g}%"
        raise ProblemsFound([Problem(path, message, text, hint)])
    return f"x{_fixed(per_cent / 100.0)}"


def _fixed(value: float) -> str:
    """Without an exponent, for a factor has none that is negative."""
    return f"{value:.12f}".rstrip("0").rstrip(".")


def check_clear(path: str, text: str) -> None:
    """Raises ProblemsFound where a number may be meant in thousands or with decimals; a factor is never unclear.

    >>> check_clear("a", "12.0 to 12.5"), check_clear("a", "x1.250"), check_clear("a", "0.125")
    (None, None, None)
    >>> check_clear("a", "12.000")
    Traceback (most recent call last):
    sim.errors.ProblemsFound: a: '12.000' may be thousands or decimals (write 12000, 12k or 12.0)
    """
    found = UNCLEAR.search(text)
    if found is None or re.fullmatch(r"[x×]\s*[\d.]+", text, re.IGNORECASE):
        return
    example = text if len(text) <= LONGEST_EXAMPLE else found[0]
    ways = [UNCLEAR.sub(way, example) for way in (_whole, _thousands, _decimal)]
    hint = f"write {ways[0]}, {ways[1]} or {ways[2]}"
    raise ProblemsFound([Problem(path, f"{found[0]!r} may be thousands or decimals", text, hint)])


def _whole(found: re.Match[str]) -> str:
    return found[1] + found[2]


def _thousands(found: re.Match[str]) -> str:
    return f"{float(found[0]):g}k"


def _decimal(found: re.Match[str]) -> str:
    short = found[2].rstrip("0") or "0"
    return f"{found[1]}.{short if len(short) < 3 else short + '0'}"


def clear(text: str) -> str:
    """A number as a slider gives it, so that nothing about it is unclear.

    >>> clear("1.125"), clear("1.25")
    ('1.1250', '1.25')
    """
    return f"{text}0" if UNCLEAR.fullmatch(text) else text


def budget_problem(problem: Problem, base: Scenario, path: str, value: Any) -> Problem:
    """A problem of the amounts of a budget, in the words of the field: which amount, and how many are wanted."""
    rest = problem.path.removeprefix(f"{path}.")
    if problem.path != path and not (problem.path.startswith(f"{path}.") and rest.isdigit()):
        return problem
    period = {1: "month", 3: "quarter", 6: "half-year", 12: "year"}[base.period_months]
    if problem.path != path:
        message = problem.message
        if isinstance(value, list) and len(value) > 1:
            message = f"amount {int(rest) + 1} of the list: {message}"
        hint = f"write an amount of every {period}, such as 12000, a share such as 80%, or {base.periods} amounts"
        return replace(problem, path=path, message=message, hint=f"{hint} with semicolons between them")
    if isinstance(value, list) and len(value) not in (1, base.periods):
        message = f"{len(value)} amounts for {base.periods} {period}s"
        hint = f"write one amount for all, or {base.periods}, such as {_example(value, base.periods)}"
        return replace(problem, message=message, hint=hint)
    return replace(problem, message=problem.message.replace("`amount` needs at", "a budget needs at"))


def _example(value: list[Any], wanted: int) -> str:
    known = [str(one) for one in value][:wanted]
    full = known + known[-1:] * (wanted - len(known))
    return "; ".join(full if wanted <= MOST_WRITTEN else [*full[:3], "…", full[-1]])
