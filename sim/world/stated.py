"""Blocks and fields that came later: where a file does not state them, they are no part of its content, so that its
hash stays what it was."""

from __future__ import annotations

from typing import Any, Final

BLOCKS: Final = ("stock", "selection", "departments", "owners", "vendors", "pins", "blackouts", "quick_wins")
"""Blocks of the whole that are empty where they are not stated."""

FIELDS: Final[dict[str, dict[str, Any]]] = {
    "initiatives": {"departments": [], "owner": None, "vendor": None},
    "goals": {"floor": False},
    "skills": {"outside": None},
}
"""Fields of the blocks of a kind, with the values that mean that nothing is stated."""

BUDGET: Final[dict[str, Any]] = {"credit": None, "overrun_probability": None}
MONEY: Final[dict[str, Any]] = {"plan_at": "mean", "risk": None, "objective": "mean"}


def strip_unstated(content: dict[str, Any]) -> None:
    """Take out of the plain content of a scenario what its file does not state. Changes `content`.

    >>> content = {"stock": {}, "pins": {}, "initiatives": {"pos": {"owner": None, "vendor": "acme"}}}
    >>> strip_unstated(content)
    >>> content
    {'initiatives': {'pos': {'vendor': 'acme'}}}
    """
    for block in BLOCKS:
        if block in content and not content[block]:
            del content[block]
    for kind, fields in FIELDS.items():
        for one in content.get(kind, {}).values():
            _strip(one, fields)
    money = content.get("money", {})
    _strip(money, MONEY)
    for budget in money.get("budgets", {}).values():
        _strip(budget, BUDGET)


def _strip(place: dict[str, Any], fields: dict[str, Any]) -> None:
    for field, unstated in fields.items():
        if field in place and place[field] == unstated:
            del place[field]
